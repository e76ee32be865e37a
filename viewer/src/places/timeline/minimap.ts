// The whole rollout as a strip: how much went on when, where something went wrong, and which part of it is seen.

import type { ObjectKind } from "../../interface.ts";
import type { Palette } from "./palette.ts";
import { FAILED, type Spans, UNFINISHED } from "./spans.ts";
import { type Extent, LEAST_SPAN, type Viewport, fitted, limited, momentAt, xOf } from "./viewport.ts";

export const MINIMAP_HEIGHT = 44;
/** How near to an edge of the window one must be to take hold of it, in pixels. */
const EDGE = 6;
const LEAST_WINDOW = 8;

/** What went on, by columns of a strip. */
export interface Density {
  /** How many requests, and how many tools, were at work, on average. */
  readonly model: Float32Array;
  readonly tools: Float32Array;
  /** The worst that began in it: `FAILED`, `UNFINISHED`, or 0. */
  readonly faults: Uint8Array;
  /** The most that was at work at once in a column. */
  readonly most: number;
}

const MODEL: ReadonlySet<ObjectKind> = new Set(["inference_call", "compaction_request"]);
const TOOLS: ReadonlySet<ObjectKind> = new Set(["tool_call", "code_cell"]);

/** Pure. */
export function densityOf(spans: Spans, whole: Viewport): Density {
  const columns = Math.max(1, Math.ceil(whole.width));
  const model = new Float32Array(columns + 1);
  const tools = new Float32Array(columns + 1);
  const faults = new Uint8Array(columns);
  for (let number = 0; number < spans.size; number++) {
    if (spans.isMoment[number] === 1) continue;
    const kind = spans.kindOf(number);
    const left = Math.max(0, Math.min(columns, xOf(whole, spans.start[number] as number)));
    const look = spans.look[number] as number;
    const column = Math.min(columns - 1, Math.floor(left));
    if ((look === FAILED || look === UNFINISHED) && look > (faults[column] as number)) faults[column] = look;
    const counted = MODEL.has(kind) ? model : TOOLS.has(kind) ? tools : undefined;
    if (counted !== undefined) cover(counted, left, Math.max(left, Math.min(columns, xOf(whole, spans.end[number] as number))));
  }
  const most = Math.max(accumulate(model), accumulate(tools), 1);
  return { model: model.subarray(0, columns), tools: tools.subarray(0, columns), faults, most };
}

/** Adds a span from `left` to `right` to the differences of neighbouring columns, so that its length does not matter. */
function cover(differences: Float32Array, left: number, right: number): void {
  step(differences, left, 1);
  step(differences, right, -1);
}

/** From here on one more (or less), the column itself in part. */
function step(differences: Float32Array, at: number, by: number): void {
  const column = Math.min(differences.length - 1, Math.floor(at));
  const share = 1 - (at - column);
  differences[column] = (differences[column] as number) + by * share;
  if (column + 1 < differences.length) differences[column + 1] = (differences[column + 1] as number) + by * (1 - share);
}

function accumulate(differences: Float32Array): number {
  let sum = 0;
  let most = 0;
  for (let column = 0; column < differences.length; column++) {
    sum += differences[column] as number;
    differences[column] = sum;
    if (sum > most) most = sum;
  }
  return most;
}

export function drawMinimap(context: CanvasRenderingContext2D, density: Density, seen: Viewport, extent: Extent, palette: Palette): void {
  const width = seen.width;
  const height = MINIMAP_HEIGHT;
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, width, height);
  const { left, right } = windowOf(seen, extent);
  context.fillStyle = palette.window;
  context.fillRect(left, 0, right - left, height);
  const half = (height - 8) / 2;
  const scale = half / Math.sqrt(density.most);
  for (let column = 0; column < density.model.length; column++) {
    const model = Math.sqrt(Math.max(0, density.model[column] as number)) * scale;
    const tools = Math.sqrt(Math.max(0, density.tools[column] as number)) * scale;
    if (model > 0.3) {
      context.fillStyle = palette.model;
      context.fillRect(column, 5 + half - model, 1, model);
    }
    if (tools > 0.3) {
      context.fillStyle = palette.tool;
      context.fillRect(column, 6 + half, 1, tools);
    }
  }
  for (let column = 0; column < density.faults.length; column++) {
    const fault = density.faults[column] as number;
    if (fault === 0) continue;
    context.fillStyle = fault === FAILED ? palette.failed : palette.unfinished;
    context.fillRect(column, 0, 1, 4);
  }
  context.fillStyle = palette.accent;
  context.fillRect(left, 0, 1, height);
  context.fillRect(right - 1, 0, 1, height);
  context.fillRect(left - 1, height / 2 - 7, 3, 14);
  context.fillRect(right - 2, height / 2 - 7, 3, 14);
  context.fillStyle = palette.line;
  context.fillRect(0, 0, width, 1);
}

/** Where the window lies on the strip, in pixels. */
export function windowOf(seen: Viewport, extent: Extent): { left: number; right: number } {
  const whole = fitted(extent, seen.width);
  const left = Math.round(xOf(whole, seen.start));
  return { left, right: Math.max(left + 2, Math.round(xOf(whole, seen.end))) };
}

export type Grip = "left" | "right" | "whole" | "beside";

/** What one takes hold of at a place of the strip. */
export function gripAt(seen: Viewport, extent: Extent, x: number): Grip {
  const { left, right } = windowOf(seen, extent);
  // A window too narrow for three grips can only be moved; beside it, its edges can be taken.
  const inner = right - left >= LEAST_WINDOW + 2 * EDGE ? EDGE : 0;
  if (x >= left - EDGE && x < left + inner) return "left";
  if (x <= right + EDGE && x > right - inner) return "right";
  return x >= left && x <= right ? "whole" : "beside";
}

/** The window after a grip was dragged by pixels of the strip, from where it was when it was taken. */
export function dragged(seen: Viewport, extent: Extent, grip: Grip, pixels: number): Viewport {
  const whole = fitted(extent, seen.width);
  const by = (pixels * (whole.end - whole.start)) / whole.width;
  if (grip === "left") return limited({ ...seen, start: Math.min(Math.max(whole.start, seen.start + by), seen.end - LEAST_SPAN) }, extent);
  if (grip === "right") return limited({ ...seen, end: Math.max(Math.min(whole.end, seen.end + by), seen.start + LEAST_SPAN) }, extent);
  return limited({ ...seen, start: seen.start + by, end: seen.end + by }, extent);
}

/** The window around the moment at a place of the strip. */
export function centred(seen: Viewport, extent: Extent, x: number): Viewport {
  const middle = momentAt(fitted(extent, seen.width), x);
  const half = (seen.end - seen.start) / 2;
  return limited({ ...seen, start: middle - half, end: middle + half }, extent);
}
