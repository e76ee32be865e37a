// Lanes, sub-lanes and rows; what is at a point; what is next to an entry.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectKind, Outcome, Passage, TerminalLine, TimelineEntry } from "../src/interface.ts";
import { arrowsOf } from "../src/places/timeline/arrows.ts";
import { acrossRows, besideInLane, hitAt } from "../src/places/timeline/hit.ts";
import { AXIS_HEIGHT, FOLDED_HEIGHT, type Lanes, firstEndingAfter, lanesOf } from "../src/places/timeline/lanes.ts";
import { Spans } from "../src/places/timeline/spans.ts";

type Told = readonly [kind: ObjectKind, id: string, thread: string | null, at: number, duration: number | null];

function spansOf(...told: Told[]): Spans {
  const spans = new Spans();
  spans.put(
    0,
    told.map(([kind, id, thread, at, duration]) => ({
      position: { seq: 0, line: 0 } as unknown as TimelineEntry["position"],
      at_unix_ms: at,
      duration_ms: duration,
      thread_id: thread,
      codex_turn_id: null,
      subject: { kind, object_id: id },
      what: id,
      outcome: null,
      error: null,
      payloads: [],
    })),
  );
  spans.resolve(1_000);
  return spans;
}

const NOTHING_WRONG: Outcome = { status: "completed", unfinished: null, exit_code: 0, last_turn: null };

/** A terminal of the agent `a`, opened by the operation `opens <name>`. */
function terminal(name: string, at: number, duration: number | null, outcome = NOTHING_WRONG): TerminalLine {
  return {
    terminal_id: name,
    opened_by: { kind: "terminal_operation", object_id: `opens ${name}` },
    thread_id: "a",
    codex_turn_id: null,
    cwd: null,
    command: name,
    started_at_unix_ms: at,
    duration_ms: duration,
    outcome,
    uses: 1,
  };
}

const unfolded = () => false;

function rowsIn(lanes: Lanes, lane: number, group: string): number[][] {
  return (lanes.lanes[lane]?.rows ?? []).filter((row) => row.group === group).map((row) => [...row.spans]);
}

test("agents are in the order given, with only the sub-lanes that they have", () => {
  const spans = spansOf(["thread", "b", "b", 0, 100], ["thread", "a", "a", 0, 100], ["tool_call", "t", "a", 10, 5], ["codex_turn", "u", "a", 5, 50]);
  const lanes = lanesOf(spans, [spans.threadNumber("a"), spans.threadNumber("b")], unfolded);
  assert.deepEqual(lanes.lanes.map(({ thread }) => spans.threads[thread]), ["a", "b"]);
  assert.deepEqual(lanes.lanes.map(({ subLanes }) => subLanes.map(({ group, count }) => [group, count])), [[["turns", 1], ["tools", 1]], []]);
});

test("work that overlaps stands in rows below each other; a row is used again when it is free", () => {
  const spans = spansOf(["tool_call", "0", "a", 0, 100], ["tool_call", "1", "a", 10, 20], ["tool_call", "2", "a", 20, 100], ["tool_call", "3", "a", 30, 10], ["tool_call", "4", "a", 100, 10]);
  const lanes = lanesOf(spans, [], unfolded);
  assert.deepEqual(rowsIn(lanes, 0, "tools"), [[0, 4], [1, 3], [2]]);
});

test("no two of a row overlap, with any number of rows", () => {
  let state = 1;
  const next = (most: number) => (state = (state * 48_271) % 2_147_483_647) % most;
  const spans = spansOf(...Array.from({ length: 2_000 }, (_, index): Told => ["tool_call", String(index), "a", next(1_000), next(4) === 0 ? null : next(60)]));
  const rows = rowsIn(lanesOf(spans, [], unfolded), 0, "tools");
  assert.ok(rows.length > 100);
  for (const row of rows) {
    for (let place = 1; place < row.length; place++) {
      assert.ok((spans.end[row[place - 1] as number] as number) <= (spans.start[row[place] as number] as number));
    }
  }
  assert.equal(rows.flat().length, 2_000);
});

test("a folded lane is one row high and keeps all that is in it", () => {
  const spans = spansOf(["thread", "a", "a", 0, 100], ["tool_call", "t", "a", 10, 50], ["tool_call", "s", "a", 20, 50], ["inference_call", "r", "a", 0, 9]);
  const lane = lanesOf(spans, [], () => true).lanes[0];
  assert.equal(lane?.height, FOLDED_HEIGHT);
  assert.deepEqual(lane?.subLanes.map(({ group, count }) => [group, count]), [["requests", 1], ["tools", 2]]);
  assert.ok(lane?.rows.every((row) => row.top === lane.top));
});

test("a sub-lane is counted by what it is called after", () => {
  const spans = spansOf(
    ["compaction_request", "request", "a", 0, 100],
    ["compaction", "replaced", "a", 100, null],
    ["code_cell", "cell", "a", 0, 100],
    ["code_cell", "cell", "a", 20, null],
    ["tool_call", "t", "a", 0, 10],
  );
  const lane = lanesOf(spans, [], unfolded).lanes[0];
  assert.deepEqual(lane?.subLanes.map(({ group, count }) => [group, count]), [["cells", 1], ["tools", 1], ["compactions", 1]]);
});

