"""The facts of all bundles in a folder, as `list` and `compare` want them: from the cache, else found anew.

Bundles are reduced by several processes at once where there are several of them to reduce.
"""

import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click

from rollout_trace.bundle.discovery import find_bundles, folder_name
from rollout_trace.cli.progress import with_progress
from rollout_trace.cli.reporting import complain, error_fields, failure_line, path_text, refuse
from rollout_trace.cli.which_bundle import root_named, shown_names
from rollout_trace.errors import BundleError, RolloutTraceError
from rollout_trace.fleet.fact_cache import FactCache
from rollout_trace.fleet.facts import Found, each_known_or_found, found_anew
from rollout_trace.limits import Limits
from rollout_trace.query.bundle_facts import BundleFacts
from rollout_trace.query.sessions import KnownBundle


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
    )
    option = click.option(
        "--no-cache", is_flag=True, help="Reduce every bundle anew, and keep nothing in your cache folder."
    )
    return argument(option(command))


def facts_in(word: str | None, limits: Limits, *, no_cache: bool) -> FleetFacts:
    """The facts of the bundles in a folder; ends the command with a sentence if there are none."""
    root = root_named(word)
    try:
        bundles = find_bundles(root)
    except BundleError as error:
        refuse(root, error)
    anew = partial(_found_anew, limits=limits)
    if no_cache:
        with closing(anew(bundles)) as results:
            found = dict(results)
    else:
        found = dict(each_known_or_found(bundles, FactCache(limits), anew))
    fleet = FleetFacts([], [])
    for bundle in bundles:
        facts = found[bundle]
        if isinstance(facts, BundleFacts):
            fleet.known.append(KnownBundle(bundle, facts))
        else:
            fleet.failures.append((bundle, facts))
    return fleet


def failure_fields(fleet: FleetFacts) -> list[dict[str, object]]:
    """For JSON: of which bundles nothing is known, and why."""
    return [{"bundle": path_text(bundle), "error": error_fields(error)} for bundle, error in fleet.failures]


def tell_failures(fleet: FleetFacts, *, silently: bool) -> None:
    """Say of which bundles nothing is known, and why; the command ends with exit code 1 then."""
    for bundle, error in () if silently else fleet.failures:
        complain(failure_line(str(bundle), error))
    if fleet.failures:
        sys.exit(1)


def names_in(fleet: FleetFacts) -> dict[Path, str]:
    """What to call each bundle of a folder: its name, of a long one so much as every command takes for it."""
    names = {bundle: folder_name(bundle) for bundle, _ in (*fleet.known, *fleet.failures)}
    shown = shown_names(names.values())
    return {bundle: shown[name] for bundle, name in names.items()}


def _found_anew(bundles: Sequence[Path], limits: Limits) -> Generator[tuple[Path, Found]]:
    with closing(found_anew(bundles, limits)) as each:
        yield from with_progress(each, len(bundles), "Reading")
