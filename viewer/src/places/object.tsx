// Any object: what it is, how it stands, what it says, what it is tied to, where it comes from, and the evidence for it.
// In the side panel, and as a place of its own.

import { useState } from "preact/hooks";
import { textOf } from "../address.ts";
import { type Asking, useAnswer, usePages } from "../asking.ts";
import type { Excerpt, Link, ObjectDetails, ObjectRef, TextSource } from "../interface.ts";
import { hrefTo, useAddress } from "../location.ts";
import { ExcerptBlock } from "../parts/excerpt_block.tsx";
import { counted, exact } from "../parts/format.ts";
import { KINDS, KindMark } from "../parts/kinds.tsx";
import { Answered, Empty } from "../parts/notice.tsx";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";
import { OutcomeMark } from "../parts/outcome_mark.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Duration, Moment } from "../parts/quantities.tsx";
import { TextDifference } from "../parts/text_difference.tsx";
import type { Form } from "../parts/text_forms.ts";
import { VisibleText } from "../parts/visible_text.tsx";
import { useStart } from "./columns.tsx";
import { More, useFirstPage } from "./first_page.tsx";
import { conversationHref } from "./item_entry.tsx";
import { LineageView } from "./lineage.tsx";
import { EvidenceOf } from "./object_evidence.tsx";
import { PayloadView } from "./payload_view.tsx";
import type { PlaceProps } from "./place.ts";
import { useWholeText } from "./whole_text.ts";
import "../style/object.css";

export function ObjectPlace({ address }: PlaceProps) {
  const { object } = address;
  return object === null ? <Empty>No object is named.</Empty> : <PlaceOf key={textOf(object)} object={object} />;
}

function PlaceOf({ object }: { object: ObjectRef }) {
  const details = useDetails(object);
  const { word } = KINDS[object.kind];
  return (
    <PlaceLayout
      title={
        <span class="object-title">
          <KindMark kind={object.kind} /> {word[0]?.toUpperCase() + word.slice(1)} <VisibleText text={details.answer?.name.replace(/^[a-z ]+:/, "") ?? object.object_id} />
        </span>
      }
    >
      <Answered asking={details}>{(told) => <Details details={told} isPlace />}</Answered>
    </PlaceLayout>
  );
}

/** What is known of an object. */
export function ObjectDetailsOf({ object }: { object: ObjectRef }) {
  return <Answered asking={useDetails(object)}>{(told) => <Details details={told} isPlace={false} />}</Answered>;
}

function useDetails(object: ObjectRef): Asking<ObjectDetails> {
  return useAnswer("object", { kind: object.kind, id: object.object_id });
}

function Details({ details, isPlace }: { details: ObjectDetails; isPlace: boolean }) {
  const { ref } = details;
  return (
    <div class="object">
      <header>
        {!isPlace && (
          <h2>
            <ObjectLink object={ref} name={details.name} leads="open" /> <span class="quiet">{details.kind_word}</span>
          </h2>
        )}
        {details.what !== "" && (
          <p class="object-what">
            <VisibleText text={details.what} />
          </p>
        )}
        <Whereabouts details={details} />
      </header>
      <Facts details={details} />
      {ref.kind === "raw_payload" ? (
        <Section title="File">
          <PayloadView payload={ref.object_id} />
        </Section>
      ) : (
        <Texts details={details} />
      )}
      <Section title="Lineage">
        <LineageView object={ref} />
      </Section>
      {details.links_in_all > 0 && (
        <Section title="Names" about={exact(details.links_in_all)}>
          <Links links={details.links} inAll={details.links_in_all} />
        </Section>
      )}
      {details.named_by > 0 && (
        <Section title="Named by" about={exact(details.named_by)}>
          <NamedByList object={ref} />
        </Section>
      )}
      <EvidenceOf object={ref} events={details.events} payloads={details.payloads} />
    </div>
  );
}

