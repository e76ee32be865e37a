// Draws the timeline on a canvas: axis, rows of work, moments, arrows, the critical path, what is pointed at.
//
// Owns how things look, and that a frame costs no more than what is seen: rows out of view are not looked at, in a row
// the first span in view is found by halving, and spans thinner than two pixels are drawn as one as long as they touch.
// The loops over spans make no objects. What is drawn where is for `lanes.ts`, `arrows.ts` and `viewport.ts` to say.

import { type Arrows, arrowY, firstArrowAt } from "./arrows.ts";
import type { Labels } from "./labels.ts";
import { AXIS_HEIGHT, GROUPS, type Lanes, type Row, firstEndingAfter, firstLaneBelow } from "./lanes.ts";
import type { Palette } from "./palette.ts";
import type { PathSegments } from "./path.ts";
import { FAILED, LOOKS, RUNNING, type Spans, UNFINISHED } from "./spans.ts";
import { type Viewport, tickStep, tickText, xOf } from "./viewport.ts";

/** Spans narrower than this have no words. */
const LEAST_LABEL = 44;
const TICK_PIXELS = 92;
const MARK = 4;
const OPEN_END = 10;
/** Spans narrower than this have no edge. */
const LEAST_EDGE = 5;
const PATH_GAP = 4;
const LEAST_FRAME = 8;
/** Arrows cross rows that they are not about; what is below must be seen through them. */
const ARROW_ALPHA = 0.65;

export interface Scene {
  readonly spans: Spans;
  readonly lanes: Lanes;
  readonly arrows: Arrows;
  /** The critical path, if it is to be seen. */
  readonly path: PathSegments | null;
  readonly viewport: Viewport;
  readonly scrollTop: number;
  readonly height: number;
  /** What the times of the axis count from, in Unix milliseconds. */
  readonly origin: number;
  /** Numbers of spans; -1 for none. */
  readonly hovered: number;
  readonly cursor: number;
  readonly selected: number;
  /** Places of arrows; -1 for none. */
  readonly hoveredArrow: number;
  readonly selectedArrow: number;
  /** Where the pointer is, for the line through all lanes; null if it is elsewhere. */
  readonly pointerX: number | null;
}

export function draw(context: CanvasRenderingContext2D, scene: Scene, palette: Palette, labels: Labels): void {
  const { viewport, height, lanes, scrollTop } = scene;
  context.font = palette.font;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.direction = "ltr";
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, viewport.width, height);
  drawGrid(context, scene, palette);
  const bottom = scrollTop + height - AXIS_HEIGHT;
  for (let place = firstLaneBelow(lanes.lanes, scrollTop); place < lanes.lanes.length; place++) {
    const lane = lanes.lanes[place];
    if (lane === undefined || lane.top > bottom) break;
    context.fillStyle = palette.line;
    context.fillRect(0, Math.round(lane.top + lane.height + 3 - scrollTop + AXIS_HEIGHT), viewport.width, 1);
    for (const row of lane.rows) {
      if (row.top <= bottom && row.top + row.height >= scrollTop) drawRow(context, scene, row, lane.isFolded, palette, labels);
    }
    for (const row of lane.rows) {
      if (row.moments.length > 0 && row.top <= bottom && row.top + row.height >= scrollTop) drawMoments(context, scene, row, lane.isFolded, palette);
    }
  }
  drawArrows(context, scene, palette);
  if (scene.path !== null) drawPath(context, scene, scene.path, palette);
  outline(context, scene, scene.hovered, palette.textQuiet, 1);
  outline(context, scene, scene.selected, palette.accent, 2);
  outline(context, scene, scene.cursor, palette.focus, 2);
  drawAxis(context, scene, palette);
}

function drawGrid(context: CanvasRenderingContext2D, { viewport, height, origin, pointerX }: Scene, palette: Palette): void {
  const step = tickStep(viewport, TICK_PIXELS);
  context.fillStyle = palette.line;
  for (let passed = Math.max(0, Math.ceil((viewport.start - origin) / step) * step); passed <= viewport.end - origin; passed += step) {
    context.fillRect(Math.round(xOf(viewport, origin + passed)), AXIS_HEIGHT, 1, height);
  }
  if (pointerX !== null) {
    context.fillStyle = palette.lineStrong;
    context.fillRect(Math.round(pointerX), AXIS_HEIGHT, 1, height);
  }
}

