// Two rollouts beside each other: what differs in all, and their conversations aligned, with the place where they part.

import { useEffect, useRef } from "preact/hooks";
import { useBeginning, useLibraryAnswer, useLibraryPages } from "../asking.ts";
import type { BundleLine, Compared, ComparedAgent, ComparedItem, ComparedRow, Summary, UsageTotals } from "../interface.ts";
import { go, hrefTo, useAddress, useOption } from "../location.ts";
import { CutText } from "../parts/cut_text.tsx";
import { counted, exact } from "../parts/format.ts";
import { Answered, Empty, Notice } from "../parts/notice.tsx";
import { ObjectLink } from "../parts/object_link.tsx";
import { OutcomeMark } from "../parts/outcome_mark.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Cost, Count, Duration, Moment, NoValue, TokensInAll } from "../parts/quantities.tsx";
import { beginningOf } from "../parts/text_forms.ts";
import { VirtualList, type VirtualListHandle, isRemembered } from "../parts/virtual_list.tsx";
import { VisibleText, withVisibleMarks } from "../parts/visible_text.tsx";
import { keepInView } from "./item_list.tsx";
import "../style/compare.css";

export function ComparePlace() {
  const { sides } = useAddress();
  return sides === null ? <Choice left={null} /> : <Comparison left={sides[0]} right={sides[1]} />;
}

/** Which two: the bundles of the folder, to choose from. */
function Choice({ left }: { left: string | null }) {
  const [first, setFirst] = useOption("left", left ?? "");
  const [second, setSecond] = useOption("right");
  const asking = useLibraryAnswer("bundles", { limit: 1_000 });
  return (
    <PlaceLayout title="Compare two rollouts">
      <Answered asking={asking}>
        {({ bundles: { entries }, found }) => (
          <>
            <div class="compare-choice">
              <BundleChoice label="Left" bundles={entries} chosen={first} onChoose={setFirst} />
              <BundleChoice label="Right" bundles={entries} chosen={second} onChoose={setSecond} />
              <button type="button" disabled={first === "" || second === ""} onClick={() => go({ place: "compare", sides: [first, second], options: {} })}>
                Compare
              </button>
            </div>
            {found > entries.length && <p class="quiet">The newest {exact(entries.length)} of {exact(found)} are offered.</p>}
          </>
        )}
      </Answered>
    </PlaceLayout>
  );
}

/** How much of what was asked an option has room for, so that the name behind it is seen. */
const LONGEST_LABEL = 40;

