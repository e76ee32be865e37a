"""One line that says what an object is, without its name: `exec_command make check`, `user: The build fails …`."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from rollout_trace.ids import TerminalOperationId, code_cell_id
from rollout_trace.model.conversation import ConversationItem, ItemKind, Role
from rollout_trace.model.edges import Anchor, InteractionEdge, ItemAnchor, ThreadAnchor, ToolCallAnchor
from rollout_trace.model.inference import InferenceCall
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.model.terminal import (
    ExecCommandRequest,
    TerminalOperation,
    TerminalResult,
    WriteStdinRequest,
)
from rollout_trace.model.tools import ToolCall
from rollout_trace.query.item_text import item_text
from rollout_trace.query.messages import item_words
from rollout_trace.query.naming import Names, ObjectRef, object_of
from rollout_trace.query.outcome import operation_of
from rollout_trace.query.summary import tool_name
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.values import AgentSummary, GenericSummary, WaitAgentSummary

_MOST_CHARACTERS = 240
_SHELL_WORDS = 3


def gist(trace: RolloutTrace, names: Names, ref: ObjectRef) -> str:
    """What an object is, in one line of at most 240 characters; empty for one that the graph does not have."""
    try:
        found = object_of(trace, ref)
    except KeyError:
        return ""
    tell = _GISTS.get(ref.kind)
    return "" if tell is None else one_line(tell(trace, names, found), _MOST_CHARACTERS)


def one_line(text: str, longest: int) -> str:
    """The first words of a text, on one line of at most `longest` characters."""
    line = " ".join(text[: longest * 2].split())
    cut = len(line) > longest or len(text) > longest * 2
    return f"{line[: longest - 2].rstrip()} …" if cut else line


def item_label(item: ConversationItem) -> str:
    """Who says an item, or what it is: `user`, `reasoning`, `call`, `output`."""
    if item.agent_message is not None:
        return f"message from {item.agent_message.author}"
    match item.kind:
        case ItemKind.MESSAGE:
            is_plain = item.role is not Role.ASSISTANT or item.channel is None
            return item.role.value if is_plain else f"{item.role} ({item.channel})"
        case ItemKind.FUNCTION_CALL | ItemKind.CUSTOM_TOOL_CALL:
            return "call"
        case ItemKind.FUNCTION_CALL_OUTPUT | ItemKind.CUSTOM_TOOL_CALL_OUTPUT:
            return "output"
        case ItemKind.COMPACTION_MARKER:
            return "compaction"
        case ItemKind.REASONING:
            return "reasoning"


def tool_input(trace: RolloutTrace, tool: ToolCall) -> str:
    """What a tool was asked: its command, or the beginning of its arguments."""
    operation = operation_of(trace, tool)
    if operation is not None:
        return operation_input(operation)
    match tool.summary:
        case GenericSummary(input_preview=preview) if preview is not None:
            return preview
        case AgentSummary(target_agent_path=path, message_preview=preview):
            return f"{path}: {preview}"
        case WaitAgentSummary(target_agent_path=path) if path is not None:
            return path
    calls = (trace.conversation_items[item_id] for item_id in tool.model_visible_call_item_ids[:1])
    return "".join(map(item_text, calls))


def operation_input(operation: TerminalOperation) -> str:
    """The command of an operation, without the shell around it; or what was typed."""
    match operation.request:
        case ExecCommandRequest(command=command, display_command=display):
            is_wrapped = len(command) == _SHELL_WORDS and command[1] in {"-c", "-lc"}
            return command[2] if is_wrapped else display
        case WriteStdinRequest(stdin=stdin):
            return repr(stdin) if stdin else "(only looks)"


def printed(result: TerminalResult) -> str:
    """What an operation gave back: its output, and what stands in `stderr` besides."""
    return result.stdout + ("" if result.stderr == result.stdout else result.stderr)


def _operation(trace: RolloutTrace, operation_id: TerminalOperationId) -> str:
    operation = trace.terminal_operations.get(operation_id)
    if operation is None:
        return ""
    was = (
        "" if isinstance(operation.request, ExecCommandRequest) else f"{operation.kind} to a process not opened here: "
    )
    return f"{was}{operation_input(operation)}"


def answer_gist(trace: RolloutTrace, call: InferenceCall) -> str:
    """What a model answered, in a line: what it says, and which tools it calls."""
    items = [trace.conversation_items[item_id] for item_id in call.response_item_ids]
    said = [f"says “{one_line(item_text(item), _MOST_CHARACTERS)}”" for item in items if item.kind is ItemKind.MESSAGE]
    tools = {
        tool.model_visible_call_id: tool_name(tool.kind)
        for tool in map(trace.tool_calls.get, call.tool_call_ids_started_by_response)
        if tool is not None
    }
    called = [
        tools.get(item.call_id, "exec" if code_cell_id(item.call_id) in trace.code_cells else "a tool")
        for item in items
        if item.kind in {ItemKind.FUNCTION_CALL, ItemKind.CUSTOM_TOOL_CALL}
    ]
    return "; ".join([*said, *([f"calls {', '.join(called)}"] if called else [])])


def _edge(trace: RolloutTrace, names: Names, edge: InteractionEdge) -> str:
    source, target = (_agent_at(trace, names, anchor) for anchor in (edge.source, edge.target))
    return f"{edge.kind.value} from {source} to {target}"


def _agent_at(trace: RolloutTrace, names: Names, anchor: Anchor) -> str:
    """The agent to which an end of an edge belongs."""
    owner: ConversationItem | ToolCall | None
    match anchor:
        case ToolCallAnchor(tool_call_id=tool_id):
            owner = trace.tool_calls.get(tool_id)
        case ItemAnchor(item_id=item_id):
            owner = trace.conversation_items.get(item_id)
        case ThreadAnchor(thread_id=thread_id):
            return names.agent(thread_id)
    return "?" if owner is None else names.agent(owner.thread_id)


_Tell: TypeAlias = Callable[[RolloutTrace, Names, Any], str]
_GISTS: Final[dict[ObjectKind, _Tell]] = {
    ObjectKind.CONVERSATION_ITEM: lambda _trace, names, item: (
        f"{item_label(item)}: {item_words(item, names.words_sent)}"
    ),
    ObjectKind.TOOL_CALL: lambda trace, _names, tool: f"{tool_name(tool.kind)} {tool_input(trace, tool)}",
    ObjectKind.TERMINAL_OPERATION: lambda _trace, _names, done: f"{done.kind} {operation_input(done)}",
    ObjectKind.TERMINAL_SESSION: lambda trace, _names, terminal: _operation(trace, terminal.created_by_operation_id),
    ObjectKind.CODE_CELL: lambda _trace, _names, cell: cell.source_js,
    ObjectKind.INFERENCE_CALL: lambda trace, _names, call: (
        f"{call.model}, {len(call.request_item_ids)} items; {answer_gist(trace, call) or 'no answer'}"
    ),
    ObjectKind.THREAD: lambda _trace, _names, thread: thread.nickname or thread.default_model or "",
    ObjectKind.CODEX_TURN: lambda _trace, names, turn: f"turn of {names.agent(turn.thread_id)}",
    ObjectKind.COMPACTION: lambda _trace, _names, compaction: (
        f"{len(compaction.input_item_ids)} items became {len(compaction.replacement_item_ids)}"
    ),
    ObjectKind.COMPACTION_REQUEST: lambda _trace, _names, request: request.model,
    ObjectKind.INTERACTION_EDGE: _edge,
    ObjectKind.RAW_PAYLOAD: lambda _trace, _names, payload: f"{payload.kind.type} in {payload.path}",
}
