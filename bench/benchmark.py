"""Measures the command on bundles of many shapes, beside the floor, and says which limits it keeps."""

import argparse
import filecmp
import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evidence import Evidence, made
from limits import Limit, growth_limit, memory_limit, speed_up_limit, time_limit
from make_bundle import Options
from measuring import Command, Measure, measure, measure_side_by_side
from report import Table, write_page
from shapes import LARGE, SHAPES, SMALL, Shape

BENCH = Path(__file__).parent
COMMAND = str(Path(sysconfig.get_path("scripts")) / "rollout-trace")
MODES = ("default", "codex")
CODEX = {1: "0.160.0", 2: "0.169.0"}
"""The release whose reducer mode `codex` follows, by schema."""
LONGEST_OF_CODEX = 150
"""Seconds after which Codex's own reducer is given up."""
JOBS = "jobs"
"""What `--shape` calls the measuring of many bundles at once."""


@dataclass(frozen=True)
class Measured:
    """One bundle, and what each command took for it."""

    shape: Shape
    is_largest: bool
    evidence: Evidence
    size: int
    """The bytes by which growth is counted."""
    measures: dict[str, Measure]
    of_codex: str
    """What there is to say of Codex's own reducer."""


@dataclass
class Benchmark:
    """One sitting: what is measured, how often, and which limits were missed."""

    folder: Path
    times: int
    sizes: int
    """How many of each shape's sizes are measured, the smallest first."""
    with_codex: bool
    missed: list[str] = field(default_factory=list)

    def measure_shapes(self, shapes: list[Shape]) -> Table:
        """Each size of each shape, in both modes."""
        table = Table(
            ("shape", 12),
            ("evidence", 8),
            ("events", 6),
            ("floor", 7),
            ("mode", 7),
            ("× floor", 7),
            ("time", 24),
            ("growth", 17),
            ("memory", 22),
            ("events/s", 8),
            *([("Codex", 22)] if self.with_codex else []),
        )
        for shape in shapes:
            self._measure_shape(shape, table)
        return table

    def _measure_shape(self, shape: Shape, table: Table) -> None:
        smaller = None
        for number, options in enumerate(shape.sizes()[: self.sizes], start=1):
            measured = self._measure_size(shape, options, is_last=number == min(self.sizes, len(shape.turns)))
            for mode in MODES:
                table.add(*self._row(measured, mode, smaller))
            smaller = measured

    def _measure_size(self, shape: Shape, options: Options, *, is_last: bool) -> Measured:
        with made(self.folder / shape.name, options) as evidence:
            measures = measure_side_by_side(_commands(evidence), self.times)
            size = evidence.size + (evidence.state.stat().st_size if shape.counts_state else 0)
            of_codex = self._measure_codex(evidence, options) if self.with_codex and is_last else "-"
        return Measured(shape, options == shape.sizes()[-1], evidence, size, measures, of_codex)

    def _row(self, measured: Measured, mode: str, smaller: Measured | None) -> Iterator[object]:
        shape, evidence = measured.shape, measured.evidence
        seconds, peak = measured.measures[mode].seconds, measured.measures[mode].peak
        floor = measured.measures["floor"].seconds
        size = f"{evidence.size / 1e6:.1f} MB"

        def noted(limit: Limit) -> Limit:
            return self._noted(f"{shape.name}, {size}, mode {mode}", limit)

        yield shape.name
        yield size
        yield f"{evidence.events:,}"
        yield f"{floor:.3f} s"
        yield mode
        yield f"{seconds / floor:.2f}"
        yield noted(
            time_limit(seconds, floor, evidence.events, shape.most_of_the_floor if measured.is_largest else None)
        )
        if smaller is None:
            yield "-"
        else:
            yield noted(growth_limit((smaller.measures[mode].seconds, seconds), (smaller.size, measured.size)))
        if measured.is_largest and shape.most_memory is not None:
            yield noted(memory_limit(peak, shape.most_memory))
        else:
            yield f"{peak / 1e6:.0f} MB"
        yield f"{evidence.events / seconds:,.0f}"
        if self.with_codex:
            yield measured.of_codex if mode == "codex" else "-"

    def _measure_codex(self, evidence: Evidence, options: Options) -> str:
        """Codex's own reducer on a bundle whose graph in mode `codex` has been written."""
        clients = Path(os.environ.get("ROLLOUT_TRACE_CLIENTS") or BENCH.parent / ".clients")
        program = next(clients.glob(f"{CODEX[options.schema]}/vendor/*/bin/codex"), None)
        if program is None:
            return "not installed"
        theirs = self.folder / "theirs.json"
        command = ("debug", "trace-reduce", str(evidence.folder), "-o", str(theirs))
        measured = measure(["/usr/bin/env", f"CODEX_HOME={self.folder}", str(program), *command], LONGEST_OF_CODEX)
        if measured is None:
            return f"more than {LONGEST_OF_CODEX} s"
        if not filecmp.cmp(evidence.state, theirs, shallow=False):
            self.missed.append(f"{evidence.folder.name}, mode codex: another graph than Codex's own")
            return f"{measured.seconds:.1f} s, ANOTHER GRAPH"
        return f"{measured.seconds:.1f} s, same graph"

    def measure_jobs(self) -> Table:
        """Roots of many bundles: two jobs beside one."""
        table = Table(("bundles", 24), ("one job", 7), ("two jobs", 8), ("speed-up", 18))
        for count, options in ((1000, SMALL), (12, LARGE)):
            root = self.folder / "root"
            with made(self.folder / "one", options) as evidence:
                for number in range(count):
                    shutil.copytree(evidence.folder, root / f"{number:04}", copy_function=os.link)
                commands = {jobs: [COMMAND, "reduce", f"--jobs={jobs}", str(root)] for jobs in ("1", "2")}
                measures = measure_side_by_side(commands, 3)
                shutil.rmtree(root)
            bundles = f"{count:,} of {evidence.size / 1e6:.1f} MB"
            one, two = measures["1"].seconds, measures["2"].seconds
            table.add(bundles, f"{one:.2f} s", f"{two:.2f} s", self._noted(bundles, speed_up_limit(one, two)))
        return table

    def _noted(self, where: str, limit: Limit) -> Limit:
        if not limit.is_kept:
            self.missed.append(f"{where}: {limit}")
        return limit


