"""How long the viewer's server takes for its first answers about a rollout of 50,000 objects that it has reduced.

.venv/bin/python bench/views.py [FOLDER]

Each answer is asked of a view of which nothing was asked before, and then again.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from limits import Limit
from make_bundle import Options, make_bundle
from report import Table
from rollout_trace.bundle.folder import Bundle
from rollout_trace.bundle_reduction import reduce_bundle
from rollout_trace.memory import prepare_for_graphs
from rollout_trace.query.naming import objects_of
from rollout_trace.query.prices import shipped_prices
from rollout_trace.reduce.evidence import ObjectKind
from rollout_trace.reduce.modes import Mode
from rollout_trace.web.answers.table import answer
from rollout_trace.web.interface.endpoints import ROLLOUT_ENDPOINTS
from rollout_trace.web.interface.library import BundleKey
from rollout_trace.web.view import LogExtent, View

OPTIONS = Options(turns=60, calls=38, requests="delta", output_characters=400, compact_at=400_000, agents=8)
"""57,000 objects."""
SECONDS = 1.0
"""How long a first answer may take; `check` and `search` read the whole bundle."""
READS_ALL = {"check", "search"}


def questions(view: View) -> dict[str, dict[str, Any]]:
    """What is asked of which endpoint."""
    trace = view.trace
    request, tool = list(trace.inference_calls)[-1], list(trace.tool_calls)[-1]
    return {
        "rollout": {},
        "agents": {},
        "failures": {},
        "timeline": {},
        "critical-path": {},
        "conversation": {"thread": trace.root_thread_id},
        "requests": {},
        "request": {"request": request},
        "request/items": {"request": request},
        "tools": {},
        "terminals": {},
        "compactions": {},
        "object": {"kind": "tool_call", "id": tool},
        "lineage": {"kind": "thread", "id": trace.root_thread_id},
        "place": {"kind": "tool_call", "id": tool},
        "events": {},
        "check": {},
        "search": {"text": "cargo python"},
    }


def main(folder: Path) -> bool:
    """Measure every question; whether all limits were kept."""
    bundle = folder / "view"
    if not bundle.exists():
        make_bundle(bundle, OPTIONS)
    prepare_for_graphs()
    opened = Bundle(bundle)
    reduction = reduce_bundle(opened, Mode.SALVAGE)
    events = sum(1 for _ in reduction.evidence)
    extent = LogExtent(BundleKey("view"), "view", first_seq=1, last_seq=events, events=events, is_live=False)
    objects = sum(len(objects_of(reduction.trace, kind)) for kind in ObjectKind)
    table = Table(("question", 16), ("first", 30), ("again", 8), ("answer", 10))
    table.add(f"({objects:,} objects)", "", "", "")
    asked = {endpoint.name: endpoint.asked for endpoint in ROLLOUT_ENDPOINTS}
    are_kept = True
    for name, parameters in questions(View(opened, reduction, extent, shipped_prices())).items():
        view = View(opened, reduction, extent, shipped_prices())
        question = msgspec.convert(parameters, asked[name])
        times = []
        for _ in range(2):
            began = time.perf_counter()
            told = msgspec.json.encode(answer(view, name, question))
            times.append(time.perf_counter() - began)
        limit = Limit(f"{times[0]:.2f} s", f"≤ {SECONDS:.2f} s", times[0] <= SECONDS)
        first = f"{times[0]:.2f} s" if name in READS_ALL else limit
        table.add(name, first, f"{1000 * times[1]:.0f} ms", f"{len(told) / 1000:,.0f} kB")
        are_kept = are_kept and (name in READS_ALL or limit.is_kept)
    return are_kept


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(not main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(not main(Path(temporary)))
