// Tokens and money: in all, by model, agent, turn and request; and where the prompt cache was lost.

import { useAnswer, usePages } from "../asking.ts";
import type { ModelUsage, TurnLine, UsageOverview, UsageTotals } from "../interface.ts";
import { go } from "../location.ts";
import { counted } from "../parts/format.ts";
import { Answered } from "../parts/notice.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { wholeList } from "../asking.ts";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Count, Cost, Share, Tokens } from "../parts/quantities.tsx";
import { VisibleText } from "../parts/visible_text.tsx";
import { AgentChoice, useAgentChoice } from "./agent_choice.tsx";
import { AgentTree } from "./agents.tsx";
import { RequestList } from "./request_list.tsx";
import { afterColumn, agentColumn, durationColumn, eventColumn, objectColumn, outcomeColumn, useStart } from "./columns.tsx";

export function UsagePlace() {
  const usage = useAnswer("usage", {});
  return (
    <PlaceLayout title="Usage" tools={<AgentChoice />}>
      <Answered asking={usage}>{(told) => <Overview usage={told} />}</Answered>
      <Section title="By request">
        <RequestList isInline />
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
          <Cost of={usage.total} /> {usage.price_date !== null && <span class="faint">at list prices of {usage.price_date}</span>}
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
    { key: "cost", title: "Cost", width: "84px", align: "end", cell: (entry) => <Cost of={totals(entry)} /> },
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
