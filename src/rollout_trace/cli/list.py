"""`list`: the bundles of a folder, one line each, those of one session together."""

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

import click
from rich.text import Text

from rollout_trace.cli.formatting import (
    CAUTION,
    beginning_of,
    count_text,
    duration_text,
    plural_text,
    size_text,
    status_text,
    time_text,
)
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.many_bundles import facts_in, failure_fields, names_in, root_argument, tell_failures
from rollout_trace.cli.money import price_fields, total_cost_cell, usage_notes
from rollout_trace.cli.printing import show
from rollout_trace.cli.reporting import complain, path_text, tell_json
from rollout_trace.cli.tables import Table
from rollout_trace.cli.user_prices import prices_option, user_prices
from rollout_trace.limits import Limits
from rollout_trace.query.bundle_facts import BundleFacts
from rollout_trace.query.comparison import models_without_price, usage_of_requests
from rollout_trace.query.outcome import NO_END
from rollout_trace.query.prices import PriceTable
from rollout_trace.query.session_origin import Beginning
from rollout_trace.query.sessions import KnownBundle, sessions_of
from rollout_trace.query.usage import UsageTotals
from rollout_trace.values import RolloutStatus

NO_END_STATUS: Final = "no-end"
"""The status of a rollout whose log has no end, as a word for programs."""
_STATUSES: Final = (
    RolloutStatus.COMPLETED.value,
    RolloutStatus.FAILED.value,
    RolloutStatus.ABORTED.value,
    NO_END_STATUS,
)
_AGO: Final = re.compile(r"(?P<count>\d+)(?P<unit>[dhm])")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}


class _Line(NamedTuple):
    """One bundle as it is listed."""

    bundle: KnownBundle
    session: str
    """The id of the rollout that began the session."""
    relation: str
    usage: UsageTotals


_SORTS: Final[dict[str, Callable[[_Line], int | Decimal]]] = {
    "started": lambda line: line.bundle.facts.started_at_unix_ms,
    "time": lambda line: line.bundle.facts.duration_ms,
    "agents": lambda line: line.bundle.facts.agents,
    "requests": lambda line: line.usage.requests,
    "tokens": lambda line: _tokens(line.usage),
    "cost": lambda line: line.usage.cost_usd or Decimal(0),
    "faults": lambda line: sum(line.bundle.facts.diagnostics.values()),
    "size": lambda line: line.bundle.facts.evidence_bytes,
}


