// The names of the lanes, left of the canvas: a tree of agents that folds. Only those in view are in the page.

import { useRef } from "preact/hooks";
import { KindMark } from "../../parts/kinds.tsx";
import { VisibleText, withVisibleMarks } from "../../parts/visible_text.tsx";
import type { Lane } from "./lanes.ts";
import { contentsOf } from "./words.ts";

export interface LaneName {
  /** The last word of the agent's path: the tree says what stands before it. */
  readonly name: string;
  readonly path: string;
  readonly nickname: string | null;
  readonly depth: number;
}

export interface GutterProps {
  readonly lanes: ReadonlyArray<Lane>;
  readonly nameOf: (lane: Lane) => LaneName;
  /** The lanes in view, both included. */
  readonly first: number;
  readonly last: number;
  /** The lane that keys start from. */
  readonly current: number;
  readonly onCurrent: (lane: number) => void;
  readonly onFold: (lane: Lane, isFolded: boolean) => void;
  readonly onSelect: (lane: Lane) => void;
  /** Moves with the lanes; who draws them sets its position. */
  readonly inner: { current: HTMLDivElement | null };
}

const INDENT = 12;
const MOST_INDENTS = 6;

export function Gutter(props: GutterProps) {
  const { lanes, first, last, current } = props;
  const tree = useRef<HTMLDivElement>(null);
  const shown: number[] = [];
  for (let place = first; place <= last && place < lanes.length; place++) shown.push(place);
  if (current < lanes.length && !shown.includes(current)) shown.push(current);

  const goTo = (place: number) => {
    const inTree = Math.max(0, Math.min(lanes.length - 1, place));
    props.onCurrent(inTree);
    requestAnimationFrame(() => tree.current?.querySelector<HTMLElement>(`[data-lane="${inTree}"]`)?.focus({ preventScroll: true }));
  };
  const onKey = (event: KeyboardEvent) => {
    const lane = lanes[current];
    if (lane === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    switch (event.key) {
      case "ArrowDown":
        goTo(current + 1);
        break;
      case "ArrowUp":
        goTo(current - 1);
        break;
      case "Home":
        goTo(0);
        break;
      case "End":
        goTo(lanes.length - 1);
        break;
      case "ArrowLeft":
        props.onFold(lane, true);
        break;
      case "ArrowRight":
        props.onFold(lane, false);
        break;
      case " ":
        props.onFold(lane, !lane.isFolded);
        break;
      case "Enter":
        props.onSelect(lane);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="timeline-gutter">
      <div class="timeline-corner">Agents</div>
      <div class="timeline-names">
        <div ref={tree} role="tree" aria-label="Agents" onKeyDown={onKey}>
          <div ref={props.inner} role="presentation">
            {shown.map((place) => {
              const lane = lanes[place] as Lane;
              const { name, path, nickname, depth } = props.nameOf(lane);
              const contents = contentsOf(lane.subLanes);
              return (
                <div
                  key={lane.thread}
                  role="treeitem"
                  aria-level={depth + 1}
                  aria-expanded={!lane.isFolded}
                  aria-setsize={lanes.length}
                  aria-posinset={place + 1}
                  aria-label={`${withVisibleMarks(path)}: ${contents}${lane.faults > 0 ? `, ${lane.faults} failed or not finished` : ""}`}
                  tabIndex={place === current ? 0 : -1}
                  data-lane={place}
                  class="timeline-lane"
                  style={{ top: `${lane.top}px`, height: `${lane.height}px` }}
                  onFocus={() => props.onCurrent(place)}
                >
                  <div class="timeline-lane-name" style={{ paddingLeft: `${4 + INDENT * Math.min(depth, MOST_INDENTS)}px` }} title={`${withVisibleMarks(path)}: ${contents}`}>
                    <button
                      type="button"
                      class="timeline-fold"
                      tabIndex={-1}
                      aria-hidden="true"
                      onClick={() => props.onFold(lane, !lane.isFolded)}
                    >
                      {lane.isFolded ? "▸" : "▾"}
                    </button>
                    <span class="timeline-lane-title" onClick={() => props.onSelect(lane)}>
                      <KindMark kind="thread" />
                      <span class="one-line">
                        <VisibleText text={name} />
                        {nickname !== null && (
                          <span class="faint">
                            {" "}
                            <VisibleText text={nickname} />
                          </span>
                        )}
                      </span>
                    </span>
                    {lane.faults > 0 && <span class="timeline-faults" title={`${lane.faults} failed or not finished`}>✕ {lane.faults}</span>}
                  </div>
                  {lane.isFolded ? (
                    <div class="timeline-contents one-line" style={{ paddingLeft: `${24 + INDENT * Math.min(depth, MOST_INDENTS)}px` }}>
                      {contents}
                    </div>
                  ) : (
                    lane.subLanes.map((subLane) => (
                      <div
                        key={subLane.group}
                        class="timeline-sub-lane"
                        style={{ top: `${subLane.top - lane.top}px`, paddingLeft: `${24 + INDENT * Math.min(depth, MOST_INDENTS)}px` }}
                      >
                        <span class="one-line">{subLane.group}</span> <span class="faint">{subLane.count}</span>
                      </div>
                    ))
                  )}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}
