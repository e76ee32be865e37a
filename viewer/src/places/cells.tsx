// The code cells: what the model wrote, which tools each called, which waits and outputs belong to it.

import type { ComponentChildren } from "preact";
import { usePages } from "../asking.ts";
import type { CellLine, ObjectKind } from "../interface.ts";
import { go, useAddress } from "../location.ts";
import { exact } from "../parts/format.ts";
import { ObjectLink } from "../parts/object_link.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout } from "../parts/place_layout.tsx";
import { AgentChoice, useAgentChoice } from "./agent_choice.tsx";
import { OneLine, afterColumn, agentColumn, durationColumn, eventColumn, objectColumn, outcomeColumn, useStart } from "./columns.tsx";

const MOST_NAMED = 3;

export function CellsPlace() {
  const thread = useAgentChoice();
  const start = useStart();
  const { select } = useAddress();
  const pages = usePages("cells", { thread });
  const columns: ReadonlyArray<Column<CellLine>> = [
    eventColumn(({ started_seq }) => started_seq),
    afterColumn(start, ({ started_at_unix_ms }) => started_at_unix_ms),
    agentColumn(({ thread_id }) => thread_id),
    objectColumn("Cell", ({ code_cell_id }) => ({ kind: "code_cell", object_id: code_cell_id }), undefined, "84px"),
    { key: "source", title: "Program", width: "minmax(180px, 3fr)", cell: ({ source }) => <span class="code one-line"><OneLine text={source.text} /></span> },
    outcomeColumn(({ outcome }) => outcome, "150px"),
    durationColumn(({ duration_ms }) => duration_ms),
    { key: "tools", title: "Tools that it called", width: "minmax(120px, 1.5fr)", cell: (cell) => <Refs kind="tool_call" ids={cell.nested_tool_call_ids} /> },
    { key: "waits", title: "Waits for it", width: "minmax(80px, 1fr)", cell: (cell) => <Refs kind="tool_call" ids={cell.wait_tool_call_ids} /> },
    { key: "outputs", title: "Outputs", width: "minmax(80px, 1fr)", cell: (cell) => <Refs kind="conversation_item" ids={cell.output_item_ids} /> },
  ];
  return (
    <PlaceLayout title="Code cells" form="fill" about={pages.total !== null && exact(pages.total)} tools={<AgentChoice />}>
      <PagedTable
        label="Code cells"
        pages={pages}
        columns={columns}
        remember="cells"
        isSelected={({ code_cell_id }) => select?.object_id === code_cell_id}
        onOpen={({ code_cell_id }) => go({ select: { kind: "code_cell", object_id: code_cell_id } })}
        empty="No code cell ran."
      />
    </PlaceLayout>
  );
}

function Refs({ kind, ids }: { kind: ObjectKind; ids: ReadonlyArray<string> }): ComponentChildren {
  if (ids.length === 0) return <span class="faint">none</span>;
  return (
    <span class="one-line">
      {ids.slice(0, MOST_NAMED).map((id) => (
        <span key={id}>
          <ObjectLink object={{ kind, object_id: id }} />{" "}
        </span>
      ))}
      {ids.length > MOST_NAMED && <span class="faint">and {exact(ids.length - MOST_NAMED)} more</span>}
    </span>
  );
}
