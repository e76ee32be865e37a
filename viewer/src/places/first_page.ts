// For what shows a list without a table that says what of it is in view: the first page is fetched, and what follows it
// when it is asked for.

import { type Pages, useBeginning } from "../asking.ts";

export function useFirstPage<Entry>(pages: Pages<Entry>): ReadonlyArray<Entry> {
  useBeginning(pages);
  const known: Entry[] = [];
  for (let entry = pages.at(0); entry !== undefined; entry = pages.at(known.length)) known.push(entry);
  return known;
}
