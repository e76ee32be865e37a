// What is seen of the timeline, for all who show it or change it: the canvas, the strip below it, the keys.
//
// It changes with every frame of a pan, so that it is no state of a component: who draws is told, and draws.

import { type Extent, type Viewport, fitted, limited } from "./viewport.ts";

export class Camera {
  viewport: Viewport;
  extent: Extent;
  private readonly listeners = new Set<() => void>();

  constructor(extent: Extent, seen: Extent | null) {
    this.extent = extent;
    this.viewport = seen === null ? fitted(extent, 1) : limited({ ...seen, width: 1 }, extent);
  }

  /** Whether all is seen. */
  get seesAll(): boolean {
    const whole = fitted(this.extent, 1);
    return this.viewport.start <= whole.start && this.viewport.end >= whole.end;
  }

  look(viewport: Viewport): void {
    this.viewport = viewport;
    for (const tell of this.listeners) tell();
  }

  resize(width: number): void {
    if (width > 0 && width !== this.viewport.width) this.look({ ...this.viewport, width });
  }

  /** The rollout is longer, or another. Who sees all of it still does; else nothing that is seen moves, unless it is followed. */
  grow(extent: Extent, follow: boolean): void {
    if (extent.start === this.extent.start && extent.end === this.extent.end) return;
    const sawAll = this.seesAll;
    this.extent = extent;
    const { viewport } = this;
    if (sawAll) this.look(fitted(extent, viewport.width));
    else if (follow) this.look(limited({ ...viewport, start: viewport.start + extent.end, end: viewport.end + extent.end }, extent));
    else this.look(limited(viewport, extent));
  }

  listen(tell: () => void): () => void {
    this.listeners.add(tell);
    return () => {
      this.listeners.delete(tell);
    };
  }
}
