// The places one can go to from here, with the keys that lead there.

import { useEffect, useRef } from "preact/hooks";
import { type Address, hashOf } from "../address.ts";
import { changed, useAddress } from "../location.ts";
import type { Place } from "../places/place.ts";

export function Navigation({ places }: { places: ReadonlyArray<Place> }) {
  const address = useAddress();
  const navigation = useRef<HTMLElement>(null);
  useEffect(() => {
    navigation.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [address.place]);
  const listed = places.filter((place) => place.key !== null && (place.of === "bundles" || address.bundle !== null));
  const groups = (["bundles", "rollout"] as const)
    .map((of) => listed.filter((place) => place.of === of))
    .filter((group) => group.length > 0);
  return (
    <nav ref={navigation} class="frame-navigation" aria-label="Places">
      {groups.map((group) => (
        <ul key={group[0]?.of}>
          {group.map((place) => (
            <li key={place.name}>
              <a href={hrefOf(place, address)} aria-current={place.name === address.place ? "page" : undefined}>
                <span>{place.title}</span>
                <kbd aria-hidden="true">g {place.key}</kbd>
              </a>
            </li>
          ))}
        </ul>
      ))}
    </nav>
  );
}

function hrefOf(place: Place, address: Address): string {
  if (place.of === "bundles") return hashOf(changed({ bundle: null, place: place.name, object: null, options: {} }, address));
  return hashOf(changed({ place: place.name, object: null, options: {} }, address));
}