function drawAxis(context: CanvasRenderingContext2D, { viewport, origin }: Scene, palette: Palette): void {
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, viewport.width, AXIS_HEIGHT);
  context.fillStyle = palette.line;
  context.fillRect(0, AXIS_HEIGHT - 1, viewport.width, 1);
  const step = tickStep(viewport, TICK_PIXELS);
  for (let passed = Math.max(0, Math.ceil((viewport.start - origin) / step) * step); passed <= viewport.end - origin; passed += step) {
    const x = Math.round(xOf(viewport, origin + passed));
    context.fillStyle = palette.lineStrong;
    context.fillRect(x, AXIS_HEIGHT - 7, 1, 6);
    context.fillStyle = palette.textQuiet;
    context.fillText(tickText(passed, step), x + 4, AXIS_HEIGHT / 2);
  }
}

function drawRow(context: CanvasRenderingContext2D, scene: Scene, row: Row, isFolded: boolean, palette: Palette, labels: Labels): void {
  const { spans, viewport, scrollTop } = scene;
  const { start, end, look } = spans;
  const colours = GROUPS.indexOf(row.group) * LOOKS.length;
  const scale = viewport.width / (viewport.end - viewport.start);
  const [inset, height] = barOf(row, isFolded);
  const y = Math.round(row.top - scrollTop + AXIS_HEIGHT + inset);
  const hasLabels = height >= 12 && row.group !== "agent" && !(isFolded && row.group === "turns");
  // Thin spans that touch, drawn as one: from pixel `from` to `until`, all of the same look.
  let from = 0;
  let until = 0;
  let worst = 0;
  for (let place = firstEndingAfter(row.spans, end, viewport.start); place < row.spans.length; place++) {
    const number = row.spans[place] as number;
    const began = start[number] as number;
    if (began > viewport.end) break;
    const left = (began - viewport.start) * scale;
    const right = ((end[number] as number) - viewport.start) * scale;
    const how = look[number] as number;
    if (right - left < 2) {
      const pixel = Math.floor(left);
      if (until > from && pixel < until) {
        if (how <= worst) continue;
        if (until - from > 1) thin(context, palette, colours, worst, from, until - 1, y, height);
        from = until - 1;
        worst = how;
      } else if (until > from && pixel === until && how === worst) {
        until += 1;
      } else {
        thin(context, palette, colours, worst, from, until, y, height);
        from = pixel;
        until = pixel + 1;
        worst = how;
      }
      continue;
    }
    thin(context, palette, colours, worst, from, until, y, height);
    from = until = 0;
    wide(context, palette, colours, how, left, right, y, height, viewport.width, spans.isOpen(number));
    const shownLeft = Math.max(left, 0) + 5;
    const room = Math.min(right, viewport.width) - shownLeft - 4;
    if (hasLabels && how >= UNFINISHED && room < LEAST_LABEL && room >= 5) sign(context, palette, how, shownLeft - 1, y + height / 2);
    if (hasLabels && room >= LEAST_LABEL) {
      const signed = how > 1 ? sign(context, palette, how, shownLeft, y + height / 2) : 0;
      const text = labels.fitting(number, room - signed - (spans.isOpen(number) ? OPEN_END : 0));
      if (text !== null) {
        context.fillStyle = palette.text;
        context.fillText(text, shownLeft + signed, y + height / 2 + 0.5);
      }
    }
  }
  thin(context, palette, colours, worst, from, until, y, height);
}

/** How far below the top of its row a bar begins, and how high it is. */
export function barOf(row: Row, isFolded: boolean): readonly [number, number] {
  if (row.group === "agent") return isFolded ? [row.height - 4, 3] : [row.height / 2 - 2, 4];
  // In a folded lane, what the model does is above, what tools do below, and the turn behind both.
  if (isFolded) return row.group === "turns" ? [1, row.height - 7] : row.group === "requests" || row.group === "compactions" ? [2, 12] : [16, 12];
  return [2, row.height - 3];
}

function thin(context: CanvasRenderingContext2D, palette: Palette, colours: number, look: number, from: number, until: number, y: number, height: number): void {
  if (until <= from) return;
  context.fillStyle = palette.edge[colours + look] as string;
  // A fault stands out of its row, so that the colour does not say it alone.
  if (look >= UNFINISHED) context.fillRect(from, y - 1, until - from, height + 2);
  else context.fillRect(from, y, until - from, height);
}

