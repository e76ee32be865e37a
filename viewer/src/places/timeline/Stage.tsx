// The canvas with its gutter: what a pointer and the keys do there, and when a frame is drawn.
//
// What changes with every frame (what is seen, where one points) is in refs, not in state: a component that is shown
// anew for each step of a pan costs more than the picture.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ObjectRef, Passage } from "../../interface.ts";
import { useKeys } from "../../keyboard.ts";
import { since, timeOfDay } from "../../parts/format.ts";
import { type Arrows, arrowY, firstArrowAt } from "./arrows.ts";
import type { Camera } from "./camera.ts";
import { type Scene, draw } from "./draw.ts";
import { Gutter, type LaneName } from "./Gutter.tsx";
import { type Hit, acrossRows, besideInLane, hitAt } from "./hit.ts";
import { Labels } from "./labels.ts";
import { AXIS_HEIGHT, type Lane, type Lanes, firstLaneBelow } from "./lanes.ts";
import type { Palette } from "./palette.ts";
import type { PathSegments } from "./path.ts";
import type { Spans } from "./spans.ts";
import { fitOnto } from "./surface.ts";
import { EntryTip, PassageTip, Tooltip } from "./Tooltip.tsx";
import { fitted, momentAt, movedTo, panned, showing, xOf, zoomed } from "./viewport.ts";
import { entryWords, passageWords } from "./words.ts";

export interface StageProps {
  readonly camera: Camera;
  readonly spans: Spans;
  readonly version: number;
  readonly lanes: Lanes;
  readonly arrows: Arrows;
  readonly path: PathSegments | null;
  readonly palette: Palette;
  readonly origin: number;
  readonly selected: ObjectRef | null;
  readonly onSelect: (ref: ObjectRef) => void;
  readonly onFold: (lane: Lane, isFolded: boolean) => void;
  readonly nameOf: (lane: Lane) => LaneName;
  readonly agentOf: (thread: string | null) => string;
  /** How wide the canvas is, in pixels. */
  readonly onWidth: (width: number) => void;
  /** Told how long the drawing of each frame took, in milliseconds. For measurements. */
  readonly onDrawn?: ((milliseconds: number) => void) | undefined;
}

/** By how much a key pans (a part of the width) and zooms. */
const KEY_PAN = 0.15;
const KEY_ZOOM = 1.4;
const WHEEL_ZOOM = 0.0025;
const CLICK = 4;
const LINE = 40;

interface Pointed {
  readonly hit: Hit;
  readonly x: number;
  readonly y: number;
}