function BundleChoice(props: { label: string; bundles: ReadonlyArray<BundleLine>; chosen: string; onChoose: (key: string) => void }) {
  return (
    <label>
      {props.label}
      <select value={props.chosen} onChange={(event) => props.onChoose(event.currentTarget.value)}>
        <option value="">choose …</option>
        {props.bundles.map(({ key, name, figures }) => (
          <option key={key} value={key}>
            {withVisibleMarks(`${lineOf(figures?.first_user_message) || "(nothing asked)"} · ${name}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

function lineOf(text: string | null | undefined): string {
  const { shown, moreCharacters } = beginningOf(text ?? "", 1, LONGEST_LABEL);
  return moreCharacters > 0 ? `${shown}…` : shown;
}

function Comparison({ left, right }: { left: string; right: string }) {
  const compared = useLibraryAnswer("compare", { left, right });
  return (
    <PlaceLayout
      title="Compare two rollouts"
      tools={
        <>
          <button type="button" class="plain" onClick={() => go({ place: "compare", sides: [right, left] })}>
            swap
          </button>
          <button type="button" class="plain" onClick={() => go({ place: "compare", sides: null, options: { left } })}>
            choose others
          </button>
        </>
      }
    >
      <Answered asking={compared}>
        {(told) => (
          <>
            <Totals told={told} left={left} right={right} />
            <Conversations told={told} left={left} right={right} />
          </>
        )}
      </Answered>
    </PlaceLayout>
  );
}

type Side = { summary: Summary; usage: UsageTotals; key: string; name: string };

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, one) => all + one, 0);
const calls = (summary: Summary) => Object.values(summary.tools).reduce((all, outcomes) => all + sum(outcomes), 0);

const FIGURES: ReadonlyArray<{ title: string; cell: (side: Side) => preact.ComponentChildren }> = [
  { title: "Asked", cell: ({ summary }) => <Said text={summary.first_user_message} /> },
  { title: "Answered", cell: ({ summary }) => <Said text={summary.last_answer} /> },
  { title: "Status", cell: ({ summary }) => <OutcomeMark outcome={summary.outcome} /> },
  { title: "Started", cell: ({ summary }) => <Moment ms={summary.started_at_unix_ms} /> },
  { title: "Duration", cell: ({ summary }) => <Duration ms={summary.duration_ms} /> },
  { title: "Turns", cell: ({ summary }) => <Count value={sum(summary.turns)} /> },
  { title: "Requests", cell: ({ usage }) => <Count value={usage.requests} /> },
  { title: "Tool calls", cell: ({ summary }) => <Count value={calls(summary)} /> },
  { title: "Tokens", cell: ({ usage }) => <TokensInAll usage={usage} /> },
  { title: "Cost", cell: ({ usage }) => <Cost usage={usage} /> },
];

const LONGEST_SAID = 600;

function Said({ text }: { text: string | null }) {
  return text === null ? <NoValue why="nothing" /> : <CutText text={text} most={LONGEST_SAID} whoHasRest="the overview" />;
}

function Totals({ told, left, right }: { told: Compared; left: string; right: string }) {
  const sides: ReadonlyArray<Side> = [
    { summary: told.left, usage: told.left_usage, key: left, name: told.left_name },
    { summary: told.right, usage: told.right_usage, key: right, name: told.right_name },
  ];
  return (
    <table class="compare-totals">
      <thead>
        <tr>
          <td />
          {sides.map(({ key, name }, index) => (
            <th key={index} scope="col">
              {index === 0 ? "Left" : "Right"}:{" "}
              <a href={hrefTo({ bundle: key, place: "overview" })}>
                <VisibleText text={name} />
              </a>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {FIGURES.map(({ title, cell }) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            {sides.map((side, index) => (
              <td key={index}>{cell(side)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Conversations({ told, left, right }: { told: Compared; left: string; right: string }) {
  const [chosen, setChosen] = useOption("agent", "0");
  const place = told.agents[Number(chosen)] === undefined ? 0 : Number(chosen);
  const agent = told.agents[place];
  if (agent === undefined) return <Empty>Neither rollout has an agent.</Empty>;
  const onlyOn = agent.left === null ? "right" : agent.right === null ? "left" : null;
  return (
    <Section
      title="Conversations"
      about={
        <label>
          <select value={String(place)} onChange={(event) => setChosen(event.currentTarget.value)} aria-label="Agent">
            {told.agents.map((one, index) => (
              <option key={index} value={String(index)}>
                {withVisibleMarks(one.agent_path) || "(no path)"}: {one.parts_at === null ? "the same" : `part at row ${exact(one.parts_at + 1)}`}
              </option>
            ))}
          </select>
        </label>
      }
    >
      {onlyOn !== null && <Notice>Only the {onlyOn} rollout has this agent.</Notice>}
      <Rows key={place} left={left} right={right} place={place} agent={agent} />
    </Section>
  );
}

function Rows({ left, right, place, agent }: { left: string; right: string; place: number; agent: ComparedAgent }) {
  const pages = useLibraryPages("compare/rows", { left, right, agent: place });
  const list = useRef<VirtualListHandle | null>(null);
  const rows = useRef<HTMLDivElement>(null);
  const remember = `compare ${place}`;
  const wasHere = useRef(isRemembered(remember));
  const { parts_at } = agent;
  useBeginning(pages);
  useEffect(() => {
    if (parts_at === null || pages.total === null || wasHere.current) return undefined;
    return keepInView(() => list.current?.scrollTo(parts_at, "start"));
  }, [parts_at, pages.total === null]);
  const showParting = () => {
    if (parts_at === null) return;
    list.current?.scrollTo(parts_at, "start");
    rows.current?.scrollIntoView({ block: "nearest" });
  };
  const said = (
    <p class="quiet">
      {counted(agent.rows, "row")}, {exact(agent.same)} the same.{" "}
      {parts_at === null ? (
        "They say the same to the end."
      ) : (
        <button type="button" class="link" onClick={showParting}>
          They part at row {exact(parts_at + 1)}.
        </button>
      )}
    </p>
  );
  if (pages.total === null) return said;
  return (
    <>
      {said}
      <div class="compare-rows" ref={rows}>
        <VirtualList
          label="Rows"
          count={pages.total}
          estimate={64}
          handle={list}
          onView={pages.need}
          remember={remember}
          entryProps={(index) => ({ class: `compare-row ${pages.at(index)?.is_same === false ? "compare-differs" : ""}` })}
        >
          {(index) => {
            const row = pages.at(index);
            return row === undefined ? <span class="table-waiting" /> : <Row row={row} number={index + 1} left={left} right={right} />;
          }}
        </VirtualList>
      </div>
    </>
  );
}

function Row({ row, number, left, right }: { row: ComparedRow; number: number; left: string; right: string }) {
  return (
    <div class="compare-pair">
      <span class="faint number">{exact(number)}</span>
      <Cell item={row.left} bundle={left} />
      {row.is_same ? <span class="quiet">the same</span> : <Cell item={row.right} bundle={right} />}
    </div>
  );
}

const LONGEST_TEXT = 1_200;

function Cell({ item, bundle }: { item: ComparedItem | null; bundle: string }) {
  if (item === null) return <span class="compare-nothing">nothing</span>;
  return (
    <div class="compare-cell">
      <ObjectLink object={{ kind: "conversation_item", object_id: item.item_id }} name={item.name} bundle={bundle} gist={item.tool === null ? item.label : `${item.label} ${item.tool}`} />
      <div class="compare-text">
        <CutText text={item.text.text} most={LONGEST_TEXT} inAll={item.text.characters} whoHasRest="the item" />
      </div>
    </div>
  );
}
