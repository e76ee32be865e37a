// What is in a rollout, on one screen: what was asked and answered, what failed, who worked, what it used, where time went.

import { useAnswer, usePages } from "../asking.ts";
import { useRollout } from "../frame/rollout_context.tsx";
import type { AgentLine, Failure, Rollout } from "../interface.ts";
import { go } from "../location.ts";
import { counted, exact } from "../parts/format.ts";
import { Answered, Notice } from "../parts/notice.tsx";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";
import { OutcomeMark } from "../parts/outcome_mark.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Count, Duration, Moment, Money, Tokens } from "../parts/quantities.tsx";
import { VisibleText } from "../parts/visible_text.tsx";

export function OverviewPlace() {
  const rollout = useAnswer("rollout", {});
  return (
    <PlaceLayout title="Overview">
      <Answered asking={rollout}>{(told) => <Overview rollout={told} />}</Answered>
    </PlaceLayout>
  );
}

function Overview({ rollout }: { rollout: Rollout }) {
  const { summary } = rollout;
  return (
    <>
      {rollout.default_rejects && (
        <Notice kind="warning">This bundle is damaged. What can still be said of it is shown; the place Check says what is missing.</Notice>
      )}
      <dl class="facts">
        <dt>Status</dt>
        <dd>
          <OutcomeMark outcome={{ status: summary.status }} />
        </dd>
        <dt>Started</dt>
        <dd>
          <Moment ms={summary.started_at_unix_ms} />, <Duration ms={summary.duration_ms} /> long
        </dd>
        <dt>Asked</dt>
        <dd>{summary.first_user_message === null ? "–" : <VisibleText text={summary.first_user_message.slice(0, 1_000)} />}</dd>
        <dt>Answered</dt>
        <dd>{summary.last_answer === null ? "–" : <VisibleText text={summary.last_answer.slice(0, 1_000)} />}</dd>
        <dt>Used</dt>
        <dd>
          {counted(rollout.usage.requests, "request")}, <Tokens usage={rollout.usage.tokens} /> tokens, <Money usd={rollout.usage.cost_usd} />
        </dd>
        <dt>Has</dt>
        <dd>
          {counted(summary.conversation_items, "item")}, {counted(summary.terminals, "terminal")}, {counted(rollout.replacements, "compaction")},{" "}
          {counted(rollout.events, "event")}, {counted(summary.payloads, "payload")}
        </dd>
      </dl>
      <Section title="Failures" about={exact(rollout.failures)}>
        <Failures />
      </Section>
      <Section title="Agents">
        <Agents />
      </Section>
    </>
  );
}

function Failures() {
  const { head } = useRollout();
  const pages = usePages("failures", {});
  const start = head.answer?.summary.started_at_unix_ms ?? 0;
  const columns: ReadonlyArray<Column<Failure>> = [
    { key: "event", title: "Event", width: "72px", cell: ({ position }) => <EventLink seq={position.seq} /> },
    { key: "at", title: "After", width: "88px", align: "end", cell: ({ at_unix_ms }) => <Moment ms={at_unix_ms} from={start} /> },
    { key: "what", title: "What", width: "minmax(160px, 2fr)", cell: ({ subject, what }) => <ObjectLink object={subject} gist={what} /> },
    { key: "outcome", title: "Outcome", width: "minmax(120px, 220px)", cell: ({ outcome }) => <OutcomeMark outcome={outcome} /> },
    {
      key: "error",
      title: "Why",
      width: "minmax(160px, 3fr)",
      cell: ({ error }) => <span class="one-line">{error !== null && <VisibleText text={error.slice(0, 400)} />}</span>,
    },
  ];
  return (
    <PagedTable
      label="Failures"
      pages={pages}
      columns={columns}
      isInline
      minWidth={760}
      onOpen={({ subject }) => go({ select: subject })}
      empty="Nothing failed, was cancelled or never ended."
    />
  );
}

const AGENT_COLUMNS: ReadonlyArray<Column<AgentLine>> = [
  {
    key: "agent",
    title: "Agent",
    width: "minmax(180px, 1fr)",
    cell: ({ thread_id, depth, totals }) => (
      <span class="one-line" style={{ paddingLeft: `${Math.min(depth, 20) * 16}px` }}>
        <ObjectLink object={{ kind: "thread", object_id: thread_id }} gist={totals.nickname ?? undefined} />
      </span>
    ),
  },
  { key: "outcome", title: "Outcome", width: "minmax(110px, 190px)", cell: ({ outcome }) => <OutcomeMark outcome={outcome} /> },
  { key: "duration", title: "Duration", width: "88px", align: "end", cell: ({ totals }) => <Duration ms={totals.duration_ms} /> },
  { key: "requests", title: "Requests", width: "84px", align: "end", cell: ({ totals }) => <Count value={totals.requests} /> },
  { key: "tools", title: "Tools", width: "64px", align: "end", cell: ({ totals }) => <Count value={totals.tool_calls} /> },
  { key: "tokens", title: "Tokens", width: "256px", align: "end", cell: ({ usage }) => <Tokens usage={usage.tokens} /> },
  { key: "cost", title: "Cost", width: "80px", align: "end", cell: ({ usage }) => <Money usd={usage.cost_usd} /> },
];

function Agents() {
  const pages = usePages("agents", {});
  return (
    <PagedTable
      label="Agents"
      pages={pages}
      columns={AGENT_COLUMNS}
      isInline
      minWidth={900}
      onOpen={({ thread_id }) => go({ select: { kind: "thread", object_id: thread_id } })}
      empty="The log has no agent yet."
    />
  );
}
