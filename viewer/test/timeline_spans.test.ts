// What is kept of the entries of a timeline, and where work ends of which the log has no end.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectKind, Outcome, TerminalLine, TimelineEntry } from "../src/interface.ts";
import { repeated, runningRanges } from "../src/places/timeline/loading.ts";
import { FAILED, RUNNING, Spans, UNFINISHED, lookOf } from "../src/places/timeline/spans.ts";

const COMPLETED: Outcome = { status: "completed", unfinished: null, exit_code: null, last_turn: null };
const RUNS: Outcome = { status: "running", unfinished: null, exit_code: null, last_turn: null };

function entry(kind: ObjectKind, id: string, at: number, duration: number | null, outcome: Outcome | null = COMPLETED): TimelineEntry {
  return {
    position: { seq: at, line: at } as unknown as TimelineEntry["position"],
    at_unix_ms: at,
    duration_ms: duration,
    thread_id: "agent",
    codex_turn_id: kind === "thread" ? null : "turn",
    subject: { kind, object_id: id },
    what: id,
    outcome,
    error: null,
    payloads: [],
  };
}

test("work has a start and an end, and is found by its object", () => {
  const spans = new Spans();
  spans.put(0, [entry("thread", "agent", 100, 900), entry("tool_call", "tool", 200, 50)]);
  spans.resolve(1_000);
  const number = spans.numberOf({ kind: "tool_call", object_id: "tool" });
  assert.equal(number, 1);
  assert.deepEqual([spans.start[number], spans.end[number]], [200, 250]);
  assert.deepEqual(spans.refOf(number), { kind: "tool_call", object_id: "tool" });
  assert.equal(spans.numberOf({ kind: "code_cell", object_id: "tool" }), -1);
});

test("a second entry about the same work is a moment of it", () => {
  const spans = new Spans();
  spans.put(0, [entry("code_cell", "cell", 100, 500), entry("code_cell", "cell", 300, null)]);
  assert.equal(spans.isMoment[0], 0);
  assert.equal(spans.isMoment[1], 1);
  assert.equal(spans.work[1], 0);
});

test("work without an end lasts as long as what ended around it, else to the last moment", () => {
  const spans = new Spans();
  spans.put(0, [
    entry("thread", "agent", 0, 800),
    entry("codex_turn", "turn", 100, 300),
    entry("tool_call", "in-turn", 200, null, { ...RUNS, unfinished: "turn cancelled" }),
    entry("tool_call", "in-agent", 200, null, { ...RUNS, unfinished: "agent completed" }),
    entry("tool_call", "runs", 200, null, RUNS),
    entry("tool_call", "late", 600, null, { ...RUNS, unfinished: "turn cancelled" }),
  ]);
  spans.resolve(1_000);
  assert.deepEqual([...spans.end.slice(2, 6)], [400, 800, 1_000, 600]);
  assert.ok(spans.isOpen(2) && spans.isOpen(4) && !spans.isOpen(1));
});

test("an entry that is put again replaces what was known", () => {
  const spans = new Spans();
  spans.put(0, [entry("inference_call", "request", 100, null, RUNS)]);
  spans.put(0, [entry("inference_call", "request", 100, 40)]);
  spans.resolve(1_000);
  assert.equal(spans.count, 1);
  assert.equal(spans.isMoment[0], 0);
  assert.equal(spans.end[0], 140);
});

test("a page that leaves a gap is refused", () => {
  assert.throws(() => new Spans().put(1, [entry("thread", "agent", 0, 1)]), RangeError);
});

test("terminals stand behind the entries, and give way to those that come", () => {
  const spans = new Spans();
  const terminal: TerminalLine = {
    terminal_id: "terminal",
    opened_by: null,
    thread_id: "agent",
    codex_turn_id: "turn",
    cwd: null,
    command: "sleep 3600",
    started_at_unix_ms: 250,
    duration_ms: null,
    outcome: { ...RUNS, unfinished: "turn cancelled" },
    uses: 1,
  };
  spans.put(0, [entry("codex_turn", "turn", 100, 300)]);
  spans.putTerminals([terminal, { ...terminal, terminal_id: null }]);
  assert.deepEqual([spans.count, spans.size], [1, 2]);
  spans.put(1, [entry("tool_call", "tool", 200, 50)]);
  spans.resolve(1_000);
  assert.deepEqual([spans.count, spans.size], [2, 3]);
  const number = spans.numberOf({ kind: "terminal_session", object_id: "terminal" });
  assert.deepEqual([number, spans.start[number], spans.end[number], spans.isMoment[number]], [2, 250, 400, 0]);
  assert.equal(spans.kindOf(1), "tool_call");
});

test("what is asked for while it is done is done once more, and nothing is given up", async () => {
  const ends: (() => void)[] = [];
  const failures: unknown[] = [];
  const work = repeated((signal) => new Promise((resolve, reject) => ends.push(signal.aborted ? reject : resolve)), (reason) => failures.push(reason));
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  for (let change = 0; change < 5; change++) work.ask();
  assert.equal(ends.length, 1);
  ends[0]?.();
  await settled();
  assert.equal(ends.length, 2);
  ends[1]?.();
  await settled();
  assert.equal(ends.length, 2);
  work.stop();
  work.ask();
  assert.equal(ends.length, 2);
  assert.deepEqual(failures, []);
});

test("columns grow with the entries", () => {
  const spans = new Spans();
  for (let page = 0; page < 5; page++) {
    spans.put(page * 1_000, Array.from({ length: 1_000 }, (_, index) => entry("tool_call", `${page}-${index}`, page * 1_000 + index, 1)));
  }
  assert.equal(spans.count, 5_000);
  assert.equal(spans.start[4_321], 4_321);
  assert.equal(spans.numberOf({ kind: "tool_call", object_id: "4-321" }), 4_321);
});

test("an exit code is a failure, and what never ended is unfinished", () => {
  assert.equal(lookOf({ ...COMPLETED, exit_code: 1 }), FAILED);
  assert.equal(lookOf({ ...RUNS, unfinished: "turn cancelled" }), UNFINISHED);
  assert.equal(lookOf({ ...COMPLETED, status: "cancelled" }), UNFINISHED);
  assert.equal(lookOf(RUNS), RUNNING);
});

test("running work that is near in the list is fetched again together", () => {
  const spans = new Spans();
  const runs = new Set([0, 50, 2_000]);
  spans.put(0, Array.from({ length: 2_500 }, (_, index) => entry("tool_call", String(index), index, 1, runs.has(index) ? RUNS : COMPLETED)));
  assert.deepEqual(runningRanges(spans), [[0, 50], [2_000, 2_000]]);
});
