// The keys of the page: one table of what they are, where they work and what they do, and who listens to them.
//
// A key that is not in a table does nothing. What it does is said by the part that can do it, by `useKeys`; the part
// that was shown last is asked first, so that a list in a dialog has the keys that the list behind it had. What a part
// does only while it has the focus, it listens to itself; those keys stand here to be shown.

import { useLayoutEffect, useRef } from "preact/hooks";

/** Keys as they are written: one key, or several after each other with spaces between. */
export type Keys = string;

/** A line of the table. */
export interface KeyLine {
  readonly keys: Keys;
  readonly where: string;
  readonly does: string;
}

/** The keys that the page has of itself. `g` and a place's own key are added from the places. */
export const KEYS: ReadonlyArray<KeyLine> = [
  { keys: "?", where: "everywhere", does: "show the keys" },
  { keys: "/", where: "everywhere", does: "search" },
  { keys: "d", where: "everywhere", does: "change between dark, light and the system's theme" },
  { keys: "Escape", where: "everywhere", does: "leave a field for words; close what is open: a dialog, the side panel" },
  { keys: "o", where: "everywhere", does: "open the selected object as a place of its own" },
  { keys: "l", where: "a rollout", does: "follow what happens, or stop following" },
  { keys: ",", where: "a rollout", does: "go back in time by one event" },
  { keys: ".", where: "a rollout", does: "go forward in time by one event" },
  { keys: "0", where: "a rollout", does: "go to the end of the log" },
  { keys: "[", where: "a request", does: "previous request" },
  { keys: "]", where: "a request", does: "next request" },
  { keys: "j", where: "lists", does: "next entry; on the timeline, of the same agent" },
  { keys: "k", where: "lists", does: "previous entry; on the timeline, of the same agent" },
  { keys: "Enter", where: "lists", does: "open or select the entry" },
  { keys: "a", where: "timeline", does: "next arrow between agents" },
  { keys: "A", where: "timeline", does: "previous arrow between agents" },
  { keys: "+", where: "timeline", does: "zoom in" },
  { keys: "-", where: "timeline", does: "zoom out" },
];

/** The keys that a part of the page has while it has the focus, as they are shown. */
export const KEYS_WITH_FOCUS: ReadonlyArray<KeyLine> = [
  { keys: "← →", where: "everywhere", does: "on the edge of the side panel: wider, narrower" },
  { keys: "↓ ↑", where: "lists", does: "next, previous entry" },
  { keys: "PgDn PgUp", where: "lists", does: "as many entries further, or back, as are in view" },
  { keys: "Home End", where: "lists", does: "first, last entry" },
  { keys: "Tab", where: "lists", does: "to what can be used in the entry, then past the list" },
  { keys: "↓ ↑", where: "trees", does: "next, previous entry" },
  { keys: "→", where: "trees", does: "unfold, or go to the first child" },
  { keys: "←", where: "trees", does: "fold, or go to the parent" },
  { keys: "*", where: "trees", does: "unfold all entries beside this one" },
  { keys: "letters", where: "trees", does: "the next entry that begins with them" },
  { keys: "← →", where: "timeline", does: "earlier, later" },
  { keys: "↓ ↑", where: "timeline", does: "a little down, up" },
  { keys: "PgDn PgUp", where: "timeline", does: "a page down, up" },
  { keys: "Home End", where: "timeline", does: "to the beginning, to the end" },
  { keys: "Alt+← Alt+→", where: "timeline", does: "the bar before, after the chosen one, of the same agent" },
  { keys: "Alt+↓ Alt+↑", where: "timeline", does: "a bar of the row below, above" },
  { keys: "f", where: "timeline", does: "show the chosen bar alone" },
  { keys: "0", where: "timeline", does: "show all of the time" },
  { keys: "=", where: "timeline", does: "zoom in, as by +" },
  { keys: "Space", where: "timeline", does: "fold or unfold the chosen agent" },
];

/** What a press of a key leads to. */
export type Reading = { readonly keys: Keys } | "waiting" | null;

const SEQUENCE_MS = 1_200;

/** Puts single presses together to keys of the table. Pure but for what was pressed before. */
export class KeyReader {
  private pressed: string[] = [];
  private pressedAt = 0;

  constructor(private readonly known: () => ReadonlyArray<Keys>) {}

  /** What the press of a key, at a time in milliseconds, leads to: keys of the table, the wait for more, or nothing. */
  press(key: string, at: number): Reading {
    if (at - this.pressedAt > SEQUENCE_MS) this.pressed = [];
    this.pressedAt = at;
    const before = this.pressed;
    this.pressed = [...before, key];
    const found = this.look();
    if (found !== null || before.length === 0) return found;
    this.pressed = [key]; // what was begun leads nowhere; the key may begin, or be, something else
    return this.look();
  }

  private look(): Reading {
    const keys = this.pressed.join(" ");
    const known = this.known();
    if (known.includes(keys)) {
      this.pressed = [];
      return { keys };
    }
    if (known.some((other) => other.startsWith(`${keys} `))) return "waiting";
    this.pressed = [];
    return null;
  }
}

/** What keys do. A handler that answers `false` leaves the keys to who was shown before. */
export type Handlers = Readonly<Record<Keys, () => boolean | void>>;

const listeners: { current: Handlers }[] = [];

/** While the component is shown, from the moment at which it is seen on, these keys do what is said here. */
export function useKeys(handlers: Handlers): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  useLayoutEffect(() => {
    listeners.push(latest);
    return () => {
      listeners.splice(listeners.indexOf(latest), 1);
    };
  }, []);
}

/** Begin to listen to the keyboard. `table` gives all lines, of the page and of its places. Returns how to stop. */
export function listenToKeys(table: () => ReadonlyArray<KeyLine>): () => void {
  const reader = new KeyReader(() => table().map((line) => line.keys));
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.metaKey) return;
    const isForSign = event.getModifierState("AltGraph"); // which some systems report as Control and Alt
    if (!isForSign && (event.ctrlKey || event.altKey)) return;
    if (isTyping(event.target) && event.key !== "Escape") return;
    if (event.key === "Enter" && isPressable(event.target)) return;
    const read = reader.press(event.key, event.timeStamp);
    if (read === null || read === "waiting") return;
    // Nothing is done behind a dialog, which was shown last.
    const asked = document.querySelector(":modal") === null ? [...listeners].reverse() : listeners.slice(-1);
    for (const handlers of asked) {
      const handler = handlers.current[read.keys];
      if (handler !== undefined && handler() !== false) {
        event.preventDefault();
        return;
      }
    }
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

/** Whether what has the focus takes text: then keys are text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["range", "checkbox", "radio", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("a, button, summary, input") !== null;
}
