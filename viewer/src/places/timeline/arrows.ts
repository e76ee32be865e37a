// What passed between agents, as arrows from row to row, in columns and in order of time. Pure.

import type { Passage } from "../../interface.ts";
import { AGENT_HEIGHT, AXIS_HEIGHT, FOLDED_HEIGHT, type Lanes } from "./lanes.ts";
import type { Spans } from "./spans.ts";

export interface Arrows {
  readonly count: number;
  /** When, in Unix milliseconds. */
  readonly at: Float64Array;
  /** The middle of the rows from which and to which each goes, in pixels from the top of all lanes. */
  readonly from: Float32Array;
  readonly to: Float32Array;
  /** The passage that each shows. */
  readonly passages: ReadonlyArray<Passage>;
}

/** Arrows of the passages of which both ends are in a lane. */
export function arrowsOf(passages: ReadonlyArray<Passage>, spans: Spans, lanes: Lanes): Arrows {
  const shown = passages
    .map((passage) => ({ passage, from: endOf(passage.source, passage.sender, spans, lanes), to: endOf(passage.target, passage.receiver, spans, lanes) }))
    .filter(({ from, to }) => from !== null && to !== null && from !== to)
    .sort((left, right) => left.passage.at_unix_ms - right.passage.at_unix_ms);
  return {
    count: shown.length,
    at: Float64Array.from(shown, ({ passage }) => passage.at_unix_ms),
    from: Float32Array.from(shown, ({ from }) => from ?? 0),
    to: Float32Array.from(shown, ({ to }) => to ?? 0),
    passages: shown.map(({ passage }) => passage),
  };
}

/** The row of the work from which something goes, or to which; else that of the agent. */
function endOf(ref: Passage["source"], thread: string | null, spans: Spans, lanes: Lanes): number | null {
  const number = ref.kind === "tool_call" ? spans.numberOf(ref) : -1;
  const row = number < 0 ? undefined : lanes.rows[lanes.rowOf[number] ?? -1];
  if (row !== undefined) return row.top + row.height / 2;
  const place = thread === null ? undefined : lanes.laneOf.get(spans.threadNumber(thread));
  const lane = place === undefined ? undefined : lanes.lanes[place];
  return lane === undefined ? null : lane.top + (lane.isFolded ? FOLDED_HEIGHT : AGENT_HEIGHT) / 2;
}

/** The first arrow at or after a moment. */
export function firstArrowAt(arrows: Arrows, moment: number): number {
  let low = 0;
  let high = arrows.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((arrows.at[middle] as number) < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The middle of an end of an arrow on the canvas. */
export function arrowY(height: number, scrollTop: number): number {
  return height - scrollTop + AXIS_HEIGHT;
}
