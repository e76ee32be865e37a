"""Random recordings that could have happened: a strategy for hypothesis.

A recording is told in steps. A step is a name and two small numbers, which choose among what there is to do it with, so
that hypothesis can leave steps out of a counter-example and the rest still makes sense.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from hypothesis import strategies as st

from recording import (
    ROOT,
    Item,
    Recording,
    agent_message,
    assistant,
    cell_output,
    exec_cell,
    function_call,
    function_output,
    user,
)
from rollout_trace.events import types as events
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.ids import (
    CodexTurnId,
    CompactionId,
    CompactionRequestId,
    EdgeId,
    McpCallId,
    RuntimeCellId,
    ThreadId,
    ToolCallId,
)
from rollout_trace.values import (
    AnyToolKind,
    ApplyPatch,
    AssignAgentTask,
    CloseAgent,
    ExecCommand,
    ExecutionStatus,
    Mcp,
    RolloutStatus,
    SendMessage,
    SpawnAgent,
    WriteStdin,
)

TURN_STATUSES = ("completed", "completed", "cancelled", "failed", "aborted", "running")
CELL_STATUSES = ("completed", "failed", "terminated", "yielded", "running")
TOOL_KINDS: tuple[AnyToolKind, ...] = (
    ExecCommand(),
    WriteStdin(),
    ApplyPatch(),
    SendMessage(),
    AssignAgentTask(),
    SpawnAgent(),
    CloseAgent(),
    Mcp("a-server", "a-tool"),
)


@dataclass
class Agent:
    """A thread, as the one that runs it knows it."""

    thread: str
    path: str
    turn: str | None = None
    history: list[Item] = field(default_factory=list)
    unsaid: list[Item] = field(default_factory=list)
    """Calls whose tools run already, and that the next answer will hold."""
    asked: list[str] = field(default_factory=list)
    """Call ids of the model that no tool has taken up."""
    answered: tuple[str, int] | None = None
    """The last answer, while nobody has changed the history that it ends, and how long that is."""


@dataclass
class Request:
    """A request that has not been answered, and how much of the history the model saw."""

    call: str
    agent: Agent
    turn: str
    sent: int


@dataclass
class Tool:
    """A tool call that may go on."""

    tool: str
    agent: Agent
    kind: AnyToolKind
    call: str | None
    other: Agent
    text: str


class Story:
    """A recording in the making."""

    def __init__(self) -> None:
        self.recording = Recording()
        self.recording.event(
            events.RolloutStarted(
                trace_id=self.recording.manifest.trace_id, root_thread_id=self.recording.manifest.root_thread_id
            )
        )
        self.agents: list[Agent] = []
        self.tools: list[Tool] = []
        self.announced: list[tuple[str, Agent]] = []
        self.cells: list[tuple[str, str, Agent]] = []
        self.requests: list[Request] = []
        self.numbers = 0
        self._new_agent(None)

    # Conversation.

    def end_turn(self, n: int, m: int) -> None:
        agent = self._agent(n)
        self.recording.turn_ended(TURN_STATUSES[m % len(TURN_STATUSES)], self._turn(agent), agent.thread)
        agent.turn = None

    def speak(self, n: int, m: int) -> None:
        """A person, or the host, says something; now and then the same as before."""
        text = f"words {m}" if m < 3 else self._new("words")
        self._agent(n).history.append({"type": "additional_tools"} if m == 7 else user(text))

    def request(self, n: int, m: int) -> None:
        """The whole history goes to the model: as it is, or with an item less, edited, or at another place."""
        agent = self._agent(n)
        history, agent.answered = agent.history, None
        place = m % len(history) if history else 0
        if m == 4 and history:
            del history[place]
        elif m == 5 and len(history) > 1:
            history[place], history[place - 1] = history[place - 1], history[place]
        elif m == 6 and history:
            history[place] = user("edited")
        elif m == 7 and history:
            history.append(dict(history[place]))
        call = self._new("inf")
        self.recording.request(call, history, turn=self._turn(agent), thread=agent.thread)
        self.requests.append(Request(call, agent, self._turn(agent), len(agent.history)))

    def continue_answer(self, n: int, m: int) -> None:
        """Only what is new goes to the model, or what follows an answer that nobody has recorded."""
        agent = self._agent(n)
        if agent.answered is None and m != 7:
            return self.request(n, 0)
        previous, known = agent.answered or ("resp-warm", 0)
        call = self._new("inf")
        self.recording.request(
            call, agent.history[known:], previous=previous, turn=self._turn(agent), thread=agent.thread
        )
        self.requests.append(Request(call, agent, self._turn(agent), len(agent.history)))
        agent.answered = None
        return None

    def answer(self, n: int, m: int) -> None:
        if not self.requests:
            return self.request(n, 0)
        request = self.requests.pop(n % len(self.requests))
        agent, sent = request.agent, request.sent
        items = [*agent.unsaid, *self._said(agent, m)]
        agent.unsaid = []
        unsent, response = agent.history[sent:], self._new("resp")
        agent.history[sent:] = [*items, *unsent]
        if not any(other.agent is agent for other in self.requests):
            agent.answered = (response, sent + len(items))
        usage = {"input_tokens": m, "cached_input_tokens": 0, "output_tokens": n, "reasoning_output_tokens": 1}
        self.recording.answer(
            request.call,
            items,
            response=response,
            turn=request.turn,
            thread=agent.thread,
            token_usage=usage if m % 2 else None,
        )
        return None

    def give_up(self, n: int, m: int) -> None:
        """A request fails or is dropped, perhaps after a part of its answer."""
        if not self.requests:
            return self.request(n, 0)
        request = self.requests.pop(n % len(self.requests))
        partial = {"output_items": self._said(request.agent, m)} if m % 2 else None
        give_up = self.recording.request_failed if m < 4 else self.recording.request_cancelled
        give_up(request.call, partial, turn=request.turn, thread=request.agent.thread)
        return None

    def _said(self, agent: Agent, m: int) -> list[Item]:
        """What a model answers."""
        call = self._new("call")
        reasoning: Item = {"type": "reasoning", "summary": [], "encrypted_content": f"secret {m % 2}"}
        readable = {**reasoning, "summary": [{"type": "summary_text", "text": "thoughts"}]}
        if m in {2, 3, 5}:
            agent.asked.append(call)
        choices: list[list[Item]] = [
            [assistant(self._new("words"))],
            [reasoning, assistant("the same words")],
            [function_call(call, '{"command":["ls"]}')],
            [readable, function_call(call, "no JSON")],
            [assistant("working", phase="commentary"), exec_cell(call)],
            [{"type": "custom_tool_call", "name": "patch", "input": "*", "call_id": call}],
            [{"type": "web_search_call", "id": self._new("ws"), "action": {"query": "q", "n": 1.50}}],
            [],
        ]
        if m == 4:
            self.announced.append((call, agent))
        return choices[m]

    # Tools and cells.

    def start_tool(self, n: int, m: int) -> None:
        """A tool starts: for a call that the model has made, or one that will stand in the answer to come."""
        agent, kind = self._agent(n), TOOL_KINDS[m]
        if agent.asked:
            call = agent.asked.pop(0)
        else:
            call = self._new("call")
            agent.unsaid.append(function_call(call))
        tool = Tool(self._new("tool"), agent, kind, call, self._agent(n + 1), self._new("message"))
        self._start(tool)

    def start_nested_tool(self, n: int, m: int) -> None:
        """A cell asks for a tool."""
        if not self.cells:
            return self.start_cell(n, m)
        _, runtime, agent = self.cells[n % len(self.cells)]
        tool = Tool(self._new("tool"), agent, TOOL_KINDS[m], None, self._agent(n), self._new("message"))
        self._start(tool, requester=events.CodeCellRequester(RuntimeCellId(runtime)))
        return None

    def _start(self, tool: Tool, **fields: Any) -> None:
        self.tools.append(tool)
        name, arguments = "a-tool", f'{{"message":"{tool.text}"}}'
        if isinstance(tool.kind, WriteStdin):
            name, arguments = "write_stdin", f'{{"session_id":"{self._process(tool)}","chars":"y"}}'
        elif isinstance(tool.kind, ApplyPatch) and self.cells:
            name, arguments = "wait", f'{{"cell_id":"{self.cells[-1][1]}"}}'
        invocation = {"tool_name": name, "payload": {"type": "function", "arguments": arguments}}
        self.recording.tool(
            tool.tool,
            call=tool.call,
            kind=tool.kind,
            invocation=invocation,
            turn=self._turn(tool.agent),
            thread=tool.agent.thread,
            **fields,
        )

    def begin_runtime(self, n: int, m: int) -> None:
        if not self.tools:
            return self.start_tool(n, m)
        tool = self.tools[n % len(self.tools)]
        if not isinstance(tool.kind, WriteStdin):
            self.recording.runtime_started(tool.tool, self._begin(tool, m))
        return None

    def end_runtime(self, n: int, m: int) -> None:
        if not self.tools:
            return self.start_tool(n, m)
        tool = self.tools[n % len(self.tools)]
        if isinstance(tool.kind, SpawnAgent) and m < 5:
            tool.other = self._new_agent(tool.agent)
        if isinstance(tool.kind, SpawnAgent | SendMessage | AssignAgentTask) and m % 2:
            tool.other.history.append(agent_message(tool.agent.path, tool.other.path, tool.text))
        self.recording.runtime_ended(tool.tool, self._end(tool, m), "completed" if m else "failed")
        return None

    def end_tool(self, n: int, m: int) -> None:
        if not self.tools:
            return self.start_tool(n, m)
        tool = self.tools.pop(n % len(self.tools))
        output = self._new("output")
        item = {"type": "function_call_output", "output": output}
        result = None if m == 0 else {"type": "direct_response", "response_item": item}
        self.recording.tool_ended(tool.tool, "failed" if m == 1 else "completed", result)
        if tool.call is not None:
            tool.agent.history.append(function_output(tool.call, output))
        return None

    def _begin(self, tool: Tool, m: int) -> Any:
        if isinstance(tool.kind, ExecCommand):
            process = None if m == 0 else self._process(tool)
            return {"command": ["ls", "-l"], "cwd": "/a", "process_id": process}
        return self._message(tool)

    def _end(self, tool: Tool, m: int) -> Any:
        if isinstance(tool.kind, ExecCommand | WriteStdin):
            output = {"stdout": f"output {m}", "stderr": "", "formatted_output": "", "exit_code": m}
            return {**output, "process_id": self._process(tool)}
        if m % 4 == 3:
            kind = "interrupted" if isinstance(tool.kind, CloseAgent) else "interacted"
            kind = "started" if isinstance(tool.kind, SpawnAgent) else kind
            if isinstance(tool.kind, CloseAgent | SpawnAgent | SendMessage | AssignAgentTask):
                agent = {"agent_thread_id": tool.other.thread, "agent_path": tool.other.path}
                return {"event_id": "e", "kind": kind, **agent}
        return {**self._message(tool), "status": "running"}

    def _message(self, tool: Tool) -> dict[str, Any]:
        return {
            "call_id": tool.call or "none",
            "sender_thread_id": tool.agent.thread,
            "receiver_thread_id": tool.other.thread,
            "new_thread_id": tool.other.thread,
            "prompt": tool.text,
            "model": "a-model",
            "reasoning_effort": "low",
        }

    def _process(self, tool: Tool) -> str:
        return f"process {self.agents.index(tool.agent)}"

    def correlate(self, n: int, m: int) -> None:
        if not self.tools:
            return self.start_tool(n, m)
        tool = self.tools[n % len(self.tools)]
        mcp = McpCallId(self._new("mcp"))
        self.recording.event(events.McpToolCallCorrelationAssigned(tool_call_id=ToolCallId(tool.tool), mcp_call_id=mcp))
        return None

    def start_cell(self, n: int, m: int) -> None:
        """A cell starts: after the answer that holds it, or before."""
        agent = self._agent(n)
        if m < 4 or not self.announced:
            call = self._new("call")
            agent.unsaid.append(exec_cell(call))
        else:
            call, agent = self.announced.pop()
        runtime = self._new("cell")
        self.cells.append((call, runtime, agent))
        self.recording.cell_started(call, runtime=runtime, turn=self._turn(agent), thread=agent.thread)

    def respond_from_cell(self, n: int, m: int) -> None:
        if not self.cells:
            return self.start_cell(n, 0)
        call, runtime, agent = self.cells[n % len(self.cells)]
        status = CELL_STATUSES[m % len(CELL_STATUSES)]
        self.recording.cell_responded(status, runtime=runtime, turn=self._turn(agent), thread=agent.thread)
        agent.history += [*agent.unsaid, cell_output(call, self._new("output"))]
        agent.unsaid = []
        return None

    def end_cell(self, n: int, m: int) -> None:
        if not self.cells:
            return self.start_cell(n, 0)
        _, runtime, agent = self.cells[n % len(self.cells)]
        status = CELL_STATUSES[m % len(CELL_STATUSES)]
        self.recording.cell_ended(status, runtime=runtime, turn=self._turn(agent), thread=agent.thread)
        return None

    # Compaction, agents, the rest.

    def compact(self, n: int, m: int) -> None:
        agent, compaction = self._agent(n), CompactionId(self._new("compaction"))
        turn, thread = self._turn(agent), agent.thread
        if m % 2:
            request = CompactionRequestId(self._new("compaction_request"))
            started = events.CompactionRequestStarted(
                compaction_id=compaction,
                compaction_request_id=request,
                thread_id=ThreadId(thread),
                codex_turn_id=CodexTurnId(turn),
                model="a-model",
                provider_name="a-provider",
                request_payload=self.recording.payload("compaction_request", {}),
            )
            self.recording.event(started, thread=thread, turn=turn)
            ended = events.CompactionRequestFailed(
                compaction_id=compaction, compaction_request_id=request, error="an error"
            )
            self.recording.event(ended, thread=thread, turn=turn)
        after = [user("words 1"), {"type": "compaction", "encrypted_content": self._new("summary")}][m % 2 :]
        self.recording.compacted(compaction, agent.history, after, turn=turn, thread=thread)
        if m < 6:
            agent.history, agent.answered = [dict(item) for item in after], None

    def observe_result(self, n: int, m: int) -> None:
        """A child's result goes to an agent, which sees it sooner or later, or never."""
        child, parent = self._agent(n), self._agent(m)
        text = self._new("result")
        if m % 2:
            parent.history.append(agent_message(child.path, parent.path, text))
        observed = events.AgentResultObserved(
            edge_id=EdgeId(f"edge:agent_result:{self._new('result')}"),
            child_thread_id=ThreadId(child.thread),
            child_codex_turn_id=CodexTurnId(self._turn(child)),
            parent_thread_id=ThreadId(parent.thread),
            message=text,
            carried_payload=self.recording.payload("agent_result", {"message": text}),
        )
        self.recording.event(observed)

    def end_thread(self, n: int, m: int) -> None:
        """A thread ends, or the whole rollout; what still runs may go on."""
        if m < 6:
            thread = ThreadId(self._agent(n).thread)
            self.recording.event(events.ThreadEnded(thread_id=thread, status=RolloutStatus.COMPLETED))
        else:
            self.recording.event(events.RolloutEnded(status=RolloutStatus.COMPLETED))

    def observe_protocol(self, _n: int, m: int) -> None:
        ref = self.recording.payload("protocol_event", {"m": m})
        self.recording.event(events.ProtocolEventObserved(event_type="warning", event_payload=ref))

    # What the real client writes though it should not, and what damage does.

    def newer_event(self, n: int, m: int) -> None:
        ref = self.recording.payload("protocol_event", {"m": m})
        other = events.OtherObserved(kind="a-kind", summary="a", payloads=[ref] * (n % 3), metadata=msgspec.Raw(b"{}"))
        newer = events.UnknownEvent("newer", msgspec.Raw(b'{"type":"newer"}'))
        self.recording.event(newer if m % 2 else other)

    def newer_item(self, n: int, m: int) -> None:
        items: list[Item] = [
            {"type": "hologram", "n": m},
            {"type": "configuration_update"},
            {"type": "message", "role": "user", "content": [{"type": "input_image", "image_url": f"{m}"}]},
        ]
        self._agent(n).history.append(items[m % len(items)])

    def forwarded(self, n: int, m: int) -> None:
        """Events of a run that is recorded elsewhere."""
        if m % 2:
            self.recording.runtime_started("unheard-of", {"command": ["ls"], "cwd": "/a"})
        else:
            ended = events.CodexTurnEnded(codex_turn_id=CodexTurnId("unheard-of"), status=ExecutionStatus.COMPLETED)
            self.recording.event(ended, thread=self._agent(n).thread)

    def repeat(self, n: int, _m: int) -> None:
        entry = self.recording.entries[-1 - n % len(self.recording.entries)]
        seq = len(self.recording.entries) + 1
        again = msgspec.structs.replace(entry.event, seq=seq)
        self.recording.entries.append(LoggedEvent(again, line=seq))

    def misnumber(self, n: int, m: int) -> None:
        entry = self.recording.entries[-1]
        wrong: dict[str, Any] = {"seq": n} if m % 2 else {"schema_version": 9}
        self.recording.entries[-1] = LoggedEvent(msgspec.structs.replace(entry.event, **wrong), line=entry.line)

    def damage_payload(self, n: int, m: int) -> None:
        paths = list(self.recording.payloads)
        if paths:
            path = paths[-1 - n % len(paths)]
            damaged: list[bytes] = [b"", b"[]", b"{}", self.recording.payloads[path][:-1], b'{"input":[{"type":5}]}']
            self.recording.payloads[path] = damaged[m % len(damaged)]

    # Who and what there is.

    def _agent(self, n: int) -> Agent:
        return self.agents[n % len(self.agents)]

    def _turn(self, agent: Agent) -> str:
        """The turn of an agent, started if need be."""
        if agent.turn is None:
            agent.turn = self._new("turn")
            self.recording.turn(agent.turn, agent.thread)
        return agent.turn

    def _new_agent(self, parent: Agent | None) -> Agent:
        if parent is None:
            agent = Agent(ROOT, "/root")
            self.recording.thread(ROOT)
        else:
            number = len(self.agents) + 1
            agent = Agent(f"00000000-0000-4000-8000-{number:012}", f"{parent.path}/agent_{number}")
            spawn = {"parent_thread_id": parent.thread, "agent_path": agent.path, "agent_role": "helper"}
            source = {"subagent": {"thread_spawn": spawn}}
            self.recording.thread(agent.thread, agent.path, session_source=source, nickname="a-name")
        self.agents.append(agent)
        return agent

    def _new(self, what: str) -> str:
        self.numbers += 1
        return f"{what}-{self.numbers}"