/** The places that show it among others of its kind, or all of it. */
function Whereabouts({ details: { ref } }: { details: ObjectDetails }) {
  const { place: shown } = useAddress();
  const place = useAnswer("place", { kind: ref.kind, id: ref.object_id });
  const known = place.answer;
  const links: [string, string][] = [];
  if (known?.conversation_index != null) links.push(["in the conversation", conversationHref(ref.object_id)]);
  if (ref.kind === "thread") links.push(["its conversation", hrefTo({ place: "conversation", object: ref, options: {} })]);
  if (ref.kind === "inference_call") {
    links.push(["inspect the request", hrefTo({ place: "request", object: ref, options: {} })]);
    links.push(["the conversation as it saw it", hrefTo({ place: "conversation", object: null, options: { request: ref.object_id } })]);
  }
  if (ref.kind === "terminal_session") links.push(["all that used it", hrefTo({ place: "terminals", object: null, options: { terminal: ref.object_id } })]);
  if (ref.kind === "compaction") links.push(["what it dropped and kept", hrefTo({ place: "compactions", object: null, options: {} })]);
  if (known?.event_index != null) links.push(["in the log", hrefTo({ place: "events", object: ref, options: {} })]);
  if (links.length === 0 && !place.loading) return null;
  return (
    <ul class="object-whereabouts" aria-busy={place.loading}>
      {links
        .filter(([words]) => !(shown === "events" && words === "in the log"))
        .map(([words, href]) => (
          <li key={words}>
            <a href={href}>{words}</a>
          </li>
        ))}
    </ul>
  );
}

