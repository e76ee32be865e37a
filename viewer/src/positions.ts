// Where what scrolls was left, by its name and the entry of the browser's history, so that Back, Forward and Reload find it
// there. The browser keeps it for this tab; of entries that are far behind it is forgotten.

import { currentEntry } from "./location.ts";
import { keep, kept } from "./storage.ts";

const NAME = "positions";
const MOST_KEPT = 300;

/** What was kept last stands last. */
let positions: Map<string, string> | undefined;

/** Where it was left; null if it was not shown in this entry of the history. */
export function positionOf(name: string): string | null {
  return known().get(keyOf(name)) ?? null;
}

/** Keep where it stands now. */
export function keepPosition(name: string, position: string): void {
  const all = known();
  all.delete(keyOf(name));
  all.set(keyOf(name), position);
  for (const oldest of all.keys()) {
    if (all.size <= MOST_KEPT) break;
    all.delete(oldest);
  }
  keep(NAME, JSON.stringify([...all]), "session");
}

function known(): Map<string, string> {
  positions ??= new Map(readPositions());
  return positions;
}

function readPositions(): [string, string][] {
  try {
    return JSON.parse(kept(NAME, "session") ?? "[]") as [string, string][];
  } catch {
    return []; // another version of the page, or another file, has written there
  }
}

function keyOf(name: string): string {
  return `${currentEntry()} ${name}`;
}