function wide(
  context: CanvasRenderingContext2D,
  palette: Palette,
  colours: number,
  look: number,
  left: number,
  right: number,
  y: number,
  height: number,
  width: number,
  isOpen: boolean,
): void {
  const x = Math.round(Math.max(left, -4));
  const last = Math.round(Math.min(right, width + 4 + OPEN_END));
  const room = Math.max(1, last - x - (last - x > 3 ? 1 : 0));
  const isLow = height < 8 || right - left < LEAST_EDGE;
  context.fillStyle = (isLow ? palette.edge : palette.fill)[colours + look] as string;
  if (isOpen && room > 2 * OPEN_END) {
    // An open end: the bar falls apart into strips.
    context.fillRect(x, y, room - OPEN_END, height);
    context.fillRect(x + room - 9, y, 3, height);
    context.fillRect(x + room - 5, y, 2, height);
    context.fillRect(x + room - 1, y, 1, height);
  } else {
    context.fillRect(x, y, room, height);
  }
  if (isLow) return;
  context.fillStyle = palette.edge[colours + look] as string;
  context.fillRect(x, y, room > 6 ? 2 : 1, height);
}

/** The sign of an outcome that is not quiet, so that the colour does not say it alone. Answers how wide it is. */
function sign(context: CanvasRenderingContext2D, palette: Palette, look: number, x: number, middle: number): number {
  context.lineWidth = 1.6;
  context.beginPath();
  if (look === FAILED) {
    context.strokeStyle = palette.failed;
    context.moveTo(x, middle - 3);
    context.lineTo(x + 6, middle + 3);
    context.moveTo(x + 6, middle - 3);
    context.lineTo(x, middle + 3);
  } else if (look === UNFINISHED) {
    context.strokeStyle = palette.unfinished;
    context.moveTo(x, middle);
    context.lineTo(x + 6, middle);
  } else if (look === RUNNING) {
    context.strokeStyle = palette.running;
    context.arc(x + 3, middle, 2.4, 0, 2 * Math.PI);
  }
  context.stroke();
  return 10;
}

function drawMoments(context: CanvasRenderingContext2D, scene: Scene, row: Row, isFolded: boolean, palette: Palette): void {
  const { spans, viewport, scrollTop } = scene;
  const middle = Math.round(row.top - scrollTop + AXIS_HEIGHT + momentY(row, isFolded));
  const size = isFolded ? 3 : MARK;
  const least = isFolded ? 8 : MARK;
  const colours = GROUPS.indexOf(row.group) * LOOKS.length;
  const scale = viewport.width / (viewport.end - viewport.start);
  const margin = MARK / scale;
  let last = -Infinity;
  for (let place = firstEndingAfter(row.moments, spans.end, viewport.start - margin); place < row.moments.length; place++) {
    const number = row.moments[place] as number;
    const moment = spans.start[number] as number;
    if (moment > viewport.end + margin) break;
    const x = (moment - viewport.start) * scale;
    if (x - last < least) continue; // nearer ones are one mark until somebody zooms in
    last = x;
    context.fillStyle = spans.kindOf(number) === "raw_payload" ? palette.unfinished : (palette.edge[colours + (spans.look[number] as number)] as string);
    context.strokeStyle = palette.ground;
    context.lineWidth = 1;
    diamond(context, x, middle, size);
    context.fill();
    context.stroke();
  }
}

/** How far below the top of its row a moment stands. */
function momentY(row: Row, isFolded: boolean): number {
  const [inset, height] = barOf(row, isFolded);
  return row.group === "agent" && isFolded ? inset - 2 : inset + height / 2;
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  context.beginPath();
  context.moveTo(x - size, y);
  context.lineTo(x, y - size);
  context.lineTo(x + size, y);
  context.lineTo(x, y + size);
  context.closePath();
}

function drawArrows(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { arrows, viewport, scrollTop, height } = scene;
  const scale = viewport.width / (viewport.end - viewport.start);
  const margin = 6 / scale;
  context.strokeStyle = palette.arrow;
  context.fillStyle = palette.arrow;
  let lastX = -Infinity;
  let lastFrom = NaN;
  let lastTo = NaN;
  for (let place = firstArrowAt(arrows, viewport.start - margin); place < arrows.count; place++) {
    const at = arrows.at[place] as number;
    if (at > viewport.end + margin) break;
    const x = Math.round((at - viewport.start) * scale) + 0.5;
    const from = arrowY(arrows.from[place] as number, scrollTop);
    const to = arrowY(arrows.to[place] as number, scrollTop);
    if (x === lastX && from === lastFrom && to === lastTo) continue;
    if (Math.max(from, to) < AXIS_HEIGHT || Math.min(from, to) > height) continue;
    lastX = x;
    lastFrom = from;
    lastTo = to;
    const isMarked = place === scene.hoveredArrow || place === scene.selectedArrow;
    context.lineWidth = isMarked ? 2.5 : 1;
    context.globalAlpha = isMarked ? 1 : ARROW_ALPHA;
    arrow(context, x, from, to);
  }
  context.globalAlpha = 1;
}