def describe(shapes: list[Shape]) -> Table:
    """What the shapes are."""
    table = Table(("shape", 12), ("what it is", 56))
    for shape in shapes:
        table.add(shape.name, shape.meaning)
    return table


def _commands(evidence: Evidence) -> dict[str, Command]:
    """What is measured side by side. The last one's graph stays."""
    bundle = str(evidence.folder)
    commands: dict[str, Command] = {"floor": [sys.executable, str(BENCH / "floor.py"), bundle]}
    for mode in MODES:
        commands[mode] = [COMMAND, "reduce", "--mode", mode, bundle]
    return commands


def main() -> None:
    """Measure what the arguments say."""
    names = [shape.name for shape in SHAPES]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="only the two smallest sizes, and no roots of many bundles"
    )
    parser.add_argument("--shape", choices=[*names, JOBS], action="append", help="only this; may be given again")
    parser.add_argument("--codex", action="store_true", help="measure Codex's own reducer too, where it is installed")
    parser.add_argument("--folder", type=Path, help="make the bundles in this folder, instead of a temporary one")
    arguments = parser.parse_args()
    wanted = arguments.shape or ([*names] if arguments.quick else [*names, JOBS])

    if arguments.folder is not None and not arguments.folder.is_dir():
        parser.error(f"there is no folder {arguments.folder}")
    with tempfile.TemporaryDirectory(prefix="rollout-trace-bench-", dir=arguments.folder) as folder:
        times, sizes = (2, 2) if arguments.quick else (5, 4)
        benchmark = Benchmark(Path(folder), times, sizes, arguments.codex)
        tables = []
        shapes = [shape for shape in SHAPES if shape.name in wanted]
        if shapes:
            tables.append(describe(shapes))
            print()
            tables.append(benchmark.measure_shapes(shapes))
            print()
        if JOBS in wanted:
            tables.append(benchmark.measure_jobs())
            print()
    if wanted == [*names, JOBS]:
        write_page(tables)
    if benchmark.missed:
        print("These limits are missed:", *benchmark.missed, sep="\n- ")
        sys.exit(1)
    print("All limits are kept.")


if __name__ == "__main__":
    main()
