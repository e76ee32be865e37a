// The requests to models, of one agent or all: what each showed, kept of the one before, used, cost and answered.

import { usePages } from "../asking.ts";
import type { RequestLine } from "../interface.ts";
import { go, useAddress } from "../location.ts";
import { counted, exact } from "../parts/format.ts";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { Count, Money, NO_COUNT, Tokens } from "../parts/quantities.tsx";
import { useAgentChoice } from "./agent_choice.tsx";
import { OneLine, afterColumn, agentColumn, durationColumn, eventColumn, outcomeColumn, useStart } from "./columns.tsx";
import { RequestLink } from "./item_entry.tsx";

export function RequestList({ isInline = false }: { isInline?: boolean }) {
  const pages = usePages("requests", { thread: useAgentChoice() });
  const start = useStart();
  const { object } = useAddress();
  const columns: ReadonlyArray<Column<RequestLine>> = [
    eventColumn(({ started_seq }) => started_seq),
    afterColumn(start, ({ started_at_unix_ms }) => started_at_unix_ms),
    { key: "request", title: "Request", width: "120px", cell: ({ inference_call_id }) => <RequestLink request={inference_call_id} /> },
    agentColumn(({ thread_id }) => thread_id),
    { key: "model", title: "Model", width: "minmax(80px, 130px)", cell: ({ model }) => <OneLine text={model} /> },
    { key: "answer", title: "Answer", width: "minmax(180px, 3fr)", cell: ({ gist }) => <OneLine text={gist} /> },
    outcomeColumn(({ outcome }) => outcome, "130px"),
    durationColumn(({ duration_ms }) => duration_ms),
    { key: "items", title: "Items", width: "60px", align: "end", cell: ({ items }) => <Count value={items} /> },
    {
      key: "kept",
      title: "History kept",
      explanation: "How much of the request before it stands at its beginning: what breaks off there is lost to the prompt cache",
      width: "112px",
      align: "end",
      cell: (line) => <Kept line={line} />,
    },
    { key: "tokens", title: "Tokens", width: "232px", align: "end", cell: ({ tokens }) => <Tokens usage={tokens} /> },
    { key: "cost", title: "Cost", width: "80px", align: "end", cell: ({ cost_usd, tokens }) => <Money usd={cost_usd} why={tokens === null ? NO_COUNT : undefined} /> },
  ];
  return (
    <PagedTable
      label="Requests"
      pages={pages}
      columns={columns}
      isInline={isInline}
      minWidth={1_340}
      {...(isInline ? {} : { remember: "requests" })}
      isSelected={({ inference_call_id }) => object?.object_id === inference_call_id}
      onOpen={({ inference_call_id }) => go({ place: "request", object: { kind: "inference_call", object_id: inference_call_id }, options: {} })}
      empty="No model was asked."
    />
  );
}

function Kept({ line: { shared_prefix, items_before } }: { line: RequestLine }) {
  if (shared_prefix === null || items_before === null) return <span class="faint">first</span>;
  if (shared_prefix === items_before) return <span class="quiet">all {exact(items_before)}</span>;
  return (
    <span class="outcome outcome-unfinished" title={`breaks off after ${counted(shared_prefix, "item")} of ${exact(items_before)}`}>
      {exact(shared_prefix)} of {exact(items_before)}
    </span>
  );
}
