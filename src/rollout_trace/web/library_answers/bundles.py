"""The list of bundles: a line each, filtered and in order."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from rollout_trace.bundle.absence import folders_further_down
from rollout_trace.bundle.discovery import folder_name
from rollout_trace.errors import RolloutTraceError
from rollout_trace.query.bundle_facts import BundleFacts
from rollout_trace.query.comparison import usage_of_requests
from rollout_trace.query.prices import PriceTable
from rollout_trace.query.sessions import sessions_of
from rollout_trace.web.answers.cutting import page_of
from rollout_trace.web.interface.library import (
    BundleFigures,
    BundleKey,
    BundleLine,
    BundleOrder,
    Bundles,
    BundlesQuery,
    BundleState,
)
from rollout_trace.web.kept import Kept
from rollout_trace.web.library import BundleEntry, Library, key_of


def bundles(library: Library, kept: Kept, asked: BundlesQuery) -> Bundles:
    """The bundles that are asked for. Those of which nothing is known stand last, by name."""
    lines = kept.get("lines", library.revision, lambda: _lines(library))
    chosen = [line for line in lines if _is_wanted(line, asked)]
    known = [line for line in chosen if line.figures is not None]
    known.sort(key=_SORTS[asked.order], reverse=not asked.reversed)
    unknown = [line for line in chosen if line.figures is None]
    change = library.change()
    further_down = () if change.found else folders_further_down(library.path)
    return Bundles(
        root=_shown_path(library.path),
        is_one=library.is_one,
        found=change.found,
        read=change.read,
        further_down=_shown_path(further_down[0]) if further_down else None,
        bundles=page_of([*known, *unknown], asked),
    )


def _lines(library: Library) -> list[BundleLine]:
    relations = {
        key_of(bundle.path): (members[0].bundle.facts.rollout_id, relation)
        for members in sessions_of(library.known())
        for bundle, relation in members
    }
    return [_line(entry, relations, library.prices) for entry in library.entries()]


def _line(entry: BundleEntry, relations: Mapping[BundleKey, tuple[str, str]], prices: PriceTable) -> BundleLine:
    state, error, figures = BundleState.WAITING, None, None
    if isinstance(entry.found, BundleFacts) and entry.key in relations:
        state, figures = BundleState.KNOWN, _figures(entry.found, *relations[entry.key], prices)
    elif isinstance(entry.found, RolloutTraceError):
        state, error = BundleState.FAILED, str(entry.found)
    return BundleLine(key=entry.key, name=_shown_name(entry.path), state=state, error=error, figures=figures)


def _figures(facts: BundleFacts, session: str, relation: str, prices: PriceTable) -> BundleFigures:
    return BundleFigures(
        trace_id=facts.trace_id,
        rollout_id=facts.rollout_id,
        session=session,
        relation=relation,
        started_at_unix_ms=facts.started_at_unix_ms,
        duration_ms=facts.duration_ms,
        status=facts.status,
        agents=facts.agents,
        models=tuple(sorted({request.model for request in facts.requests})),
        usage=usage_of_requests(facts.requests, prices),
        first_user_message=facts.first_user_message,
        diagnostics=facts.diagnostics,
        evidence_bytes=facts.evidence_bytes,
    )


def _by(figure: Callable[[BundleFigures], Any]) -> Callable[[BundleLine], Any]:
    """An order by a figure, and among equals by the start."""

    def order(line: BundleLine) -> tuple[Any, int]:
        figures = line.figures
        if figures is None:
            message = "only bundles that are known have an order"
            raise ValueError(message)
        return figure(figures), figures.started_at_unix_ms

    return order


_SORTS: Final[Mapping[BundleOrder, Callable[[BundleLine], Any]]] = {
    BundleOrder.STARTED: _by(lambda figures: figures.started_at_unix_ms),
    BundleOrder.DURATION: _by(lambda figures: figures.duration_ms),
    BundleOrder.STATUS: _by(lambda figures: figures.status),
    BundleOrder.AGENTS: _by(lambda figures: figures.agents),
    BundleOrder.REQUESTS: _by(lambda figures: figures.usage.requests),
    BundleOrder.TOKENS: _by(lambda figures: figures.usage.tokens.input_tokens + figures.usage.tokens.output_tokens),
    BundleOrder.COST: _by(lambda figures: Decimal(-1) if figures.usage.cost_usd is None else figures.usage.cost_usd),
    BundleOrder.DIAGNOSTICS: _by(lambda figures: sum(figures.diagnostics.values())),
    BundleOrder.SIZE: _by(lambda figures: figures.evidence_bytes),
    BundleOrder.NAME: lambda line: line.name,
}


def _is_wanted(line: BundleLine, asked: BundlesQuery) -> bool:
    if asked.status is not None and (line.figures is None or line.figures.status is not asked.status):
        return False
    if asked.text is None:
        return True
    said = [line.name]
    if line.figures is not None:
        said += [line.figures.first_user_message or "", *line.figures.models]
    return any(asked.text.casefold() in text.casefold() for text in said)


def _shown_name(path: Path) -> str:
    return _text(folder_name(path))


def _shown_path(path: Path) -> str:
    return _text(str(path))


def _text(name: str) -> str:
    """A name as text; bytes that are no text are escaped."""
    return name.encode("utf-8", "surrogateescape").decode(errors="backslashreplace")
