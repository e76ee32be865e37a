"""The results as tables: on the terminal as they come, and at the end in the page beside this file."""

import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).with_name("README.md")
BEGINNING = "<!-- results: written by bench/run -->\n"
END = "<!-- end of results -->\n"


class Table:
    """A table in Markdown, whose lines are printed as they are added."""

    def __init__(self, *columns: tuple[str, int]) -> None:
        """Each column has a heading and a width in characters."""
        self._widths = [max(width, len(heading)) for heading, width in columns]
        self.lines: list[str] = []
        self.add(*(heading for heading, _ in columns))
        self._add_line("|" + "|".join("-" * (width + 2) for width in self._widths) + "|")

    def add(self, *cells: object) -> None:
        """Add a row."""
        padded = (str(cell).ljust(width) for cell, width in zip(cells, self._widths, strict=True))
        self._add_line("| " + " | ".join(padded) + " |")

    def _add_line(self, line: str) -> None:
        self.lines.append(line)
        print(line, flush=True)


def machine() -> str:
    """What the figures were measured on, in general words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, "
        f"Python {'.'.join(map(str, sys.version_info[:2]))}"
    )


def write_page(tables: Sequence[Table]) -> None:
    """Put the results into the page, in the place of those that are there."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINNING)
    _, _, after = rest.partition(END)
    results = "\n\n".join([f"Measured on {machine()}.", *("\n".join(table.lines) for table in tables)])
    PAGE.write_text(f"{before}{BEGINNING}\n{results}\n\n{END}{after}", encoding="utf-8")
