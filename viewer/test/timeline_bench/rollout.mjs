// A made-up rollout of any size, as the answers of the viewer's interface; the same every time.

const START = 1_760_000_000_000;
const AGENTS = 12;
const NO_ACCOUNT = Object.fromEntries(
  ["total", "model_alone", "tools_alone", "waiting_alone", "model_and_tools", "model_and_waiting", "tools_and_waiting", "model_tools_and_waiting", "between", "idle", "model", "tools", "waiting", "background"].map((name) => [`${name}_ms`, 0]),
);
const NO_TOKENS = { input_tokens: 0, cached_input_tokens: 0, cache_write_input_tokens: 0, output_tokens: 0, reasoning_output_tokens: 0 };
const USAGE = { requests: 0, requests_without_count: 0, requests_without_price: 0, tokens: NO_TOKENS, cost_usd: null };
const COMPLETED = { status: "completed", unfinished: null, exit_code: null };
const COMMANDS = ["rg --files -g '*.py'", "python -m pytest -q tests/test_log.py", "git diff --stat", "sed -n 1,120p src/reduce/journal.py", "make check"];

/** Numbers from 0 to 1 that are the same every time. */
function* numbers(seed = 7) {
  for (let state = seed; ; ) {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    yield state / 4_294_967_296;
  }
}