export function Stage(props: StageProps) {
  const { camera, spans, lanes, arrows, palette } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const names = useRef<HTMLDivElement>(null);
  const clock = useRef<HTMLDivElement>(null);
  const size = useRef({ width: 0, height: 0 });
  const pointerX = useRef<number | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const [cursor, setCursor] = useState<Hit>(null);
  const [currentLane, setCurrentLane] = useState(0);
  const [inView, setInView] = useState({ first: 0, last: 20 });
  const shown = useRef({ pointed, cursor });
  shown.current = { pointed, cursor };

  const labels = useMemo(() => {
    const context = document.createElement("canvas").getContext("2d");
    if (context !== null) context.font = palette.font;
    return new Labels((number) => spans.what[number] ?? "", (character) => context?.measureText(character).width ?? 6);
  }, [spans, props.version, palette]);
  const selectedNumber = props.selected === null ? -1 : spans.numberOf(props.selected);
  const cursorNumber = spanOf(cursor);
  const arrowAt = arrows.passages[arrowOf(cursor)];
  /** The entry that keys go from: where they went last, or from which the arrow goes; else what is selected. */
  const keysAt = cursorNumber >= 0 ? cursorNumber : arrowAt !== undefined ? spans.numberOf(arrowAt.source) : selectedNumber;
  useEffect(() => {
    if (cursorNumber >= spans.count) setCursor(null); // a terminal: its number was another before
  }, [spans, props.version]);

  const sceneNow = (): Scene => {
    const { hit } = shown.current.pointed ?? { hit: null };
    const { selected } = latest.current;
    return {
      spans: latest.current.spans,
      lanes: latest.current.lanes,
      arrows: latest.current.arrows,
      path: latest.current.path,
      viewport: camera.viewport,
      scrollTop: scroller.current?.scrollTop ?? 0,
      height: size.current.height,
      origin: latest.current.origin,
      hovered: spanOf(hit),
      cursor: spanOf(shown.current.cursor),
      selected: selected === null ? -1 : latest.current.spans.numberOf(selected),
      hoveredArrow: hit === null ? arrowOf(shown.current.cursor) : arrowOf(hit),
      selectedArrow: arrowOfPassage(latest.current.arrows, selected),
      pointerX: pointerX.current,
    };
  };

  const frame = useRef(0);
  const render = useRef(() => {});
  render.current = () => {
    frame.current = 0;
    const { width, height } = size.current;
    const context = canvas.current === null || width === 0 ? null : fitOnto(canvas.current, width, height);
    if (context === null) return;
    const scene = sceneNow();
    const began = performance.now();
    draw(context, scene, palette, labels);
    latest.current.onDrawn?.(performance.now() - began);
    if (names.current !== null) names.current.style.transform = `translateY(${-scene.scrollTop}px)`;
    const first = firstLaneBelow(scene.lanes.lanes, scene.scrollTop);
    const last = firstLaneBelow(scene.lanes.lanes, scene.scrollTop + height);
    setInView((before) => (before.first === first && before.last === last ? before : { first, last }));
    if (clock.current !== null) {
      const x = pointerX.current;
      clock.current.hidden = x === null;
      if (x !== null) {
        const moment = momentAt(camera.viewport, x);
        clock.current.textContent = `${since(moment, scene.origin)} · ${timeOfDay(moment, true)}`;
        clock.current.style.transform = `translateX(${Math.round(Math.max(0, Math.min(width - clock.current.offsetWidth, x - clock.current.offsetWidth / 2)))}px)`;
      }
    }
  };
  const redraw = useRef(() => {
    frame.current ||= requestAnimationFrame(() => render.current());
  }).current;

  useLayoutEffect(redraw);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  useEffect(() => camera.listen(redraw), [camera]);

  useLayoutEffect(() => {
    const box = canvas.current?.parentElement;
    if (box == null) return undefined;
    const measure = () => {
      size.current = { width: box.clientWidth, height: box.clientHeight };
      camera.resize(box.clientWidth);
      latest.current.onWidth(box.clientWidth);
      redraw();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    measure();
    return () => observer.disconnect();
  }, [camera]);

  const scrollToLanes = (top: number, height: number) => {
    const element = scroller.current;
    if (element === null) return;
    const room = element.clientHeight - AXIS_HEIGHT;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + room) element.scrollTop = Math.min(top, top + height - room);
  };
  const reveal = (number: number) => {
    const row = lanes.rows[lanes.rowOf[number] ?? -1];
    if (row === undefined) return;
    scrollToLanes(row.top, row.height + 8);
    camera.look(showing(camera.viewport, spans.start[number] as number, spans.end[number] as number, camera.extent));
  };

  // What was selected elsewhere is brought into view; what was selected here is in view already.
  const selectedHere = useRef<ObjectRef | null>(null);
  useEffect(() => {
    if (selectedNumber < 0 || selectedHere.current === props.selected) return;
    const row = lanes.rows[lanes.rowOf[selectedNumber] ?? -1];
    if (row === undefined) return;
    scrollToLanes(row.top, row.height);
    const { start, end } = camera.viewport;
    if ((spans.end[selectedNumber] as number) < start || (spans.start[selectedNumber] as number) > end) reveal(selectedNumber);
  }, [props.selected?.kind, props.selected?.object_id, selectedNumber < 0]);

  const select = (ref: ObjectRef) => {
    selectedHere.current = ref;
    props.onSelect(ref);
  };
  const open = (hit: Hit) => {
    if (hit === null) return;
    if ("span" in hit) select(spans.refOf(hit.span));
    else {
      const passage = arrows.passages[hit.arrow];
      if (passage !== undefined) select({ kind: "interaction_edge", object_id: passage.edge_id });
    }
  };
  const fit = (number: number) => {
    const [start, end] = [spans.start[number] as number, spans.end[number] as number];
    camera.look(fitted({ start, end: Math.max(end, start + 10) }, camera.viewport.width));
  };

  const moveCursor = (to: (from: number) => number) => {
    const found = keysAt >= 0 ? to(keysAt) : firstInView();
    if (found < 0) return;
    setCursor({ span: found });
    setPointed(null);
    reveal(found);
  };
  const moveBeside = (direction: -1 | 1) => moveCursor((from) => besideInLane(spans, lanes, from, direction));
  const moveAcross = (direction: -1 | 1) => moveCursor((from) => acrossRows(spans, lanes, from, direction));
  /** To the arrow before or after, in order of time; from an entry, to the next that does not stand before it. */
  const moveToArrow = (direction: -1 | 1) => {
    const from = arrowOf(cursor) >= 0 ? arrowOf(cursor) : arrowOfPassage(arrows, props.selected);
    const next = firstArrowAt(arrows, keysAt >= 0 ? (spans.start[keysAt] as number) : camera.viewport.start);
    const found = from >= 0 ? from + direction : direction > 0 ? next : next - 1;
    if (found < 0 || found >= arrows.count) return;
    const [at, top, bottom] = [arrows.at[found] as number, arrows.from[found] as number, arrows.to[found] as number];
    setCursor({ arrow: found });
    setPointed(null);
    scrollToLanes(Math.min(top, bottom), Math.abs(top - bottom) + 8);
    camera.look(showing(camera.viewport, at, at, camera.extent));
  };
  const openCursor = () => {
    open(cursor);
    setCursor(null);
  };
  /** For keys that are pressed nowhere in particular: they belong to the picture, if no list has them. */
  const ifMine = (act: () => void) => () => {
    if (document.activeElement?.closest("[data-list]") != null) return false;
    act();
    canvas.current?.focus({ preventScroll: true }); // so that its other keys go on from here
    return true;
  };
  useKeys({
    j: ifMine(() => moveBeside(1)),
    k: ifMine(() => moveBeside(-1)),
    a: ifMine(() => moveToArrow(1)),
    A: ifMine(() => moveToArrow(-1)),
  });
  const firstInView = (): number => {
    const { start } = camera.viewport;
    for (const lane of lanes.lanes.slice(inView.first)) {
      for (const row of lane.rows) for (const number of row.spans) if ((spans.end[number] as number) >= start) return number;
    }
    return -1;
  };

  const onKey = (event: KeyboardEvent) => {
    const { viewport, extent } = camera;
    const element = scroller.current;
    if (event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      if (event.key === "ArrowRight") moveBeside(1);
      else if (event.key === "ArrowLeft") moveBeside(-1);
      else if (event.key === "ArrowDown") moveAcross(1);
      else if (event.key === "ArrowUp") moveAcross(-1);
      else return;
    } else if (event.key === "ArrowRight") camera.look(panned(viewport, viewport.width * KEY_PAN, extent));
    else if (event.key === "ArrowLeft") camera.look(panned(viewport, -viewport.width * KEY_PAN, extent));
    else if (event.key === "ArrowDown") element?.scrollBy(0, LINE);
    else if (event.key === "ArrowUp") element?.scrollBy(0, -LINE);
    else if (event.key === "PageDown") element?.scrollBy(0, element.clientHeight - LINE);
    else if (event.key === "PageUp") element?.scrollBy(0, LINE - element.clientHeight);
    else if (event.key === "Home") camera.look(movedTo(viewport, extent.start, extent));
    else if (event.key === "End") camera.look(movedTo(viewport, extent.end, extent));
    else if (event.key === "+" || event.key === "=") camera.look(zoomed(viewport, KEY_ZOOM, zoomCentre(), extent));
    else if (event.key === "-") camera.look(zoomed(viewport, 1 / KEY_ZOOM, zoomCentre(), extent));
    else if (event.key === "0") camera.look(fitted(extent, viewport.width));
    else if (event.key === "f" && keysAt >= 0) fit(keysAt);
    else if (event.key === "Enter" && cursor !== null) openCursor();
    else if (event.key === "Escape" && cursor !== null) setCursor(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  /** Keys zoom around what they go from if that is seen, else around the middle. */
  const zoomCentre = (): number => {
    const { viewport } = camera;
    if (keysAt < 0) return viewport.width / 2;
    const x = xOf(viewport, ((spans.start[keysAt] as number) + (spans.end[keysAt] as number)) / 2);
    return x >= 0 && x <= viewport.width ? x : viewport.width / 2;
  };

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    // The wheel is listened to by hand: only so may it be kept from the page.
    const onWheel = (event: WheelEvent) => {
      const { viewport, extent } = camera;
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const x = event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);
      if (event.ctrlKey || event.metaKey) {
        camera.look(zoomed(viewport, Math.exp(-event.deltaY * unit * WHEEL_ZOOM * (Math.abs(event.deltaY) < 20 ? 4 : 1)), Math.max(0, x), extent));
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        camera.look(panned(viewport, (event.deltaX || event.deltaY) * unit, extent));
      } else return; // lanes scroll as every list does
      event.preventDefault();
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [camera]);

  const fingers = useRef(new Map<number, PointerEvent>());
  const drag = useRef({ moved: 0 });
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    fingers.current.set(event.pointerId, event);
    if (fingers.current.size === 1) drag.current = { moved: 0 };
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };
  const onMove = (event: PointerEvent) => {
    pointerX.current = event.offsetX;
    const before = fingers.current.get(event.pointerId);
    if (before === undefined) {
      const hit = hitAt(sceneNow(), event.offsetX, event.offsetY);
      if (!isSameHit(hit, pointed?.hit ?? null)) setPointed(hit === null ? null : { hit, x: event.offsetX, y: event.offsetY });
      if (hit !== null) setCursor(null);
      redraw();
      return;
    }
    const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
    drag.current.moved += Math.abs(dx) + Math.abs(dy);
    const other = [...fingers.current.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    fingers.current.set(event.pointerId, event);
    if (drag.current.moved <= CLICK) return;
    if (pointed !== null) setPointed(null);
    if (other !== undefined) {
      const apart = (finger: PointerEvent) => Math.max(20, Math.abs(finger.offsetX - other.offsetX));
      camera.look(zoomed(camera.viewport, apart(event) / apart(before), (event.offsetX + other.offsetX) / 2, camera.extent));
    } else {
      camera.look(panned(camera.viewport, -dx, camera.extent));
      scroller.current?.scrollBy(0, -dy);
    }
  };
  const onUp = (event: PointerEvent) => {
    if (!fingers.current.delete(event.pointerId) || event.type === "pointercancel") return;
    if (drag.current.moved <= CLICK) open(hitAt(sceneNow(), event.offsetX, event.offsetY));
  };
  const onLeave = () => {
    pointerX.current = null;
    setPointed(null);
    redraw();
  };

  const tip = pointed ?? cursorPlace(cursor, camera, props, scroller.current?.scrollTop ?? 0);
  const told = toldOf(cursor, props);
  return (
    <div ref={scroller} class="timeline-scroller" onScroll={redraw} tabIndex={-1}>
      <div class="timeline-whole" style={{ height: `${lanes.height + AXIS_HEIGHT}px` }}>
        <div class="timeline-stage">
          <Gutter
            lanes={lanes.lanes}
            nameOf={props.nameOf}
            first={inView.first}
            last={inView.last}
            current={Math.min(currentLane, Math.max(0, lanes.lanes.length - 1))}
            onCurrent={(place) => {
              setCurrentLane(place);
              const lane = lanes.lanes[place];
              if (lane !== undefined) scrollToLanes(lane.top, Math.min(lane.height, 60));
            }}
            onFold={props.onFold}
            onSelect={(lane) => {
              const id = spans.threads[lane.thread];
              if (id !== undefined) select({ kind: "thread", object_id: id });
            }}
            inner={names}
          />
          <div class="timeline-picture">
            <canvas
              ref={canvas}
              class="timeline-canvas"
              role="application"
              tabIndex={0}
              aria-roledescription="timeline"
              aria-label={`Timeline of ${spans.count} entries of ${lanes.lanes.length} agents. j and k go from entry to entry of an agent, Alt and the arrow keys also to other rows, a and A from arrow to arrow between agents; Enter selects. The same is in the tables beside it.`}
              onKeyDown={onKey}
              onPointerDown={onDown}
              onPointerMove={onMove}
              onPointerUp={onUp}
              onPointerCancel={onUp}
              onPointerLeave={onLeave}
              onDblClick={(event) => {
                const hit = hitAt(sceneNow(), event.offsetX, event.offsetY);
                if (hit !== null && "span" in hit) fit(hit.span);
              }}
            />
            <div ref={clock} class="timeline-clock" aria-hidden="true" hidden />
            {tip !== null && (
              <Tooltip place={{ x: tip.x, y: tip.y, ...size.current }}>{tipOf(tip.hit, props)}</Tooltip>
            )}
            <div class="unseen" role="status">
              {told}
            </div>
          </div>
        </div>
      </div>
    </div>
  );
}

function tipOf(hit: Hit, { spans, arrows, agentOf, origin }: StageProps): ComponentChildren {
  if (hit === null) return null;
  if ("span" in hit) {
    return <EntryTip spans={spans} number={hit.span} agent={agentOf(spans.threads[spans.thread[hit.span] as number] ?? null)} origin={origin} />;
  }
  const passage: Passage | undefined = arrows.passages[hit.arrow];
  return passage === undefined ? null : <PassageTip passage={passage} agentOf={agentOf} origin={origin} />;
}

/** What is said to those who are read to when the keys come to something. */
function toldOf(cursor: Hit, { spans, arrows, agentOf, origin }: StageProps): string {
  if (cursor === null) return "";
  if ("span" in cursor) return entryWords(spans, cursor.span, agentOf(spans.threads[spans.thread[cursor.span] as number] ?? null), origin).sentence;
  const passage = arrows.passages[cursor.arrow];
  return passage === undefined ? "" : passageWords(passage, agentOf, origin);
}

function cursorPlace(cursor: Hit, camera: Camera, { lanes, spans, arrows }: StageProps, scrollTop: number): Pointed | null {
  if (cursor === null) return null;
  if ("arrow" in cursor) {
    const { at, to } = arrows;
    return { hit: cursor, x: Math.max(0, xOf(camera.viewport, at[cursor.arrow] as number)), y: arrowY(to[cursor.arrow] as number, scrollTop) };
  }
  const row = lanes.rows[lanes.rowOf[cursor.span] ?? -1];
  if (row === undefined) return null;
  const x = Math.max(0, xOf(camera.viewport, spans.start[cursor.span] as number));
  return { hit: cursor, x, y: row.top + row.height - scrollTop + AXIS_HEIGHT - 8 };
}

function spanOf(hit: Hit): number {
  return hit !== null && "span" in hit ? hit.span : -1;
}

function arrowOf(hit: Hit): number {
  return hit !== null && "arrow" in hit ? hit.arrow : -1;
}

function arrowOfPassage({ passages }: Arrows, selected: ObjectRef | null): number {
  return selected?.kind === "interaction_edge" ? passages.findIndex(({ edge_id }) => edge_id === selected.object_id) : -1;
}

function isSameHit(left: Hit, right: Hit): boolean {
  if (left === null || right === null) return left === right;
  if ("span" in left) return "span" in right && left.span === right.span;
  return "arrow" in right && left.arrow === right.arrow;
}
