"""Which kind of tool a name stands for, and how a call is summed up (spec 4, "Classifying a tool")."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from rollout_trace.record.encoding import Json, UnrecordableError, encode
from rollout_trace.values import (
    AnyToolKind,
    ApplyPatch,
    AssignAgentTask,
    CloseAgent,
    ExecCommand,
    GenericSummary,
    ImageGeneration,
    Other,
    SendMessage,
    SpawnAgent,
    ToolKind,
    WaitAgent,
    Web,
    WriteStdin,
)

_NAMES: Final[dict[AnyToolKind, tuple[str, ...]]] = {
    ExecCommand(): ("exec_command", "local_shell", "shell", "shell_command"),
    WriteStdin(): ("write_stdin",),
    ApplyPatch(): ("apply_patch",),
    Web(): ("web_search", "web_search_preview"),
    ImageGeneration(): ("image_generation", "image_query", "imagegen"),
    SpawnAgent(): ("spawn_agent",),
    SendMessage(): ("send_message",),
    AssignAgentTask(): ("followup_task", "assign_task"),
    WaitAgent(): ("wait_agent",),
    CloseAgent(): ("close_agent", "interrupt_agent"),
}
_KINDS: Final = {name: kind for kind, names in _NAMES.items() for name in names}

_BY_NAME: Final = {str(type(kind).__struct_config__.tag): kind for kind in _NAMES}

KindSaid: TypeAlias = AnyToolKind | type[ToolKind] | str
"""How a host says a kind: `ExecCommand()`, `ExecCommand` or `"exec_command"`."""

PREVIEW_CHARACTERS: Final = 160


def kind_said(said: object, name: str) -> AnyToolKind | None:
    """The kind that a host says a tool is of, itself, by its class or by its name; None if there is no such kind."""
    if isinstance(said, AnyToolKind):
        return said
    if isinstance(said, type):
        said = str(said.__struct_config__.tag) if issubclass(said, ToolKind) else ""
    if not isinstance(said, str):
        return None
    return Other(name) if said == "other" else _BY_NAME.get(said)


def kind_of(name: str) -> AnyToolKind:
    """The kind of the tool with this name; any that is not in the table is `other`."""
    return _KINDS.get(name) or Other(name)


def summary_of(name: str, namespace: str | None, asked: str | None) -> GenericSummary:
    """A label, and the beginning of what was asked."""
    preview = asked
    if asked is not None and len(asked) > PREVIEW_CHARACTERS:
        preview = asked[:PREVIEW_CHARACTERS] + "..."
    return GenericSummary(f"{namespace}.{name}" if namespace else name, preview)


def invocation_of(
    name: str, namespace: str | None, arguments: object, custom_input: object, command: object
) -> tuple[Json, str | None]:
    """What a caller asked a tool for (spec 1, "tool invocation"), and the same in one text.

    `arguments` are those of a function tool, as JSON text or as a mapping; `custom_input` is the text for a tool that
    takes text; `command` the words for a shell.
    """
    payload: Json
    if custom_input is not None:
        asked = str(custom_input)
        payload = {"type": "custom", "input": asked}
    elif command is not None:
        words = [str(word) for word in command] if isinstance(command, Sequence) else [str(command)]
        asked = " ".join(words)
        payload = {"type": "local_shell", "command": words}
    else:
        asked = arguments if isinstance(arguments, str) else encode({} if arguments is None else arguments).decode()
        payload = {"type": "function", "arguments": asked}
    return {"tool_name": name, "tool_namespace": namespace, "payload": payload}, asked


def argument(invocation: Mapping[str, Any], name: str) -> object:
    """An argument of a function tool; None if there is none, or the arguments are no JSON object."""
    arguments = _arguments(invocation)
    return arguments.get(name) if isinstance(arguments, dict) else None


def _arguments(invocation: Mapping[str, Any]) -> object:
    text = invocation["payload"].get("arguments")
    if not isinstance(text, str):
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def check_invocation(invocation: Mapping[str, Any]) -> None:
    """Check what readers demand of an invocation by the name of its tool alone.

    Raises:
        UnrecordableError: readers would refuse it.
    """
    if invocation["tool_name"] == "wait" and not isinstance(argument(invocation, "cell_id"), str):
        raise UnrecordableError("a call of `wait` names no cell")


def names_a_process(invocation: Mapping[str, Any]) -> bool:
    """Whether the arguments of a call of `write_stdin` can be read: which process, and what goes to it."""
    session = argument(invocation, "session_id")
    arguments = _arguments(invocation)
    if not isinstance(arguments, dict):
        return False
    is_named = (isinstance(session, str) and session != "") or type(session) in {int, float}
    limits = (arguments.get(name) for name in ("yield_time_ms", "max_output_tokens"))
    are_limits = all(limit is None or (type(limit) is int and 0 <= limit < 2**64) for limit in limits)
    return is_named and are_limits and isinstance(arguments.get("chars", ""), str)
