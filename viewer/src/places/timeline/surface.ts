// A canvas with as many points as the screen has.

/** Gives a canvas a size in CSS pixels, and a context that is drawn on in those. Costs nothing if the size is the same. */
export function fitOnto(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio || 1;
  const [points, lines] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== points || canvas.height !== lines) {
    canvas.width = points;
    canvas.height = lines;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d", { alpha: false });
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
