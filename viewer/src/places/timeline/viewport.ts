// Which part of a rollout's time is seen, and where on the screen a moment lies. Pure: each change gives another window.

/** What is seen: from `start` to `end` in Unix milliseconds, `width` pixels wide. */
export interface Viewport {
  readonly start: number;
  readonly end: number;
  readonly width: number;
}

/** All that there is to be seen. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** The least time that the whole width shows, in milliseconds: the log has nothing finer. */
export const LEAST_SPAN = 10;
/** How much of the width stays empty beside what is fitted, on each side. */
const MARGIN = 0.02;

export function xOf(viewport: Viewport, moment: number): number {
  return ((moment - viewport.start) * viewport.width) / (viewport.end - viewport.start);
}

export function momentAt(viewport: Viewport, x: number): number {
  return viewport.start + (x * (viewport.end - viewport.start)) / viewport.width;
}

/** The window that shows all of a time, with a margin. */
export function fitted(extent: Extent, width: number): Viewport {
  const span = Math.max(LEAST_SPAN, extent.end - extent.start);
  const middle = (extent.start + extent.end) / 2;
  const half = (span * (1 + 2 * MARGIN)) / 2;
  return { start: middle - half, end: middle + half, width };
}

/** Nearer by a factor above 1, farther by one below; what is at `x` stays there, within the limits. */
export function zoomed(viewport: Viewport, factor: number, x: number, extent: Extent): Viewport {
  const whole = fitted(extent, viewport.width);
  const most = whole.end - whole.start;
  const span = Math.min(most, Math.max(LEAST_SPAN, (viewport.end - viewport.start) / factor));
  const fixed = momentAt(viewport, x);
  const start = fixed - (x / viewport.width) * span;
  return limited({ start, end: start + span, width: viewport.width }, extent);
}

/** Moved by pixels, to later times if they are positive. */
export function panned(viewport: Viewport, pixels: number, extent: Extent): Viewport {
  const by = (pixels * (viewport.end - viewport.start)) / viewport.width;
  return limited({ ...viewport, start: viewport.start + by, end: viewport.end + by }, extent);
}

/** Begins at another moment and lasts as long. */
export function movedTo(viewport: Viewport, start: number, extent: Extent): Viewport {
  return limited({ ...viewport, start, end: start + viewport.end - viewport.start }, extent);
}

/** The nearest window that shows nothing beyond what there is, but for the margin. */
export function limited(viewport: Viewport, extent: Extent): Viewport {
  const whole = fitted(extent, viewport.width);
  const span = viewport.end - viewport.start;
  if (span >= whole.end - whole.start) return whole;
  const start = Math.min(Math.max(viewport.start, whole.start), whole.end - span);
  return { ...viewport, start, end: start + span };
}

/** The window that shows a time of which not all is seen, moved no more than is needed; as it is if all is seen. */
export function showing(viewport: Viewport, from: number, until: number, extent: Extent): Viewport {
  if (from >= viewport.start && until <= viewport.end) return viewport;
  const span = viewport.end - viewport.start;
  const margin = span * 0.1;
  if (until - from > span - 2 * margin || from < viewport.start) return movedTo(viewport, from - margin, extent);
  return movedTo(viewport, until - span + margin, extent);
}

const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000,
];
const DAY = 86_400_000;

/** The time between two marks of the axis that are at least so many pixels apart, in milliseconds. */
export function tickStep(viewport: Viewport, leastPixels: number): number {
  const least = (leastPixels * (viewport.end - viewport.start)) / viewport.width;
  return STEPS.find((step) => step >= least) ?? Math.ceil(least / DAY) * DAY;
}

/** A mark of the axis: the time since the start, as fine as the marks are apart: `0`, `250 ms`, `12.5 s`, `4:05`, `1:04:05`. */
export function tickText(passed: number, step: number): string {
  if (passed === 0) return "0";
  const sign = passed < 0 ? "−" : "";
  const size = Math.abs(passed);
  if (size < 1_000 && step < 1_000) return `${sign}${Math.round(size)} ms`;
  const fraction = step < 10 ? 3 : step < 100 ? 2 : step < 1_000 ? 1 : 0;
  if (size < 60_000) return `${sign}${(size / 1_000).toFixed(fraction)} s`;
  const seconds = (size / 1_000) % 60;
  const shownSeconds = seconds.toFixed(fraction).padStart(fraction === 0 ? 2 : 3 + fraction, "0");
  const minutes = Math.floor(size / 60_000) % 60;
  const hours = Math.floor(size / 3_600_000);
  return hours === 0 ? `${sign}${minutes}:${shownSeconds}` : `${sign}${hours}:${String(minutes).padStart(2, "0")}:${shownSeconds}`;
}
