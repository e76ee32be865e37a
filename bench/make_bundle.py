"""Make one large, realistic trace bundle for measuring; the same options make the same bytes.

It writes the wire format by hand, with the standard library alone, so that no fault of the project's own code can hide
here: a bundle of schema 1 as Codex 0.160.0 wrote them, or of schema 2 as 0.169.0 does.
"""

import argparse
import base64
import json
import random
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VOCABULARY = (
    "the of reducer trace thread inference request payload tool call output error line file path "
    "src test build cargo python import return value none some edge item state replay café naïve 漢字 snapshot"
)
WORDS = VOCABULARY.split()
LONGEST_PREVIEW = 160
CHANCE_OF_A_NEW_LINE = 0.08
BEGINNING_OF_TIME = 1_770_000_000_000

Item = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """What the recorded session was like."""

    schema: int = 1
    turns: int = 20
    """Turns of the root thread."""
    calls: int = 15
    """Requests in each turn; all but the last lead to a command."""
    output_characters: int = 1500
    """About how long the output of a command is."""
    requests: str = "full"
    """`full`: each request repeats the whole history. `delta`: it has what is new, and names the last answer."""
    compact_at: int = 0
    """A history that is longer (characters of JSON) at the end of a turn is compacted; 0 for never."""
    agents: int = 0
    """Child threads; each of the first turns of the root spawns one."""
    agent_turns: int | None = None
    """Turns of a child; by default an eighth of the root's."""
    seed: int = 1


