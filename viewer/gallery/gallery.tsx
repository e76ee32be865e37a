// Every part of the page with ordinary, empty, huge and hostile contents.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { usePages, wholeList } from "../src/asking.ts";
import { useRollout } from "../src/frame/rollout_context.tsx";
import type { ObjectKind } from "../src/interface.ts";
import { go, useOption } from "../src/location.ts";
import { counted } from "../src/parts/format.ts";
import { JsonView } from "../src/parts/json_view.tsx";
import { KINDS } from "../src/parts/kinds.tsx";
import { Empty, Failed, Loading, Notice } from "../src/parts/notice.tsx";
import { EventLink, ObjectLink } from "../src/parts/object_link.tsx";
import { OutcomeMark } from "../src/parts/outcome_mark.tsx";
import { PagedTable } from "../src/parts/paged_table.tsx";
import { PlaceLayout, Section } from "../src/parts/place_layout.tsx";
import { Bytes, Count, Duration, Moment, Money, Share, Tokens } from "../src/parts/quantities.tsx";
import { TextBlock } from "../src/parts/text_block.tsx";
import { TextDifference } from "../src/parts/text_difference.tsx";
import { Tree, type TreeNode } from "../src/parts/tree.tsx";
import { VirtualList } from "../src/parts/virtual_list.tsx";
import { AFTER, BEFORE, DIFF, HOSTILE_LINE, HOSTILE_MARKDOWN, HUGE, JSON_TEXT, JSON_VALUE, LONG_LINE, MARKDOWN, TERMINAL } from "./texts.ts";
import "./gallery.css";

const SHEETS: Readonly<Record<string, () => ComponentChildren>> = {
  small: Small,
  texts: Texts,
  hostile: Hostile,
  json: Json,
  differences: Differences,
  trees: Trees,
  lists: Lists,
};

export function Gallery() {
  const [sheet, setSheet] = useOption("sheet", "small");
  const Sheet = SHEETS[sheet] ?? Small;
  return (
    <PlaceLayout
      title="Gallery"
      tools={Object.keys(SHEETS).map((name) => (
        <button key={name} type="button" aria-pressed={name === sheet} onClick={() => setSheet(name)}>
          {name}
        </button>
      ))}
    >
      <Sheet />
    </PlaceLayout>
  );
}

