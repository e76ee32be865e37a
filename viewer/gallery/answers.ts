// Made-up answers: a few bundles of each kind, and a rollout with a very long list.

import type { AgentLine, BundleLine, Failure, ObjectDetails, Rollout, TimelineEntry, UsageTotals } from "../src/interface.ts";
import { NoAnswer, type Source } from "../src/source.ts";
import { HOSTILE_LINE } from "./texts.ts";

const NOW = Date.UTC(2026, 10, 21, 11, 45, 14, 120);
const ENTRIES = 50_000;
const UNREADABLE = "ffffffffffff";

const usage = (requests: number, cost: string | null): UsageTotals => ({
  requests,
  requests_without_count: requests > 2 ? 1 : 0,
  requests_without_price: 0,
  tokens: {
    input_tokens: requests * 12_408,
    cached_input_tokens: requests * 10_174,
    cache_write_input_tokens: 0,
    output_tokens: requests * 1_040,
    reasoning_output_tokens: requests * 137,
  },
  cost_usd: cost,
});

const STATUSES = ["completed", "completed", "failed", "running", "aborted"] as const;
const ASKED = [
  "`sh check.sh` fails. Please find out why, mend it, and have it reviewed and tested by others.",
  "Rename the option --colour to --color everywhere, keep the old one as an alias, and say so in the changelog. The tests that are slow can stay as they are, but please look whether the one for Windows paths is still needed, and if not, remove it.",
  HOSTILE_LINE,
  "",
];

function bundle(index: number): BundleLine {
  if (index === 7) return { key: key(index), name: `trace-${index}`, state: "failed", error: "manifest.json is no JSON: expected `}` at byte 312", figures: null };
  if (index === 9) return { key: key(index), name: `trace-${index}-is-not-read-yet`, state: "waiting", error: null, figures: null };
  return {
    key: key(index),
    name: `trace-${index}`,
    state: "known",
    error: null,
    figures: {
      trace_id: `trace-${index}`,
      rollout_id: `rollout-${index}`,
      session: `rollout-${index}`,
      relation: "started",
      started_at_unix_ms: NOW - index * 7_654_321,
      duration_ms: [2_800, 65_000, 86, 4_000_000, 190_000_000][index % 5] ?? 0,
      status: STATUSES[index % 5] ?? "completed",
      agents: 1 + (index % 4),
      models: ["scripted-1"],
      usage: usage(1 + ((index * 37) % 400), index % 3 === 0 ? null : String(index * 0.137)),
      first_user_message: ASKED[index % ASKED.length] ?? null,
      diagnostics: index % 4 === 1 ? { warning: 3, note: 1 } : index % 6 === 2 ? { error: 2 } : {},
      evidence_bytes: 1_234 * 7 ** (index % 7),
    },
  };
}

function key(index: number): string {
  return index.toString(16).padStart(12, "0");
}

const ROLLOUT: Rollout = {
  key: key(0),
  name: "thermostat",
  first_seq: 1,
  last_seq: 1_482,
  events: 1_482,
  is_live: true,
  last_moment_unix_ms: NOW + 2_800,
  default_rejects: true,
  diagnostics: { error: 1 },
  failures: 3,
  replacements: 1,
  usage: usage(20, "0.137"),
  account: {
    ...{ total_ms: 2_800, model_alone_ms: 1_000, tools_alone_ms: 800, waiting_alone_ms: 400, model_and_tools_ms: 100 },
    ...{ model_and_waiting_ms: 200, tools_and_waiting_ms: 100, model_tools_and_waiting_ms: 0, between_ms: 100, idle_ms: 100 },
    ...{ model_ms: 1_300, tools_ms: 1_000, waiting_ms: 700, background_ms: 50 },
  },
  summary: {
    trace_id: "81abbd64",
    rollout_id: "49ab9441",
    root_thread_id: "49ab9441",
    schema_version: 2,
    status: "running",
    outcome: { status: "running", unfinished: null, exit_code: null, last_turn: null },
    started_at_unix_ms: NOW,
    ended_at_unix_ms: null,
    duration_ms: 2_800,
    first_user_message: ASKED[0] ?? null,
    last_answer: "The offset was 23 and had to be 32. The check passes, and two agents confirm it.",
    agents: [],
    turns: { completed: 4, cancelled: 1 },
    requests: { completed: 19, cancelled: 1 },
    requests_without_usage: 1,
    tokens: { input: 12_408, cached_input: 10_174, output: 1_040, reasoning_output: 137 },
    tools: { exec_command: { completed: 7, cancelled: 1 } },
    code_cells: { completed: 1 },
    terminals: 8,
    conversation_items: 56,
    compactions: 1,
    compaction_requests: { completed: 1 },
    edges: { spawn_agent: 2 },
    payloads: 115,
  },
};

