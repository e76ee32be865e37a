# ruff: noqa: INP001 - a script, not part of a package
"""The story of one run of a coding agent, written down as a trace bundle.

    python examples/fix_the_build.py [OUT]

writes the bundle `examples/fix-the-build/` anew, or one like it into the folder OUT. Nobody ran this agent: the people,
the library and every word are made up. The form is that of a real recording, schema 1: see how tools start while their
answer is still being written, and how a command outlives the call that started it.

First comes the story, chapter by chapter; below it, how an agent's doings become events and payloads.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from rollout_trace import ids, values
from rollout_trace.events import types as events
from rollout_trace.events.codec import encode_event
from rollout_trace.events.manifest import Manifest

Json = dict[str, Any]
"""An item of a conversation, or a payload: a JSON object."""

BUNDLE = Path(__file__).parent / "fix-the-build"
START = 1_790_000_000_000
MODEL = "gpt-5.5"
PROVIDER = "OpenAI"
FOLDER = "/repo/plaindate"
CELL = ids.RuntimeCellId("1")
COMPLETED = values.ExecutionStatus.COMPLETED

# The story ----------------------------------------------------------------------------------------------------------

INSTRUCTIONS = "You are a coding agent. Work in the repository, use your tools, and say plainly what you did."
SETTING = f"The repository is {FOLDER}. Commands run without asking. Other agents may help you."
WISH = (
    "The build of plaindate has been failing since yesterday. Please find out why, fix it, and have someone review it."
)

FAILED_BUILD = """\
ruff check ........................ ok
pytest ............................ 1 failed, 211 passed

tests/test_french.py::test_every_month
    assert parse("14 juillet 2026") == date(2026, 7, 14)
    got date(2026, 6, 14)

make: *** [check] Error 1
"""

MONTHS_PY = '''\
"""Month names in English, French and German."""

MONTHS = {
    "jan": 1, "feb": 2, "fév": 2, "mar": 3, "mär": 3, "apr": 4, "avr": 4, "may": 5, "mai": 5,
    "jun": 6, "jui": 6, "jul": 7, "aug": 8, "aoû": 8, "sep": 9, "oct": 10, "okt": 10,
    "nov": 11, "dec": 12, "déc": 12, "dez": 12,
}


def month_number(name: str) -> int:
    """The number of the month with this name."""
    return MONTHS[name.lower()[:3]]
'''

FRENCH_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"

PATCH = """\
*** Begin Patch
*** Update File: src/plaindate/months.py
@@
-    "jun": 6, "jui": 6, "jul": 7, "aug": 8, "aoû": 8, "sep": 9, "oct": 10, "okt": 10,
+    "jun": 6, "juin": 6, "jul": 7, "juil": 7, "aug": 8, "aoû": 8, "sep": 9, "oct": 10, "okt": 10,
@@
-    return MONTHS[name.lower()[:3]]
+    key = name.lower()
+    return MONTHS.get(key[:4]) or MONTHS[key[:3]]
*** End Patch
"""

DIFF_HEAD = """\
diff --git a/src/plaindate/months.py b/src/plaindate/months.py
--- a/src/plaindate/months.py
+++ b/src/plaindate/months.py
"""

DIFF = '''\
@@ -4,3 +4,3 @@
     "jan": 1, "feb": 2, "fév": 2, "mar": 3, "mär": 3, "apr": 4, "avr": 4, "may": 5, "mai": 5,
-    "jun": 6, "jui": 6, "jul": 7, "aug": 8, "aoû": 8, "sep": 9, "oct": 10, "okt": 10,
+    "jun": 6, "juin": 6, "jul": 7, "juil": 7, "aug": 8, "aoû": 8, "sep": 9, "oct": 10, "okt": 10,
     "nov": 11, "dec": 12, "déc": 12, "dez": 12,
@@ -11,2 +11,3 @@
     """The number of the month with this name."""
-    return MONTHS[name.lower()[:3]]
+    key = name.lower()
+    return MONTHS.get(key[:4]) or MONTHS[key[:3]]
'''

PRAGMA = '// @exec: {"yield_time_ms": 1500}\n'

PROGRAM = """\
text("Measuring 1,000,000 dates.");
const run = await tools.exec_command({cmd: "python benchmarks/parse.py"});
text(run.output);
"""

TASK = "Please review my change to src/plaindate/months.py: French July was read as June. Look at `git diff`."
QUESTION = "One more thing to check: people also write the short form “juil.”. Does it work?"
VERDICT = "The change is right. “juil.” gives July too, because four letters are looked up first. I have no objections."
REPORT = """\
The build passes again.

