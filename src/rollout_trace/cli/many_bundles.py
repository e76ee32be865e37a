"""The facts of all bundles in a folder, as `list` and `compare` want them: from the cache, else found anew.

Bundles are reduced by several processes at once where there are several of them to reduce.
"""

import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import click

from rollout_trace.bundle.discovery import find_bundles
from rollout_trace.cli.fact_cache import FactCache, fingerprint_of
from rollout_trace.cli.progress import with_progress
from rollout_trace.cli.reporting import complain, failure_line
from rollout_trace.errors import BundleError, RolloutTraceError
from rollout_trace.printable import printable
from rollout_trace.query.bundle_facts import BundleFacts, bundle_facts
from rollout_trace.query.sessions import KnownBundle

_Found = BundleFacts | RolloutTraceError
_MANY = 8
"""So many small bundles take longer to read than processes to start."""
_SHORTEST_NAME = 14


class FleetFacts(NamedTuple):
    """What is known of the bundles of a folder, and why nothing is known of some."""

    known: list[KnownBundle]
    failures: list[tuple[Path, RolloutTraceError]]


def root_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """The argument `ROOT` and the option `--no-cache`, the same in every command for many bundles."""
    argument = click.argument(
        "root",
        metavar="[ROOT]",
        required=False,
        envvar="CODEX_ROLLOUT_TRACE_ROOT",
        type=click.Path(path_type=Path),
    )
    option = click.option(
        "--no-cache", is_flag=True, help="Reduce every bundle anew, and keep nothing in your cache folder."
    )
    return argument(option(command))


def facts_in(root: Path | None, *, no_cache: bool) -> FleetFacts:
    """The facts of the bundles in a folder; ends the command with a sentence if there are none."""
    if root is None:
        raise click.UsageError("name a folder of bundles, or set CODEX_ROLLOUT_TRACE_ROOT to one")
    try:
        bundles = find_bundles(root)
    except BundleError as error:
        complain(failure_line(str(root), error))
        sys.exit(1)
    found = dict(_found_anew(bundles)) if no_cache else _from_cache_or_anew(bundles, FactCache())
    fleet = FleetFacts([], [])
    for bundle in bundles:
        facts = found[bundle]
        if isinstance(facts, BundleFacts):
            fleet.known.append(KnownBundle(bundle, facts))
        else:
            fleet.failures.append((bundle, facts))
    return fleet


def tell_failures(fleet: FleetFacts, *, silently: bool) -> None:
    """Say of which bundles nothing is known, and why; the command ends with exit code 1 then."""
    for bundle, error in () if silently else fleet.failures:
        complain(failure_line(str(bundle), error))
    if fleet.failures:
        sys.exit(1)


def short_names(bundles: Sequence[Path]) -> list[str]:
    """The names of bundles, cut where that leaves them different: a name cut so is completed by the shell's Tab key."""
    names = [bundle.absolute().name for bundle in bundles]
    length = _SHORTEST_NAME
    while length < max(map(len, names)) and len({name[:length] for name in names}) < len(set(names)):
        length += 1
    return [printable(name if len(name) <= length + 1 else f"{name[:length]}…") for name in names]


def _from_cache_or_anew(bundles: Sequence[Path], cache: FactCache) -> dict[Path, _Found]:
    fingerprints = {bundle: fingerprint_of(bundle) for bundle in bundles}
    found: dict[Path, _Found] = {}
    for bundle, fingerprint in fingerprints.items():
        facts = None if fingerprint is None else cache.get(bundle, fingerprint)
        if facts is not None:
            found[bundle] = facts
    with closing(_found_anew([bundle for bundle in bundles if bundle not in found])) as anew:
        for bundle, result in anew:
            found[bundle] = result
            fingerprint = fingerprints[bundle]  # of before it was read, so that what has come since is not missed
            if fingerprint is not None and isinstance(result, BundleFacts):
                cache.put(bundle, fingerprint, result)
    return found


def _found_anew(bundles: Sequence[Path]) -> Generator[tuple[Path, _Found]]:
    with closing(_each_found(bundles)) as each:
        yield from zip(bundles, with_progress(each, len(bundles), "Reading"), strict=True)


def _each_found(bundles: Sequence[Path]) -> Generator[_Found]:
    """The facts of each bundle, in their order. To close it ends what is under way."""
    if len(bundles) < _MANY:
        yield from map(facts_or_error, bundles)
        return
    from rollout_trace.cli.parallel_reduction import in_processes, usable_cores  # noqa: PLC0415 - not for few

    yield from in_processes(facts_or_error, bundles, usable_cores())


def facts_or_error(bundle: Path) -> _Found:
    """The facts of a bundle, or why it has none; the work of a process."""
    try:
        return bundle_facts(bundle)
    except RolloutTraceError as error:
        return error
