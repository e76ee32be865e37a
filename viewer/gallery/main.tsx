// The gallery: the page as it is, over made-up answers, with one more place that shows every part with all kinds of contents.

import { render } from "preact";
import { AskerContext } from "../src/asking.ts";
import { Frame } from "../src/frame/frame.tsx";
import { followLocation } from "../src/location.ts";
import { PLACES } from "../src/places/index.ts";
import type { Place } from "../src/places/place.ts";
import { Asker } from "../src/source.ts";
import { applyTheme } from "../src/theme.ts";
import "../src/style/all.css";
import { MadeUpSource } from "./answers.ts";
import { Gallery, RolloutGallery } from "./gallery.tsx";

const places: ReadonlyArray<Place> = [
  ...PLACES,
  { name: "gallery", key: "y", title: "Gallery", of: "bundles", component: Gallery },
  { name: "lists", key: "z", title: "Gallery of lists", of: "rollout", component: RolloutGallery },
];

applyTheme();
followLocation();
const page = document.getElementById("page");
if (page !== null) {
  render(
    <AskerContext.Provider value={new Asker(new MadeUpSource())}>
      <Frame places={places} />
    </AskerContext.Provider>,
    page,
  );
}