The parser looked at the first three letters of a month, and *juin* and *juillet* share them, so French July was read \
as June. It now looks at four letters first. All 212 tests pass on Python 3.11, 3.12 and 3.13, parsing is as fast as \
before, and the reviewer had no objections.
"""


def tell(run: Run) -> None:
    """The whole story, from the wish to the report."""
    root = Agent(run, "/root", [message("developer", SETTING), message("user", WISH)])
    run.record(events.RolloutStarted(trace_id=run.trace_id, root_thread_id=root.thread_id))
    root.begins()
    run.notes("turn_started", {"type": "task_started", "turn_id": root.turn_id, "model_context_window": 16_000})

    the_build_fails(root)
    the_service_is_busy(root)
    the_cause_is_found(root)
    the_code_is_patched(root)
    reviewer, checks = a_reviewer_is_asked_while_all_checks_run(root)
    the_reviewer_looks_at_the_change(reviewer)
    a_question_follows_and_the_checks_pass(root, reviewer, checks)
    the_history_is_compacted(root)
    benchmark = a_program_measures_the_speed(root)
    the_reviewer_agrees(root, reviewer, benchmark)
    the_agent_reports(root)

    run.notes("turn_complete", {"type": "task_complete", "turn_id": root.turn_id, "last_agent_message": REPORT})
    reviewer.ends()
    root.ends()
    run.record(events.RolloutEnded(status=values.RolloutStatus.COMPLETED))


def the_build_fails(root: Agent) -> None:
    """The agent runs the build. The command starts before the answer that asks for it is complete."""
    build = function_call("exec_command", "call_build", cmd="make check")
    root.asks()
    root.begins_command(build, process="2203", after_ms=1_900)
    root.answers(
        reasoning("I should see the failure for myself before I look at any code."),
        message("assistant", "I run the build first.", phase="commentary"),
        build,
        usage=tokens(6_212, cached=5_632, output=118, thought=41),
    )
    root.ends_command(build, exit_code=2, output=FAILED_BUILD, after_ms=4_200)
    root.is_shown(build, root.terminal(build))


def the_service_is_busy(root: Agent) -> None:
    """The model's service refuses the next request. The next chapter begins with the same request again."""
    root.asks()
    root.fails("unexpected status 503 Service Unavailable: the service is busy, please try again in a moment")
    root.run.pause(2_000)


def the_cause_is_found(root: Agent) -> None:
    """One answer, two tools: a command, and a tool of an MCP server that knows calendars."""
    read = function_call("exec_command", "call_read", cmd="cat src/plaindate/months.py")
    names = function_call("month_names", "call_names", namespace="mcp__calendar", language="fr")
    asked = {"server": "calendar", "tool": "month_names", "arguments": {"language": "fr"}}
    found = {"content": [{"type": "text", "text": FRENCH_MONTHS}]}

    root.asks()
    root.begins_command(read, process="2217", after_ms=1_500)
    root.ends_command(read, exit_code=0, output=MONTHS_PY, after_ms=30)
    root.is_shown(read, root.terminal(read))
    root.starts(names)
    root.begins_work(names, turn_id=root.turn_id, invocation=asked)
    mcp_call = ids.McpCallId(root.run.id_of("MCP call"))
    root.run.record(events.McpToolCallCorrelationAssigned(tool_call_id=tool_id(names), mcp_call_id=mcp_call))
    root.answers(
        reasoning("July came out as June. I need the lookup of month names, and all French names beside it."),
        read,
        names,
        usage=tokens(6_498, cached=6_144, output=131, thought=52),
    )
    known = {"call_id": "call_names", "turn_id": root.turn_id, "invocation": asked}
    root.ends_work(names, {**known, "duration": duration(1_112), "result": {"Ok": found}})
    root.is_shown(names, f"Wall time: 1.1120 seconds\nOutput:\n{FRENCH_MONTHS}")


