// Whether the bundle is whole: the verdict, what is missing or wrong, how much evidence there is, and what the reduction
// of the events found odd.

import { useAnswer, usePages } from "../asking.ts";
import type { Check, Diagnostic, Finding, Level, ObjectKind, Severity, Verdict } from "../interface.ts";
import { hrefTo } from "../location.ts";
import { bytes, counted, exact } from "../parts/format.ts";
import { KINDS } from "../parts/kinds.tsx";
import { Answered } from "../parts/notice.tsx";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Bytes } from "../parts/quantities.tsx";
import { VisibleText, withVisibleMarks } from "../parts/visible_text.tsx";
import "../style/check.css";

const LOOKS: Readonly<Record<Verdict | Severity | Level, "completed" | "unfinished" | "failed">> = {
  whole: "completed",
  incomplete: "unfinished",
  damaged: "failed",
  note: "completed",
  warning: "unfinished",
  damage: "failed",
  error: "failed",
};

export function CheckPlace() {
  const check = useAnswer("check", {});
  const findings = usePages("check/findings", {});
  const diagnostics = usePages("diagnostics", {});
  return (
    <PlaceLayout title="Check" about="of the log so far, whatever moment is looked at">
      <Answered asking={check}>{(told) => <Conclusion told={told} />}</Answered>
      <Section title="Findings" about={findings.total !== null && exact(findings.total)}>
        <PagedTable label="Findings" pages={findings} columns={FINDINGS} isInline empty="Nothing is missing or wrong." />
      </Section>
      <Section title="Faults of the trace" about={diagnostics.total !== null && exact(diagnostics.total)}>
        <PagedTable label="Faults of the trace" pages={diagnostics} columns={DIAGNOSTICS} isInline empty="All events were applied as they stand." />
      </Section>
    </PlaceLayout>
  );
}

function Conclusion({ told }: { told: Check }) {
  const evidence = Object.entries(told.evidence);
  const all = evidence.reduce((sum, [, { bytes: size }]) => sum + size, 0);
  return (
    <>
      <div class={`check-verdict check-${LOOKS[told.verdict]}`}>
        <strong>{told.verdict}</strong>
        <span>
          <VisibleText text={told.conclusion} />
        </span>
      </div>
      <Section title="Evidence" about={`${counted(told.events, "event")}${told.events_skipped > 0 ? `, ${exact(told.events_skipped)} skipped` : ""}, ${bytes(all)} in all`}>
        <ul class="check-evidence">
          {evidence.map(([kind, { files, bytes: size }]) => (
            <li key={kind}>
              <span>{kind.replaceAll("_", " ")}</span>
              <span class="quiet number">{counted(files, "file")}</span>
              <span class="number">
                <Bytes value={size} />
              </span>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}

function Mark({ word }: { word: Severity | Level }) {
  return <span class={`outcome-${LOOKS[word]}`}>{word}</span>;
}

/** What both tables tell of a fault: where in the log it is, and what it is about. */
function Where({ line, seq }: { line: number | null; seq: number | null }) {
  return (
    <>
      {seq !== null && <EventLink seq={seq} />} {line !== null && <a href={hrefTo({ place: "events", object: null, options: { line: String(line) } })}>line {exact(line)}</a>}
    </>
  );
}

/** The kinds of objects that ids are named after. What is no object of the graph stands as text. */
const KIND_OF_ID: Readonly<Record<string, ObjectKind>> = {
  operation_id: "terminal_operation",
  terminal_id: "terminal_session",
  edge_id: "interaction_edge",
  item_id: "conversation_item",
  parent_thread_id: "thread",
};

function Ids({ ids }: { ids: Readonly<Record<string, string>> }) {
  return (
    <span class="one-line">
      {Object.entries(ids).map(([name, id]) => {
        const kind = KIND_OF_ID[name] ?? name.replace(/_id$/, "");
        return (
          <span key={name} class="check-id">
            {Object.hasOwn(KINDS, kind) ? (
              <ObjectLink object={{ kind: kind as ObjectKind, object_id: id }} />
            ) : (
              <span class="quiet" title={`${name} ${withVisibleMarks(id)}`}>
                {name.replaceAll("_", " ")} <VisibleText text={id} />
              </span>
            )}
          </span>
        );
      })}
    </span>
  );
}

/** A sentence in full: it is what the reader came for. */
function Sentence({ text }: { text: string }) {
  return (
    <span class="check-sentence">
      <VisibleText text={text} />
    </span>
  );
}

const FINDINGS: ReadonlyArray<Column<Finding>> = [
  { key: "severity", title: "Weight", width: "92px", cell: ({ severity }) => <Mark word={severity} /> },
  { key: "code", title: "Code", width: "minmax(110px, 190px)", cell: ({ code }) => <span class="code">{code}</span> },
  { key: "where", title: "Where", width: "110px", cell: ({ line, seq }) => <Where line={line} seq={seq} /> },
  { key: "message", title: "What", width: "minmax(240px, 3fr)", cell: ({ message }) => <Sentence text={message} /> },
  {
    key: "about",
    title: "About",
    width: "minmax(120px, 1fr)",
    cell: ({ ids, path }) => (
      <>
        <Ids ids={ids} />{" "}
        {path !== null && (
          <span class="code">
            <VisibleText text={path} />
          </span>
        )}
      </>
    ),
  },
];

const DIAGNOSTICS: ReadonlyArray<Column<Diagnostic>> = [
  { key: "level", title: "Weight", width: "92px", cell: ({ level }) => <Mark word={level} /> },
  { key: "code", title: "Code", width: "minmax(110px, 190px)", cell: ({ code }) => <span class="code">{code}</span> },
  { key: "where", title: "Where", width: "110px", cell: ({ line, seq }) => <Where line={line} seq={seq} /> },
  { key: "message", title: "What", width: "minmax(240px, 3fr)", cell: ({ message }) => <Sentence text={message} /> },
  { key: "about", title: "About", width: "minmax(120px, 1fr)", cell: ({ ids }) => <Ids ids={ids} /> },
];
