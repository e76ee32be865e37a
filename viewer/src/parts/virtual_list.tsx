// A list of any length of which only what is in view is in the page. Entries may be of any height.
//
// Owns: what a reader looks at does not move when entries above are measured or entries below are appended; a list that
// is followed sticks to its end until the reader scrolls away; a list is found where it was left on Back, Forward and
// Reload; a cursor that keys move; and that Tab leaves a list however long it is. To ARIA it is a grid, whose rows may have
// links. What an entry looks like is for whom shows the list.

import {
  Virtualizer,
  elementScroll,
  measureElement,
  observeElementOffset,
  observeElementRect,
} from "@tanstack/virtual-core";
import type { ComponentChildren, HTMLAttributes, RefObject } from "preact";
import { useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { useKeys } from "../keyboard.ts";
import { currentEntry, useAddress } from "../location.ts";
import { keepPosition, positionOf } from "../positions.ts";
import { listenToReader } from "./readers_acts.ts";

/** What others may ask of a list that is shown. */
export interface VirtualListHandle {
  /** Bring an entry into view: `auto` moves no more than is needed. */
  readonly scrollTo: (index: number, align?: "auto" | "start" | "center" | "end") => void;
  readonly focus: () => void;
}

export interface VirtualListProps {
  readonly label: string;
  readonly count: number;
  /** How high an entry is before it has been measured, in pixels. */
  readonly estimate: number;
  /** What an entry is known by; its index if nothing is said. Its height is remembered by it. */
  readonly keyOf?: (index: number) => string | number;
  /** What an entry shows. */
  readonly children: (index: number) => ComponentChildren;
  /** Whether what an entry shows is cells, each with its role; without it, an entry is one cell. */
  readonly hasCells?: boolean;
  /** Roles, classes and the like of an entry's element. */
  readonly entryProps?: (index: number) => HTMLAttributes<HTMLDivElement>;
  readonly listProps?: HTMLAttributes<HTMLDivElement>;
  /** Stays at the top while the list scrolls. */
  readonly head?: ComponentChildren;
  /** How high the head is, in pixels. */
  readonly headHeight?: number;
  /** The least width of the entries; a narrower list scrolls sideways. */
  readonly minWidth?: number | undefined;
  /** Sticks to the end as entries come. */
  readonly follow?: boolean;
  /** The reader scrolled away from the end of a list that is followed, or came back to it. */
  readonly onFollow?: (follows: boolean) => void;
  /** The name under which the position is kept for Back and Reload. */
  readonly remember?: string | undefined;
  /** The entry that keys start from, for whom wants to move it; without `onCursor` the list has its own. */
  readonly cursor?: number | null;
  readonly onCursor?: (index: number) => void;
  /** Enter, or a click. */
  readonly onOpen?: ((index: number) => void) | undefined;
  /** The first and the last entry in view. */
  readonly onView?: (first: number, last: number) => void;
  readonly handle?: RefObject<VirtualListHandle | null>;
  readonly class?: string;
}

/** How near to the end counts as the end, in pixels. */
const AT_END = 24;
const OVERSCAN = 8;
/** How long after a key, the wheel or a touch a change of position is the reader's doing, in milliseconds. */
const READERS_DOING_MS = 600;

/** How long a list that is shown again may take to know the heights of its entries, in milliseconds. */
const SETTLING_MS = 600;

interface KeptPosition {
  readonly index: number;
  readonly into: number;
}

export function VirtualList(given: VirtualListProps) {
  const [ownCursor, setOwnCursor] = useState<number | null>(null);
  const props = given.onCursor === undefined ? { ...given, cursor: ownCursor, onCursor: setOwnCursor } : { cursor: null, onCursor: given.onCursor, ...given };
  const { count, estimate, keyOf, head, headHeight = 0, follow = false, cursor, onCursor } = props;
  const [, showAgain] = useReducer((shown: number) => shown + 1, 0);
  const scroller = useRef<HTMLDivElement>(null);
  const latest = useRef<ListWithCursor>(props);
  latest.current = props;
  const id = useId();

  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimate,
    getItemKey: keyOf ?? ((index: number) => index),
    overscan: OVERSCAN,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    scrollToFn: elementScroll,
    measureElement,
    observeElementRect,
    observeElementOffset,
    onChange: () => showAgain(undefined as never),
  };
  const list = useMemo(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options), []);
  list.setOptions(options);
  useLayoutEffect(() => list._didMount(), []);
  useLayoutEffect(() => list._willUpdate());

  const shown = list.getVirtualItems();
  const range = list.range;
  useEffect(() => {
    if (range !== null && count > 0) latest.current.onView?.(range.startIndex, Math.min(range.endIndex, count - 1));
  }, [range?.startIndex, range?.endIndex, count]);

  const isSettled = useKeptPosition(list, props.remember, count, headHeight);
  useFollowing(list, scroller, latest, follow, count, isSettled);
  const moveCursor = useCursor(list, scroller, latest);

  useLayoutEffect(() => {
    const { handle } = props;
    if (handle === undefined) return undefined;
    handle.current = {
      scrollTo: (index, align = "auto") => list.scrollToIndex(index, { align }),
      focus: () => scroller.current?.focus(),
    };
    return () => {
      handle.current = null;
    };
  }, [props.handle]);

  useTabStops(scroller);
  const cursorIsShown = cursor !== null && shown.some((entry) => entry.index === cursor);
  const minWidth = props.minWidth === undefined ? {} : { minWidth: `${props.minWidth}px` };
  return (
    <div
      ref={scroller}
      class={`virtual-list ${props.class ?? ""}`}
      role="grid"
      aria-label={props.label}
      aria-rowcount={count}
      tabIndex={0}
      data-list=""
      aria-activedescendant={cursorIsShown ? `${id}-${cursor}` : undefined}
      onKeyDown={moveCursor}
      {...props.listProps}
    >
      {head !== undefined && (
        <div class="virtual-list-head" role="presentation" style={{ height: `${headHeight}px`, ...minWidth }}>
          {head}
        </div>
      )}
      <div class="virtual-list-body" role="presentation" style={{ height: `${list.getTotalSize()}px`, ...minWidth }}>
        {shown.map((entry) => {
          const given = props.entryProps?.(entry.index) ?? {};
          return (
            <div
              role="row"
              aria-rowindex={entry.index + 1}
              {...given}
              key={entry.key}
              id={`${id}-${entry.index}`}
              ref={list.measureElement}
              data-index={entry.index}
              data-cursor={entry.index === cursor ? "" : undefined}
              class={`virtual-list-entry ${String(given.class ?? "")}`}
              style={{ transform: `translateY(${entry.start - headHeight}px)` }}
              onClick={(event) => {
                if (!isPlainClick(event)) return;
                onCursor(entry.index);
                props.onOpen?.(entry.index);
              }}
            >
              {props.hasCells ? props.children(entry.index) : <div role="gridcell">{props.children(entry.index)}</div>}
            </div>
          );
        })}
      </div>
    </div>
  );
}