def the_code_is_patched(root: Agent) -> None:
    """The agent changes how a month is looked up."""
    patch = custom_call("apply_patch", "call_patch", PATCH)
    changes = {f"{FOLDER}/src/plaindate/months.py": {"type": "update", "unified_diff": DIFF, "move_path": None}}
    done = "Success. Updated the following files:\nM src/plaindate/months.py\n"

    root.asks()
    root.starts(patch, after_ms=3_400)
    root.begins_work(patch, turn_id=root.turn_id, auto_approved=True, changes=changes)
    root.answers(
        reasoning("juin and juillet share their first three letters. Four letters tell them apart."),
        message("assistant", "Three letters are too few for French. I look up four letters first.", phase="commentary"),
        patch,
        usage=tokens(7_204, cached=6_400, output=342, thought=96),
    )
    outcome = {"stdout": done, "stderr": "", "success": True, "changes": changes, "status": "completed"}
    root.ends_work(patch, {"call_id": "call_patch", "turn_id": root.turn_id, **outcome})
    root.is_shown(patch, f"Exit code: 0\nWall time: 0 seconds\nOutput:\n{done}")


def a_reviewer_is_asked_while_all_checks_run(root: Agent) -> tuple[Agent, Json]:
    """A child agent is spawned, and a long command is started."""
    spawn = function_call("spawn_agent", "call_spawn", namespace="collaboration", task_name="reviewer", message=TASK)
    checks = function_call("exec_command", "call_checks", cmd="make check-all", yield_time_ms=5_000)
    reviewer = Agent(root.run, "/root/reviewer", [message("developer", SETTING)], parent=root)

    root.asks()
    root.starts(spawn, after_ms=1_700)
    reviewer.begins()
    reviewer.news.append(agent_message(root, reviewer, "NEW_TASK", secret=TASK))
    root.acts_on(reviewer, spawn, "started")
    root.is_shown(spawn, '{"task_name":"/root/reviewer"}')
    root.begins_command(checks, process="2231", after_ms=250)
    root.answers(spawn, checks, usage=tokens(7_806, cached=7_168, output=203, thought=0))
    return reviewer, checks


def the_reviewer_looks_at_the_change(reviewer: Agent) -> None:
    """The child has a turn, a conversation and commands of its own."""
    look = function_call("exec_command", "call_diff", cmd="git diff")
    reviewer.asks()
    reviewer.begins_command(look, process="2240", after_ms=1_300)
    reviewer.ends_command(look, exit_code=0, output=DIFF_HEAD + DIFF, after_ms=20)
    reviewer.is_shown(look, reviewer.terminal(look))
    reviewer.answers(look, usage=tokens(5_930, cached=5_632, output=38, thought=0))


def a_question_follows_and_the_checks_pass(root: Agent, reviewer: Agent, checks: Json) -> None:
    """The long command returns while it still runs, as session 2231, and is polled. The child gets a message."""
    first, last = "3.11: 212 passed\n3.12: 212 passed\n", "3.13: 212 passed\nAll checks passed.\n"
    to_reviewer = {"namespace": "collaboration", "target": "/root/reviewer"}
    ask = function_call("send_message", "call_ask", **to_reviewer, message=QUESTION)
    poll = function_call("write_stdin", "call_poll", session_id=2231, chars="", yield_time_ms=10_000)

    root.run.pause(1_500)
    root.is_shown(checks, root.terminal(checks, first))
    root.asks()
    root.starts(ask, after_ms=1_200)
    root.acts_on(reviewer, ask, "interacted")
    reviewer.news.append(agent_message(root, reviewer, "MESSAGE", secret=QUESTION))
    root.is_shown(ask, "")
    root.starts(poll)
    root.answers(ask, poll, usage=tokens(8_310, cached=7_680, output=127, thought=0))
    reviewer.asks()
    root.ends_command(checks, exit_code=0, output=first + last, after_ms=3_800)
    root.is_shown(poll, root.terminal(checks, last))


