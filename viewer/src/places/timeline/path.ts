// The critical path as segments of rows, in columns and in order of time. Pure.

import type { PathStep } from "../../interface.ts";
import { AGENT_HEIGHT, FOLDED_HEIGHT, type Lanes } from "./lanes.ts";
import type { Spans } from "./spans.ts";

export interface PathSegments {
  /** 0, 1, 2, …: the columns are in order. */
  readonly order: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Where the row of each is, and how high; a step without work is a line of height 0. */
  readonly top: Float64Array;
  readonly height: Float64Array;
}

export function segmentsOf(steps: ReadonlyArray<PathStep>, spans: Spans, lanes: Lanes): PathSegments {
  const places = steps.map((step) => placeOf(step, spans, lanes));
  return {
    order: Int32Array.from(steps, (_, index) => index),
    start: Float64Array.from(steps, (step) => step.started_at_unix_ms),
    end: Float64Array.from(steps, (step) => step.started_at_unix_ms + step.duration_ms),
    top: Float64Array.from(places, ([top]) => top),
    height: Float64Array.from(places, ([, height]) => height),
  };
}

function placeOf({ activity, thread_id }: PathStep, spans: Spans, lanes: Lanes): readonly [number, number] {
  const number = activity === null ? -1 : spans.numberOf({ kind: activity.kind, object_id: activity.object_id });
  const row = number < 0 ? undefined : lanes.rows[lanes.rowOf[number] ?? -1];
  if (row !== undefined) return [row.top, row.height];
  const lane = lanes.lanes[lanes.laneOf.get(spans.threadNumber(thread_id)) ?? -1];
  return [lane === undefined ? 0 : lane.top + (lane.isFolded ? FOLDED_HEIGHT : AGENT_HEIGHT) / 2, 0];
}