class Recording:
    """The files of a bundle, as they are written."""

    def __init__(self, folder: Path, root_thread: str, options: Options) -> None:
        self._folder = folder
        self._schema = options.schema
        self._rollout = root_thread
        self._passing = random.Random(options.seed)
        self._payloads = 0
        self.seq = 0
        self.time = BEGINNING_OF_TIME
        (folder / "payloads").mkdir(parents=True, exist_ok=True)
        trace_id = str(uuid.UUID(int=self._passing.getrandbits(128), version=4))
        manifest = {
            "schema_version": options.schema,
            "trace_id": trace_id,
            "rollout_id": root_thread,
            "root_thread_id": root_thread,
            "started_at_unix_ms": self.time,
            "raw_event_log": "trace.jsonl",
            "payloads_dir": "payloads",
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2))
        self._log = (folder / "trace.jsonl").open("w", encoding="utf-8")
        self.event(None, None, "rollout_started", trace_id=trace_id, root_thread_id=root_thread)

    def payload(self, kind: str, value: object) -> dict[str, Any]:
        """Write a payload; returns the reference to it."""
        self._payloads += 1
        path = f"payloads/{self._payloads}.json"
        (self._folder / path).write_text(json.dumps(value, indent=2, ensure_ascii=False), encoding="utf-8")
        return {"raw_payload_id": f"raw_payload:{self._payloads}", "kind": {"type": kind}, "path": path}

    def event(self, thread: str | None, turn: str | None, event_type: str, **fields: object) -> None:
        """Write a line of the log; the clock goes on."""
        self.seq += 1
        self.time += self._passing.randint(1, 400)
        envelope = {
            "schema_version": self._schema,
            "seq": self.seq,
            "wall_time_unix_ms": self.time,
            "rollout_id": self._rollout,
            "thread_id": thread,
            "codex_turn_id": turn,
            "payload": {"type": event_type, **fields},
        }
        self._log.write(json.dumps(envelope, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """End the log."""
        self._log.close()


class Imagination:
    """What is said in a session: random words, and ids."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._naming = random.Random(seed)

    def word(self) -> str:
        """One word."""
        return self._random.choice(WORDS)

    def text(self, characters: int) -> str:
        """Words that are about so long together."""
        words = []
        size = 0
        while size < characters:
            word = self._random.choice(WORDS)
            words.append(word if self._random.random() > CHANCE_OF_A_NEW_LINE else word + "\n")
            size += len(word) + 1
        return " ".join(words)

    def output(self, characters: int) -> str:
        """What a command prints: mostly about so much, sometimes far more."""
        return self.text(int(self._random.lognormvariate(0, 0.8) * characters))

    def encrypted(self, size: int) -> str:
        """What nobody can read, of so many bytes."""
        return base64.b64encode(self._random.randbytes(size)).decode()

    def thread_id(self) -> str:
        """The id of a thread."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def item_id(self, prefix: str) -> str:
        """The id of an item, which only items of schema 2 have."""
        return f"{prefix}_{uuid.UUID(int=self._naming.getrandbits(128), version=4)}"


class Thread:
    """One agent at work, from its first request to its last."""

    def __init__(
        self, recording: Recording, imagination: Imagination, options: Options, thread_id: str, agent_path: str
    ) -> None:
        self._recording = recording
        self._imagination = imagination
        self._options = options
        self._has_item_ids = options.schema > 1
        self._id = thread_id
        self._path = agent_path
        self._last_response: str | None = None
        self._new: list[Item] = []
        """What the last answer has not seen."""
        self._history: list[Item] = []
        for role, characters in (("developer", 6000), ("user", 1500)):
            self._history.append(self._message(role, imagination.text(characters)))

    def run(self, turns: int, agents: int) -> None:
        """Work for so many turns; each of the first ones spawns an agent."""
        for number in range(turns):
            self._turn(number)
            if self._options.compact_at and len(json.dumps(self._history)) > self._options.compact_at:
                self._compact(number)
            if number < agents:
                self._spawn(f"worker_{number}")

    def _event(self, turn: str, event_type: str, **fields: object) -> None:
        self._recording.event(self._id, turn, event_type, **fields)

    def _message(self, role: str, text: str, **more: object) -> Item:
        part = "output_text" if role == "assistant" else "input_text"
        message = {"type": "message", "role": role, "content": [{"type": part, "text": text}], **more}
        return self._named(message, "msg")

    def _named(self, item: Item, prefix: str) -> Item:
        return {**item, "id": self._imagination.item_id(prefix)} if self._has_item_ids else item

    def _accept(self, turn: str, item: Item) -> None:
        if self._has_item_ids:
            self._event(turn, "history_item_accepted", item_id=item["id"])

    def _add(self, turn: str, item: Item) -> None:
        """Take an item of the runtime into the history."""
        self._accept(turn, item)
        self._history.append(item)
        self._new.append(item)

    def _turn(self, number: int) -> None:
        turn = f"{self._id}-turn-{number}"
        self._event(turn, "codex_turn_started", codex_turn_id=turn, thread_id=self._id)
        if number == 0:
            for item in self._history:
                self._accept(turn, item)
        self._add(turn, self._message("user", self._imagination.text(300)))
        for call in range(self._options.calls):
            inference = f"inf-{self._id}-{number}-{call}"
            call_id = f"call_{self._id}_{number}_{call}"
            self._ask(turn, inference)
            is_final = call == self._options.calls - 1
            command = self._answer(turn, inference, call_id, is_final=is_final)
            if not is_final:
                self._run_command(turn, call_id, command)
        self._event(turn, "codex_turn_ended", codex_turn_id=turn, status="completed")

    def _ask(self, turn: str, inference: str) -> None:
        """Send a request to the model."""
        request: dict[str, Any]
        if self._options.requests == "delta" and self._last_response is not None:
            request = {
                "type": "response.create",
                "model": "gpt-5.5",
                "previous_response_id": self._last_response,
                "input": self._new,
                "tools": [],
                "stream": True,
            }
        else:
            request = {
                "model": "gpt-5.5",
                "instructions": self._imagination.text(200),
                "input": self._history,
                "tools": [{"type": "function", "name": "exec_command", "parameters": {}}],
                "stream": True,
            }
            if self._has_item_ids:  # there the instructions are the first item of the input
                del request["instructions"]
        self._event(
            turn,
            "inference_started",
            inference_call_id=inference,
            thread_id=self._id,
            codex_turn_id=turn,
            model="gpt-5.5",
            provider_name="openai",
            request_payload=self._recording.payload("inference_request", request),
        )

    def _answer(self, turn: str, inference: str, call_id: str, *, is_final: bool) -> dict[str, Any]:
        """Receive the answer of the model; returns the arguments of the command that it asks for."""
        reasoning = {
            "type": "reasoning",
            "id": f"rs_{inference}",
            "summary": [{"type": "summary_text", "text": self._imagination.text(200)}],
            "encrypted_content": self._imagination.encrypted(1200),
        }
        command = {"cmd": f"rg -n {self._imagination.word()}", "workdir": "/repo", "yield_time_ms": 1000}
        call = {
            "type": "function_call",
            "name": "exec_command",
            "arguments": json.dumps(command),
            "call_id": call_id,
        }
        if is_final:
            said = self._message("assistant", self._imagination.text(800), phase="final_answer")
        else:
            said = self._named(call, "fc")
        tokens = len(self._history) * 300
        usage = {
            "input_tokens": tokens,
            "cached_input_tokens": len(self._history) * 250,
            "cache_write_input_tokens": 0,
            "output_tokens": 250,
            "reasoning_output_tokens": 90,
            "total_tokens": tokens + 250,
        }
        answer = {
            "response_id": f"resp_{inference}",
            "upstream_request_id": f"req_{inference}",
            "token_usage": usage,
            "output_items": [reasoning, said],
        }
        self._event(
            turn,
            "inference_completed",
            inference_call_id=inference,
            response_id=f"resp_{inference}",
            upstream_request_id=f"req_{inference}",
            response_payload=self._recording.payload("inference_response", answer),
        )
        self._accept(turn, reasoning)
        self._accept(turn, said)
        self._last_response = f"resp_{inference}"
        self._new = []
        self._history += [{**reasoning, "content": None}, said]  # as it is sent again
        return command

    def _run_command(self, turn: str, call_id: str, command: dict[str, Any]) -> None:
        """Have a command run, and take its output into the history."""
        arguments = json.dumps(command)
        kind = {"type": "exec_command"}
        invocation = {
            "tool_name": "exec_command",
            "tool_namespace": None,
            "payload": {"type": "function", "arguments": arguments},
        }
        self._event(
            turn,
            "tool_call_started",
            tool_call_id=call_id,
            model_visible_call_id=call_id,
            code_mode_runtime_tool_id=None,
            requester={"type": "model"},
            kind=kind,
            summary={
                "type": "generic",
                "label": "exec_command",
                "input_preview": arguments[:LONGEST_PREVIEW],
                "output_preview": None,
            },
            invocation_payload=self._recording.payload("tool_invocation", invocation),
        )
        output = self._imagination.output(self._options.output_characters)
        process = {
            "call_id": call_id,
            "process_id": str(1000 + self._recording.seq),
            "turn_id": turn,
            "command": ["bash", "-lc", command["cmd"]],
            "cwd": "/repo",
            "parsed_cmd": [],
            "source": "agent",
        }
        begin = {**process, "started_at_ms": self._recording.time}
        runtime = {"runtime_payload": self._recording.payload("tool_runtime_event", begin)}
        if self._options.schema > 1:
            runtime = {"kind": kind, **runtime}
        self._event(turn, "tool_call_runtime_started", tool_call_id=call_id, **runtime)
        end = {
            **process,
            "completed_at_ms": self._recording.time,
            "stdout": output,
            "stderr": "",
            "aggregated_output": output,
            "exit_code": 0,
            "duration": {"secs": 0, "nanos": 9000},
            "formatted_output": output,
            "status": "completed",
        }
        if self._options.schema > 1:
            for field in ("stdout", "stderr", "formatted_output"):
                del end[field]
        self._event(
            turn,
            "tool_call_runtime_ended",
            tool_call_id=call_id,
            status="completed",
            runtime_payload=self._recording.payload("tool_runtime_event", end),
        )
        item = self._named({"type": "function_call_output", "call_id": call_id, "output": output}, "fco")
        result = {"type": "direct_response", "response_item": item}
        self._event(
            turn,
            "tool_call_ended",
            tool_call_id=call_id,
            status="completed",
            result_payload=self._recording.payload("tool_result", result),
        )
        self._add(turn, item)

    def _compact(self, number: int) -> None:
        """Replace the history by its first user message and what nobody can read, in a turn of its own."""
        turn = f"{self._id}-compact-{number}"
        self._event(turn, "codex_turn_started", codex_turn_id=turn, thread_id=self._id)
        compaction = f"compaction-{self._id}-{number}"
        request = f"compaction_request:{self._recording.seq}"
        self._event(
            turn,
            "compaction_request_started",
            compaction_id=compaction,
            compaction_request_id=request,
            thread_id=self._id,
            codex_turn_id=turn,
            model="gpt-5.5",
            provider_name="openai",
            request_payload=self._recording.payload("compaction_request", {"model": "gpt-5.5", "input": self._history}),
        )
        summary = {"type": "compaction", "encrypted_content": self._imagination.encrypted(3000)}
        replacement = [self._history[1], self._named(summary, "cmp")]
        self._event(
            turn,
            "compaction_request_completed",
            compaction_id=compaction,
            compaction_request_id=request,
            response_payload=self._recording.payload("compaction_response", {"output_items": replacement}),
        )
        checkpoint = {"input_history": self._history, "replacement_history": replacement}
        self._event(
            turn,
            "compaction_installed",
            compaction_id=compaction,
            checkpoint_payload=self._recording.payload("compaction_checkpoint", checkpoint),
        )
        self._event(turn, "codex_turn_ended", codex_turn_id=turn, status="completed")
        self._history = replacement
        self._last_response = None
        self._new = []

    def _spawn(self, name: str) -> None:
        """Start an agent, and wait until it has done its work."""
        child = self._imagination.thread_id()
        path = f"{self._path}/{name}"
        spawned = {
            "parent_thread_id": self._id,
            "depth": 1,
            "agent_path": path,
            "agent_nickname": name,
            "agent_role": "worker",
        }
        source = {"subagent": {"thread_spawn": spawned}}
        start_thread(self._recording, child, path, name, source)
        turns = self._options.agent_turns or max(1, self._options.turns // 8)
        Thread(self._recording, self._imagination, self._options, child, path).run(turns, agents=0)
        self._recording.event(None, None, "thread_ended", thread_id=child, status="completed")


def start_thread(recording: Recording, thread_id: str, path: str, name: str | None, source: object) -> None:
    """Say that a thread begins, and what it is."""
    metadata = {
        "thread_id": thread_id,
        "agent_path": path,
        "task_name": name,
        "nickname": name,
        "agent_role": name and "worker",
        "session_source": source,
        "cwd": "/repo",
        "rollout_path": None,
        "model": "gpt-5.5",
        "provider_name": "openai",
        "approval_policy": "never",
        "sandbox_policy": "read-only",
    }
    payload = recording.payload("session_metadata", metadata)
    recording.event(None, None, "thread_started", thread_id=thread_id, agent_path=path, metadata_payload=payload)


def make_bundle(folder: Path, options: Options) -> None:
    """Write a bundle into a folder, which is made if it is not there."""
    imagination = Imagination(options.seed)
    root = imagination.thread_id()
    recording = Recording(folder, root, options)
    start_thread(recording, root, "/root", None, "exec")
    Thread(recording, imagination, options, root, "/root").run(options.turns, options.agents)
    recording.event(None, None, "thread_ended", thread_id=root, status="completed")
    recording.event(None, None, "rollout_ended", status="completed")
    if options.schema > 1:
        recording.event(None, None, "recording_completed")
    recording.close()


def main() -> None:
    """Make the bundle that the arguments describe."""
    parser = argparse.ArgumentParser(description="Make one large, realistic trace bundle for measuring.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--schema", type=int, choices=[1, 2], default=Options.schema)
    parser.add_argument("--turns", type=int, default=Options.turns)
    parser.add_argument("--calls", type=int, default=Options.calls)
    parser.add_argument("--output-characters", type=int, default=Options.output_characters)
    parser.add_argument("--requests", choices=["full", "delta"], default=Options.requests)
    parser.add_argument("--compact-at", type=int, default=Options.compact_at, metavar="CHARACTERS")
    parser.add_argument("--agents", type=int, default=Options.agents)
    parser.add_argument("--agent-turns", type=int, default=Options.agent_turns)
    parser.add_argument("--seed", type=int, default=Options.seed)
    arguments = vars(parser.parse_args())
    make_bundle(arguments.pop("folder"), Options(**arguments))


if __name__ == "__main__":
    main()