def the_history_is_compacted(root: Agent) -> None:
    """The history is getting long: the model's own, encrypted summary takes the place of most of it."""
    run, compaction = root.run, ids.CompactionId(root.run.id_of("compaction"))
    request = ids.CompactionRequestId("compaction_request:1")
    before = root.what_the_model_will_see()
    summary = {"type": "compaction", "id": "cmp_001", "encrypted_content": opaque("summary")}
    after = [*(item for item in before if item.get("role") in {"developer", "user"}), summary]

    asked: Json = {"model": MODEL, "instructions": INSTRUCTIONS, "input": [*before, {"type": "compaction_trigger"}]}
    root.record(
        events.CompactionRequestStarted(
            compaction_id=compaction,
            compaction_request_id=request,
            thread_id=root.thread_id,
            codex_turn_id=root.turn_id,
            model=MODEL,
            provider_name=PROVIDER,
            request_payload=run.payload("compaction_request", asked),
        )
    )
    run.pause(2_100)
    root.record(
        events.CompactionRequestCompleted(
            compaction_id=compaction,
            compaction_request_id=request,
            response_payload=run.payload("compaction_response", {"output_items": [summary]}),
        )
    )
    histories: Json = {"input_history": before, "replacement_history": after}
    checkpoint = run.payload("compaction_checkpoint", histories)
    root.record(events.CompactionInstalled(compaction_id=compaction, checkpoint_payload=checkpoint))
    root.history = after


def a_program_measures_the_speed(root: Agent) -> Json:
    """The model writes a program for its `exec` tool. It calls another tool, and yields before that is done."""
    measure = custom_call("exec", "call_measure", PRAGMA + PROGRAM)
    benchmark = function_call("exec_command", "exec-" + root.run.id_of("benchmark"), cmd="python benchmarks/parse.py")
    call = ids.CallId("call_measure")

    root.asks()
    root.run.pause(2_300)
    root.record(events.CodeCellStarted(runtime_cell_id=CELL, model_visible_call_id=call, source_js=PROGRAM))
    root.begins_command(benchmark, process="2268", cell=CELL)
    root.answers(
        message("assistant", "The checks pass. I measure that parsing has not become slower.", phase="commentary"),
        measure,
        usage=tokens(6_402, cached=5_632, output=164, thought=31),
    )
    root.run.pause(480)
    said = [text("Measuring 1,000,000 dates.")]
    response = {"response": {"Yielded": {"cell_id": CELL, "content_items": said}}}
    ref = root.run.payload("tool_result", response)
    yielded = values.CellStatus.YIELDED
    root.record(events.CodeCellInitialResponse(runtime_cell_id=CELL, status=yielded, response_payload=ref))
    shown = [text("Script running with cell ID 1\nWall time 1.6 seconds\nOutput:\n"), *said]
    root.news.append({"type": "custom_tool_call_output", "call_id": call, "output": shown})
    return benchmark


def the_reviewer_agrees(root: Agent, reviewer: Agent, benchmark: Json) -> None:
    """While the root waits for its program, the child ends its turn, and its result goes to the root."""
    wait = function_call("wait", "call_wait", cell_id=CELL, yield_time_ms=10_000)
    root.asks()
    root.starts(wait, after_ms=900)
    root.answers(wait, usage=tokens(6_611, cached=6_400, output=29, thought=0))

    reviewer.answers(
        reasoning("Four letters cover “juil.” as well."),
        message("assistant", VERDICT, phase="final_answer"),
        usage=tokens(6_604, cached=5_888, output=97, thought=35),
    )
    reviewer.ends_turn()
    result = agent_message(reviewer, root, "FINAL_ANSWER", payload=VERDICT)
    reviewer.reports(result["content"][0]["text"], VERDICT, to=root)

    measured = "1,000,000 dates in 4.1 s (before the change: 4.1 s)\n"
    root.ends_command(benchmark, exit_code=0, output=measured, after_ms=700)
    root.gives_to_cell(benchmark)
    said = [text(measured)]
    response = {"response": {"Result": {"cell_id": CELL, "content_items": said, "error_text": None}}}
    ref = root.run.payload("tool_result", response)
    done = values.CellStatus.COMPLETED
    root.record(events.CodeCellEnded(runtime_cell_id=CELL, status=done, response_payload=ref))
    root.is_shown(wait, [text("Script completed\nWall time 2.9 seconds\nOutput:\n"), *said])
    root.news.append(result)


def the_agent_reports(root: Agent) -> None:
    """The last request shows the model what its program printed and what the reviewer wrote."""
    root.asks()
    report = message("assistant", REPORT, phase="final_answer")
    root.answers(report, usage=tokens(6_840, cached=6_528, output=148, thought=24))
    root.ends_turn()


# Items of a conversation --------------------------------------------------------------------------------------------

ID_PREFIXES = {
    "message": "msg",
    "reasoning": "rs",
    "agent_message": "amsg",
    "function_call": "fc",
    "function_call_output": "fco",
    "custom_tool_call": "ctc",
    "custom_tool_call_output": "ctco",
}


