// The tool calls: what each was asked, how it ended, and how much of what it returned the model was shown.

import { useAnswer, usePages } from "../asking.ts";
import type { Showing, ToolLine } from "../interface.ts";
import { go, useAddress, useOption } from "../location.ts";
import { exact } from "../parts/format.ts";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout } from "../parts/place_layout.tsx";
import { useRollout } from "../frame/rollout_context.tsx";
import { AgentChoice, useAgentChoice } from "./agent_choice.tsx";
import { OneLine, afterColumn, agentColumn, durationColumn, eventColumn, objectColumn, outcomeColumn, useStart } from "./columns.tsx";
import { withVisibleMarks } from "../parts/visible_text.tsx";

const SHOWN: Readonly<Record<Showing, { word: string; title: string; look: string }>> = {
  whole: { word: "all", title: "the model was shown all that it returned", look: "quiet" },
  "more later": { word: "more later", title: "the model was shown all that the call returned; the command ran on, and later calls have the rest", look: "quiet" },
  cut: { word: "cut", title: "a part of what it returned is missing in what the model was shown", look: "shown-part" },
  reworded: { word: "reworded", title: "the model was told it in other words", look: "quiet" },
  nothing: { word: "nothing", title: "the model never saw an output of the call", look: "shown-part" },
  "to a cell": { word: "to a cell", title: "a code cell asked, and got it; the model saw what the cell made of it", look: "hue-cell" },
  unknown: { word: "unknown", title: "the trace does not have what was returned", look: "faint" },
};

export function ToolsPlace() {
  const thread = useAgentChoice();
  const [tool, setTool] = useOption("tool");
  const [faults, setFaults] = useOption("faults");
  const { follow, setFollow } = useRollout();
  const { select } = useAddress();
  const start = useStart();
  const pages = usePages("tools", { thread, tool: tool === "" ? null : tool, faults_only: faults === "true" });
  const known = Object.keys(useAnswer("rollout", {}).answer?.summary.tools ?? {}).sort();
  const columns: ReadonlyArray<Column<ToolLine>> = [
    eventColumn(({ started_seq }) => started_seq),
    afterColumn(start, ({ started_at_unix_ms }) => started_at_unix_ms),
    agentColumn(({ thread_id }) => thread_id),
    objectColumn("Call", ({ tool_call_id }) => ({ kind: "tool_call", object_id: tool_call_id }), (line) => line.tool, "minmax(140px, 1fr)"),
    { key: "asked", title: "Asked", width: "minmax(200px, 3fr)", cell: ({ asked }) => <span class="code one-line"><OneLine text={asked} /></span> },
    outcomeColumn(({ outcome }) => outcome, "180px"),
    durationColumn(({ duration_ms }) => duration_ms),
    {
      key: "showing",
      title: "Model was shown",
      explanation: "How much of what the tool returned the model was shown; the details have both",
      width: "120px",
      cell: ({ showing }) => (
        <span class={SHOWN[showing].look} title={SHOWN[showing].title}>
          {SHOWN[showing].word}
        </span>
      ),
    },
  ];
  return (
    <PlaceLayout
      title="Tools"
      form="fill"
      about={pages.total !== null && exact(pages.total)}
      tools={
        <>
          <AgentChoice />
          <label>
            Tool{" "}
            <select value={tool} onChange={(event) => setTool(event.currentTarget.value)}>
              <option value="">all</option>
              {known.map((name) => (
                <option key={name} value={name}>
                  {withVisibleMarks(name)}
                </option>
              ))}
            </select>
          </label>
          <label>
            <input type="checkbox" checked={faults === "true"} onChange={(event) => setFaults(event.currentTarget.checked ? "true" : "")} /> only what went wrong
          </label>
        </>
      }
    >
      <PagedTable
        label="Tool calls"
        pages={pages}
        columns={columns}
        remember="tools"
        follow={follow}
        onFollow={setFollow}
        isSelected={({ tool_call_id }) => select?.kind === "tool_call" && select.object_id === tool_call_id}
        onOpen={({ tool_call_id }) => go({ select: { kind: "tool_call", object_id: tool_call_id } })}
        empty={tool === "" && faults === "" ? "No tool was called." : "No tool call is like that."}
      />
    </PlaceLayout>
  );
}
