"""What is in a rollout, on one screen: how many of everything, and how it ended."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from rollout_trace.ids import AgentPath, RolloutId, ThreadId, TraceId
from rollout_trace.model.conversation import Channel, ConversationItem, Role, TextPart
from rollout_trace.model.execution import ExecutionWindow
from rollout_trace.model.inference import InferenceCall, TokenUsage
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.threads import AgentThread
from rollout_trace.query.outcome import Outcome, agent_outcomes, duration_of, rollout_outcome
from rollout_trace.values import AnyToolKind, ExecutionStatus, Mcp, Other, RolloutStatus, UnixMilliseconds

_TAG: Final = re.compile(r"<image\b[^>]*>|</image>")
"""What the client writes around a picture: nothing that the user said."""
Outcomes = Mapping[ExecutionStatus, int]
"""How many ended in which way."""


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What requests cost, in tokens. `input` includes `cached_input`, `output` includes `reasoning_output`."""

    input: int
    cached_input: int
    output: int
    reasoning_output: int


class AgentTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What one agent did. `requests_without_usage` of its requests are not in `tokens`: their cost was not recorded."""

    thread_id: ThreadId
    agent_path: AgentPath
    nickname: str | None
    models: tuple[str, ...]
    outcome: Outcome
    duration_ms: int | None
    turns: int
    requests: int
    requests_without_usage: int
    tokens: Tokens
    tool_calls: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a rollout. A duration that has no end yet reaches to the last moment that the graph knows."""

    trace_id: TraceId
    rollout_id: RolloutId
    root_thread_id: ThreadId
    schema_version: int
    status: RolloutStatus
    outcome: Outcome
    started_at_unix_ms: UnixMilliseconds
    ended_at_unix_ms: UnixMilliseconds | None
    duration_ms: int
    first_user_message: str | None
    """What the root was first asked: the last message of the user in its first request."""
    last_answer: str | None
    """What the root last answered to the user, if it did."""
    agents: tuple[AgentTotals, ...]
    """In order of their starts."""
    turns: Outcomes
    requests: Outcomes
    requests_without_usage: int
    tokens: Tokens
    tools: Mapping[str, Outcomes]
    """By tool: its kind, or for other tools its name."""
    code_cells: Outcomes
    terminals: int
    conversation_items: int
    compactions: int
    compaction_requests: Outcomes
    edges: Mapping[str, int]
    """By kind of edge."""
    payloads: int


def summarize(trace: RolloutTrace) -> Summary:
    """Count what is in a graph."""
    calls = trace.inference_calls.values()
    tools: dict[str, Counter[ExecutionStatus]] = {}
    for tool in trace.tool_calls.values():
        tools.setdefault(tool_name(tool.kind), Counter())[tool.execution.status] += 1
    return Summary(
        trace_id=trace.trace_id,
        rollout_id=trace.rollout_id,
        root_thread_id=trace.root_thread_id,
        schema_version=trace.schema_version,
        status=trace.status,
        outcome=rollout_outcome(trace),
        started_at_unix_ms=trace.started_at_unix_ms,
        ended_at_unix_ms=trace.ended_at_unix_ms,
        duration_ms=last_known_moment(trace) - trace.started_at_unix_ms,
        first_user_message=_first_user_message(trace),
        last_answer=_last_answer(trace),
        agents=_agents(trace),
        turns=_outcomes(turn.execution for turn in trace.codex_turns.values()),
        requests=_outcomes(call.execution for call in calls),
        requests_without_usage=sum(call.usage is None for call in calls),
        tokens=_tokens(call.usage for call in calls),
        tools=tools,
        code_cells=_outcomes(cell.execution for cell in trace.code_cells.values()),
        terminals=len(trace.terminal_sessions),
        conversation_items=len(trace.conversation_items),
        compactions=len(trace.compactions),
        compaction_requests=_outcomes(request.execution for request in trace.compaction_requests.values()),
        edges=Counter(edge.kind.value for edge in trace.interaction_edges.values()),
        payloads=len(trace.raw_payloads),
    )


def last_known_moment(trace: RolloutTrace) -> UnixMilliseconds:
    """The last moment at which the graph says that something happened; not before its start.

    It has no time of the work behind a tool other than a command.
    """
    return max(moment for moment in _moments(trace) if moment is not None)


