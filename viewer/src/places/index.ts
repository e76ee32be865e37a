// The places of the page, in the order of the navigation. A place is plugged in here, by one line, and nowhere else.

import type { Place } from "./place.ts";
import { BundlesPlace } from "./bundles.tsx";
import { ObjectPlace } from "./object.tsx";
import { OverviewPlace } from "./overview.tsx";

export const PLACES: ReadonlyArray<Place> = [
  { name: "bundles", key: "b", title: "Bundles", of: "bundles", component: BundlesPlace },
  { name: "overview", key: "o", title: "Overview", of: "rollout", component: OverviewPlace },
  { name: "object", key: null, title: "Object", of: "rollout", component: ObjectPlace },
];

/** What the side panel shows of the object that is selected. */
export { ObjectDetailsOf as SelectedObject } from "./object.tsx";