function Small() {
  const kinds = Object.keys(KINDS) as ObjectKind[];
  return (
    <>
      <Section title="Objects">
        <div class="gallery-row">
          {kinds.map((kind) => (
            <ObjectLink key={kind} object={{ kind, object_id: `${kind}:1` }} name={`${KINDS[kind].word}:1`} />
          ))}
          <EventLink seq={12} />
        </div>
        <div class="gallery-row">
          <ObjectLink object={{ kind: "tool_call", object_id: "call_a" }} name="tool:3" gist="exec_command make check" />
          <ObjectLink object={{ kind: "tool_call", object_id: "01234567890123456789-without-a-name" }} gist={HOSTILE_LINE} />
          <ObjectLink object={{ kind: "thread", object_id: "x" }} name={HOSTILE_LINE} />
        </div>
      </Section>
      <Section title="Outcomes">
        <div class="gallery-row">
          {(["completed", "failed", "cancelled", "aborted", "running"] as const).map((status) => (
            <OutcomeMark key={status} outcome={{ status }} />
          ))}
          <OutcomeMark outcome={{ status: "running", unfinished: "turn cancelled", exit_code: null }} />
          <OutcomeMark outcome={{ status: "completed", unfinished: null, exit_code: 2 }} />
          <OutcomeMark outcome={{ status: "failed", unfinished: null, exit_code: null }} isBrief />
          <OutcomeMark outcome={{ status: "completed", unfinished: null, exit_code: 0 }} isBrief />
        </div>
      </Section>
      <Section title="Quantities" about="the exact value is in the title">
        <div class="gallery-row">
          {[0, 45, 340, 2_800, 65_000, 3_599_999, 86_399_000, 190_000_000].map((ms) => (
            <Duration key={ms} ms={ms} />
          ))}
          <Duration ms={null} />
        </div>
        <div class="gallery-row">
          <Moment ms={1_795_261_514_120} /> <Moment ms={1_795_261_514_120} form="time" /> <Moment ms={1_795_261_514_120} form="milliseconds" />
          <Moment ms={1_795_261_516_930} from={1_795_261_514_120} /> <Moment ms={8.7e15} /> <Moment ms={null} />
        </div>
        <div class="gallery-row">
          {[0, 940, 9_999, 12_408, 999_499, 3_123_456, 4_500_000_000].map((count) => (
            <Count key={count} value={count} />
          ))}
          <Count value={null} />
          {[0, 812, 12_400, 127_000_000, 3_400_000_000].map((count) => (
            <Bytes key={count} value={count} />
          ))}
        </div>
        <div class="gallery-row">
          {["0", "0.00001", "0.0042", "0.137", "12.5", "1234.56"].map((usd) => (
            <Money key={usd} usd={usd} />
          ))}
          <Money usd={null} />
          <Tokens
            usage={{ input_tokens: 12_408, cached_input_tokens: 10_174, cache_write_input_tokens: 0, output_tokens: 1_040, reasoning_output_tokens: 137 }}
          />
          <Tokens usage={null} />
          <Share part={820} whole={1_000} of="cached" />
          <Share part={1} whole={1_000} of="cached" />
        </div>
      </Section>
      <Section title="Notices">
        <div class="gallery-column">
          <Empty>Nothing failed, was cancelled or never ended.</Empty>
          <Loading />
          <Loading progress={{ done: 12_400_000, total: 127_000_000 }} />
          <Failed sentence="payload 12 is missing: payloads/12.json" retry={() => {}} />
          <Failed sentence={HOSTILE_LINE} />
          <Notice>What the model saw of this output is a part of it.</Notice>
          <Notice kind="warning">This bundle is damaged. What can still be said of it is shown.</Notice>
          <Notice kind="error">This cannot be read.</Notice>
        </div>
      </Section>
      <Section title="Controls">
        <div class="gallery-row">
          <button type="button">Button</button>
          <button type="button" aria-pressed="true">
            Pressed
          </button>
          <button type="button" disabled>
            Disabled
          </button>
          <button type="button" class="plain">
            plain
          </button>
          <button type="button" class="link">
            link
          </button>
          <a href="#/gallery">anchor</a>
          <kbd>g</kbd>
          <input type="text" aria-label="text" value="text" />
          <select aria-label="choice">
            <option>choice</option>
          </select>
          <label>
            <input type="checkbox" checked /> check
          </label>
          <mark>found</mark>
          <code>code</code>
        </div>
      </Section>
    </>
  );
}

function Texts() {
  return (
    <>
      <Section title="Markdown">
        <TextBlock text={MARKDOWN} form="markdown" />
      </Section>
      <Section title="Terminal">
        <TextBlock text={TERMINAL} />
      </Section>
      <Section title="Program text">
        <TextBlock text={DIFF} form="code" />
      </Section>
      <Section title="Huge">
        <TextBlock text={HUGE} unfetched={127_000_000} onFetch={() => {}} />
      </Section>
      <Section title="One very long line">
        <TextBlock text={LONG_LINE} />
      </Section>
      <Section title="Empty">
        <TextBlock text="" />
      </Section>
    </>
  );
}

function Hostile() {
  return (
    <>
      {(["markdown", "code", "terminal", "raw"] as const).map((form) => (
        <Section key={form} title={form}>
          <TextBlock text={`${HOSTILE_MARKDOWN}\n${TERMINAL}`} form={form} language="xml" />
        </Section>
      ))}
    </>
  );
}

function Json() {
  return (
    <>
      <Section title="A value">
        <JsonView value={JSON_VALUE} />
      </Section>
      <Section title="A text">
        <JsonView text={JSON_TEXT} open={3} />
      </Section>
      <Section title="No JSON">
        <JsonView text={'{"torn": '} />
      </Section>
    </>
  );
}

function Differences() {
  return (
    <>
      <Section title="A file">
        <TextDifference before={BEFORE} after={AFTER} beforeTitle="request:3" afterTitle="request:4" />
      </Section>
      <Section title="The same">
        <TextDifference before={BEFORE} after={BEFORE} beforeTitle="request:3" afterTitle="request:4" />
      </Section>
      <Section title="Nothing against something">
        <TextDifference before="" after={"one\ntwo\n"} beforeTitle="request:3" afterTitle="request:4" />
      </Section>
    </>
  );
}

