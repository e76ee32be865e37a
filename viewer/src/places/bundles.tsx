// The bundles of the folder that is viewed, a line each: when, how long, how they stand, what they cost, what was asked.

import { useLibraryAnswer, useLibraryPages } from "../asking.ts";
import type { BundleLine, BundleOrder, Level, Page, RolloutStatus } from "../interface.ts";
import { go, useAddress, useOption } from "../location.ts";
import { exact } from "../parts/format.ts";
import { OutcomeMark } from "../parts/outcome_mark.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout } from "../parts/place_layout.tsx";
import { Bytes, Cost, Count, Duration, Moment, NoValue } from "../parts/quantities.tsx";
import { VisibleText, withVisibleMarks } from "../parts/visible_text.tsx";
import { PAGE_SIZE } from "../watching.ts";
import { OneLine } from "./columns.tsx";

const STATUSES: ReadonlyArray<RolloutStatus> = ["running", "completed", "failed", "aborted"];

export function BundlesPlace() {
  const text = useAddress().options["text"] ?? "";
  const [wantedStatus, setStatus] = useOption("status");
  const [wantedOrder, setOrder] = useOption("order", "started");
  const [reversed, setReversed] = useOption("reversed", "false");
  // An address can be typed: what there is not is as if it had not been asked for.
  const status = STATUSES.find((one) => one === wantedStatus) ?? null;
  const order = (COLUMNS.find(({ key, canOrder }) => canOrder === true && key === wantedOrder)?.key ?? "started") as BundleOrder;
  const asked = { order, reversed: reversed === "true", text: text === "" ? null : text, status };
  const known = useLibraryAnswer("bundles", { ...asked, offset: 0, limit: PAGE_SIZE }).answer; // the first page, which the table asks for too
  const pages = useLibraryPages("bundles", asked, (told): Page<BundleLine> => told.bundles);
  return (
    <PlaceLayout
      title="Bundles"
      form="fill"
      about={
        known !== undefined && (
          <>
            {pages.total === known.found ? exact(known.found) : `${exact(pages.total ?? 0)} of ${exact(known.found)}`} in{" "}
            <span class="code">
              <VisibleText text={known.root} />
            </span>
            {known.read < known.found && (
              <span class="bundles-reading" role="status">
                reading {exact(known.read)} of {exact(known.found)}
                <progress value={known.read} max={known.found} aria-label="Bundles that have been read" />
              </span>
            )}
          </>
        )
      }
      tools={
        <label>
          Status{" "}
          <select value={status ?? ""} onChange={(event) => setStatus(event.currentTarget.value)}>
            <option value="">any</option>
            {STATUSES.map((one) => (
              <option key={one} value={one}>
                {one === "running" ? NO_END : one}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <PagedTable
        label="Bundles"
        pages={pages}
        columns={COLUMNS}
        order={{ key: order, reversed: reversed === "true" }}
        onOrder={(next) => {
          setOrder(next.key);
          setReversed(String(next.reversed));
        }}
        onOpen={(bundle) => go({ bundle: bundle.key, place: "overview" })}
        remember="bundles"
        empty={text === "" && status === null ? noBundles(known?.further_down ?? null) : "No bundle is like that."}
      />
    </PlaceLayout>
  );
}

/** What `list` says of a log that has no end. */
const NO_END = "no end";

function Ending({ status }: { status: RolloutStatus }) {
  if (status !== "running") return <OutcomeMark outcome={{ status }} />;
  return <span title="It still runs, or was killed.">{NO_END}</span>;
}

function noBundles(furtherDown: string | null): string {
  const none = "There are no bundles in this folder. New ones appear here by themselves.";
  return furtherDown === null ? none : `${none} There are some in ${withVisibleMarks(furtherDown)}, which can be viewed in place of it.`;
}

const COLUMNS: ReadonlyArray<Column<BundleLine>> = [
  {
    key: "started",
    title: "Started",
    width: "148px",
    canOrder: true,
    cell: ({ figures }) => <Moment ms={figures?.started_at_unix_ms ?? null} />,
  },
  {
    key: "name",
    title: "Bundle",
    explanation: "The folder of the bundle",
    width: "minmax(200px, 2fr)",
    canOrder: true,
    cell: (bundle) => <Name bundle={bundle} />,
  },
  {
    key: "asked",
    title: "First message of the user",
    width: "minmax(160px, 3fr)",
    cell: (bundle) => <Asked bundle={bundle} />,
  },
  {
    key: "status",
    title: "Status",
    width: "104px",
    canOrder: true,
    cell: ({ figures }) => figures !== null && <Ending status={figures.status} />,
  },
  {
    key: "duration",
    title: "Duration",
    width: "92px",
    align: "end",
    canOrder: true,
    cell: ({ figures }) => figures !== null && <Duration ms={figures.duration_ms} />,
  },
  {
    key: "agents",
    title: "Agents",
    width: "72px",
    align: "end",
    canOrder: true,
    cell: ({ figures }) => figures !== null && <Count value={figures.agents} />,
  },
  {
    key: "requests",
    title: "Requests",
    width: "92px",
    align: "end",
    canOrder: true,
    cell: ({ figures }) => figures !== null && <Count value={figures.usage.requests} />,
  },
  {
    key: "tokens",
    title: "Tokens",
    explanation: "Input and output tokens of the requests whose count was recorded",
    width: "80px",
    align: "end",
    canOrder: true,
    cell: ({ figures }) =>
      figures !== null && <Count value={figures.usage.tokens.input_tokens + figures.usage.tokens.output_tokens} />,
  },
  {
    key: "cost",
    title: "Cost",
    width: "76px",
    align: "end",
    canOrder: true,
    cell: ({ figures }) => figures !== null && <Cost usage={figures.usage} />,
  },
  {
    key: "diagnostics",
    title: "Faults",
    explanation: "Faults of the trace itself: errors, warnings, notes",
    width: "76px",
    align: "end",
    canOrder: true,
    cell: ({ figures }) => figures !== null && <Faults levels={figures.diagnostics} />,
  },
  {
    key: "size",
    title: "Size",
    width: "92px",
    align: "end",
    canOrder: true,
    cell: ({ figures }) => figures !== null && <Bytes value={figures.evidence_bytes} />,
  },
];

function Name({ bundle: { key, name } }: { bundle: BundleLine }) {
  return (
    <a class="bundle-link one-line" href={`#/${key}/overview`} title={withVisibleMarks(name)}>
      <VisibleText text={name} />
    </a>
  );
}

function Asked({ bundle: { state, error, figures } }: { bundle: BundleLine }) {
  if (state === "failed") {
    return (
      <span class="outcome-failed">
        <OneLine text={error ?? "cannot be read"} />
      </span>
    );
  }
  return <OneLine text={figures?.first_user_message ?? null} />;
}

const LEVELS: ReadonlyArray<readonly [Level, string]> = [
  ["error", "outcome-failed"],
  ["warning", "outcome-unfinished"],
  ["note", "quiet"],
];

function Faults({ levels }: { levels: Readonly<Record<string, number>> }) {
  const found = LEVELS.flatMap(([level, look]) => (levels[level] === undefined || levels[level] === 0 ? [] : [{ level, look, count: levels[level] }]));
  if (found.length === 0) return <NoValue why="none" />;
  const title = found.map(({ level, count }) => `${count} ${level}${count === 1 ? "" : "s"}`).join(", ");
  return (
    <span class={found[0]?.look} title={title}>
      {exact(found.reduce((sum, { count }) => sum + count, 0))}
    </span>
  );
}

