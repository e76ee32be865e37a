// The position of what scrolls as a whole, kept for each entry of the browser's history.

import { useEffect, useRef } from "preact/hooks";
import { currentEntry, useAddress } from "../location.ts";
import { keep, kept } from "../storage.ts";

/** How long what is shown may take to become as high as it was, in milliseconds. */
const GROWS_MS = 3_000;

/** Attach the answer to the element that scrolls; `name` tells it from others that are shown with it. */
export function useKeptScroll<Scrolled extends HTMLElement>(name: string): { current: Scrolled | null } {
  const scrolled = useRef<Scrolled>(null);
  const entry = (useAddress(), currentEntry());

  useEffect(() => {
    const element = scrolled.current;
    const wanted = Number(kept(keyOf(name), "session") ?? 0);
    if (element === null || wanted === 0) return undefined;
    const reach = () => {
      element.scrollTop = wanted;
      if (element.scrollTop >= wanted - 1) stop();
    };
    const growing = new ResizeObserver(reach);
    const stop = () => {
      growing.disconnect();
      clearTimeout(timer);
      for (const act of ["wheel", "pointerdown", "keydown"]) element.removeEventListener(act, stop);
    };
    const timer = setTimeout(stop, GROWS_MS);
    for (const act of ["wheel", "pointerdown", "keydown"]) element.addEventListener(act, stop, { passive: true });
    for (const child of element.children) growing.observe(child);
    reach();
    return stop;
  }, []);

  useEffect(() => {
    const element = scrolled.current;
    if (element === null) return undefined;
    const write = () => keep(keyOf(name), String(Math.round(element.scrollTop)), "session");
    element.addEventListener("scroll", write, { passive: true });
    return () => element.removeEventListener("scroll", write);
  }, [entry, name]);
  return scrolled;
}

function keyOf(name: string): string {
  return `scroll.${name}.${currentEntry()}`;
}
