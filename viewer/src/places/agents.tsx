// The tree of agents, and all that went between them: who spawned, told, answered and closed whom, and in which words.

import { useAnswer, usePages } from "../asking.ts";
import type { AgentLine, Doing, Passage } from "../interface.ts";
import { go, useAddress } from "../location.ts";
import { AccountBar } from "../parts/account_bar.tsx";
import { exact } from "../parts/format.ts";
import { ObjectLink } from "../parts/object_link.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Cost, Count, Duration, NoValue, TokensInAll } from "../parts/quantities.tsx";
import { AgentChoice, useAgentChoice } from "./agent_choice.tsx";
import { OneLine, afterColumn, eventColumn, objectColumn, outcomeColumn, useStart } from "./columns.tsx";

export function AgentsPlace() {
  const agents = usePages("agents", {});
  return (
    <PlaceLayout title="Agents" about={agents.total !== null && exact(agents.total)} tools={<AgentChoice />}>
      <Section title="Tree">
        <AgentTree />
      </Section>
      <Passages />
    </PlaceLayout>
  );
}

/** The agents in the order of the tree, each after its parent. */
export function AgentTree() {
  const pages = usePages("agents", {});
  const { select } = useAddress();
  const isOver = useAnswer("rollout", {}).answer?.summary.status !== "running";
  return (
    <PagedTable
      label="Agents"
      pages={pages}
      columns={isOver ? COLUMNS.filter((column) => column !== DOING_COLUMN) : COLUMNS}
      isInline
      isSelected={({ thread_id }) => select?.object_id === thread_id}
      onOpen={({ thread_id }) => go({ select: { kind: "thread", object_id: thread_id } })}
      empty="The log has no agent yet."
    />
  );
}

const DOING: Readonly<Record<Doing, string>> = {
  asking: "asks",
  "using-tool": "uses",
  "running-cell": "runs a cell",
  compacting: "compacts with",
  working: "works",
  idle: "idle",
  ended: "ended",
};

/** Only while something can be done: in a rollout that is over it would be empty. */
const DOING_COLUMN: Column<AgentLine> = {
  key: "now",
  title: "Doing",
  explanation: "What it does at the moment that is looked at",
  width: "minmax(110px, 1.5fr)",
  cell: ({ activity }) => <OneLine text={activity.doing === "ended" ? null : `${DOING[activity.doing]} ${activity.what}`} />,
};

const COLUMNS: ReadonlyArray<Column<AgentLine>> = [
  {
    key: "agent",
    title: "Agent",
    width: "minmax(180px, 2fr)",
    cell: ({ thread_id, depth, totals }) => (
      <span class="one-line" style={{ paddingLeft: `${Math.min(depth, 20) * 16}px` }}>
        <ObjectLink object={{ kind: "thread", object_id: thread_id }} gist={totals.nickname ?? undefined} />
      </span>
    ),
  },
  outcomeColumn(({ outcome }) => outcome, "130px"),
  DOING_COLUMN,
  { key: "time", title: "Time went to", width: "minmax(110px, 1fr)", cell: ({ account }) => <AccountBar account={account} isBrief /> },
  { key: "duration", title: "Duration", width: "84px", align: "end", cell: ({ account }) => <Duration ms={account.total_ms} /> },
  { key: "requests", title: "Requests", width: "88px", align: "end", cell: ({ totals }) => <Count value={totals.requests} /> },
  { key: "tools", title: "Tools", width: "56px", align: "end", cell: ({ totals }) => <Count value={totals.tool_calls} /> },
  { key: "tokens", title: "Tokens", width: "250px", align: "end", cell: ({ usage }) => <TokensInAll usage={usage} /> },
  { key: "cost", title: "Cost", width: "72px", align: "end", cell: ({ usage }) => <Cost usage={usage} /> },
];

const WHAT: Readonly<Record<string, string>> = {
  spawn_agent: "spawns",
  assign_agent_task: "gives a task to",
  send_message: "tells",
  agent_result: "answers",
  close_agent: "closes",
};

function Passages() {
  const { total } = usePages("passages", { thread: useAgentChoice() });
  return (
    <Section title="What went between them" about={total !== null && exact(total)}>
      <PassageTable isInline />
    </Section>
  );
}

/** What went between agents, of the agent that is chosen or all. */
export function PassageTable(form: { isInline?: boolean; remember?: string }) {
  const thread = useAgentChoice();
  const start = useStart();
  const { select } = useAddress();
  const pages = usePages("passages", { thread });
  const columns: ReadonlyArray<Column<Passage>> = [
    eventColumn(({ events }) => events[0]?.seq ?? null),
    afterColumn(start, ({ at_unix_ms }) => at_unix_ms),
    objectColumn("From", ({ sender }) => (sender === null ? null : { kind: "thread", object_id: sender }), undefined, "minmax(90px, 1fr)"),
    { key: "kind", title: "", width: "124px", cell: ({ kind }) => <span class="quiet">{WHAT[kind] ?? kind}</span> },
    objectColumn("To", ({ receiver }) => (receiver === null ? null : { kind: "thread", object_id: receiver }), undefined, "minmax(90px, 1fr)"),
    {
      key: "words",
      title: "Words",
      width: "minmax(200px, 4fr)",
      cell: ({ kind, words }) => {
        if (words !== null) return <OneLine text={words} />;
        return kind === "close_agent" ? <NoValue why="a close carries no words" /> : <span class="faint">not in the clear</span>;
      },
    },
    objectColumn("By", ({ edge_id }) => ({ kind: "interaction_edge", object_id: edge_id }), undefined, "96px"),
  ];
  return (
    <PagedTable
      {...form}
      label="What went between agents"
      pages={pages}
      columns={columns}
      isSelected={({ edge_id }) => select?.object_id === edge_id}
      onOpen={({ edge_id }) => go({ select: { kind: "interaction_edge", object_id: edge_id } })}
      empty="Nothing went from one agent to another."
    />
  );
}