function agent(index: number): AgentLine {
  const depth = index === 0 ? 0 : 1 + ((index * 3) % 4);
  return {
    thread_id: `thread-${index}`,
    parent: index === 0 ? null : "thread-0",
    depth,
    outcome: { status: index === 2 ? "running" : "completed", unfinished: index === 2 ? "rollout completed" : null, exit_code: null, last_turn: null },
    started_at_unix_ms: NOW,
    ended_at_unix_ms: NOW + 300,
    totals: {
      thread_id: `thread-${index}`,
      agent_path: "/root",
      nickname: index === 0 ? null : ["Kepler", HOSTILE_LINE, "Noether"][index % 3] ?? null,
      models: ["scripted-1"],
      outcome: { status: "completed", unfinished: null, exit_code: null, last_turn: null },
      duration_ms: index === 2 ? null : 300 * (index + 1),
      turns: 1,
      requests: 2 + index,
      requests_without_usage: 0,
      tokens: { input: 346, cached_input: 103, output: 103, reasoning_output: 0 },
      tool_calls: 1,
    },
    usage: usage(2 + index, index % 2 === 0 ? "0.0123" : null),
    account: ROLLOUT.account,
    activity: { thread_id: `thread-${index}`, agent_path: "/root", nickname: null, doing: "ended", what: "completed", work: null, since_unix_ms: NOW },
    sent: 1,
    received: 1,
  };
}

function failure(index: number): Failure {
  return {
    subject: { kind: (["tool_call", "inference_call", "codex_turn"] as const)[index % 3] ?? "tool_call", object_id: `failed-${index}` },
    what: ["exec_command: sh check.sh", HOSTILE_LINE, "turn of /root/tester"][index % 3] ?? "",
    thread_id: "thread-0",
    codex_turn_id: "turn-0",
    position: { seq: 40 + index * 300, line: 40 },
    ended_seq: 50,
    at_unix_ms: NOW + 1_234 * index,
    outcome: [
      { status: "completed" as const, unfinished: null, exit_code: 2, last_turn: null },
      { status: "failed" as const, unfinished: null, exit_code: null, last_turn: null },
      { status: "running" as const, unfinished: "turn cancelled", exit_code: null, last_turn: null },
    ][index % 3] ?? { status: "failed", unfinished: null, exit_code: null, last_turn: null },
    error: [null, "stream disconnected before completion: the server closed the connection", "interrupted by the user"][index % 3] ?? null,
    payloads: [],
    meanwhile: [],
    next: null,
  };
}

const KINDS = ["inference_call", "tool_call", "code_cell", "terminal_operation", "thread", "compaction", "codex_turn", "conversation_item"] as const;

function entry(index: number): TimelineEntry {
  return {
    position: { seq: index + 1, line: index + 1 },
    at_unix_ms: NOW + index * 731,
    duration_ms: index % 5 === 0 ? null : (index * 7919) % 90_000,
    thread_id: "thread-0",
    codex_turn_id: "turn-0",
    subject: { kind: KINDS[index % KINDS.length] ?? "tool_call", object_id: `object-${index}` },
    what: index % 11 === 3 ? HOSTILE_LINE : `exec_command make check-${index} && echo done`,
    outcome: index % 13 === 4 ? { status: "failed", unfinished: null, exit_code: null, last_turn: null } : { status: "completed", unfinished: null, exit_code: null, last_turn: null },
    error: null,
    payloads: [],
  };
}

