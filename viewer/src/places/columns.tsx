// Columns that several tables have: when, who, how it ended. What they show is the same everywhere.

import { useRollout } from "../frame/rollout_context.tsx";
import type { ObjectRef, Outcome } from "../interface.ts";
import { CutText } from "../parts/cut_text.tsx";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";
import { OutcomeMark } from "../parts/outcome_mark.tsx";
import type { Column } from "../parts/paged_table.tsx";
import { Duration, Moment } from "../parts/quantities.tsx";
import { withVisibleMarks } from "../parts/visible_text.tsx";

const LONGEST_LINE = 400;

/** A line of text; a longer one ends in dots, and is in the title. */
export function OneLine({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <span class="one-line" title={withVisibleMarks(text)}>
      <CutText text={text} most={LONGEST_LINE} />
    </span>
  );
}

/** The start of the rollout, from which times are counted; null as long as it is not known. */
export function useStart(): number | null {
  return useRollout().head.answer?.summary.started_at_unix_ms ?? null;
}

export function eventColumn<Entry>(seq: (entry: Entry) => number | null): Column<Entry> {
  const cell = (entry: Entry) => {
    const number = seq(entry);
    return number !== null && <EventLink seq={number} />;
  };
  return { key: "event", title: "Event", explanation: "The event of the log at which it began", width: "68px", cell };
}

export function afterColumn<Entry>(start: number | null, at: (entry: Entry) => number | null): Column<Entry> {
  const cell = (entry: Entry) => <Moment ms={at(entry)} from={start} />;
  return { key: "after", title: "After", explanation: "Since the start of the rollout", width: "88px", align: "end", cell };
}

export function objectColumn<Entry>(
  title: string,
  object: (entry: Entry) => ObjectRef | null,
  gist: (entry: Entry) => string | undefined = () => undefined,
  width = "minmax(160px, 2fr)",
): Column<Entry> {
  const cell = (entry: Entry) => {
    const ref = object(entry);
    return ref !== null && <ObjectLink object={ref} gist={gist(entry)} />;
  };
  return { key: title, title, width, cell };
}

export function agentColumn<Entry>(thread: (entry: Entry) => string | null): Column<Entry> {
  const object = (entry: Entry): ObjectRef | null => {
    const id = thread(entry);
    return id === null ? null : { kind: "thread", object_id: id };
  };
  return objectColumn("Agent", object, undefined, "minmax(112px, 150px)");
}

export function outcomeColumn<Entry>(outcome: (entry: Entry) => Outcome, width = "190px"): Column<Entry> {
  return { key: "outcome", title: "Outcome", width, cell: (entry) => <OutcomeMark outcome={outcome(entry)} /> };
}

export function durationColumn<Entry>(duration: (entry: Entry) => number | null): Column<Entry> {
  const cell = (entry: Entry) => <Duration ms={duration(entry)} />;
  return { key: "duration", title: "Duration", width: "92px", align: "end", cell };
}