type List = Virtualizer<HTMLDivElement, HTMLDivElement>;
type ListWithCursor = VirtualListProps & { readonly cursor: number | null; readonly onCursor: (index: number) => void };

/** What Tab stops at by itself, and what it stops at because it scrolls. */
const TAB_STOPS = "a[href], button, input, select, textarea, summary, [tabindex], pre, .text-lines, .json-tree, .difference-lines, .compare-text";

/** Tab stops at the list, and then at what can be used in the entry of the cursor: a long list could not be left otherwise. */
function useTabStops(scroller: { readonly current: HTMLDivElement | null }): void {
  useLayoutEffect(() => {
    const body = scroller.current?.querySelector(".virtual-list-body");
    if (body == null) return undefined;
    const setStops = () => {
      for (const entry of body.querySelectorAll<HTMLElement>(":scope > .virtual-list-entry")) {
        if (entry.dataset["cursor"] === undefined) {
          for (const stop of entry.querySelectorAll<HTMLElement>(TAB_STOPS)) {
            if (stop.getAttribute("tabindex") === "-1") continue;
            stop.dataset["passed"] = stop.getAttribute("tabindex") ?? "";
            stop.setAttribute("tabindex", "-1");
          }
        } else {
          for (const stop of entry.querySelectorAll<HTMLElement>("[data-passed]")) {
            if (stop.dataset["passed"] === "") stop.removeAttribute("tabindex");
            else stop.setAttribute("tabindex", stop.dataset["passed"] ?? "");
            delete stop.dataset["passed"];
          }
        }
      }
    };
    setStops();
    const observer = new MutationObserver(setStops); // what an entry shows may come, or change, without the list
    observer.observe(body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-cursor"] });
    return () => observer.disconnect();
  }, []);
}

/**
 * Keeps the position of a list for each entry of the browser's history, as an entry of the list and how far into it, and
 * takes it up when the list is shown again. Answers whether that is done.
 */
function useKeptPosition(list: List, remember: string | undefined, count: number, headHeight: number): boolean {
  const entry = (useAddress(), currentEntry());
  const isSettled = useRef(remember === undefined);
  const wanted = useRef<KeptPosition | null>(null);

  useLayoutEffect(() => {
    if (isSettled.current || count === 0) return undefined;
    isSettled.current = true;
    const scrolled = list.scrollElement;
    const position = remember === undefined ? null : keptPositionOf(remember);
    if (position === null || scrolled === null) return undefined;
    wanted.current = { ...position, index: Math.min(position.index, count - 1) };
    const leave = () => {
      wanted.current = null;
      clearTimeout(timer);
      stopListening();
    };
    const timer = setTimeout(leave, SETTLING_MS);
    const stopListening = listenToReader(scrolled, leave);
    return undefined;
  }, [count > 0]);

  useLayoutEffect(() => {
    // Until its entries are measured, a list only knows about where they stand: the position is taken up again and again.
    const scrolled = list.scrollElement;
    if (wanted.current === null || scrolled === null) return;
    const start = list.getOffsetForIndex(wanted.current.index, "start");
    if (start === undefined) return;
    const top = start[0] + wanted.current.into;
    if (Math.abs(scrolled.scrollTop - top) > 1) list.scrollToOffset(top);
  });

  useEffect(() => {
    if (remember === undefined) return undefined;
    const scrolled = list.scrollElement;
    const write = () => {
      if (!isSettled.current || wanted.current !== null || scrolled === null) return;
      const first = list.getVirtualItemForOffset(scrolled.scrollTop + headHeight);
      if (first === undefined) return;
      const position: KeptPosition = { index: first.index, into: Math.round(scrolled.scrollTop + headHeight - first.start) };
      keepPosition(remember, JSON.stringify(position));
    };
    write(); // a new entry of the history, with the list as it stands
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(write, 100);
    };
    scrolled?.addEventListener("scroll", later, { passive: true });
    addEventListener("pagehide", write); // a page that is loaded again does not wait
    return () => {
      clearTimeout(timer);
      scrolled?.removeEventListener("scroll", later);
      removeEventListener("pagehide", write);
    };
  }, [entry, remember]);
  return isSettled.current;
}

