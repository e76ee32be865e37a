// What the canvas shows as tables, equal to it: for those who cannot use that, or would rather read.

import { useEffect, useRef } from "preact/hooks";
import { usePages } from "../../asking.ts";
import type { ObjectRef, TimelineEntry } from "../../interface.ts";
import { isSameObject } from "../../address.ts";
import { EventLink, ObjectLink } from "../../parts/object_link.tsx";
import { OutcomeMark } from "../../parts/outcome_mark.tsx";
import { type Column, PagedTable } from "../../parts/paged_table.tsx";
import { Duration, Moment, NoValue } from "../../parts/quantities.tsx";
import type { VirtualListHandle } from "../../parts/virtual_list.tsx";
import { VisibleText } from "../../parts/visible_text.tsx";
import { PassageTable } from "../agents.tsx";
import { TerminalTable } from "../terminals.tsx";
import type { Spans } from "./spans.ts";

export interface TimelineTableProps {
  readonly spans: Spans;
  readonly agentOf: (thread: string | null) => string;
  readonly origin: number;
  readonly selected: ObjectRef | null;
  readonly onSelect: (ref: ObjectRef) => void;
  readonly follow: boolean;
}

/** What there is a table of: all that the canvas shows. */
export const TABLES = { entries: "Entries", passages: "Between agents", terminals: "Terminals" } as const;

export function TimelineTable({ of, ...props }: TimelineTableProps & { of: string }) {
  if (of === "passages") return <PassageTable remember="timeline.passages" />;
  if (of === "terminals") return <TerminalTable onOpen={props.onSelect} remember="timeline.terminals" />;
  return <EntryTable {...props} />;
}

function EntryTable({ spans, agentOf, origin, selected, onSelect, follow }: TimelineTableProps) {
  const pages = usePages("timeline", {});
  const handle = useRef<VirtualListHandle>(null);
  const number = selected === null ? -1 : spans.numberOf(selected);
  useEffect(() => {
    if (number >= 0 && number < spans.count) handle.current?.scrollTo(number);
  }, [number, pages.total === null]);

  const columns: ReadonlyArray<Column<TimelineEntry>> = [
    { key: "event", title: "Event", width: "76px", cell: ({ position }) => <EventLink seq={position.seq} /> },
    { key: "at", title: "After", width: "96px", align: "end", cell: ({ at_unix_ms }) => <Moment ms={at_unix_ms} from={origin} /> },
    {
      key: "agent",
      title: "Agent",
      width: "minmax(90px, 0.6fr)",
      cell: ({ thread_id }) => (
        <span class="one-line">
          <VisibleText text={agentOf(thread_id)} />
        </span>
      ),
    },
    { key: "what", title: "What", width: "minmax(220px, 3fr)", cell: ({ subject, what }) => <ObjectLink object={subject} gist={what} /> },
    { key: "outcome", title: "Outcome", width: "minmax(120px, 0.7fr)", cell: ({ outcome }) => <OutcomeMark outcome={outcome} /> },
    {
      key: "duration",
      title: "Duration",
      width: "104px",
      align: "end",
      cell: ({ duration_ms, outcome }) =>
        duration_ms === null && outcome === null ? <NoValue why="a moment" /> : <Duration ms={duration_ms} />,
    },
  ];
  return (
    <PagedTable
      label="Timeline: every entry, in the order of the log"
      pages={pages}
      columns={columns}
      remember="timeline"
      handle={handle}
      follow={follow}
      isSelected={(entry) => isSameObject(entry.subject, selected)}
      onOpen={(entry) => onSelect(entry.subject)}
      empty="Nothing has happened yet."
    />
  );
}
