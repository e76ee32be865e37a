// The evidence: the log line by line, as it was written. `?line=` leads to a line, an object to its first event.

import { useEffect, useRef, useState } from "preact/hooks";
import { useAnswer, useBeginning, usePages } from "../asking.ts";
import { useRollout } from "../frame/rollout_context.tsx";
import type { EventLine } from "../interface.ts";
import { useOption } from "../location.ts";
import { counted, exact } from "../parts/format.ts";
import { Empty, Failed, Loading } from "../parts/notice.tsx";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";
import { PlaceLayout } from "../parts/place_layout.tsx";
import { Moment } from "../parts/quantities.tsx";
import { VirtualList, type VirtualListHandle, isRemembered } from "../parts/virtual_list.tsx";
import { VisibleText, withVisibleMarks } from "../parts/visible_text.tsx";
import { useStart } from "./columns.tsx";
import { EventInside, Fault, useLineIndex } from "./event_entry.tsx";
import { keepInView } from "./item_list.tsx";
import type { PlaceProps } from "./place.ts";
import "../style/events.css";

/** The types of events that the format has. Others can be typed too. */
const TYPES = [
  ...["rollout_started", "rollout_ended", "recording_completed", "thread_started", "thread_ended", "thread_resumed"],
  ...["codex_turn_started", "codex_turn_ended", "history_item_accepted"],
  ...["inference_started", "inference_completed", "inference_failed", "inference_cancelled"],
  ...["tool_call_started", "tool_call_ended", "tool_call_runtime_started", "tool_call_runtime_ended"],
  ...["mcp_tool_call_correlation_assigned", "stdin_target_resolved"],
  ...["code_cell_started", "code_cell_initial_response", "code_cell_ended"],
  ...["compaction_request_started", "compaction_request_completed", "compaction_request_failed", "compaction_installed"],
  ...["agent_result_observed", "protocol_event_observed", "other_observed"],
];

