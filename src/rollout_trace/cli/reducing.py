"""What `reduce` does once it is known which bundles, how strictly, and where to: the work, and what is told of it.

The command line is read in `reduce`, or in `plain_reduction`.
"""

from collections.abc import Generator, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path

from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.cli.outcome import STANDARD_OUTPUT, Outcome, reduce_and_write
from rollout_trace.cli.progress import with_progress
from rollout_trace.cli.reporting import (
    complain,
    diagnostic_line,
    error_fields,
    failure_line,
    path_text,
    tell_json,
    tell_path,
)
from rollout_trace.cli.which_bundle import path_named
from rollout_trace.errors import BundleError
from rollout_trace.limits import DEFAULT_LIMITS, Limits
from rollout_trace.reduce.modes import Mode


def reduce_bundles(
    bundles: list[Path],
    without: list[Outcome],
    output: Path | None = None,
    mode: Mode = Mode.DEFAULT,
    limits: Limits = DEFAULT_LIMITS,
    jobs: int | None = None,
    *,
    as_json: bool = False,
) -> int:
    """Reduce bundles and tell of each, after what is to be said of paths `without` any; returns the exit code."""
    failed = bool(without)
    for outcome in without:
        _tell(outcome, as_json=as_json)
    with closing(_outcomes(bundles, output, mode, limits, jobs)) as outcomes:
        for outcome in with_progress(outcomes, len(bundles), "Reducing"):
            failed = failed or outcome.error is not None
            _tell(outcome, as_json=as_json)
    return 1 if failed else 0


def bundles_in(words: Iterable[str]) -> tuple[list[Path], list[Outcome]]:
    """The bundles that are meant, each once, and what is to be said of words that mean none."""
    bundles: dict[Path, None] = {}
    without: list[Outcome] = []
    for path in map(path_named, words):
        try:
            bundles.update(dict.fromkeys(find_bundles(path)))
        except BundleError as error:
            without.append(Outcome(path, None, (), error))
    return list(bundles), without


def _outcomes(
    bundles: list[Path], output: Path | None, mode: Mode, limits: Limits, jobs: int | None
) -> Generator[Outcome]:
    """What becomes of each bundle, in their order. To close it ends what is under way."""
    if jobs == 1 or len(bundles) == 1:
        yield from (reduce_and_write(bundle, output, mode, limits) for bundle in bundles)
        return
    from rollout_trace.fleet.processes import (  # noqa: PLC0415 - not for one
        WorkerDiedError,
        in_order,
        in_processes,
        usable_cores,
    )

    work = partial(reduce_and_write, output=None, mode=mode, limits=limits)
    with closing(in_processes(work, bundles, jobs or usable_cores())) as results:
        for bundle, result in in_order(bundles, results):
            yield Outcome(bundle, None, (), result) if isinstance(result, WorkerDiedError) else result


def _tell(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        tell_json(_fields_of(outcome))
        return
    bundle = str(outcome.bundle)
    for diagnostic in outcome.diagnostics:
        complain(diagnostic_line(bundle, diagnostic))
    if outcome.error is not None:
        complain(failure_line(bundle, outcome.error))
    if outcome.state is not None and outcome.state != STANDARD_OUTPUT:
        tell_path(outcome.state)


def _fields_of(outcome: Outcome) -> dict[str, object]:
    error = outcome.error
    return {
        "bundle": path_text(outcome.bundle),
        "state": None if outcome.state is None else path_text(outcome.state),
        "error": None if error is None else error_fields(error),
        "diagnostics": outcome.diagnostics,
    }
