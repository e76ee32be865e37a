// What a reader does to move what scrolls by hand: what the page moves by itself must stop then.

const READERS_ACTS = ["wheel", "touchmove", "pointerdown", "keydown"] as const;

/** Be told of each such act within an element, or anywhere. Returns how to stop. */
export function listenToReader(where: EventTarget, tell: () => void): () => void {
  for (const act of READERS_ACTS) where.addEventListener(act, tell, { passive: true });
  return () => {
    for (const act of READERS_ACTS) where.removeEventListener(act, tell);
  };
}
