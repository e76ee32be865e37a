// For what shows a list without a table that says what of it is in view: the first page is fetched, and what follows it
// when it is asked for.

import { type Pages, useBeginning } from "../asking.ts";
import { counted } from "../parts/format.ts";
import { Failed } from "../parts/notice.tsx";

export function useFirstPage<Entry>(pages: Pages<Entry>): ReadonlyArray<Entry> {
  useBeginning(pages);
  const known: Entry[] = [];
  for (let entry = pages.at(0); entry !== undefined; entry = pages.at(known.length)) known.push(entry);
  return known;
}

/** What is said below a list that is not there as a whole, and what fetches more of it. */
export function More<Entry>({ pages, known, noun }: { pages: Pages<Entry>; known: number; noun: string }) {
  if (pages.error !== undefined) return <Failed sentence={pages.error} retry={pages.retry} />;
  const missing = (pages.total ?? 0) - known;
  if (missing <= 0) return null;
  return (
    <button type="button" class="link" onClick={() => pages.need(known, known)}>
      show more ({counted(missing, `more ${noun}`)})
    </button>
  );
}
