"""Views of bundles on disk, and what they answer, as the page gets it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.query.prices import shipped_prices
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reduction
from rollout_trace.web.answers.table import answer
from rollout_trace.web.interface.endpoints import ROLLOUT_ENDPOINTS
from rollout_trace.web.interface.library import BundleKey
from rollout_trace.web.view import LogExtent, View

EXAMPLES = Path(__file__).parents[2] / "examples"
ENDPOINTS = {endpoint.name: endpoint for endpoint in ROLLOUT_ENDPOINTS}


def view_of(bundle: Bundle | Path, reduction: Reduction | None = None, *, is_live: bool = False) -> View:
    """A view of a whole bundle, or of a graph of it."""
    opened = bundle if isinstance(bundle, Bundle) else Bundle(bundle)
    seqs = [entry.event.seq for entry in opened.events() if isinstance(entry, LoggedEvent)]
    extent = LogExtent(
        key=BundleKey("a-key"),
        name=opened.path.name,
        first_seq=seqs[0] if seqs else 0,
        last_seq=seqs[-1] if seqs else 0,
        events=len(seqs),
        is_live=is_live,
    )
    return View(opened, reduction or reduce_bundle(opened, Mode.SALVAGE), extent, shipped_prices())


def envelope(view: View, name: str, **asked: Any) -> dict[str, Any]:
    """The envelope of an answer as JSON has it; the question is checked as one that comes from a page."""
    question = msgspec.convert(asked, ENDPOINTS[name].asked)
    told = msgspec.json.decode(msgspec.json.encode(answer(view, name, question)), type=dict[str, Any])
    msgspec.convert(told["answer"], ENDPOINTS[name].told)  # it is what the interface says
    return told


def ask(view: View, name: str, **asked: Any) -> Any:
    """What an endpoint tells."""
    return envelope(view, name, **asked)["answer"]


def whole_list(view: View, name: str, **asked: Any) -> list[Any]:
    """All entries of a list, which has no more than fit on a page."""
    page = ask(view, name, limit=1000, **asked)
    assert page["total"] == len(page["entries"]) <= 1000
    return list(page["entries"])


def lists_of(view: View) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every list that a rollout has, by its endpoint and what has to be asked."""
    trace = view.trace
    for name in (
        *("agents", "passages", "failures", "diagnostics", "timeline", "critical-path", "requests", "tools", "cells"),
        *("terminals", "compactions", "turns", "events", "check/findings"),
    ):
        yield name, {}
    for thread_id in trace.threads:
        for name in ("conversation", "passages", "timeline", "requests", "tools", "cells", "terminals", "turns"):
            yield name, {"thread": thread_id}
    for call_id in trace.inference_calls:
        for choice in ("all", "new", "vanished"):
            yield "request/items", {"request": call_id, "choice": choice}
    for terminal_id in trace.terminal_sessions:
        yield "terminal", {"terminal": terminal_id}
    for replacement in whole_list(view, "compactions"):
        for choice in ("dropped", "kept", "added"):
            yield "compactions/items", {"seq": replacement["position"]["seq"], "choice": choice}