/** The answers about a rollout with so many entries, by the endpoint's name. */
export function rolloutOf(count, { isLive = false } = {}) {
  const random = numbers();
  const next = () => random.next().value;
  const perAgent = Math.max(8, Math.floor(count / AGENTS));
  const entries = [];
  const passages = [];
  const terminals = [];
  const agents = [];
  let seq = 0;
  const add = (kind, id, thread, turn, at, duration, what, outcome = COMPLETED) => {
    seq += 1;
    entries.push({
      position: { seq, line: seq },
      at_unix_ms: Math.round(at),
      duration_ms: duration === null ? null : Math.round(duration),
      thread_id: thread,
      codex_turn_id: turn,
      subject: { kind, object_id: id },
      what,
      outcome,
      error: outcome?.status === "failed" ? "exec_command failed: the sandbox does not allow writing to /usr/lib" : null,
      payloads: [],
    });
  };
  for (let agent = 0; agent < AGENTS; agent++) {
    const thread = `thread-${agent}`;
    const path = agent === 0 ? "/root" : agent < 4 ? `/root/worker_${agent}` : `/root/worker_${(agent % 3) + 1}/helper_${agent}`;
    const parent = agent === 0 ? null : agent < 4 ? "thread-0" : `thread-${(agent % 3) + 1}`;
    let at = START + agent * 40_000;
    const agentStart = at;
    const threadEntry = entries.length;
    add("thread", thread, thread, null, at, 0, "agent starts, gpt-5.3-codex", isLive ? { status: "running", unfinished: null, exit_code: null } : COMPLETED);
    let made = 1;
    for (let turn = 0; made < perAgent; turn++) {
      const turnId = `turn-${agent}-${turn}`;
      const turnEntry = entries.length;
      const turnStart = at;
      const isGivenUp = next() < 0.08;
      add("codex_turn", turnId, thread, turnId, at, 0, "“Find out why the log is read twice, and mend it without changing what is printed”");
      made += 1;
      at += 60;
      for (let request = 0; request < 24 && made < perAgent; request++) {
        const asked = 1_500 + next() * 9_000;
        add("inference_call", `request-${agent}-${turn}-${request}`, thread, turnId, at, asked, `gpt-5.3-codex asks for exec_command, “Let me look at how the journal is written first”`, next() < 0.01 ? { status: "failed", unfinished: null, exit_code: null } : COMPLETED);
        made += 1;
        at += asked + 20;
        if (next() < 0.1) {
          add("code_cell", `cell-${agent}-${turn}-${request}`, thread, turnId, at, 9_000, "code const files = await tools.exec_command({ cmd: 'ls' })");
          made += 1;
        }
        const tools = 1 + Math.floor(next() * 4);
        let longest = 0;
        for (let tool = 0; tool < tools; tool++) {
          const lasts = 80 + next() ** 4 * 40_000;
          const dice = next();
          const outcome = dice < 0.04 ? { status: "completed", unfinished: null, exit_code: 1 } : dice < 0.055 ? { status: "failed", unfinished: null, exit_code: null } : isGivenUp && request === 23 ? { status: "running", unfinished: "turn cancelled", exit_code: null } : COMPLETED;
          const id = `tool-${agent}-${turn}-${request}-${tool}`;
          add("tool_call", id, thread, turnId, at + tool * 30, outcome.unfinished === null ? lasts : null, `exec_command ${COMMANDS[Math.floor(next() * COMMANDS.length)]}`, outcome);
          made += 1;
          const started = Math.round(at + tool * 30);
          terminals.push({ terminal_id: `terminal-${id}`, opened_by: { kind: "terminal_operation", object_id: `operation-${id}` }, thread_id: thread, codex_turn_id: turnId, cwd: null, command: "make check", started_at_unix_ms: started, duration_ms: outcome.unfinished === null ? Math.round(lasts) : null, outcome, uses: 1 });
          longest = Math.max(longest, lasts);
          if (agent < 4 && dice > 0.985) {
            const other = 4 + Math.floor(next() * (AGENTS - 4));
            passages.push({ edge_id: `edge-${passages.length}`, kind: "send_message", sender: thread, receiver: `thread-${other}`, source: { kind: "tool_call", object_id: id }, target: { kind: "thread", object_id: `thread-${other}` }, at_unix_ms: Math.round(at), words: "Please look at tests/test_log.py as well.", events: [], payloads: [] });
          }
          if (dice > 0.97) {
            add("terminal_operation", `operation-${id}`, thread, turnId, at + lasts, null, "command ends: make check", COMPLETED);
            made += 1;
          }
        }
        at += longest + 40;
      }
      if (next() < 0.3) {
        add("compaction_request", `shorten-${agent}-${turn}`, thread, turnId, at, 12_000, "gpt-5.3-codex is asked to shorten the history");
        add("compaction", `compaction-${agent}-${turn}`, thread, turnId, at + 12_000, null, "history replaced: 212 items by 14", null);
        made += 2;
        at += 12_100;
      }
      if (next() < 0.2) add("raw_payload", `warning-${agent}-${turn}`, thread, turnId, at, null, "warning: the model was changed in the middle of the turn", null);
      entries[turnEntry].duration_ms = Math.round(at - turnStart);
      if (isGivenUp) entries[turnEntry].outcome = { status: "cancelled", unfinished: null, exit_code: null };
      at += 4_000 + next() * 40_000;
    }
    entries[threadEntry].duration_ms = isLive ? null : Math.round(at - agentStart);
    if (parent !== null) {
      passages.push({ edge_id: `spawn-${agent}`, kind: "spawn_agent", sender: parent, receiver: thread, source: { kind: "thread", object_id: parent }, target: { kind: "thread", object_id: thread }, at_unix_ms: agentStart, words: "Look at the reducer.", events: [], payloads: [] });
      passages.push({ edge_id: `result-${agent}`, kind: "agent_result", sender: thread, receiver: parent, source: { kind: "thread", object_id: thread }, target: { kind: "thread", object_id: parent }, at_unix_ms: Math.round(at), words: "Done.", events: [], payloads: [] });
    }
    agents.push({
      thread_id: thread,
      parent,
      depth: path.split("/").length - 2,
      outcome: COMPLETED,
      started_at_unix_ms: agentStart,
      ended_at_unix_ms: Math.round(at),
      totals: { thread_id: thread, agent_path: path, nickname: agent % 5 === 2 ? "Kepler" : null, models: ["gpt-5.3-codex"], status: "completed", duration_ms: Math.round(at - agentStart), turns: 1, requests: 1, requests_without_usage: 0, tokens: { input: 0, cached_input: 0, output: 0, reasoning_output: 0 }, tool_calls: 1 },
      usage: USAGE,
      account: NO_ACCOUNT,
      activity: { thread_id: thread, agent_path: path, nickname: null, doing: "ended", what: "completed", since_unix_ms: Math.round(at) },
      sent: 0,
      received: 0,
    });
  }
  entries.sort((left, right) => left.at_unix_ms - right.at_unix_ms);
  const end = Math.max(...agents.map((agent) => agent.ended_at_unix_ms));
  agents.sort((left, right) => (left.totals.agent_path < right.totals.agent_path ? -1 : 1));
  const path = entries
    .filter((entry) => entry.thread_id === "thread-0" && entry.subject.kind === "inference_call")
    .map((entry) => ({ thread_id: entry.thread_id, agent_path: "/root", started_at_unix_ms: entry.at_unix_ms, duration_ms: entry.duration_ms, is_idle: false, activity: { work: "model", kind: entry.subject.kind, object_id: entry.subject.object_id, name: "", thread_id: entry.thread_id, codex_turn_id: null, is_nested: false, started_at_unix_ms: entry.at_unix_ms, started_seq: 0, ended_at_unix_ms: entry.at_unix_ms, ended_seq: 0 } }));
  const rollout = {
    key: "0123456789ab", name: "made-up", first_seq: 1, last_seq: seq, events: seq, is_live: false, last_moment_unix_ms: end, default_rejects: false, diagnostics: {}, failures: 0, replacements: 0, usage: USAGE, account: NO_ACCOUNT,
    summary: { trace_id: "t", rollout_id: "r", root_thread_id: "thread-0", schema_version: 1, status: "completed", started_at_unix_ms: START, ended_at_unix_ms: end, duration_ms: end - START, first_user_message: null, last_answer: null, agents: [], turns: {}, requests: {}, requests_without_usage: 0, tokens: { input: 0, cached_input: 0, output: 0, reasoning_output: 0 }, tools: {}, code_cells: {}, terminals: 0, conversation_items: 0, compactions: 0, compaction_requests: {}, edges: {}, payloads: 0 },
  };
  return { rollout, agents, passages, terminals, timeline: entries, "critical-path": path };
}
