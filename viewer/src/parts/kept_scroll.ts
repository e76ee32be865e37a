// The position of what scrolls as a whole, kept for each entry of the browser's history.

import { useEffect, useRef } from "preact/hooks";
import { currentEntry, useAddress } from "../location.ts";
import { keepPosition, positionOf } from "../positions.ts";
import { listenToReader } from "./readers_acts.ts";

/** How long what is shown may take to become as high as it was, in milliseconds. */
const GROWS_MS = 3_000;

/** Attach the answer to the element that scrolls; `name` tells it from others that are shown with it. */
export function useKeptScroll<Scrolled extends HTMLElement>(name: string): { current: Scrolled | null } {
  const scrolled = useRef<Scrolled>(null);
  const entry = (useAddress(), currentEntry());

  useEffect(() => {
    const element = scrolled.current;
    const wanted = Number(positionOf(name) ?? 0);
    if (element === null || wanted === 0) return undefined;
    const reach = () => {
      element.scrollTop = wanted;
      if (element.scrollTop >= wanted - 1) stop();
    };
    const growing = new ResizeObserver(reach);
    const stop = () => {
      growing.disconnect();
      clearTimeout(timer);
      stopListening();
    };
    const timer = setTimeout(stop, GROWS_MS);
    const stopListening = listenToReader(element, () => stop());
    for (const child of element.children) growing.observe(child);
    reach();
    return stop;
  }, []);

  useEffect(() => {
    const element = scrolled.current;
    if (element === null) return undefined;
    const write = () => keepPosition(name, String(Math.round(element.scrollTop)));
    element.addEventListener("scroll", write, { passive: true });
    return () => element.removeEventListener("scroll", write);
  }, [entry, name]);
  return scrolled;
}
