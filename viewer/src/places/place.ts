// What a place of the page is. The list of them is in `index.ts`.

import type { ComponentType } from "preact";
import type { Address } from "../address.ts";

export interface PlaceProps {
  readonly address: Address;
}

export interface Place {
  /** Its word in addresses. */
  readonly name: string;
  /** The key that leads there after `g`; null for a place that one gets to by something else, which is not in the navigation. */
  readonly key: string | null;
  readonly title: string;
  /** Whether it is about the bundles of the root, or about one rollout. */
  readonly of: "bundles" | "rollout";
  readonly component: ComponentType<PlaceProps>;
}