function details(kind: string, id: string): ObjectDetails {
  return {
    ref: { kind: kind as ObjectDetails["ref"]["kind"], object_id: id },
    name: "tool:7",
    kind_word: "tool call",
    what: "exec_command sh check.sh",
    thread_id: "thread-0",
    codex_turn_id: "turn-0",
    execution: { started_at_unix_ms: NOW, started_seq: 40, ended_at_unix_ms: NOW + 812, ended_seq: 47, status: "completed" },
    outcome: { status: "completed", unfinished: null, exit_code: 2, last_turn: null },
    figures: { "working folder": "/home/u/thermostat", "shown to the model": "part" },
    links: [
      { field: "thread_id", ref: { kind: "thread", object_id: "thread-0" } },
      { field: "requester", ref: { kind: "inference_call", object_id: "request-3" } },
      { field: "terminal_operation_id", ref: { kind: "terminal_operation", object_id: "terminal_operation:4" } },
    ],
    links_in_all: 3,
    named_by: 2,
    events: 4,
    payloads: 2,
    texts: {
      output: { offset: 0, characters: 90_000, text: `\u001b[31mFAIL\u001b[0m offset: expected 32, found 23\n${"another line of output\n".repeat(300)}` },
    },
    sources: {},
  };
}

/** Answers at once, or after as long as `?wait=` of the page's own address says, or with as much reading as `?reading=` says. */
export class MadeUpSource implements Source {
  readonly isEnclosed = false;
  async fetch(path: string): Promise<unknown> {
    const [name = "", query = ""] = path.split("?");
    const asked = new URLSearchParams(query);
    const offset = Number(asked.get("offset") ?? 0);
    const limit = Number(asked.get("limit") ?? 100);
    const page = <Entry>(total: number, make: (index: number) => Entry) => ({
      offset,
      total,
      entries: Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, index) => make(offset + index)),
    });
    const [, , ...rest] = name.split("/");
    const told = (answer: unknown, names: Record<string, string> = {}) => ({ answer, as_of: 1_482, names });
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (name === "bundles") {
      const found = asked.get("text") === "nothing" ? 0 : 230;
      return { root: "/home/u/traces", is_one: false, found: 230, read: 200, bundles: page(found, bundle) };
    }
    if (name.includes(UNREADABLE)) throw new NoAnswer("no-bundle", "There is no bundle with this key.");
    switch (rest.join("/")) {
      case "rollout":
        return told(ROLLOUT);
      case "agents":
        return told(page(5, agent), {
          "thread/thread-0": "/root",
          "thread/thread-1": "/root/reviewer",
          "thread/thread-2": "/root/tester",
          "thread/thread-3": "/root/tester/deeper",
          "thread/thread-4": "/root/writer",
        });
      case "failures":
        return told(page(3, failure), { "tool_call/failed-0": "tool:7", "inference_call/failed-1": "request:12", "codex_turn/failed-2": "turn:5" });
      case "timeline":
        return told(
          page(ENTRIES, entry),
          Object.fromEntries(Array.from({ length: limit }, (_, index) => [`${KINDS[(offset + index) % KINDS.length]}/object-${offset + index}`, `object:${offset + index}`])),
        );
      case "object":
        return told(details(asked.get("kind") ?? "", asked.get("id") ?? ""), { "inference_call/request-3": "request:3" });
      case "object/text":
        return told({ offset, characters: 90_000, text: "and so on\n".repeat(8_000) });
    }
    throw new NoAnswer("no-such-object", `There is no ${name} in this gallery.`);
  }

  changes(): null {
    return null;
  }
}
