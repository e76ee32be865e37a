"""Which bundles belong together: one session can write several (resumed, forked, reviewed).

A rollout that is resumed has the id of the rollout that it continues, in a bundle of its own; a fork names what it was
forked from, a review the session that asked for it. Bundles that are so connected, by way of others too, are a session.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from rollout_trace.ids import RolloutId, TraceId
from rollout_trace.query.bundle_facts import BundleFacts


class KnownBundle(NamedTuple):
    """A bundle and its facts."""

    path: Path
    facts: BundleFacts


class SessionMember(NamedTuple):
    """A bundle of a session, and how it came about: a `Beginning`, `resumed`, or `copy` for the same trace again."""

    bundle: KnownBundle
    relation: str


def sessions_of(bundles: Iterable[KnownBundle]) -> list[tuple[SessionMember, ...]]:
    """The bundles by session, in order of their starts; the sessions in order of the starts of their first."""
    in_order = sorted(bundles, key=lambda bundle: (bundle.facts.started_at_unix_ms, bundle.path))
    joined: dict[str, str] = {}

    def session(known_as: str) -> str:
        """The name that a session has among all the ids by which it is known."""
        while (next_name := joined.setdefault(known_as, known_as)) != known_as:
            joined[known_as] = known_as = joined[next_name]  # so that no chain of names grows long
        return known_as

    for _, facts in in_order:
        for related in (facts.origin.session_id, facts.origin.forked_from_id):
            if related is not None:
                joined[session(related)] = session(facts.rollout_id)
    groups: dict[str, list[KnownBundle]] = {}
    for bundle in in_order:
        groups.setdefault(session(bundle.facts.rollout_id), []).append(bundle)
    return [_members(group) for group in groups.values()]


def _members(bundles: Iterable[KnownBundle]) -> tuple[SessionMember, ...]:
    traces: set[TraceId] = set()
    rollouts: set[RolloutId] = set()
    members = []
    for bundle in bundles:
        relation = bundle.facts.origin.beginning.value
        if bundle.facts.trace_id in traces:
            relation = "copy"
        elif bundle.facts.rollout_id in rollouts:
            relation = "resumed"
        members.append(SessionMember(bundle, relation))
        traces.add(bundle.facts.trace_id)
        rollouts.add(bundle.facts.rollout_id)
    return tuple(members)
