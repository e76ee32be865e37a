// What all bundles of the folder show together: which tools fail, which models are slow, what tasks cost, which errors recur.

import { useLibraryAnswer, useLibraryPages } from "../asking.ts";
import type { FleetError, ModelComparison, TaskComparison, ToolComparison } from "../interface.ts";
import { go } from "../location.ts";
import { counted, exact } from "../parts/format.ts";
import { Answered } from "../parts/notice.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Count, Duration, Cost, Money, Share, Tokens } from "../parts/quantities.tsx";
import { VisibleText } from "../parts/visible_text.tsx";
import { OneLine } from "./columns.tsx";

export function FleetPlace() {
  const totals = useLibraryAnswer("fleet", {});
  return (
    <PlaceLayout title="Fleet" about={totals.answer !== undefined && counted(totals.answer.bundles, "bundle")}>
      <Answered asking={totals}>
        {({ bundles, read, usage, tools, models, tasks, errors }) => (
          <>
            {read < bundles && (
              <p class="quiet" role="status">
                {exact(read)} of {exact(bundles)} bundles are read so far; the rest will be added. <progress value={read} max={bundles} />
              </p>
            )}
            <p>
              {counted(usage.requests, "request")}, <Tokens usage={usage.tokens} /> tokens, <Cost of={usage} />
              {usage.requests_without_price > 0 && <span class="faint"> without {counted(usage.requests_without_price, "request")} whose price is not known</span>}
            </p>
            <Section title="Tools" about={`${exact(tools)}, those that fail most first`}>
              <Tools />
            </Section>
            <Section title="Errors" about={`${exact(errors)} shapes, the most frequent first`}>
              <Errors />
            </Section>
            <Section title="Models" about={`${exact(models)}, the slowest first`}>
              <Models />
            </Section>
            <Section title="Tasks" about={`${exact(tasks)}, the dearest first`}>
              <Tasks />
            </Section>
          </>
        )}
      </Answered>
    </PlaceLayout>
  );
}

const bundlesColumn = <Entry extends { bundles: number }>(): Column<Entry> => ({
  key: "bundles",
  title: "Bundles",
  width: "84px",
  align: "end",
  cell: ({ bundles }) => <Count value={bundles} />,
});

const TOOLS: ReadonlyArray<Column<ToolComparison>> = [
  { key: "tool", title: "Tool", width: "minmax(160px, 2fr)", cell: ({ tool }) => <VisibleText text={tool} /> },
  { key: "calls", title: "Calls", width: "80px", align: "end", cell: ({ outcomes }) => <Count value={outcomes.calls} /> },
  {
    key: "wrong",
    title: "Went wrong",
    width: "130px",
    cell: ({ outcomes }) => <Share part={outcomes.failed + outcomes.exit_not_zero + outcomes.never_ended} whole={outcomes.calls} of="calls that went wrong" />,
  },
  { key: "failed", title: "Failed", width: "80px", align: "end", cell: ({ outcomes }) => <Count value={outcomes.failed} /> },
  {
    key: "exit",
    title: "Exit not 0",
    explanation: "The call did not fail, but its command ended with another exit code than 0",
    width: "92px",
    align: "end",
    cell: ({ outcomes }) => <Count value={outcomes.exit_not_zero} />,
  },
  { key: "open", title: "Never ended", width: "112px", align: "end", cell: ({ outcomes }) => <Count value={outcomes.never_ended} /> },
  bundlesColumn(),
];

function Tools() {
  return <PagedTable label="Tools" pages={useLibraryPages("fleet/tools", {})} columns={TOOLS} isInline minWidth={760} empty="No tool was called." />;
}

const ERRORS: ReadonlyArray<Column<FleetError>> = [
  { key: "count", title: "Count", width: "64px", align: "end", cell: ({ error }) => <Count value={error.count} /> },
  { key: "bundles", title: "Bundles", width: "80px", align: "end", cell: ({ error }) => <Count value={error.bundles} /> },
  { key: "source", title: "Of", width: "minmax(90px, 160px)", cell: ({ error }) => <OneLine text={error.source} /> },
  { key: "shape", title: "Shape", explanation: "What the errors have in common", width: "minmax(180px, 2fr)", cell: ({ error }) => <OneLine text={error.shape} /> },
  { key: "example", title: "Example", width: "minmax(180px, 2fr)", cell: ({ error }) => <OneLine text={error.example} /> },
  { key: "where", title: "First in", width: "minmax(120px, 1fr)", cell: ({ name, error }) => <OneLine text={`${name} #${error.seq}`} /> },
];

function Errors() {
  return (
    <PagedTable
      label="Errors"
      pages={useLibraryPages("fleet/errors", {})}
      columns={ERRORS}
      isInline
      minWidth={860}
      onOpen={({ key }) => go({ bundle: key, place: "failures" })}
      empty="No bundle tells of an error."
    />
  );
}

const MODELS: ReadonlyArray<Column<ModelComparison>> = [
  { key: "model", title: "Model", width: "minmax(140px, 2fr)", cell: ({ model }) => <VisibleText text={model} /> },
  { key: "median", title: "Median", width: "92px", align: "end", cell: ({ median_ms }) => <Duration ms={median_ms} open="none was completed" /> },
  { key: "p95", title: "95 %", explanation: "95 of 100 requests took no longer", width: "92px", align: "end", cell: ({ percentile_95_ms }) => <Duration ms={percentile_95_ms} open="none was completed" /> },
  { key: "longest", title: "Longest", width: "92px", align: "end", cell: ({ longest_ms }) => <Duration ms={longest_ms} open="none was completed" /> },
  { key: "completed", title: "Completed", width: "88px", align: "end", cell: ({ completed }) => <Count value={completed} /> },
  { key: "failed", title: "Failed", width: "72px", align: "end", cell: ({ failed }) => <Count value={failed} /> },
  { key: "tokens", title: "Tokens", width: "236px", align: "end", cell: ({ usage }) => <Tokens usage={usage.tokens} /> },
  { key: "cost", title: "Cost", width: "84px", align: "end", cell: ({ usage }) => <Cost of={usage} /> },
  bundlesColumn(),
];

function Models() {
  return <PagedTable label="Models" pages={useLibraryPages("fleet/models", {})} columns={MODELS} isInline minWidth={980} empty="No model was asked." />;
}

const TASKS: ReadonlyArray<Column<TaskComparison>> = [
  { key: "task", title: "Task", explanation: "What the user first asked for, word for word", width: "minmax(240px, 4fr)", cell: ({ task }) => <OneLine text={task} /> },
  bundlesColumn(),
  { key: "duration", title: "Median time", width: "100px", align: "end", cell: ({ median_duration_ms }) => <Duration ms={median_duration_ms} /> },
  { key: "median", title: "Median cost", width: "96px", align: "end", cell: ({ median_cost_usd }) => <Money usd={median_cost_usd} /> },
  { key: "cost", title: "Cost in all", width: "96px", align: "end", cell: ({ usage }) => <Cost of={usage} /> },
  { key: "tokens", title: "Tokens", width: "236px", align: "end", cell: ({ usage }) => <Tokens usage={usage.tokens} /> },
];

function Tasks() {
  return (
    <PagedTable
      label="Tasks"
      pages={useLibraryPages("fleet/tasks", {})}
      columns={TASKS}
      isInline
      minWidth={860}
      onOpen={({ task }) => go({ bundle: null, place: "bundles", options: { text: task } })}
      empty="Nobody asked for anything."
    />
  );
}
