// What failed, was cancelled or never ended: why, what else was under way, and what its agent did next.

import { usePages } from "../asking.ts";
import type { Failure } from "../interface.ts";
import { go, useAddress } from "../location.ts";
import { exact } from "../parts/format.ts";
import { ObjectLink } from "../parts/object_link.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout } from "../parts/place_layout.tsx";
import { isSameObject } from "../address.ts";
import { OneLine, afterColumn, agentColumn, eventColumn, objectColumn, outcomeColumn, useStart } from "./columns.tsx";

const EMPTY = "Nothing failed, was cancelled or never ended.";
const MOST_MEANWHILE = 2;

export function FailuresPlace() {
  const pages = usePages("failures", {});
  const { select } = useAddress();
  const columns = [...useFailureColumns(), ...AROUND];
  return (
    <PlaceLayout title="Failures" form="fill" about={pages.total !== null && exact(pages.total)}>
      <PagedTable
        label="Failures"
        pages={pages}
        columns={columns}
        remember="failures"
        isSelected={({ subject }) => isSameObject(select, subject)}
        onOpen={({ subject }) => go({ select: subject })}
        empty={EMPTY}
      />
    </PlaceLayout>
  );
}

/** The failures as a part of another place. */
export function FailuresInline() {
  const pages = usePages("failures", {});
  const columns = useFailureColumns();
  return <PagedTable label="Failures" pages={pages} columns={columns} isInline onOpen={({ subject }) => go({ select: subject })} empty={EMPTY} />;
}

function useFailureColumns(): ReadonlyArray<Column<Failure>> {
  const start = useStart();
  return [
    eventColumn(({ position }) => position.seq),
    afterColumn(start, ({ at_unix_ms }) => at_unix_ms),
    agentColumn(({ thread_id }) => thread_id),
    objectColumn("What", ({ subject }) => subject, ({ what }) => what),
    outcomeColumn(({ outcome }) => outcome),
    { key: "error", title: "Why", width: "minmax(160px, 3fr)", cell: ({ error }) => <OneLine text={error} /> },
  ];
}

const AROUND: ReadonlyArray<Column<Failure>> = [
  {
    key: "meanwhile",
    title: "Meanwhile",
    explanation: "Other work that was under way when it ended, the latest first",
    width: "minmax(110px, 1fr)",
    cell: ({ meanwhile }) => (
      <span class="one-line">
        {meanwhile.slice(0, MOST_MEANWHILE).map((other) => (
          <span key={other.object_id}>
            <ObjectLink object={other} />{" "}
          </span>
        ))}
        {meanwhile.length > MOST_MEANWHILE && <span class="faint">and {meanwhile.length - MOST_MEANWHILE} more</span>}
      </span>
    ),
  },
  objectColumn("Next", ({ next }) => next, undefined, "124px"),
];
