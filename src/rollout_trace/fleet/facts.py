"""The facts of many bundles: from the cache, else found anew, by several processes where there are many to reduce."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from rollout_trace.errors import BundleError, RolloutTraceError, reason_of
from rollout_trace.fleet.fact_cache import FactCache, fingerprint_of
from rollout_trace.limits import Limits
from rollout_trace.query.bundle_facts import BundleFacts, facts_of

Found: TypeAlias = BundleFacts | RolloutTraceError
"""The facts of a bundle, or why it has none."""
Anew: TypeAlias = Callable[[Sequence[Path]], Generator[tuple[Path, Found]]]
"""How the facts of bundles are found anew, each as it is done; to close it ends what is under way."""

_MANY: Final = 8
"""So many small bundles take longer to read than processes to start."""


def found_anew(bundles: Sequence[Path], limits: Limits) -> Generator[tuple[Path, Found]]:
    """Each bundle with its facts, as they are found. To close it ends what is under way."""
    find = partial(facts_or_error, limits=limits)
    if len(bundles) < _MANY:
        yield from ((bundle, find(bundle)) for bundle in bundles)
        return
    from rollout_trace.fleet.processes import in_processes, usable_cores  # noqa: PLC0415 - not for few

    yield from in_processes(find, bundles, usable_cores())


def each_known_or_found(bundles: Sequence[Path], cache: FactCache, anew: Anew) -> Generator[tuple[Path, Found]]:
    """Each bundle with its facts: at first those from the cache that are still true; others are found `anew`, and kept.

    To close it ends what is under way.
    """
    fingerprints = {bundle: fingerprint_of(bundle) for bundle in bundles}
    unknown = []
    for bundle, fingerprint in fingerprints.items():
        facts = None if fingerprint is None else cache.get(bundle, fingerprint)
        if facts is None:
            unknown.append(bundle)
        else:
            yield bundle, facts
    with closing(anew(unknown)) as results:
        for bundle, result in results:
            fingerprint = fingerprints[bundle]  # of before it was read, so that what has come since is not missed
            if fingerprint is not None and isinstance(result, BundleFacts):
                cache.put(bundle, fingerprint, result)
            yield bundle, result


def facts_or_error(bundle: Path, limits: Limits) -> Found:
    """The facts of a bundle, or why it has none; the work of a process."""
    try:
        return facts_of(bundle, limits)
    except RolloutTraceError as error:
        return error
    except OSError as error:  # it was removed while it was read
        return BundleError(bundle, reason_of(error))
