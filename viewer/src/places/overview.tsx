// What is in a rollout, on one screen: what was asked and answered, what failed, who worked, where time went, what it used.

import { useAnswer, usePages } from "../asking.ts";
import type { Diagnostic, Rollout } from "../interface.ts";
import { hrefTo } from "../location.ts";
import { AccountBar } from "../parts/account_bar.tsx";
import { CutText } from "../parts/cut_text.tsx";
import { counted, exact } from "../parts/format.ts";
import { Answered, Notice } from "../parts/notice.tsx";
import { OutcomeMark } from "../parts/outcome_mark.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Cost, Duration, Moment, TokensInAll } from "../parts/quantities.tsx";
import { AgentTree } from "./agents.tsx";
import { OneLine, eventColumn } from "./columns.tsx";
import { FailuresInline } from "./failures.tsx";

const MOST_CHARACTERS = 1_000;

export function OverviewPlace() {
  const rollout = useAnswer("rollout", {});
  return (
    <PlaceLayout title="Overview">
      <Answered asking={rollout}>{(told) => <Overview rollout={told} />}</Answered>
    </PlaceLayout>
  );
}

function Overview({ rollout }: { rollout: Rollout }) {
  const faults = Object.values(rollout.diagnostics).reduce((sum, count) => sum + count, 0);
  return (
    <>
      {rollout.default_rejects && (
        <Notice kind="warning">
          This bundle is damaged. What can still be said of it is shown; <a href={hrefTo({ place: "check", object: null })}>the check</a> says what is missing.
        </Notice>
      )}
      <Facts rollout={rollout} />
      <Section title="Failures" about={exact(rollout.failures)}>
        <FailuresInline />
      </Section>
      <Section title="Agents">
        <AgentTree />
      </Section>
      <Section title="Where the time went" about={<a href={hrefTo({ place: "time", object: null })}>critical path</a>}>
        <AccountBar account={rollout.account} />
      </Section>
      {faults > 0 && (
        <Section title="Faults of the trace" about={exact(faults)}>
          <Diagnostics />
        </Section>
      )}
    </>
  );
}

function Facts({ rollout }: { rollout: Rollout }) {
  const { summary, usage } = rollout;
  return (
    <dl class="facts">
      <dt>Status</dt>
      <dd>
        <OutcomeMark outcome={summary.outcome} />
        {summary.outcome.unfinished !== null && <span class="quiet">: it still runs, or was killed</span>}
      </dd>
      <dt>Started</dt>
      <dd>
        <Moment ms={summary.started_at_unix_ms} />, <Duration ms={summary.duration_ms} /> long
      </dd>
      <dt>Asked</dt>
      <dd>
        <CutText text={summary.first_user_message ?? "–"} most={MOST_CHARACTERS} whoHasRest="the conversation" />
      </dd>
      <dt>Answered</dt>
      <dd>
        <CutText text={summary.last_answer ?? "–"} most={MOST_CHARACTERS} whoHasRest="the conversation" />
      </dd>
      <dt>Used</dt>
      <dd>
        {counted(usage.requests, "request")}, <TokensInAll usage={usage} /> tokens, <Cost usage={usage} inWords />
      </dd>
      <dt>Has</dt>
      <dd>
        {counted(summary.conversation_items, "item")}, {counted(summary.terminals, "terminal")}, {counted(rollout.replacements, "replaced history", "replaced histories")},{" "}
        {counted(rollout.events, "event")}, {counted(summary.payloads, "payload")}
      </dd>
    </dl>
  );
}

const DIAGNOSTICS: ReadonlyArray<Column<Diagnostic>> = [
  eventColumn(({ seq }) => seq),
  { key: "level", title: "Level", width: "84px", cell: ({ level }) => level },
  { key: "code", title: "Code", width: "minmax(120px, 220px)", cell: ({ code }) => <span class="code">{code}</span> },
  { key: "message", title: "What", width: "minmax(200px, 1fr)", cell: ({ message }) => <OneLine text={message} /> },
];

function Diagnostics() {
  return <PagedTable label="Faults of the trace" pages={usePages("diagnostics", {})} columns={DIAGNOSTICS} isInline empty="None." />;
}