/** Whether a list of this name has a position to take up: this entry of the browser's history was shown before. */
export function isRemembered(remember: string): boolean {
  return keptPositionOf(remember) !== null;
}

function keptPositionOf(remember: string): KeptPosition | null {
  return JSON.parse(positionOf(remember) ?? "null") as KeptPosition | null;
}

/** Sticks to the end while the list is followed, and says when the reader leaves it or comes back. */
function useFollowing(
  list: List,
  scroller: { readonly current: HTMLDivElement | null },
  latest: { readonly current: VirtualListProps },
  follow: boolean,
  count: number,
  isSettled: boolean,
): void {
  const size = list.getTotalSize();
  useLayoutEffect(() => {
    const element = scroller.current;
    if (follow && isSettled && element !== null) element.scrollTop = element.scrollHeight;
  }, [follow, count, size, isSettled]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null || latest.current.onFollow === undefined) return undefined;
    let actedAt = -Infinity;
    let top = element.scrollTop;
    const act = () => {
      actedAt = performance.now();
    };
    const look = () => {
      const movedUp = element.scrollTop < top - 1;
      const movedDown = element.scrollTop > top + 1;
      top = element.scrollTop;
      if (performance.now() - actedAt > READERS_DOING_MS) return;
      const toEnd = element.scrollHeight - element.clientHeight - top;
      if (latest.current.follow === true && movedUp && toEnd > AT_END) latest.current.onFollow?.(false);
      if (latest.current.follow === false && movedDown && toEnd <= 1) latest.current.onFollow?.(true);
    };
    const stopListening = listenToReader(element, act);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      stopListening();
      element.removeEventListener("scroll", look);
    };
  }, [latest.current.onFollow === undefined]);
}

