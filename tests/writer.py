"""A program that writes a bundle as a client does, in pieces of lines, over and over until it is killed.

    python tests/writer.py SOURCE FOLDER SEED

It copies the payloads and the manifest of SOURCE and appends its log to that of FOLDER; when the log is at its end, it
begins the next bundle, FOLDER-1, FOLDER-2 and so on.
"""

import itertools
import random
import shutil
import sys
import time
from pathlib import Path

from growing import GrowingBundle

_MOST_BUNDLES = 1000


def main() -> None:
    """Write until somebody ends it."""
    source, folder, chance = Path(sys.argv[1]), sys.argv[2], random.Random(sys.argv[3])  # noqa: S311 - no secret
    for number in itertools.islice(itertools.count(), _MOST_BUNDLES):
        shutil.rmtree(f"{folder}-{number}", ignore_errors=True)
        bundle = GrowingBundle(source, Path(f"{folder}-{number}"))
        log = b"".join(bundle.lines)
        place = 0
        while place < len(log):
            length = chance.choice([1, 10, 100, 500, 2000])
            bundle.write(log[place : place + length])
            place += length
            time.sleep(chance.choice([0, 0, 0.001, 0.01]))


if __name__ == "__main__":
    main()