class _Moment(click.ParamType[int]):
    """A day, a moment, or a time ago."""

    name = "moment"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The moment in milliseconds since 1970."""
        ago = _AGO.fullmatch(value)
        try:
            if ago is not None:
                moment = datetime.now(UTC) - timedelta(**{_UNITS[ago["unit"]]: int(ago["count"])})
            else:
                moment = datetime.fromisoformat(value)
                moment = moment.replace(tzinfo=moment.tzinfo or UTC)
            return round(moment.timestamp() * 1000)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no moment; give 2026-11-21, 2026-11-21T14:00, 7d, 12h or 30m", param, ctx)


@click.command
@root_argument
@click.option(
    "--sort",
    "order",
    type=click.Choice([*_SORTS]),
    default="started",
    show_default=True,
    help="What stands first: the latest, the longest, the dearest, …",
)
@click.option("--status", type=click.Choice(_STATUSES), help="Only those that ended so; no-end: their log has no end.")
@click.option("--since", type=_Moment(), help="Only those that started since: 2026-11-21, or 7d, 12h, 30m ago.")
@click.option("--model", metavar="NAME", help="Only those that asked this model; * stands for anything.")
@click.option("--asked", metavar="TEXT", help="Only those whose first message of the user has this in it.")
@click.option("--rows", metavar="N", type=click.IntRange(min=1), help="Only the first N of those.")
@prices_option
@limits_option
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each bundle.")
def list(  # noqa: A001 - the name of the command
    root: str | None,
    order: str,
    status: str | None,
    since: int | None,
    model: str | None,
    asked: str | None,
    rows: int | None,
    limits: Limits,
    price_file: Path | None,
    *,
    no_cache: bool,
    as_json: bool,
) -> None:
    """List the bundles in a folder, one line each.

    A line says when it began, how long it took, how it ended, what it cost and what was asked. Without ROOT, the
    folder that CODEX_ROLLOUT_TRACE_ROOT names. What one session wrote (resumed, forked, reviewed) stands together.
    Bundles need not be reduced before; what is found out is kept in your cache folder.
    """
    prices = user_prices(price_file)
    fleet = facts_in(root, limits, no_cache=no_cache)

    def is_wanted(facts: BundleFacts) -> bool:
        return (
            (status is None or _status(facts) == status)
            and (since is None or facts.started_at_unix_ms >= since)
            and (model is None or any(fnmatch.fnmatchcase(request.model, model) for request in facts.requests))
            and (asked is None or asked.casefold() in (facts.first_user_message or "").casefold())
        )

    lines = [line for line in _lines(fleet.known, prices, order) if is_wanted(line.bundle.facts)][:rows]
    if as_json:
        for line in lines:
            tell_json(_as_json(line, prices))
        for failure in failure_fields(fleet):
            tell_json(failure)
    elif lines:
        _show(lines, names_in(fleet), prices, order)
    else:
        filters = {"--status": status, "--since": since, "--model": model, "--asked": asked}
        given = ", ".join(option for option, value in filters.items() if value is not None)
        complain(f"none of {plural_text(len(fleet.known), 'bundle')} has what {given} wants")
    tell_failures(fleet, silently=as_json)


def _lines(bundles: Sequence[KnownBundle], prices: PriceTable, order: str) -> Iterator[_Line]:
    """The bundles, those of a session together; a session stands where the first of them would."""
    sessions = []
    for members in sessions_of(bundles):
        began = members[0].bundle.facts.rollout_id
        usages = [usage_of_requests(bundle.facts.requests, prices) for bundle, _ in members]
        sessions.append(
            [_Line(bundle, began, relation, usage) for (bundle, relation), usage in zip(members, usages, strict=True)]
        )
    for session in sorted(sessions, key=lambda session: max(map(_SORTS[order], session)), reverse=True):
        yield from session


def _status(facts: BundleFacts) -> str:
    return NO_END_STATUS if facts.status is RolloutStatus.RUNNING else facts.status.value


def _tokens(usage: UsageTotals) -> int:
    return usage.tokens.input_tokens + usage.tokens.output_tokens


def _as_json(line: _Line, prices: PriceTable) -> dict[str, object]:
    facts = line.bundle.facts
    return {
        "bundle": path_text(line.bundle.path),
        "session": line.session,
        "relation": line.relation,
        "trace_id": facts.trace_id,
        "rollout_id": facts.rollout_id,
        "started_at_unix_ms": facts.started_at_unix_ms,
        "duration_ms": facts.duration_ms,
        "status": _status(facts),
        "agents": facts.agents,
        "models": sorted({request.model for request in facts.requests}),
        "usage": line.usage,
        "compaction_requests": facts.compaction_requests,
        "prices": price_fields(prices),
        "first_user_message": facts.first_user_message,
        "diagnostics": facts.diagnostics,
        "evidence_bytes": facts.evidence_bytes,
        "error": None,
    }


# The table ----------------------------------------------------------------------------------------------------------


_COLUMNS: Final[dict[str, Callable[[_Line], str | Text]]] = {
    "started": lambda line: time_text(line.bundle.facts.started_at_unix_ms)[:16],
    "time": lambda line: duration_text(line.bundle.facts.duration_ms),
    "status": lambda line: _status_text(line.bundle.facts),
    "faults": lambda line: f"{sum(line.bundle.facts.diagnostics.values()):,}",
    "cost": lambda line: total_cost_cell(line.usage),
    "tokens": lambda line: count_text(_tokens(line.usage)),
    "requests": lambda line: f"{line.usage.requests:,}",
    "agents": lambda line: f"{line.bundle.facts.agents:,}",
    "size": lambda line: size_text(line.bundle.facts.evidence_bytes),
}
_FIGURES: Final = ("time", "faults", "cost", "tokens", "requests", "agents", "size")
_SPARE: Final = ("size", "agents", "requests", "tokens", "cost", "time", "started")


def _show(lines: Sequence[_Line], names: Mapping[Path, str], prices: PriceTable, order: str) -> None:
    before = ["", *(line.session for line in lines)]
    rows = [
        (
            f"{'  ' if line.session == above else ''}{names[line.bundle.path]}",
            *(cell(line) for cell in _COLUMNS.values()),
            _asked(line),
        )
        for line, above in zip(lines, before, strict=False)
    ]
    spare = [heading for heading in _SPARE if heading != order]
    table = Table(("bundle", *_COLUMNS, "asked"), rows, _FIGURES, names=("bundle", "started"), spare=spare, is_cut=True)
    show([table, Text()])
    show(Text(note, "dim") for note in _notes(lines, prices))


def _status_text(facts: BundleFacts) -> Text:
    return Text(NO_END, CAUTION) if facts.status is RolloutStatus.RUNNING else status_text(facts.status)


def _asked(line: _Line) -> Text:
    asked = line.bundle.facts.first_user_message
    text = Text("(nothing)", "dim") if asked is None else Text(beginning_of(asked))
    if line.relation != Beginning.STARTED:
        return Text.assemble(f"{line.relation}: ", text)
    return text


def _notes(lines: Sequence[_Line], prices: PriceTable) -> Iterator[str]:
    bundles = [line.bundle for line in lines]
    total = usage_of_requests((request for _, facts in bundles for request in facts.requests), prices)
    sessions = len({line.session for line in lines})
    yield (
        f"{plural_text(len(lines), 'bundle')} of {plural_text(sessions, 'session')}, "
        f"{count_text(_tokens(total))} tokens in and out, cost {total_cost_cell(total)}"
    )
    if any(facts.status is RolloutStatus.RUNNING for _, facts in bundles):
        yield f"{NO_END}: it still runs, or was killed."
    compaction_requests = sum(facts.compaction_requests for _, facts in bundles)
    yield from usage_notes(total, compaction_requests, models_without_price(bundles, prices), prices)