const AGENTS: ReadonlyArray<TreeNode> = [
  {
    key: "root",
    text: "/root",
    label: <ObjectLink object={{ kind: "thread", object_id: "root" }} name="/root" />,
    children: [
      {
        key: "reviewer",
        text: "reviewer",
        label: <ObjectLink object={{ kind: "thread", object_id: "reviewer" }} name="reviewer" gist="reads the change" />,
        children: [{ key: "deep", text: "deeper", label: "deeper" }],
      },
      { key: "tester", text: "tester", label: <ObjectLink object={{ kind: "thread", object_id: "tester" }} name="tester" /> },
      {
        key: "many",
        text: "many",
        label: "one with very many",
        children: Array.from({ length: 1_234 }, (_, index) => ({ key: `m${index}`, text: `agent ${index}`, label: `agent ${index}` })),
      },
    ],
  },
];

function Trees() {
  const [selected, setSelected] = useState<string | null>("tester");
  return (
    <Section title="Agents">
      <Tree label="Agents" roots={AGENTS} open={2} selected={selected} onSelect={setSelected} />
    </Section>
  );
}

function Lists() {
  const [count, setCount] = useState(300);
  const [grows, setGrows] = useState(false);
  const [follow, setFollow] = useState(false);
  const [cursor, setCursor] = useState<number | null>(null);
  useEffect(() => {
    if (!grows) return undefined;
    const timer = setInterval(() => setCount((before) => before + 3), 300);
    return () => clearInterval(timer);
  }, [grows]);
  return (
    <>
      <Section title="A list that grows, with entries of all heights" about={`${count} entries`}>
        <div class="gallery-row">
          <button type="button" aria-pressed={grows} onClick={() => setGrows(!grows)}>
            grow
          </button>
          <button type="button" aria-pressed={follow} onClick={() => setFollow(!follow)}>
            follow
          </button>
        </div>
        <div class="gallery-box" id="growing">
          <VirtualList label="Growing" count={count} estimate={30} follow={follow} onFollow={setFollow} cursor={cursor} onCursor={setCursor} remember="growing">
            {(index) => (
              <div class="gallery-entry">
                <strong>{index}</strong> {"words that fill lines ".repeat((index * 7919) % 40)}
              </div>
            )}
          </VirtualList>
        </div>
      </Section>
      <Section title="An empty table">
        <PagedTable label="Empty" pages={wholeList<number>([])} columns={[]} empty="There is none." />
      </Section>
    </>
  );
}

/** A table of fifty thousand rows, of which pages are fetched as they come into view. */
export function RolloutGallery() {
  const pages = usePages("timeline", {});
  const { follow, setFollow } = useRollout();
  const [order, setOrder] = useState({ key: "seq", reversed: false });
  return (
    <PlaceLayout title="Gallery of lists" form="fill" about={pages.total !== null && counted(pages.total, "entry", "entries")}>
      <PagedTable
        label="Entries"
        pages={pages}
        order={order}
        onOrder={setOrder}
        follow={follow}
        onFollow={setFollow}
        remember="gallery"
        onOpen={({ subject }) => go({ select: subject })}
        empty="There is none."
        columns={[
          { key: "seq", title: "Event", width: "80px", canOrder: true, cell: ({ position }) => <EventLink seq={position.seq} /> },
          { key: "at", title: "At", width: "110px", align: "end", cell: ({ at_unix_ms }) => <Moment ms={at_unix_ms} form="milliseconds" /> },
          { key: "what", title: "What", width: "minmax(200px, 1fr)", cell: ({ subject, what }) => <ObjectLink object={subject} gist={what} /> },
          { key: "outcome", title: "Outcome", width: "120px", cell: ({ outcome }) => <OutcomeMark outcome={outcome} /> },
          { key: "took", title: "Took", width: "110px", align: "end", canOrder: true, cell: ({ duration_ms }) => <Duration ms={duration_ms} /> },
        ]}
      />
    </PlaceLayout>
  );
}
