// The evidence behind an object: its events and its payloads, each of which can be unfolded where it stands.

import { useState } from "preact/hooks";
import { useAnswer, usePages } from "../asking.ts";
import type { BehindEvent, ObjectRef, PayloadRef } from "../interface.ts";
import { hrefTo } from "../location.ts";
import { exact } from "../parts/format.ts";
import { Answered, Failed } from "../parts/notice.tsx";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";
import { Section } from "../parts/place_layout.tsx";
import { Moment } from "../parts/quantities.tsx";
import { VisibleText, withVisibleMarks } from "../parts/visible_text.tsx";
import { useStart } from "./columns.tsx";
import { EventInside, Fault, useLineIndex } from "./event_entry.tsx";
import { More, useFirstPage } from "./first_page.tsx";
import { PayloadView } from "./payload_view.tsx";
import "../style/events.css";

export function EvidenceOf({ object, events, payloads }: { object: ObjectRef; events: number; payloads: number }) {
  return (
    <>
      {events > 0 && (
        <Section title="Events behind it" about={exact(events)}>
          <Events object={object} />
        </Section>
      )}
      {payloads > 0 && object.kind !== "raw_payload" && (
        <Section title="Payloads behind it" about={exact(payloads)}>
          <Payloads object={object} />
        </Section>
      )}
    </>
  );
}

function Events({ object }: { object: ObjectRef }) {
  const pages = usePages("object/events", { kind: object.kind, id: object.object_id });
  const known = useFirstPage(pages);
  return (
    <>
      <ul class="evidence">
        {known.map((event) => (
          <Event key={`${event.position.seq} ${event.position.line}`} event={event} />
        ))}
      </ul>
      <More pages={pages} known={known.length} noun="event" />
    </>
  );
}

function Event({ event: { position, event_type, at_unix_ms } }: { event: BehindEvent }) {
  const [isOpen, setOpen] = useState(false);
  const start = useStart();
  return (
    <li>
      <span class="evidence-line">
        <button type="button" class="tree-fold" disabled={position.line === null} aria-expanded={isOpen} aria-label={`Event ${position.seq}`} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "▾" : "▸"}
        </button>
        <EventLink seq={position.seq} />
        <span class="code">
          <VisibleText text={event_type} />
        </span>
        <span class="faint">
          <Moment ms={at_unix_ms} from={start} />
        </span>
        {position.line !== null && <a href={hrefTo({ place: "events", object: null, options: { line: String(position.line) } })}>line {exact(position.line)}</a>}
      </span>
      {isOpen && position.line !== null && <LineOfLog line={position.line} />}
    </li>
  );
}

/** One line of the log as it stands. */
function LineOfLog({ line }: { line: number }) {
  const { index, error } = useLineIndex(line);
  const asked = useAnswer("events", index === null ? null : { offset: index, limit: 1 });
  if (error !== null) return <Failed sentence={error} />;
  return (
    <Answered asking={asked}>
      {({ entries: [event] }) =>
        event !== undefined && (
          <>
            {event.fault !== null && <Fault fault={event.fault} />}
            <EventInside event={event} />
          </>
        )
      }
    </Answered>
  );
}

function Payloads({ object }: { object: ObjectRef }) {
  const pages = usePages("object/payloads", { kind: object.kind, id: object.object_id });
  const known = useFirstPage(pages);
  return (
    <>
      <ul class="evidence">
        {known.map((payload) => (
          <Payload key={payload.raw_payload_id} payload={payload} />
        ))}
      </ul>
      <More pages={pages} known={known.length} noun="payload" />
    </>
  );
}

function Payload({ payload }: { payload: PayloadRef }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <span class="evidence-line">
        <button type="button" class="tree-fold" aria-expanded={isOpen} aria-label={withVisibleMarks(payload.path)} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "▾" : "▸"}
        </button>
        <ObjectLink object={{ kind: "raw_payload", object_id: payload.raw_payload_id }} gist={payload.kind.type} />
        <span class="code faint">
          <VisibleText text={payload.path} />
        </span>
      </span>
      {isOpen && (
        <div class="event-inside">
          <PayloadView payload={payload.raw_payload_id} />
        </div>
      )}
    </li>
  );
}
