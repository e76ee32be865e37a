"""What all commands share that read one bundle and answer one question.

Owns: which bundle is meant, how it is reduced (in mode salvage, up to an event if one is named; a `state.json` is never
used for that, since it does not say how it was made), what is said when mode default rejects it, which object a name
leads to, and whether the answer goes to a person or to a program.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.bundle.folder import Bundle
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.printing import show
from rollout_trace.cli.reporting import complain, path_text, refuse, tell_json
from rollout_trace.cli.which_bundle import BUNDLE_HELP, bundle_named, words_split
from rollout_trace.diagnostics import Code, Level
from rollout_trace.errors import QuestionError, RolloutTraceError
from rollout_trace.ids import ThreadId
from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.printable import printable
from rollout_trace.query.moment import state_at
from rollout_trace.query.naming import Names, ObjectRef
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction

Function: TypeAlias = Callable[..., None]


class Reading(NamedTuple):
    """A bundle that was read, and what the user wants to have of it."""

    bundle: Bundle
    reduction: Reduction
    names: Names
    at: int | None
    as_json: bool

    @property
    def default_rejects(self) -> bool:
        """Whether mode default would have refused the bundle."""
        return any(diagnostic.level is Level.ERROR for diagnostic in self.reduction.diagnostics)

    def find(self, words: str, *kinds: ObjectKind) -> ObjectRef:
        """The object that the user means; ends the command if there is none, or it is not clear which."""
        try:
            return self.names.find(words, kinds)
        except QuestionError as error:
            refuse(self.bundle.path, error)

    def agent(self, words: str | None) -> ThreadId | None:
        """The agent that the user means; None if none is named."""
        return None if words is None else ThreadId(self.find(words, ObjectKind.THREAD).object_id)

    def answer(self, parts: Callable[[], Iterable[RenderableType]], **fields: object) -> None:
        """Give an answer: `fields` as one JSON object, or `parts` for a person."""
        at = self.at

        def dated() -> Iterator[RenderableType]:
            if at is not None:
                yield Text(f"As of event {at}; what came after it is not looked at.\n", "dim")
            yield from parts()

        told = {**fields, "bundle": path_text(self.bundle.path), "at": self.at, "default_rejects": self.default_rejects}
        tell(dated, told, as_json=self.as_json)


def reading(operand: str | None = None) -> Callable[[Function], Function]:
    """Let a command read a bundle: it is given a `Reading`, and the words of its `operand` (None if left out).

    An operand in brackets, as `[AGENT]`, may be left out. The bundle always may.
    """
    is_optional = operand is not None and operand.startswith("[")
    metavar = " ".join(filter(None, ["[BUNDLE]", operand]))

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def command(
            words: tuple[str, ...], limits: Limits, *, as_json: bool, at: int | None = None, **options: object
        ) -> None:
            bundle, wanted = words_split(words, operand and operand.strip("[]"), is_optional=is_optional)
            opened = open_reading(bundle_named(bundle), limits, at=at, as_json=as_json)
            given = {} if operand is None else {"operand": wanted}
            function(opened, **given, **options)

        command.__doc__ = f"{inspect.getdoc(function)}\n{BUNDLE_HELP}"
        at_option = click.option("--at", metavar="SEQ", type=int, help="As it was when the event SEQ had happened.")
        json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
        words_argument = click.argument("words", metavar=metavar, nargs=-1, required=bool(operand) and not is_optional)
        decorated: Function = words_argument(at_option(json_option(limits_option(command))))
        return decorated

    return decorate


def agent_option(command: Function) -> Function:
    """Give a command the option `--agent`, as its argument `agent`."""
    return click.option("--agent", metavar="AGENT", help="Only of this agent: its path or its id.")(command)


def open_reading(
    path: Path, limits: Limits = DEFAULT_LIMITS, *, at: int | None = None, as_json: bool = False
) -> Reading:
    """Read a bundle, as a whole or up to an event; ends the command if it cannot be read."""
    try:
        bundle = Bundle(path, limits)
        reduction = reduce_bundle(bundle, Mode.SALVAGE) if at is None else state_at(bundle, at)
    except RolloutTraceError as error:
        refuse(path, error)
    opened = Reading(bundle, reduction, Names(reduction.trace), at, as_json)
    if opened.default_rejects:
        complain(f"{printable(str(path))}: {_why_not_whole(reduction)}; shown is what could be read of it")
    return opened


def _why_not_whole(reduction: Reduction) -> str:
    errors = [fault for fault in reduction.diagnostics if fault.level is Level.ERROR]
    limit = next((fault for fault in errors if fault.code is Code.LIMIT_EXCEEDED), None)
    if limit is not None and all(fault.code is Code.LIMIT_EXCEEDED for fault in errors):
        return f"not read whole: {printable(limit.message)}"
    return "damaged: mode default rejects this bundle, `check` says what is missing"


def tell(parts: Callable[[], Iterable[RenderableType]], fields: Mapping[str, object], *, as_json: bool) -> None:
    """Print an answer: `fields` as one JSON object for a program, or `parts` for a person."""
    if as_json:
        tell_json(fields)
    else:
        show(parts())
