"""What all commands share that read one bundle and answer one question.

Owns: which bundle is meant, how it is reduced (in mode salvage, up to an event if one is named; a `state.json` is never
used for that, since it does not say how it was made), what is said when mode default rejects it, which object a name
leads to, and whether the answer goes to a person or to a program.
"""

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, NoReturn, TypeAlias

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.bundle.folder import Bundle
from rollout_trace.bundle.layout import MANIFEST, ROOT_VARIABLE
from rollout_trace.bundle.newest import newest_bundle
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.cli.formatting import show
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.reporting import complain, failure_line, path_text, tell_json
from rollout_trace.diagnostics import Code, Level
from rollout_trace.errors import BundleError, QuestionError, RolloutTraceError
from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.printable import printable
from rollout_trace.query.moment import state_at
from rollout_trace.query.naming import Names, ObjectRef
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction

LATEST: Final = "latest"
_WRONG_USE: Final = 2
_BUNDLE_HELP: Final = f"""
BUNDLE is a bundle's folder; ROOT/{LATEST} is the newest bundle in the folder ROOT. `{LATEST}` alone, or nothing, is
the newest in the folder that {ROOT_VARIABLE} names.
"""

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
            words, operand_words = _split(words, operand, is_optional=is_optional)
            opened = open_reading(_meant(words), limits, at=at, as_json=as_json)
            given = {} if operand is None else {"operand": operand_words}
            function(opened, **given, **options)

        command.__doc__ = f"{inspect.getdoc(function)}\n{_BUNDLE_HELP}"
        at_option = click.option("--at", metavar="SEQ", type=int, help="As it was when the event SEQ had happened.")
        json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
        words_argument = click.argument("words", metavar=metavar, nargs=-1, required=bool(operand) and not is_optional)
        decorated: Function = words_argument(at_option(json_option(limits_option(command))))
        return decorated

    return decorate


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


def bundle_named(name: str | None) -> Path:
    """The bundle that a user means by a name, or by none; ends the command if there is no such bundle."""
    given = Path(LATEST if name is None else name)
    try:
        if given.name != LATEST or (given / MANIFEST).exists():
            return given
        if given != Path(LATEST):
            return newest_bundle(given.parent)
        root = os.environ.get(ROOT_VARIABLE)
        if root:
            return newest_bundle(root)
    except RolloutTraceError as error:
        refuse(given, error)
    except (OSError, ValueError) as error:
        refuse(given, BundleError(given, str(error)))
    complain(f"error: no bundle is named, and {ROOT_VARIABLE} is not set; name a bundle's folder")
    sys.exit(_WRONG_USE)


def refuse(path: Path, error: RolloutTraceError) -> NoReturn:
    """End the command with one sentence: 2 for a question that was put wrong, 1 for a bundle that cannot be read."""
    complain(failure_line(str(path), error))
    sys.exit(_WRONG_USE if isinstance(error, QuestionError) else 1)


def _meant(words: tuple[str, ...]) -> Path:
    return bundle_named(words[0] if words else None)


def _split(words: tuple[str, ...], operand: str | None, *, is_optional: bool) -> tuple[tuple[str, ...], str | None]:
    """The words for the bundle, none or one; and the operand."""
    most = 1 if operand is None else 2
    if len(words) > most:
        wanted = "one bundle" if operand is None else f"one bundle and one {operand.strip('[]')}"
        raise click.UsageError(f"`{words[most]}` is one word too many: this command takes {wanted}")
    if operand is None:
        return words, None
    if len(words) == most:
        return words[:1], words[1]
    if is_optional and words and _is_bundle(words[0]):
        return words, None
    if words and not is_optional and _is_folder_of_bundle(words[0]):
        raise click.UsageError(f"`{printable(words[0])}` is the bundle; the {operand} is missing after it")
    return (), words[0] if words else None


def _is_bundle(word: str) -> bool:
    """Whether a single word names the bundle; without a folder of bundles to look in, nothing else can be meant."""
    return Path(word).name == LATEST or _is_folder_of_bundle(word) or not os.environ.get(ROOT_VARIABLE)


def _is_folder_of_bundle(word: str) -> bool:
    try:
        return (Path(word) / MANIFEST).exists()
    except (OSError, ValueError):
        return False