function arrow(context: CanvasRenderingContext2D, x: number, from: number, to: number): void {
  const down = to > from ? 1 : -1;
  context.beginPath();
  context.moveTo(x, from);
  context.lineTo(x, to - 5 * down);
  context.stroke();
  context.beginPath();
  context.arc(x, from, 2, 0, 2 * Math.PI);
  context.fill();
  context.beginPath();
  context.moveTo(x, to);
  context.lineTo(x - 3.5, to - 6 * down);
  context.lineTo(x + 3.5, to - 6 * down);
  context.closePath();
  context.fill();
}

/**
 * The critical path: what lies on it is framed, and a line leads from row to row. Steps in one row that are too near to
 * each other to be told apart have one frame.
 */
function drawPath(context: CanvasRenderingContext2D, scene: Scene, path: PathSegments, palette: Palette): void {
  const { viewport, scrollTop, height } = scene;
  context.strokeStyle = palette.text;
  context.lineWidth = 1.5;
  const scale = viewport.width / (viewport.end - viewport.start);
  let framed = -1;
  let left = 0;
  let right = 0;
  for (let place = firstEndingAfter(path.order, path.end, viewport.start); place <= path.order.length; place++) {
    const began = place < path.order.length ? (path.start[place] as number) : Infinity;
    const isSeen = began <= viewport.end;
    const from = Math.max(-4, (began - viewport.start) * scale);
    const until = isSeen ? Math.min(viewport.width + 4, ((path.end[place] as number) - viewport.start) * scale) : 0;
    if (isSeen && framed >= 0 && path.top[place] === path.top[framed] && path.height[place] === path.height[framed] && from - right < PATH_GAP && Math.min(right - left, until - from) < LEAST_FRAME) {
      right = until;
      continue;
    }
    if (framed >= 0) frame(context, left, right, (path.top[framed] as number) - scrollTop + AXIS_HEIGHT, path.height[framed] as number, height);
    if (!isSeen) return;
    if (framed >= 0 && path.top[framed] !== path.top[place]) {
      context.beginPath();
      context.moveTo(from, (path.top[framed] as number) + (path.height[framed] as number) / 2 - scrollTop + AXIS_HEIGHT);
      context.lineTo(from, (path.top[place] as number) + (path.height[place] as number) / 2 - scrollTop + AXIS_HEIGHT);
      context.stroke();
    }
    framed = place;
    left = from;
    right = until;
  }
}

/** A frame around a part of a row; a line where the row has no height. */
function frame(context: CanvasRenderingContext2D, left: number, right: number, y: number, size: number, height: number): void {
  if (y + size < AXIS_HEIGHT || y > height) return;
  context.beginPath();
  if (size > 2) context.rect(left, y + 1, Math.max(1, right - left), size - 1);
  else {
    context.moveTo(left, y);
    context.lineTo(right, y);
  }
  context.stroke();
}

function outline(context: CanvasRenderingContext2D, scene: Scene, number: number, colour: string, width: number): void {
  if (number < 0 || number >= scene.lanes.rowOf.length) return;
  const { spans, viewport, lanes, scrollTop } = scene;
  const row = lanes.rows[lanes.rowOf[number] as number];
  if (row === undefined) return;
  const top = row.top - scrollTop + AXIS_HEIGHT;
  context.strokeStyle = colour;
  context.lineWidth = width;
  if (spans.isMoment[number] === 1) {
    const x = xOf(viewport, spans.start[number] as number);
    context.beginPath();
    const isFolded = lanes.lanes[lanes.laneOf.get(spans.thread[number] as number) ?? -1]?.isFolded ?? false;
    context.arc(x, top + momentY(row, isFolded), MARK + 3, 0, 2 * Math.PI);
    context.stroke();
    return;
  }
  const lane = lanes.lanes[lanes.laneOf.get(spans.thread[number] as number) ?? -1];
  const [inset, height] = barOf(row, lane?.isFolded ?? false);
  const left = Math.max(-6, Math.round(xOf(viewport, spans.start[number] as number)));
  const right = Math.min(viewport.width + 6, Math.round(xOf(viewport, spans.end[number] as number)));
  context.strokeRect(left - width / 2, Math.round(top + inset) - width / 2, Math.max(2, right - left) + width - 1, height + width);
}
