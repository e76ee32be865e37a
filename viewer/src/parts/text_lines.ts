// How two texts differ, line by line and within lines, as rows to be shown. Pure.

import { diffLines, diffWordsWithSpace } from "diff";

/** A stretch of a line; `isOther` if the other side has not got it. */
export interface Stretch {
  readonly text: string;
  readonly isOther: boolean;
}

export interface DifferenceLine {
  readonly kind: "same" | "removed" | "added";
  /** From 1, on the side that has the line; null on the other. */
  readonly before: number | null;
  readonly after: number | null;
  readonly stretches: ReadonlyArray<Stretch>;
}

/** Lines that are shown, or so many that are the same and far from any difference. */
export type DifferenceRow = DifferenceLine | { readonly kind: "folded"; readonly lines: ReadonlyArray<DifferenceLine> };

/** Of a comparison as a whole, in which the page does nothing else. */
const LONGEST_MS = 1_000;
const LONGEST_LINE = 2_000;
const CONTEXT = 3;
/** Fewer lines than these are not folded: the words would take as much room. */
const LEAST_FOLDED = 4;

/** The lines of both texts; null if they differ so much that comparing them takes too long. */
export function differenceLines(before: string, after: string): ReadonlyArray<DifferenceLine> | null {
  const deadline = performance.now() + LONGEST_MS;
  const changes = diffLines(before, after, { timeout: LONGEST_MS });
  if (changes === undefined) return null;
  const lines: DifferenceLine[] = [];
  let [left, right] = [0, 0];
  for (let at = 0; at < changes.length; at++) {
    const change = changes[at];
    if (change === undefined) break;
    const next = changes[at + 1];
    if (change.removed && next?.added === true) {
      const [removed, added] = [linesOf(change.value), linesOf(next.value)];
      const pairs = removed.length === added.length ? removed.map((line, index) => wordsOf(line, added[index] ?? "", deadline - performance.now())) : [];
      for (const [index, text] of removed.entries()) {
        lines.push({ kind: "removed", before: ++left, after: null, stretches: pairs[index]?.[0] ?? [{ text, isOther: false }] });
      }
      for (const [index, text] of added.entries()) {
        lines.push({ kind: "added", before: null, after: ++right, stretches: pairs[index]?.[1] ?? [{ text, isOther: false }] });
      }
      at += 1;
      continue;
    }
    for (const text of linesOf(change.value)) {
      const stretches = [{ text, isOther: false }];
      if (change.removed) lines.push({ kind: "removed", before: ++left, after: null, stretches });
      else if (change.added) lines.push({ kind: "added", before: null, after: ++right, stretches });
      else lines.push({ kind: "same", before: ++left, after: ++right, stretches });
    }
  }
  return lines;
}

/** The lines with what is the same folded, but for a few lines around each difference. */
export function folded(lines: ReadonlyArray<DifferenceLine>): ReadonlyArray<DifferenceRow> {
  const rows: DifferenceRow[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    if (line === undefined) break;
    if (line.kind !== "same") {
      rows.push(line);
      at += 1;
      continue;
    }
    let end = at;
    while (lines[end]?.kind === "same") end += 1;
    const foldFrom = at === 0 ? 0 : at + CONTEXT;
    const foldTo = end === lines.length ? end : end - CONTEXT;
    if (foldTo - foldFrom < LEAST_FOLDED) {
      rows.push(...lines.slice(at, end));
    } else {
      rows.push(...lines.slice(at, foldFrom), { kind: "folded", lines: lines.slice(foldFrom, foldTo) }, ...lines.slice(foldTo, end));
    }
    at = end;
  }
  return rows;
}

function linesOf(text: string): string[] {
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

/** The stretches of two lines; undefined if there is no time to compare them. */
function wordsOf(before: string, after: string, timeout: number): readonly [ReadonlyArray<Stretch>, ReadonlyArray<Stretch>] | undefined {
  if (before.length > LONGEST_LINE || after.length > LONGEST_LINE || timeout <= 0) return undefined;
  const changes = diffWordsWithSpace(before, after, { timeout });
  if (changes === undefined) return undefined;
  return [
    changes.filter((change) => !change.added).map((change) => ({ text: change.value, isOther: change.removed })),
    changes.filter((change) => !change.removed).map((change) => ({ text: change.value, isOther: change.added })),
  ];
}