/** Moves the cursor by keys: those of the list when it has the focus, `j`, `k` and Enter when no other list has. */
function useCursor(
  list: List,
  scroller: { readonly current: HTMLDivElement | null },
  latest: { readonly current: ListWithCursor },
): (event: KeyboardEvent) => void {
  const to = (index: number): void => {
    const { count, onCursor } = latest.current;
    if (count === 0) return;
    const inList = Math.max(0, Math.min(count - 1, index));
    onCursor(inList);
    list.scrollToIndex(inList, { align: "auto" });
  };
  const by = (step: number): boolean => {
    const { cursor } = latest.current;
    if (!isMine(scroller.current)) return false;
    to(cursor === null ? firstInView(list) : cursor + step);
    scroller.current?.focus({ preventScroll: true }); // so that the other keys of lists go on from here
    return true;
  };
  const open = (): boolean => {
    const { cursor, onOpen } = latest.current;
    if (cursor === null || onOpen === undefined || !isMine(scroller.current)) return false;
    onOpen(cursor);
    return true;
  };
  useKeys({ j: () => by(1), k: () => by(-1), Enter: open });
  return (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !movesCursor(event.target)) return;
    const page = Math.max(1, (list.range?.endIndex ?? 0) - (list.range?.startIndex ?? 0) - 1);
    switch (event.key) {
      case "ArrowDown":
        by(1);
        break;
      case "ArrowUp":
        by(-1);
        break;
      case "PageDown":
        by(page);
        break;
      case "PageUp":
        by(-page);
        break;
      case "Home":
        to(0);
        break;
      case "End":
        to(latest.current.count - 1);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
}

/** Whether keys that are pressed here are for the list: what takes text has them itself, and so has what scrolls. */
function movesCursor(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.dataset["list"] !== undefined || target.closest("a, button, summary, [data-passed]") !== null);
}

function firstInView(list: List): number {
  return list.range?.startIndex ?? 0;
}

/** Whether keys that are pressed nowhere in particular belong to this list. */
function isMine(element: HTMLElement | null): boolean {
  if (element === null || element.offsetParent === null) return false;
  const focused = document.activeElement?.closest("[data-list]");
  return focused === null || focused === undefined || focused === element;
}

/** Whether a click means the entry: not what can be pressed within it, and not the end of marking some text. */
function isPlainClick(event: MouseEvent): boolean {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  if (event.target instanceof Element && event.target.closest("a, button, input, select, summary, textarea, label") !== null) return false;
  return getSelection()?.isCollapsed ?? true;
}
