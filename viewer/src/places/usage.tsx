// Tokens and money: in all, by model, agent, turn and request; and where the prompt cache was lost.

import { useAnswer, usePages } from "../asking.ts";
import type { ModelUsage, RequestLine, TurnLine, UsageOverview, UsageTotals } from "../interface.ts";
import { go, useAddress } from "../location.ts";
import { counted, exact } from "../parts/format.ts";
import { Answered } from "../parts/notice.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { wholeList } from "../asking.ts";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Count, Money, Share, Tokens } from "../parts/quantities.tsx";
import { VisibleText, withVisibleMarks } from "../parts/visible_text.tsx";
import { AgentChoice, useAgentChoice } from "./agent_choice.tsx";
import { AgentTree } from "./agents.tsx";
import { OneLine, afterColumn, agentColumn, durationColumn, eventColumn, objectColumn, outcomeColumn, useStart } from "./columns.tsx";

export function UsagePlace() {
  const usage = useAnswer("usage", {});
  return (
    <PlaceLayout title="Usage" tools={<AgentChoice />}>
      <Answered asking={usage}>{(told) => <Overview usage={told} />}</Answered>
      <Section title="By request">
        <Requests />
      </Section>
      <Section title="By turn">
        <Turns />
      </Section>
      <Section title="By agent">
        <AgentTree />
      </Section>
    </PlaceLayout>
  );
}

function Overview({ usage }: { usage: UsageOverview }) {
  return (
    <>
      <dl class="facts">
        <dt>Tokens</dt>
        <dd>
          <Tokens usage={usage.total.tokens} />
        </dd>
        <dt>Cost</dt>
        <dd>
          <Money usd={usage.total.cost_usd} /> {usage.price_date !== null && <span class="faint">at list prices of {usage.price_date}</span>}
        </dd>
        <dt>Left out</dt>
        <dd>{leftOut(usage) || "nothing"}</dd>
      </dl>
      <Section title="By model">
        <PagedTable label="Models" pages={wholeList(usage.models)} columns={MODELS} isInline minWidth={640} empty="No model was asked." />
      </Section>
    </>
  );
}

/** What is in no sum, in words. */
function leftOut({ total, compaction_requests }: UsageOverview): string {
  const parts: string[] = [];
  if (total.requests_without_count > 0) parts.push(`${counted(total.requests_without_count, "request")} whose count was not recorded`);
  if (total.requests_without_price > 0) parts.push(`the cost of ${counted(total.requests_without_price, "request")} to a model whose price is not known`);
  if (compaction_requests > 0) parts.push(`${counted(compaction_requests, "request")} to compact a history, whose count no trace has`);
  return parts.join("; ");
}

/** Tokens and cost of several requests, as columns. */
function totalsColumns<Entry>(totals: (entry: Entry) => UsageTotals): ReadonlyArray<Column<Entry>> {
  return [
    { key: "requests", title: "Requests", width: "88px", align: "end", cell: (entry) => <Count value={totals(entry).requests} /> },
    {
      key: "cached",
      title: "Cached",
      explanation: "The share of the input tokens that came from the prompt cache",
      width: "120px",
      cell: (entry) => <Share part={totals(entry).tokens.cached_input_tokens} whole={totals(entry).tokens.input_tokens} of="cached input tokens" />,
    },
    { key: "tokens", title: "Tokens", width: "236px", align: "end", cell: (entry) => <Tokens usage={totals(entry).tokens} /> },
    { key: "cost", title: "Cost", width: "84px", align: "end", cell: (entry) => <Money usd={totals(entry).cost_usd} /> },
  ];
}

const MODELS: ReadonlyArray<Column<ModelUsage>> = [
  { key: "model", title: "Model", width: "minmax(120px, 1fr)", cell: ({ model }) => <VisibleText text={model} /> },
  ...totalsColumns<ModelUsage>(({ totals }) => totals),
];

function Turns() {
  const thread = useAgentChoice();
  const start = useStart();
  const pages = usePages("turns", { thread });
  const columns: ReadonlyArray<Column<TurnLine>> = [
    eventColumn(({ started_seq }) => started_seq),
    afterColumn(start, ({ started_at_unix_ms }) => started_at_unix_ms),
    agentColumn(({ thread_id }) => thread_id),
    objectColumn("Turn", ({ codex_turn_id }) => ({ kind: "codex_turn", object_id: codex_turn_id }), undefined, "minmax(90px, 1fr)"),
    outcomeColumn(({ outcome }) => outcome, "150px"),
    durationColumn(({ duration_ms }) => duration_ms),
    ...totalsColumns<TurnLine>(({ usage }) => usage),
  ];
  return (
    <PagedTable
      label="Turns"
      pages={pages}
      columns={columns}
      isInline
      minWidth={1_020}
      onOpen={({ codex_turn_id }) => go({ select: { kind: "codex_turn", object_id: codex_turn_id } })}
      empty="No turn began."
    />
  );
}

function Requests() {
  const thread = useAgentChoice();
  const start = useStart();
  const { select } = useAddress();
  const pages = usePages("requests", { thread });
  const columns: ReadonlyArray<Column<RequestLine>> = [
    eventColumn(({ started_seq }) => started_seq),
    afterColumn(start, ({ started_at_unix_ms }) => started_at_unix_ms),
    agentColumn(({ thread_id }) => thread_id),
    objectColumn("Request", ({ inference_call_id }) => ({ kind: "inference_call", object_id: inference_call_id }), undefined, "104px"),
    { key: "gist", title: "Answered", width: "minmax(160px, 3fr)", cell: ({ gist, model }) => <span class="one-line" title={withVisibleMarks(model)}><OneLine text={gist} /></span> },
    outcomeColumn(({ outcome }) => outcome, "124px"),
    durationColumn(({ duration_ms }) => duration_ms),
    { key: "items", title: "Items", width: "60px", align: "end", cell: ({ items }) => <Count value={items} /> },
    {
      key: "prefix",
      title: "History kept",
      explanation: "How much of the request before it stands at its beginning: what breaks off there is lost to the prompt cache",
      width: "112px",
      cell: (line) => <Kept line={line} />,
    },
    { key: "tokens", title: "Tokens", width: "232px", align: "end", cell: ({ tokens }) => <Tokens usage={tokens} /> },
    { key: "cost", title: "Cost", width: "76px", align: "end", cell: ({ cost_usd }) => <Money usd={cost_usd} /> },
  ];
  return (
    <PagedTable
      label="Requests"
      pages={pages}
      columns={columns}
      isInline
      minWidth={1_220}
      isSelected={({ inference_call_id }) => select?.object_id === inference_call_id}
      onOpen={({ inference_call_id }) => go({ place: "request", object: { kind: "inference_call", object_id: inference_call_id } })}
      empty="No request was sent."
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
