"""How long each answer takes on the largest bundle, beside reducing it: at most a second more, or twice that of both.

.venv/bin/python bench/questions.py [FOLDER]
"""

import sys
import sysconfig
import tempfile
from pathlib import Path

from limits import Limit
from make_bundle import make_bundle
from measuring import measure_side_by_side
from report import Table
from shapes import LARGE

PROGRAM = str(Path(sysconfig.get_path("scripts")) / "rollout-trace")
ANSWERS = {
    "summary": (),
    "timeline": (),
    "show": ("request:300",),
    "why": ("request:300",),
    "conversation": (),
    "conversation --request": ("--request", "request:500"),
    "context": ("request:500",),
    "tools": (),
    "terminals": (),
    "agents": (),
    "failures": (),
    "compactions": (),
    "grep": ("the",),
    "diff": (),
}
SECONDS_MORE = 1.0
TWICE = {"grep", "diff"}
"""What reads all text, or two bundles."""
TIMES = 3


def answer_limit(name: str, seconds: float, reducing: float) -> Limit:
    """The time of a whole process that answers, beside one that reduces."""
    bound = (reducing + SECONDS_MORE) * (2 if name in TWICE else 1)
    return Limit(f"{seconds:.2f} s", f"≤ {bound:.2f} s", seconds <= bound)


def main(folder: Path) -> bool:
    """Measure every answer; whether all limits were kept."""
    bundle = folder / "large"
    if not bundle.exists():
        make_bundle(bundle, LARGE)
    commands = {"reduce": [PROGRAM, "reduce", str(bundle)]}
    for name, words in ANSWERS.items():
        bundles = [str(bundle)] * (2 if name == "diff" else 1)
        commands[name] = [PROGRAM, name.split()[0], *bundles, *words]
    measures = measure_side_by_side(commands, TIMES)
    reducing = measures.pop("reduce").seconds
    table = Table(("answer", 24), ("time", 30), ("memory", 8))
    table.add("(reduce)", f"{reducing:.2f} s", "")
    limits = {name: answer_limit(name, measured.seconds, reducing) for name, measured in measures.items()}
    for name, limit in limits.items():
        table.add(name, limit, f"{measures[name].peak / 1e6:.0f} MB")
    return all(limit.is_kept for limit in limits.values())


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(not main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(not main(Path(temporary)))