export function EventsPlace({ address }: PlaceProps) {
  const [type, setType] = useOption("type");
  const [line, setLine] = useOption("line");
  const object = address.object;
  const pages = usePages("events", { event_type: type === "" ? null : type });
  const wantedLine = type === "" && /^[1-9]\d{0,14}$/.test(line) ? Number(line) : null;
  const ofLine = useLineIndex(wantedLine);
  const place = useAnswer("place", object === null || type !== "" || wantedLine !== null ? null : { kind: object.kind, id: object.object_id });
  const isNowhere = wantedLine === null && (object === null || type !== "");
  const target = isNowhere ? undefined : wantedLine === null ? (place.answer?.event_index ?? null) : ofLine.index;
  const error = ofLine.error ?? place.error;
  return (
    <PlaceLayout
      title="Events"
      form="fill"
      about={pages.total !== null && `${exact(pages.total)} ${type === "" ? "lines of the log" : "of this type"}`}
      tools={
        <>
          <label>
            Line <input type="text" autocomplete="off" inputMode="numeric" size={7} value={line} onChange={(event) => setLine(event.currentTarget.value.trim())} />
          </label>
          <label>
            Type{" "}
            <input type="search" autocomplete="off" list="event-types" size={26} placeholder="any" value={type} spellcheck={false} onChange={(event) => setType(event.currentTarget.value.trim())} />
            <datalist id="event-types">
              {TYPES.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          </label>
        </>
      }
    >
      <div class="events">
        {error != null && <Failed sentence={error} />}
        <EventList pages={pages} target={target} type={type} />
      </div>
    </PlaceLayout>
  );
}

const HEAD_HEIGHT = 28;
const ROW_HEIGHT = 28;

function EventList({ pages, target, type }: { pages: ReturnType<typeof usePages<"events">>; target: number | null | undefined; type: string }) {
  const [cursor, setCursor] = useState<number | null>(null);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const handle = useRef<VirtualListHandle | null>(null);
  const { follow, setFollow } = useRollout();
  const start = useStart();
  const wasHere = useRef(target !== undefined && isRemembered("events"));
  const isKnown = pages.total !== null;
  useBeginning(pages);
  useEffect(() => {
    if (target == null || !isKnown) return undefined;
    setCursor(target);
    setOpen((before) => new Set(before).add(target));
    if (wasHere.current) {
      wasHere.current = false; // Back and Reload find the list where it was left
      return undefined;
    }
    return keepInView(() => handle.current?.scrollTo(target, "center"));
  }, [target, isKnown, pages.key]);

  if (pages.total === null) return pages.error === undefined ? <Loading progress={pages.progress} /> : <Failed sentence={pages.error} retry={pages.retry} />;
  if (pages.total === 0) return <Empty>{type === "" ? "The log is empty." : `The log has no event of the type ${type}.`}</Empty>;
  const toggle = (index: number) => {
    const entry = pages.at(index);
    if (entry === undefined) return;
    const next = new Set(open);
    if (!next.delete(entry.index)) next.add(entry.index);
    setOpen(next);
  };
  return (
    <>
      {pages.error !== undefined && <Failed sentence={pages.error} retry={pages.retry} />}
      <VirtualList
        key={pages.key}
        label="Lines of the log"
        count={pages.total}
        estimate={ROW_HEIGHT}
        headHeight={HEAD_HEIGHT}
        head={
          <div class="event-row event-head" aria-hidden="true">
            <span />
            <span>Event</span>
            <span class="number">Line</span>
            <span class="number">After</span>
            <span>Type</span>
            <span>Agent</span>
            <span>Touched</span>
          </div>
        }
        remember="events"
        follow={follow}
        onFollow={setFollow}
        handle={handle}
        cursor={cursor}
        onCursor={setCursor}
        onView={pages.need}
        onOpen={toggle}
      >
        {(index) => {
          const event = pages.at(index);
          if (event === undefined) {
            return (
              <div class="event-row">
                <span class="table-waiting" />
              </div>
            );
          }
          const isOpen = open.has(event.index);
          return (
            <div class="event" data-fault={event.fault === null ? undefined : ""}>
              <EventRow event={event} start={start} isOpen={isOpen} onToggle={() => toggle(index)} />
              {isOpen && <EventInside event={event} />}
            </div>
          );
        }}
      </VirtualList>
    </>
  );
}

const MOST_TOUCHED = 3;

function EventRow({ event, start, isOpen, onToggle }: { event: EventLine; start: number | null; isOpen: boolean; onToggle: () => void }) {
  return (
    <div class="event-row">
      <button type="button" class="tree-fold" aria-expanded={isOpen} aria-label={`Line ${event.line}`} onClick={onToggle}>
        {isOpen ? "▾" : "▸"}
      </button>
      <span>{event.seq !== null && <EventLink seq={event.seq} />}</span>
      <span class="number faint">{exact(event.line)}</span>
      <span class="number quiet">{event.at_unix_ms !== null && <Moment ms={event.at_unix_ms} from={start} />}</span>
      <span class="code one-line" title={withVisibleMarks(event.event_type ?? "")}>
        {event.event_type === null ? <span class="event-fault">cannot be read</span> : <VisibleText text={event.event_type} />}
      </span>
      <span class="one-line">{event.thread_id !== null && <ObjectLink object={{ kind: "thread", object_id: event.thread_id }} />}</span>
      <span class="event-touched" title={`touched ${counted(event.touched.length, "object")}`}>
        {event.fault !== null && <Fault fault={event.fault} />}
        {event.touched.slice(0, MOST_TOUCHED).map((ref) => (
          <ObjectLink key={`${ref.kind} ${ref.object_id}`} object={ref} />
        ))}
        {event.touched.length > MOST_TOUCHED && <span class="faint">and {exact(event.touched.length - MOST_TOUCHED)} more</span>}
      </span>
    </div>
  );
}