function Facts({ details }: { details: ObjectDetails }) {
  const start = useStart();
  const { execution } = details;
  return (
    <dl class="facts">
      {details.outcome !== null && (
        <>
          <dt>Outcome</dt>
          <dd>
            <OutcomeMark outcome={details.outcome} />
          </dd>
        </>
      )}
      {execution !== null && (
        <>
          <dt>Began</dt>
          <dd>
            <Moment ms={execution.started_at_unix_ms} from={start} /> <span class="quiet">at</span> <Moment ms={execution.started_at_unix_ms} form="milliseconds" />, event{" "}
            <EventLink seq={execution.started_seq} />
          </dd>
          <dt>Took</dt>
          <dd>
            <Duration ms={execution.ended_at_unix_ms === null ? null : execution.ended_at_unix_ms - execution.started_at_unix_ms} />
            {execution.ended_seq !== null && (
              <>
                , to event <EventLink seq={execution.ended_seq} />
              </>
            )}
          </dd>
        </>
      )}
      {details.thread_id !== null && details.ref.kind !== "thread" && (
        <>
          <dt>Agent</dt>
          <dd>
            <ObjectLink object={{ kind: "thread", object_id: details.thread_id }} />
          </dd>
        </>
      )}
      {details.codex_turn_id !== null && details.ref.kind !== "codex_turn" && (
        <>
          <dt>Turn</dt>
          <dd>
            <ObjectLink object={{ kind: "codex_turn", object_id: details.codex_turn_id }} />
          </dd>
        </>
      )}
      {Object.entries(details.figures).map(([name, value]) => (
        <Fact key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: string | number | boolean }) {
  const start = useStart();
  return (
    <>
      <dt>{words(name.replace(/_unix_ms$/, ""))}</dt>
      <dd>{typeof value === "number" ? <Figure name={name} value={value} start={start} /> : <VisibleText text={String(value)} />}</dd>
    </>
  );
}

/** A number by what its name says of it. */
function Figure({ name, value, start }: { name: string; value: number; start: number | null }) {
  if (name.endsWith("_unix_ms")) return <Moment ms={value} from={start} />;
  if (name.endsWith("_seq")) return <EventLink seq={value} />;
  return <>{exact(value)}</>;
}

const RETURNED = "returned";
const SHOWN = "shown to the model";

function Texts({ details }: { details: ObjectDetails }) {
  const texts = Object.entries(details.texts);
  const { [RETURNED]: returned, [SHOWN]: shown } = details.texts;
  if (texts.length === 0) return null;
  return (
    <>
      <div class="object-texts">
        {texts.map(([title, excerpt]) => (
          <Section
            key={title}
            title={title[0]?.toUpperCase() + title.slice(1)}
            about={
              <>
                {counted(excerpt.characters, "character")} <Sources sources={details.sources[title] ?? []} />
              </>
            }
          >
            <ExcerptBlock excerpt={excerpt} object={details.ref} title={title} label={title} {...formOf(details, title)} />
          </Section>
        ))}
      </div>
      {returned !== undefined && shown !== undefined && <Difference object={details.ref} beginnings={{ returned, shown }} />}
    </>
  );
}

/** What recorded a text, and the event that told of it. */
function Sources({ sources }: { sources: ReadonlyArray<TextSource> }) {
  return (
    <>
      {sources.map(({ ref, seq }) => (
        <span key={ref.object_id}>
          <ObjectLink object={ref} /> {seq !== null && <EventLink seq={seq} />}{" "}
        </span>
      ))}
    </>
  );
}

/** What a tool returned against what the model was shown of it. */
function Difference({ object, beginnings }: { object: ObjectRef; beginnings: { returned: Excerpt; shown: Excerpt } }) {
  const [isWanted, setWanted] = useState(false);
  const returned = useWholeText(object, RETURNED, beginnings.returned, isWanted);
  const shown = useWholeText(object, SHOWN, beginnings.shown, isWanted);
  return (
    <div>
      <button type="button" aria-expanded={isWanted} onClick={() => setWanted(!isWanted)}>
        {isWanted ? "Hide the difference" : "How what was shown differs from what was returned"}
      </button>
      {isWanted && (
        <div class="object-difference">
          <Answered asking={returned}>
            {(before) => <Answered asking={shown}>{(after) => <TextDifference before={before} after={after} beforeTitle="returned" afterTitle="shown to the model" />}</Answered>}
          </Answered>
        </div>
      )}
    </div>
  );
}

/** In which form a text of an object is read best. What is not known is guessed from the text. */
export function formOf({ ref, what }: ObjectDetails, title: string): { form?: Form; language?: string } {
  switch (ref.kind) {
    case "code_cell":
      return { form: "code", language: "javascript" };
    case "interaction_edge":
      return { form: "markdown" };
    case "conversation_item":
      if (/^(call|output)\b/.test(what)) return what.startsWith("call") ? { form: "code" } : {};
      return { form: "markdown" };
    case "tool_call":
      if (title !== "asked") return {};
      return what.startsWith("exec_command") ? { form: "code", language: "bash" } : { form: "code" };
    default:
      return {};
  }
}

const MOST_LINKS = 30;

/** Links by the field in which they stand. */
function Links({ links, inAll }: { links: ReadonlyArray<Link>; inAll: number }) {
  const [most, setMost] = useState(MOST_LINKS);
  const shown = links.slice(0, most);
  const fields = [...new Set(shown.map(({ field }) => field))];
  return (
    <>
      <dl class="facts object-links">
        {fields.map((field) => (
          <>
            <dt key={field}>{words(field)}</dt>
            <dd>
              {shown
                .filter((link) => link.field === field)
                .map((link, index) => (
                  <ObjectLink key={index} object={link.ref} />
                ))}
            </dd>
          </>
        ))}
      </dl>
      {links.length > most && (
        <button type="button" class="link" onClick={() => setMost(most + 10 * MOST_LINKS)}>
          show more ({counted(links.length - most, "more link")})
        </button>
      )}
      {links.length <= most && inAll > links.length && <p class="quiet">{counted(inAll - links.length, "further link")} stand in the log only.</p>}
    </>
  );
}

function NamedByList({ object }: { object: ObjectRef }) {
  const pages = usePages("object/named-by", { kind: object.kind, id: object.object_id });
  const known = useFirstPage(pages);
  return (
    <>
      <ul class="object-named-by">
        {known.map(({ ref, field }, index) => (
          <li key={index}>
            <ObjectLink object={ref} /> <span class="quiet">as {words(field)}</span>
          </li>
        ))}
      </ul>
      <More pages={pages} known={known.length} noun="object" />
    </>
  );
}

/** A field's name as words. */
function words(field: string): string {
  return field.replaceAll("_", " ");
}
