// The page with the timeline in it, which tells how long the drawing of each frame took. Not part of what is shipped.

import { render } from "preact";
import "../../src/style/all.css";
import { Frame } from "../../src/frame/frame.tsx";
import { followLocation } from "../../src/location.ts";
import { PLACES } from "../../src/places/index.ts";
import type { PlaceProps } from "../../src/places/place.ts";
import { TimelinePlace } from "../../src/places/timeline/Timeline.tsx";
import { applyTheme } from "../../src/theme.ts";

const drawn: number[] = [];
Object.assign(globalThis, { drawn });

function Measured(props: PlaceProps) {
  return <TimelinePlace {...props} onDrawn={(milliseconds) => drawn.push(milliseconds)} />;
}

const places = PLACES.filter(({ name }) => name !== "timeline");
applyTheme();
followLocation();
const room = document.getElementById("page");
if (room !== null) render(<Frame places={[...places, { name: "timeline", key: "t", title: "Timeline", of: "rollout", component: Measured }]} />, room);
