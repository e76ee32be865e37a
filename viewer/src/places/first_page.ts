// For what shows a list without a table that says what of it is in view: the first page is fetched.

import { useEffect } from "preact/hooks";
import type { Pages } from "../asking.ts";

export function useFirstPage<Entry>(pages: Pages<Entry>): ReadonlyArray<Entry> {
  useEffect(() => {
    if (pages.total === null) pages.need(0, 0);
  }, [pages.key, pages.total]);
  const known: Entry[] = [];
  for (let index = 0; index < (pages.total ?? 0); index += 1) {
    const entry = pages.at(index);
    if (entry !== undefined) known.push(entry);
  }
  return known;
}
