"""Mutate bundles for longer than the test suite does.

    python tests/fuzz/longer.py --cases 10000 [--seed 1] [--bundle FOLDER ...]

Each case has 10 seconds and this process 300 MB; a case that needs more, or raises anything that is not ours, is shown
as small as it can be made and kept in `corpus/`, where the test suite reads it from then on. Cases of a `--bundle`
of your own are shown and not kept.
"""

import argparse
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from types import FrameType

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.bundles import bundles
from fuzz.mutations import MUTATIONS, Case, Files, Mutation, files_of, mutated
from fuzz.reading import BundleOnDisk, read_in_every_way

MOST_SECONDS = 10
MOST_MEGABYTES = 300
CORPUS = Path(__file__).parent / "corpus"


class TooSlowError(Exception):
    """A case took longer than it may."""


def main() -> None:
    """Run as many cases as are asked for; the exit code is 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))  # noqa: S311
    parser.add_argument("--bundle", type=Path, action="append", default=[])
    arguments = parser.parse_args()
    subjects = {str(folder): files_of(folder) for folder in arguments.bundle} or bundles()
    signal.signal(signal.SIGALRM, _too_slow)
    print(f"seed {arguments.seed}, {arguments.cases:,} cases of {len(subjects)} bundles")  # noqa: T201
    chance, failed, slowest = random.Random(arguments.seed), 0, 0.0  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        on_disk = BundleOnDisk(Path(folder))
        for _ in range(arguments.cases):
            case = _random_case(chance, sorted(subjects))
            began = time.monotonic()
            if _fault(case, subjects, on_disk):
                failed += 1
                _tell(_smallest(case, subjects, on_disk), subjects, on_disk, is_kept=not arguments.bundle)
            slowest = max(slowest, time.monotonic() - began)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)
    print(f"{failed} failed; slowest {slowest:.2f} s; {megabytes:.0f} MB at most")  # noqa: T201
    sys.exit(1 if failed or megabytes > MOST_MEGABYTES else 0)


def _random_case(chance: random.Random, names: list[str]) -> Case:
    kinds = sorted(MUTATIONS)
    return Case(
        chance.choice(names),
        tuple(
            Mutation(
                chance.choice(kinds), (chance.randrange(200_000), chance.randrange(200_000), chance.randrange(200_000))
            )
            for _ in range(chance.randint(1, 5))
        ),
    )


def _fault(case: Case, subjects: dict[str, Files], on_disk: BundleOnDisk) -> str | None:
    """What a case shows, if it shows anything."""
    path = on_disk.write(mutated(subjects[case.bundle], case.mutations))
    signal.alarm(MOST_SECONDS)
    try:
        read_in_every_way(path)
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
        return traceback.format_exc()
    finally:
        signal.alarm(0)
    return None


def _smallest(case: Case, subjects: dict[str, Files], on_disk: BundleOnDisk) -> Case:
    """The same case with as few mutations as show a fault."""
    for left_out in range(len(case.mutations)):
        fewer = Case(case.bundle, case.mutations[:left_out] + case.mutations[left_out + 1 :])
        if fewer.mutations and _fault(fewer, subjects, on_disk):
            return _smallest(fewer, subjects, on_disk)
    return case


def _tell(case: Case, subjects: dict[str, Files], on_disk: BundleOnDisk, *, is_kept: bool) -> None:
    text = msgspec.json.format(msgspec.json.encode(case))
    print(text.decode(), _fault(case, subjects, on_disk), sep="\n")  # noqa: T201
    if is_kept:
        (CORPUS / f"found-{abs(hash(text)) % 10**8:08}.json").write_bytes(text + b"\n")


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError


if __name__ == "__main__":
    main()