def text(words: str) -> Json:
    """Words for the model."""
    return {"type": "input_text", "text": words}


def message(role: str, words: str, **fields: str) -> Json:
    """Somebody says something; `phase` tells an answer from talk on the way to it."""
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": words}], **fields}


def reasoning(summary: str) -> Json:
    """The model thinks; only a summary of it is readable."""
    parts = [{"type": "summary_text", "text": summary}]
    return {"type": "reasoning", "summary": parts, "content": None, "encrypted_content": opaque(summary)}


def function_call(name: str, call_id: str, *, namespace: str | None = None, **arguments: str | int) -> Json:
    """The model calls a tool with arguments, which are JSON in a text."""
    home = {} if namespace is None else {"namespace": namespace}
    written = json.dumps(arguments, ensure_ascii=False)
    return {"type": "function_call", "name": name, **home, "arguments": written, "call_id": call_id}


def custom_call(name: str, call_id: str, words: str) -> Json:
    """The model calls a tool that takes plain text: a patch, a program."""
    return {"type": "custom_tool_call", "call_id": call_id, "name": name, "input": words}


def agent_message(author: Agent, recipient: Agent, kind: str, *, payload: str = "", secret: str = "") -> Json:
    """One agent's words to another. What a model wrote to a child travels in a part of its own."""
    head = f"Message Type: {kind}\nTask name: {recipient.path}\nSender: {author.path}\nPayload:\n{payload}"
    body = [{"type": "encrypted_content", "encrypted_content": secret}] if secret else []
    return {"type": "agent_message", "author": author.path, "recipient": recipient.path, "content": [text(head), *body]}


def tokens(request: int, *, cached: int, output: int, thought: int) -> Json:
    """What a request cost; `cached` is a part of `request`, `thought` a part of `output`."""
    return {
        "input_tokens": request,
        "cached_input_tokens": cached,
        "cache_write_input_tokens": 0,
        "output_tokens": output,
        "reasoning_output_tokens": thought,
        "total_tokens": request + output,
    }


# What an agent does, as events --------------------------------------------------------------------------------------

TOOLS: dict[str, tuple[values.AnyToolKind, str]] = {
    "exec_command": (values.ExecCommand(), "Run a command in a terminal."),
    "write_stdin": (values.WriteStdin(), "Write to a command that still runs, or look at it."),
    "apply_patch": (values.ApplyPatch(), "Change files."),
    "spawn_agent": (values.SpawnAgent(), "Ask a new agent to do something."),
    "send_message": (values.SendMessage(), "Tell another agent something."),
    "exec": (values.Other("exec"), "Run a JavaScript program that may call the other tools."),
    "wait": (values.Other("wait"), "Wait for a program that still runs."),
    "month_names": (values.Other("month_names"), "The names of the months in a language."),
}


@dataclass
class Command:
    """A command at work, or done."""

    call: Json
    process: str
    began_at: int
    output: str = ""
    exit_code: int | None = None


