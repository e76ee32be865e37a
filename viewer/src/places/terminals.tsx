// The terminals: what opened each, what used it again, and what came out each time.

import { usePages } from "../asking.ts";
import type { ObjectRef, TerminalLine, TerminalUseLine } from "../interface.ts";
import { go, useAddress, useOption } from "../location.ts";
import { counted, exact } from "../parts/format.ts";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";
import { OutcomeMark } from "../parts/outcome_mark.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Count, Duration, Moment } from "../parts/quantities.tsx";
import { TextBlock } from "../parts/text_block.tsx";
import { ExcerptBlock } from "../parts/excerpt_block.tsx";
import { AgentChoice, useAgentChoice } from "./agent_choice.tsx";
import { OneLine, afterColumn, agentColumn, durationColumn, objectColumn, outcomeColumn, useStart } from "./columns.tsx";
import { More, useFirstPage } from "./first_page.tsx";
import "../style/terminals.css";

export function TerminalsPlace() {
  const { total } = usePages("terminals", { thread: useAgentChoice() });
  const [chosen] = useOption("terminal");
  const { select, options } = useAddress();
  const terminal = select?.kind === "terminal_session" ? select.object_id : chosen;
  return (
    <PlaceLayout title="Terminals" about={total !== null && exact(total)} tools={<AgentChoice />}>
      <TerminalTable isInline shown={terminal} onOpen={(ref) => go(ref.kind === "terminal_session" ? { select: null, options: { ...options, terminal: ref.object_id } } : { select: ref })} />
      {terminal !== "" && <Uses key={terminal} terminal={terminal} />}
      {terminal === "" && (total ?? 0) > 0 && <p class="quiet">Choose a terminal to see what used it.</p>}
    </PlaceLayout>
  );
}

interface TerminalTableProps {
  /** The id of the terminal that is shown; without it, the row of the selected object is marked. */
  readonly shown?: string;
  /** What a row opens: its terminal, or the operation that never had one. */
  readonly onOpen: (ref: ObjectRef) => void;
  readonly isInline?: boolean;
  readonly remember?: string;
}

/** The terminals, of the agent that is chosen or all. */
export function TerminalTable({ shown, onOpen, ...form }: TerminalTableProps) {
  const thread = useAgentChoice();
  const { select } = useAddress();
  const start = useStart();
  const pages = usePages("terminals", { thread });
  const marked = shown ?? select?.object_id;
  const columns: ReadonlyArray<Column<TerminalLine>> = [
    afterColumn(start, ({ started_at_unix_ms }) => started_at_unix_ms),
    agentColumn(({ thread_id }) => thread_id),
    objectColumn("Terminal", ({ terminal_id }) => (terminal_id === null ? null : { kind: "terminal_session", object_id: terminal_id }), undefined, "110px"),
    objectColumn("Opened by", ({ opened_by }) => opened_by, undefined, "128px"),
    { key: "command", title: "Command", width: "minmax(200px, 3fr)", cell: ({ command }) => <span class="code one-line"><OneLine text={command} /></span> },
    { key: "cwd", title: "Folder", width: "minmax(80px, 1fr)", cell: ({ cwd }) => <OneLine text={cwd} /> },
    outcomeColumn(({ outcome }) => outcome, "180px"),
    durationColumn(({ duration_ms }) => duration_ms),
    { key: "uses", title: "Uses", explanation: "How many operations used it", width: "68px", align: "end", cell: ({ uses }) => <Count value={uses} /> },
  ];
  return (
    <PagedTable
      {...form}
      label="Terminals"
      pages={pages}
      columns={columns}
      isSelected={({ terminal_id }) => terminal_id !== null && terminal_id === marked}
      onOpen={({ terminal_id, opened_by }) => {
        const ref = terminal_id === null ? opened_by : { kind: "terminal_session" as const, object_id: terminal_id };
        if (ref !== null) onOpen(ref);
      }}
      empty="No terminal was opened."
    />
  );
}

function Uses({ terminal }: { terminal: string }) {
  const pages = usePages("terminal", { terminal });
  const uses = useFirstPage(pages);
  return (
    <Section
      title="What used it"
      about={
        <>
          <ObjectLink object={{ kind: "terminal_session", object_id: terminal }} /> {pages.total !== null && counted(pages.total, "operation")}
        </>
      }
    >
      {uses.map((line) => (
        <Use key={line.use.operation_id} line={line} />
      ))}
      <More pages={pages} known={uses.length} noun="operation" />
    </Section>
  );
}

function Use({ line }: { line: TerminalUseLine }) {
  const start = useStart();
  const { use, output } = line;
  return (
    <article class="terminal-use">
      <header>
        {use.events[0] !== undefined && <EventLink seq={use.events[0].seq} />}
        <Moment ms={use.at_unix_ms} from={start} />
        <ObjectLink object={{ kind: "terminal_operation", object_id: use.operation_id }} />
        <span class="quiet">of</span>
        <ObjectLink object={{ kind: "tool_call", object_id: use.tool_call_id }} gist={use.kind} />
        <OutcomeMark outcome={use.outcome} />
        <Duration ms={use.duration_ms} />
      </header>
      <div class="terminal-input">
        <TextBlock text={use.input} form="raw" label="input" isBare />
      </div>
      {output === null ? <p class="faint">The trace does not have what it printed.</p> : output.characters === 0 ? <p class="faint">It printed nothing.</p> : <ExcerptBlock object={{ kind: "terminal_operation", object_id: use.operation_id }} title="output" excerpt={output} form="terminal" />}
    </article>
  );
}