test("a terminal that failed is no fault beside that of the call that opened it", () => {
  const spans = spansOf(["tool_call", "t", "a", 0, 10]);
  spans.putTerminals([terminal("opened", 0, 10, { ...NOTHING_WRONG, exit_code: 1 })]);
  spans.resolve(1_000);
  const lane = lanesOf(spans, [], unfolded).lanes[0];
  assert.equal(lane?.faults, 0);
  assert.deepEqual(lane?.subLanes.map(({ group, count }) => [group, count]), [["tools", 1], ["terminals", 1]]);
});

test("the end of a command stands in the row of its terminal", () => {
  const spans = spansOf(["terminal_operation", "opens first", "a", 90, null], ["terminal_operation", "opens second", "a", 80, null]);
  spans.putTerminals([terminal("first", 0, 90), terminal("second", 10, 70)]);
  spans.resolve(1_000);
  const rows = (lanesOf(spans, [], unfolded).lanes[0]?.rows ?? []).filter(({ group }) => group === "terminals");
  assert.deepEqual(rows.map((row) => [[...row.spans], [...row.moments]]), [[[2], [0]], [[3], [1]]]);
});

test("a moment of a piece of work stands in the row of that work", () => {
  const spans = spansOf(["code_cell", "0", "a", 0, 100], ["code_cell", "1", "a", 10, 100], ["code_cell", "1", "a", 50, null]);
  const lanes = lanesOf(spans, [], unfolded);
  assert.equal(lanes.rowOf[2], lanes.rowOf[1]);
});

test("what belongs to no agent has a lane of its own", () => {
  const spans = spansOf(["raw_payload", "p", null, 10, null], ["thread", "a", "a", 0, 10]);
  const lanes = lanesOf(spans, [spans.threadNumber("a")], unfolded);
  assert.deepEqual(lanes.lanes.map(({ thread }) => thread), [spans.threadNumber("a"), -1]);
});

test("the first span in view is found by halving", () => {
  const ends = Float64Array.from([10, 20, 30]);
  const numbers = Int32Array.from([0, 1, 2]);
  assert.deepEqual([0, 10, 11, 30, 31].map((moment) => firstEndingAfter(numbers, ends, moment)), [0, 0, 1, 2, 3]);
});

test("a point leads to the entry that is drawn there, an arrow, or nothing", () => {
  const spans = spansOf(["thread", "a", "a", 0, 1_000], ["tool_call", "t", "a", 100, 300], ["thread", "b", "b", 500, 500]);
  const lanes = lanesOf(spans, [spans.threadNumber("a"), spans.threadNumber("b")], unfolded);
  const passage: Passage = { edge_id: "e", kind: "spawn_agent", sender: "a", receiver: "b", source: { kind: "tool_call", object_id: "t" }, target: { kind: "thread", object_id: "b" }, at_unix_ms: 500, words: null, events: [], payloads: [] };
  const arrows = arrowsOf([passage], spans, lanes);
  const seen = { spans, lanes, arrows, viewport: { start: 0, end: 1_000, width: 1_000 }, scrollTop: 0 };
  const toolsTop = AXIS_HEIGHT + (lanes.rows[lanes.rowOf[1] as number]?.top ?? 0);
  assert.deepEqual(hitAt(seen, 200, toolsTop + 8), { span: 1 });
  assert.deepEqual(hitAt(seen, 500, toolsTop + 14), { arrow: 0 });
  assert.equal(hitAt(seen, 700, toolsTop + 8), null);
  assert.equal(hitAt(seen, 200, 5), null);
});

test("a passage of which an agent is not known has no arrow", () => {
  const spans = spansOf(["thread", "a", "a", 0, 10]);
  const lanes = lanesOf(spans, [], unfolded);
  const passage: Passage = { edge_id: "e", kind: "send_message", sender: "a", receiver: null, source: { kind: "thread", object_id: "a" }, target: { kind: "conversation_item", object_id: "i" }, at_unix_ms: 5, words: null, events: [], payloads: [] };
  assert.equal(arrowsOf([passage], spans, lanes).count, 0);
});

test("keys go along a lane in order of time, whatever row an entry is in", () => {
  const spans = spansOf(["tool_call", "0", "a", 0, 100], ["inference_call", "1", "a", 10, 20], ["tool_call", "2", "a", 20, 100], ["tool_call", "other", "b", 15, 5]);
  const lanes = lanesOf(spans, [], unfolded);
  assert.deepEqual([besideInLane(spans, lanes, 0, 1), besideInLane(spans, lanes, 1, 1), besideInLane(spans, lanes, 2, 1)], [1, 2, -1]);
  assert.deepEqual([besideInLane(spans, lanes, 2, -1), besideInLane(spans, lanes, 0, -1)], [1, -1]);
});

test("keys go across rows to what is nearest in time", () => {
  const spans = spansOf(["codex_turn", "0", "a", 0, 900], ["inference_call", "1", "a", 0, 20], ["inference_call", "2", "a", 400, 20], ["tool_call", "3", "a", 450, 20]);
  const lanes = lanesOf(spans, [], unfolded);
  assert.equal(acrossRows(spans, lanes, 3, -1), 2);
  assert.equal(acrossRows(spans, lanes, 2, -1), 0);
  assert.equal(acrossRows(spans, lanes, 0, 1), 1);
});