class Agent:
    """One agent: what its model has been shown, and the events that it leaves."""

    def __init__(self, run: Run, path: str, history: list[Json], parent: Agent | None = None) -> None:
        self.run = run
        self.path = ids.AgentPath(path)
        self.parent = parent
        self.thread_id = ids.ThreadId(run.id_of(f"thread {path}"))
        self.turn_id = ids.CodexTurnId(run.id_of(f"turn of {path}"))
        self.history = [run.identified(item) for item in history]
        self.news: list[Json] = []
        """What the model will be shown next: outputs of its tools, messages of other agents."""
        self.commands: dict[str, Command] = {}
        self.request = ids.InferenceCallId("")
        """The request that was sent last."""

    def record(self, event: events.Event) -> None:
        """Record an event of this agent's turn."""
        self.run.record(event, self)

    # Thread and turn.

    def begins(self) -> None:
        """The thread starts, with what the session is made of; the turn with it."""
        metadata: Json = {
            "thread_id": self.thread_id,
            "agent_path": self.path,
            "task_name": None,
            "nickname": None,
            "agent_role": None,
            "session_source": "exec",
            "cwd": FOLDER,
            "rollout_path": None,
            "model": MODEL,
            "provider_name": PROVIDER,
            "approval_policy": "never",
            "sandbox_policy": "DangerFullAccess",
        }
        if self.parent:
            origin = {"parent_thread_id": self.parent.thread_id, "depth": 1, "agent_path": self.path}
            spawn = {**origin, "agent_nickname": "Ada", "agent_role": None}
            named = {"task_name": self.path.rsplit("/", maxsplit=1)[-1], "nickname": "Ada"}
            metadata |= {**named, "session_source": {"subagent": {"thread_spawn": spawn}}}
        ref = self.run.payload("session_metadata", metadata)
        self.run.record(events.ThreadStarted(thread_id=self.thread_id, agent_path=self.path, metadata_payload=ref))
        self.record(events.CodexTurnStarted(codex_turn_id=self.turn_id, thread_id=self.thread_id))

    def ends_turn(self) -> None:
        """The agent has done what it was asked."""
        self.record(events.CodexTurnEnded(codex_turn_id=self.turn_id, status=COMPLETED))

    def ends(self) -> None:
        """The thread ends."""
        self.run.record(events.ThreadEnded(thread_id=self.thread_id, status=values.RolloutStatus.COMPLETED))

    # Talk with the model.

    def what_the_model_will_see(self) -> list[Json]:
        """The history, and what is new."""
        self.history = self.history + [self.run.identified(item) for item in self.news]
        self.news = []
        return self.history

    def asks(self) -> None:
        """A request with the whole history goes to the model."""
        body: Json = {
            "model": MODEL,
            "instructions": INSTRUCTIONS,
            "input": self.what_the_model_will_see(),
            "tools": [{"type": "function", "name": name, "description": what} for name, (_, what) in TOOLS.items()],
            "tool_choice": "auto",
            "parallel_tool_calls": True,
            "reasoning": {"effort": "medium", "summary": "auto"},
            "store": False,
            "stream": True,
            "include": ["reasoning.encrypted_content"],
            "prompt_cache_key": self.run.rollout_id,
        }
        self.request = ids.InferenceCallId(self.run.id_of(f"request {self.run.seq}"))
        self.record(
            events.InferenceStarted(
                inference_call_id=self.request,
                thread_id=self.thread_id,
                codex_turn_id=self.turn_id,
                model=MODEL,
                provider_name=PROVIDER,
                request_payload=self.run.payload("inference_request", body),
            )
        )

    def answers(self, *items: Json, usage: Json) -> None:
        """The model's answer is complete."""
        self.run.pause(1_100)
        answer = [self.run.identified(item) for item in items]
        self.history = self.history + answer
        response, upstream = f"resp_{self.run.seq:03}", f"req_{self.run.seq:03}"
        names = {"response_id": response, "upstream_request_id": upstream}
        body: Json = {**names, "token_usage": usage, "output_items": answer}
        self.record(
            events.InferenceCompleted(
                inference_call_id=self.request,
                response_id=ids.ResponseId(response),
                upstream_request_id=upstream,
                response_payload=self.run.payload("inference_response", body),
            )
        )

    def fails(self, error: str) -> None:
        """There is no answer."""
        self.run.pause(800)
        upstream = f"req_{self.run.seq:03}"
        self.record(events.InferenceFailed(inference_call_id=self.request, upstream_request_id=upstream, error=error))

    # Tools.

    def starts(self, call: Json, *, after_ms: int = 0, cell: ids.RuntimeCellId | None = None) -> None:
        """A tool is dispatched, for the model or for a program that the model wrote."""
        self.run.pause(after_ms)
        name, namespace = call["name"], call.get("namespace")
        asked: str = call.get("arguments") or call["input"]
        payload = {"type": "custom", "input": asked}
        if call["type"] == "function_call":
            payload = {"type": "function", "arguments": asked}
        invocation: Json = {"tool_name": name, "tool_namespace": namespace, "payload": payload}
        self.record(
            events.ToolCallStarted(
                tool_call_id=tool_id(call),
                model_visible_call_id=None if cell else ids.CallId(call["call_id"]),
                code_mode_runtime_tool_id="tool-1" if cell else None,
                requester=events.CodeCellRequester(cell) if cell else events.ModelRequester(),
                kind=TOOLS[name][0],
                summary=values.GenericSummary(f"{namespace}.{name}" if namespace else name, preview(asked)),
                invocation_payload=self.run.payload("tool_invocation", invocation),
            )
        )

    def begins_work(self, call: Json, **facts: object) -> None:
        """The work behind a tool call begins."""
        ref = self.run.payload("tool_runtime_event", {"call_id": call["call_id"], **facts})
        self.record(events.ToolCallRuntimeStarted(tool_call_id=tool_id(call), runtime_payload=ref))

    def ends_work(self, call: Json, facts: Json, status: values.ExecutionStatus = COMPLETED) -> None:
        """The work behind a tool call ends."""
        ref = self.run.payload("tool_runtime_event", facts)
        self.record(events.ToolCallRuntimeEnded(tool_call_id=tool_id(call), status=status, runtime_payload=ref))

    def is_shown(self, call: Json, output: str | list[Json]) -> None:
        """A tool call ends with what the model will see of it."""
        item: Json = {"type": f"{call['type']}_output", "call_id": call["call_id"], "output": output}
        self.news.append(item)
        self.ends_call(call, {"type": "direct_response", "response_item": item})

    def ends_call(self, call: Json, result: Json) -> None:
        """A tool call ends."""
        ref = self.run.payload("tool_result", result)
        self.record(events.ToolCallEnded(tool_call_id=tool_id(call), status=COMPLETED, result_payload=ref))

    # Commands and programs.

    def begins_command(
        self, call: Json, *, process: str, after_ms: int = 0, cell: ids.RuntimeCellId | None = None
    ) -> None:
        """A command is asked for, and starts."""
        self.starts(call, after_ms=after_ms, cell=cell)
        command = Command(call, process, self.run.clock)
        self.commands[call["call_id"]] = command
        self.begins_work(call, **self.process(command, started_at_ms=command.began_at))

    def ends_command(self, call: Json, *, exit_code: int, output: str, after_ms: int) -> None:
        """A command ends."""
        self.run.pause(after_ms)
        command = self.commands[call["call_id"]]
        command.output, command.exit_code = output, exit_code
        status = values.ExecutionStatus.FAILED if exit_code else COMPLETED
        facts: Json = {
            "call_id": call["call_id"],
            **self.process(command, completed_at_ms=self.run.clock),
            "stdout": output,
            "stderr": "",
            "aggregated_output": output,
            "exit_code": exit_code,
            "duration": duration(self.run.clock - command.began_at),
            "formatted_output": output,
            "status": status.value,
        }
        self.ends_work(call, facts, status)

    def process(self, command: Command, **moment: int) -> Json:
        """Which command runs where, since or until when."""
        line = json.loads(command.call["arguments"])["cmd"]
        return {
            "process_id": command.process,
            "turn_id": self.turn_id,
            **moment,
            "command": ["/bin/bash", "-lc", line],
            "cwd": FOLDER,
            "parsed_cmd": [{"type": "unknown", "cmd": line}],
            "source": "unified_exec_startup",
        }

    def terminal(self, call: Json, output: str | None = None) -> str:
        """What a model is told of a command: how it stands, and its output (or the part that came last)."""
        command = self.commands[call["call_id"]]
        words = command.output if output is None else output
        ended = command.exit_code is not None
        state = f"exited with code {command.exit_code}" if ended else f"running with session ID {command.process}"
        return (
            f"Chunk ID: {chunk_id(words)}\n"
            f"Wall time: {(self.run.clock - command.began_at) / 1000:.4f} seconds\n"
            f"Process {state}\n"
            f"Original token count: {len(words) // 4}\n"
            f"Output:\n{words}"
        )

    def gives_to_cell(self, call: Json) -> None:
        """A command that a program asked for ends with a value for it."""
        command = self.commands[call["call_id"]]
        value: Json = {
            "chunk_id": chunk_id(command.output),
            "wall_time_seconds": (self.run.clock - command.began_at) / 1000,
            "exit_code": command.exit_code,
            "original_token_count": len(command.output) // 4,
            "output": command.output,
        }
        self.ends_call(call, {"type": "code_mode_response", "value": value})

    # Other agents.

    def acts_on(self, other: Agent, call: Json, kind: str) -> None:
        """A tool call has reached another agent."""
        moment: Json = {"event_id": call["call_id"], "occurred_at_ms": self.run.clock}
        self.ends_work(call, {**moment, "agent_thread_id": other.thread_id, "agent_path": other.path, "kind": kind})

    def reports(self, words: str, result: str, *, to: Agent) -> None:
        """The result of this agent's turn goes to its parent."""
        body: Json = {"child_agent_path": self.path, "message": words, "status": {"completed": result}}
        self.record(
            events.AgentResultObserved(
                edge_id=ids.EdgeId(f"edge:agent_result:{self.thread_id}:{self.turn_id}:{to.thread_id}"),
                child_thread_id=self.thread_id,
                child_codex_turn_id=self.turn_id,
                parent_thread_id=to.thread_id,
                message=words,
                carried_payload=self.run.payload("agent_result", body),
            )
        )


