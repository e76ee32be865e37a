// The strip below the timeline: drag the window, or its edges; a click elsewhere brings the window there.
//
// Hidden from those who are read to: all that it does, the keys of the timeline do.

import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Camera } from "./camera.ts";
import { type Density, MINIMAP_HEIGHT, centred, densityOf, dragged, drawMinimap, gripAt } from "./minimap.ts";
import type { Palette } from "./palette.ts";
import type { Spans } from "./spans.ts";
import { fitOnto } from "./surface.ts";
import { fitted } from "./viewport.ts";

export interface MinimapStripProps {
  readonly camera: Camera;
  readonly spans: Spans;
  /** Rises when there are other spans. */
  readonly version: number;
  readonly width: number;
  readonly palette: Palette;
}

const CURSORS = { left: "ew-resize", right: "ew-resize", whole: "grab", beside: "pointer" } as const;

export function MinimapStrip({ camera, spans, version, width, palette }: MinimapStripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { extent } = camera;
  const density = useMemo<Density>(() => densityOf(spans, fitted(extent, Math.max(1, width))), [spans, version, width, extent.start, extent.end]);

  useEffect(() => {
    let frame = 0;
    const show = () => {
      frame = 0;
      const context = canvas.current === null ? null : fitOnto(canvas.current, width, MINIMAP_HEIGHT);
      if (context !== null) drawMinimap(context, density, camera.viewport, camera.extent, palette);
    };
    const later = () => {
      frame ||= requestAnimationFrame(show);
    };
    later();
    const stop = camera.listen(later);
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [camera, density, width, palette]);

  const take = (down: PointerEvent) => {
    const element = down.currentTarget as HTMLCanvasElement;
    const grip = gripAt(camera.viewport, camera.extent, down.offsetX);
    if (grip === "beside") camera.look(centred(camera.viewport, camera.extent, down.offsetX));
    const from = camera.viewport;
    element.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent) => camera.look(dragged(from, camera.extent, grip, event.clientX - down.clientX));
    const end = () => {
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", end);
      element.removeEventListener("pointercancel", end);
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", end);
    element.addEventListener("pointercancel", end);
  };
  return (
    <canvas
      ref={canvas}
      class="timeline-minimap"
      aria-hidden="true"
      onPointerDown={take}
      onPointerMove={(event) => {
        const element = event.currentTarget as HTMLCanvasElement;
        if (!element.hasPointerCapture(event.pointerId)) element.style.cursor = CURSORS[gripAt(camera.viewport, camera.extent, event.offsetX)];
      }}
    />
  );
}