def tool_name(kind: AnyToolKind) -> str:
    """What a person calls a tool: `exec_command`, `server/tool` of an MCP tool, the name of any other."""
    match kind:
        case Mcp(server=server, tool=tool):
            return f"{server}/{tool}"
        case Other(name=name):
            return name
        case _:
            return str(kind.__struct_config__.tag)


def _first_user_message(trace: RolloutTrace) -> str | None:
    requests = (call for call in trace.inference_calls.values() if call.thread_id == trace.root_thread_id)
    first = min(requests, key=lambda call: call.execution.started_seq, default=None)
    items = () if first is None else (trace.conversation_items[item_id] for item_id in first.request_item_ids)
    return _last_text(item for item in items if item.role is Role.USER)


def _last_answer(trace: RolloutTrace) -> str | None:
    items = (item for item in trace.conversation_items.values() if item.thread_id == trace.root_thread_id)
    return _last_text(item for item in items if item.role is Role.ASSISTANT and item.channel is Channel.FINAL)


def _last_text(items: Iterable[ConversationItem]) -> str | None:
    """The text of the last of these items that has any."""
    texts = (
        "\n".join(part.text for part in item.body.parts if isinstance(part, TextPart) and not _TAG.fullmatch(part.text))
        for item in items
    )
    return next(iter([text for text in texts if text][-1:]), None)


def _agents(trace: RolloutTrace) -> tuple[AgentTotals, ...]:
    calls: dict[ThreadId, list[InferenceCall]] = {thread_id: [] for thread_id in trace.threads}
    for call in trace.inference_calls.values():
        calls.setdefault(call.thread_id, []).append(call)
    outcomes = agent_outcomes(trace)
    turns = Counter(turn.thread_id for turn in trace.codex_turns.values())
    tools = Counter(tool.thread_id for tool in trace.tool_calls.values())
    return tuple(
        _totals_of(thread, outcomes[thread_id], calls[thread_id], turns=turns[thread_id], tool_calls=tools[thread_id])
        for thread_id, thread in trace.threads.items()
    )


def _totals_of(
    thread: AgentThread, outcome: Outcome, calls: Sequence[InferenceCall], *, turns: int, tool_calls: int
) -> AgentTotals:
    models = dict.fromkeys(call.model for call in calls)
    if not models and thread.default_model is not None:
        models[thread.default_model] = None
    return AgentTotals(
        thread_id=thread.thread_id,
        agent_path=thread.agent_path,
        nickname=thread.nickname,
        models=tuple(models),
        outcome=outcome,
        duration_ms=duration_of(thread.execution),
        turns=turns,
        requests=len(calls),
        requests_without_usage=sum(call.usage is None for call in calls),
        tokens=_tokens(call.usage for call in calls),
        tool_calls=tool_calls,
    )


def _tokens(usages: Iterable[TokenUsage | None]) -> Tokens:
    known = [usage for usage in usages if usage is not None]
    return Tokens(
        input=sum(usage.input_tokens for usage in known),
        cached_input=sum(usage.cached_input_tokens for usage in known),
        output=sum(usage.output_tokens for usage in known),
        reasoning_output=sum(usage.reasoning_output_tokens for usage in known),
    )


def _outcomes(windows: Iterable[ExecutionWindow]) -> Outcomes:
    return Counter(window.status for window in windows)


def _moments(trace: RolloutTrace) -> Iterator[UnixMilliseconds | None]:
    """Every time that a graph has; None for each end that it lacks."""
    yield from (trace.started_at_unix_ms, trace.ended_at_unix_ms)
    for window in _windows(trace):
        yield from (window.started_at_unix_ms, window.ended_at_unix_ms)
    for cell in trace.code_cells.values():
        yield cell.initial_response_at_unix_ms
    for item in trace.conversation_items.values():
        yield from (item.first_seen_at_unix_ms, item.accepted_at_unix_ms)
    for compaction in trace.compactions.values():
        yield compaction.installed_at_unix_ms
    for edge in trace.interaction_edges.values():
        yield from (edge.started_at_unix_ms, edge.ended_at_unix_ms)


def _windows(trace: RolloutTrace) -> Iterator[ExecutionWindow]:
    worked = (
        trace.threads,
        trace.codex_turns,
        trace.inference_calls,
        trace.tool_calls,
        trace.code_cells,
        trace.terminal_sessions,
        trace.terminal_operations,
        trace.compaction_requests,
    )
    return (found.execution for objects in worked for found in objects.values())