# The bundle on disk -------------------------------------------------------------------------------------------------


class Run:
    """A bundle that is being written, with a clock that only the story moves."""

    def __init__(self, folder: Path, story: str = "") -> None:
        self.folder = folder
        self.story = story
        self.clock = START
        self.seq = self.payloads = self.items = 0
        self.trace_id = ids.TraceId(self.id_of("trace"))
        self.rollout_id = ids.RolloutId(self.id_of("thread /root"))
        (folder / "payloads").mkdir(parents=True, exist_ok=True)
        for old in (folder / "payloads").glob("*.json"):
            old.unlink()
        (folder / "trace.jsonl").write_bytes(b"")
        manifest = Manifest(
            schema_version=1,
            trace_id=self.trace_id,
            rollout_id=self.rollout_id,
            root_thread_id=ids.ThreadId(self.rollout_id),
            started_at_unix_ms=START,
            raw_event_log="trace.jsonl",
            payloads_dir="payloads",
        )
        write_json(folder / "manifest.json", msgspec.to_builtins(manifest))

    def id_of(self, name: str) -> str:
        """The id of what this story calls by this name: always the same, and another in another story."""
        return id_of(self.story + name)

    def pause(self, milliseconds: int) -> None:
        """Time goes by."""
        self.clock += milliseconds

    def record(self, event: events.Event, agent: Agent | None = None) -> None:
        """Append an event; one of an agent's turn says so in its envelope."""
        self.seq += 1
        line = encode_event(
            events.TraceEvent(
                schema_version=1,
                seq=self.seq,
                wall_time_unix_ms=self.clock,
                rollout_id=self.rollout_id,
                thread_id=agent.thread_id if agent else None,
                codex_turn_id=agent.turn_id if agent else None,
                payload=event,
            )
        )
        with (self.folder / "trace.jsonl").open("ab") as log:
            log.write(line + b"\n")
        self.pause(4)

    def payload(self, kind: str, content: Json) -> values.PayloadRef:
        """Write a payload, before the event that refers to it."""
        self.payloads += 1
        path = f"payloads/{self.payloads}.json"
        write_json(self.folder / path, content)
        name = ids.RawPayloadId(f"raw_payload:{self.payloads}")
        return values.PayloadRef(name, values.PayloadKind(values.PayloadKindName(kind)), path)

    def notes(self, event_type: str, content: Json) -> None:
        """Keep an event of the program's own protocol."""
        ref = self.payload("protocol_event", content)
        self.record(events.ProtocolEventObserved(event_type=event_type, event_payload=ref))

    def identified(self, item: Json) -> Json:
        """An item with the id that it keeps however often it is sent."""
        self.items += 1
        return {"type": item["type"], "id": f"{ID_PREFIXES[item['type']]}_{self.items:03}", **item}


def write_json(path: Path, content: Json) -> None:
    """Write a document as recorders do: two spaces, no escapes, no line feed at the end."""
    path.write_bytes(json.dumps(content, indent=2, ensure_ascii=False).encode())


def id_of(name: str) -> str:
    """The id of what the story calls by this name: always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def tool_id(call: Json) -> ids.ToolCallId:
    """The runtime calls a tool call as the model does."""
    return ids.ToolCallId(call["call_id"])


def opaque(words: str) -> str:
    """Something that looks encrypted."""
    return base64.b64encode(hashlib.sha256(words.encode()).digest()).decode()


def chunk_id(words: str) -> str:
    """The mark of a piece of output."""
    return id_of(words)[:6]


def duration(milliseconds: int) -> Json:
    """How long something took."""
    seconds, rest = divmod(milliseconds, 1_000)
    return {"secs": seconds, "nanos": rest * 1_000_000}


def preview(words: str, longest: int = 160) -> str:
    """The beginning of what a tool was asked."""
    return words if len(words) <= longest else words[:longest] + "..."


if __name__ == "__main__":
    tell(Run(Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLE))