_Step = Callable[[Story, int, int], None]

SOUND: tuple[_Step, ...] = (
    Story.end_turn,
    Story.speak,
    Story.request,
    Story.request,
    Story.request,
    Story.continue_answer,
    Story.answer,
    Story.answer,
    Story.answer,
    Story.give_up,
    Story.start_tool,
    Story.start_tool,
    Story.start_nested_tool,
    Story.begin_runtime,
    Story.end_runtime,
    Story.end_runtime,
    Story.end_tool,
    Story.correlate,
    Story.start_cell,
    Story.respond_from_cell,
    Story.end_cell,
    Story.compact,
    Story.observe_result,
    Story.end_thread,
    Story.observe_protocol,
)
"""What happens in a run. (Some of it a strict reader refuses all the same, such as a runtime that begins twice.)"""
ODD: tuple[_Step, ...] = (Story.newer_event, Story.newer_item, Story.forwarded)
DAMAGE: tuple[_Step, ...] = (Story.repeat, Story.misnumber, Story.damage_payload)

_numbers = st.integers(0, 7)


@st.composite
def recordings(draw: st.DrawFn, *, steps: int = 60) -> Recording:
    """A recording of so many steps at most: short ones, which explain a fault best, and long ones, which find it."""
    happens = (*SOUND * 8, *ODD, *DAMAGE) if draw(st.booleans()) else (*SOUND * 8, *ODD)
    step = st.tuples(st.sampled_from(happens), _numbers, _numbers)
    story = Story()
    for act, n, m in draw(
        st.lists(step, min_size=1, max_size=10) | st.lists(step, min_size=steps // 2, max_size=steps)
    ):
        act(story, n, m)
    return story.recording
