// What is at a point of the canvas, and what is next to it for those who go by keys. Pure.

import { type Arrows, arrowY, firstArrowAt } from "./arrows.ts";
import { type Scene, barOf } from "./draw.ts";
import { AXIS_HEIGHT, type Lanes, type Row, firstEndingAfter, firstLaneBelow } from "./lanes.ts";
import type { Spans } from "./spans.ts";
import { type Viewport, momentAt } from "./viewport.ts";

export type Hit = { readonly span: number } | { readonly arrow: number } | null;
/** How far beside a thing one may point, in pixels. */
const NEAR = 4;

type Seen = Pick<Scene, "spans" | "lanes" | "arrows" | "viewport" | "scrollTop">;

/** The entry or the arrow at a point; entries come first, those that lie above others before these. */
export function hitAt(seen: Seen, x: number, y: number): Hit {
  if (y < AXIS_HEIGHT) return null;
  const { spans, lanes, viewport, scrollTop } = seen;
  const inLanes = y - AXIS_HEIGHT + scrollTop;
  const lane = lanes.lanes[firstLaneBelow(lanes.lanes, inLanes)];
  const rows = lane === undefined || lane.top > inLanes ? [] : lane.rows.filter((row) => row.top <= inLanes && row.top + row.height > inLanes);
  const arrow = arrowAt(seen.arrows, viewport, scrollTop, x, y);
  for (const row of rows) {
    const moment = nearest(spans, row.moments, viewport, x, NEAR);
    if (moment >= 0) return { span: moment };
  }
  if (arrow >= 0) return { arrow };
  for (const row of rows.reverse()) {
    const [inset, height] = barOf(row, lane?.isFolded ?? false);
    if (lane?.isFolded === true && (inLanes < row.top + inset || inLanes > row.top + inset + height)) continue;
    const found = nearest(spans, row.spans, viewport, x, row.group === "agent" ? 0 : 2);
    if (found >= 0) return { span: found };
  }
  return null;
}

function nearest(spans: Spans, numbers: Int32Array, viewport: Viewport, x: number, near: number): number {
  const [from, at, until] = [momentAt(viewport, x - near), momentAt(viewport, x), momentAt(viewport, x + near)];
  let found = -1;
  let least = Infinity;
  for (let place = firstEndingAfter(numbers, spans.end, from); place < numbers.length; place++) {
    const number = numbers[place] as number;
    const start = spans.start[number] as number;
    if (start > until) break;
    const distance = Math.max(0, start - at, at - (spans.end[number] as number));
    if (distance < least) {
      least = distance;
      found = number;
    }
  }
  return found;
}

function arrowAt(arrows: Arrows, viewport: Viewport, scrollTop: number, x: number, y: number): number {
  const until = momentAt(viewport, x + NEAR);
  for (let place = firstArrowAt(arrows, momentAt(viewport, x - NEAR)); place < arrows.count; place++) {
    if ((arrows.at[place] as number) > until) break;
    const from = arrowY(arrows.from[place] as number, scrollTop);
    const to = arrowY(arrows.to[place] as number, scrollTop);
    if (y >= Math.min(from, to) - NEAR && y <= Math.max(from, to) + NEAR) return place;
  }
  return -1;
}

/** The entry before (-1) or after (1) another in its lane, in order of time; -1 if there is none. */
export function besideInLane(spans: Spans, lanes: Lanes, number: number, direction: -1 | 1): number {
  const lane = lanes.lanes[lanes.laneOf.get(spans.thread[number] as number) ?? -1];
  let found = -1;
  for (const row of lane?.rows ?? []) {
    for (const numbers of [row.spans, row.moments]) {
      for (const other of numbers) {
        if (isBefore(spans, number, other) === (direction > 0) && other !== number && (found < 0 || isBefore(spans, other, found) === (direction > 0))) {
          found = other;
        }
      }
    }
  }
  return found;
}

function isBefore(spans: Spans, left: number, right: number): boolean {
  const difference = (spans.start[left] as number) - (spans.start[right] as number);
  return difference < 0 || (difference === 0 && left < right);
}

/** The entry of the next row with entries above (-1) or below (1) that is nearest in time; -1 if there is none. */
export function acrossRows(spans: Spans, lanes: Lanes, number: number, direction: -1 | 1): number {
  const moment = spans.start[number] as number;
  for (let place = (lanes.rowOf[number] as number) + direction; place >= 0 && place < lanes.rows.length; place += direction) {
    const row = lanes.rows[place] as Row;
    const found = nearestInRow(spans, row, moment);
    if (found >= 0) return found;
  }
  return -1;
}

function nearestInRow(spans: Spans, row: Row, moment: number): number {
  let found = -1;
  let least = Infinity;
  for (const numbers of [row.spans, row.moments]) {
    const place = firstEndingAfter(numbers, spans.end, moment);
    for (const number of [numbers[place - 1], numbers[place]]) {
      if (number === undefined) continue;
      const distance = Math.max(0, (spans.start[number] as number) - moment, moment - (spans.end[number] as number));
      if (distance < least) {
        least = distance;
        found = number;
      }
    }
  }
  return found;
}
