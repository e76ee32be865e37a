"""Tables for a window of any width, by one rule for all: no figure and no name is ever broken.

Texts are wrapped as far as they can be read. A table that is still too wide does without the columns that its command
can spare, and says which; where that is not enough, each row becomes a paragraph, with all that it has.
"""

from collections.abc import Container, Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table as Grid
from rich.text import Text

Cell = str | Text

_GAP: Final = 2
_INDENT: Final = 2
_NARROWEST_TEXT: Final = 20
"""So many characters the longest text has at least: with fewer it can be read no longer."""
_NARROWEST_WORDS: Final = 12
"""So many has any other text, which is mostly a word or two."""


class Table:
    """A plain table, drawn when it is known how wide the window is."""

    def __init__(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        figures: Container[str] = (),
        *,
        names: Container[str] = (),
        spare: Sequence[str] = (),
        is_cut: bool = False,
    ) -> None:
        """Columns are named by their headings.

        Those of `figures`, on the right, and of `names`, on the left, are not wrapped; all others are texts. Columns
        of `spare` are left out where there is no room, the first of them first. A table that `is_cut` has one line a
        row: its last column, a text, ends where the line does.
        """
        self._headings = headings
        self._rows = [[cell if isinstance(cell, Text) else Text(cell) for cell in row] for row in rows]
        self._figures = figures
        self._names = names
        self._spare = [heading for heading in spare if heading in headings]
        self._is_cut = is_cut
        columns = zip(headings, *self._rows, strict=True)
        self._widths = {heading: max([cell_len(heading), *map(_width_of, cells)]) for heading, *cells in columns}
        texts = [place for place, heading in enumerate(headings) if self._is_text(heading)]
        longest = max(texts, key=lambda place: sum(len(row[place]) for row in self._rows), default=None)
        self._longest_text = None if longest is None else headings[longest]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        spared = self._spared(options.max_width)
        if spared is None:
            lines = self._paragraphs(console, options.max_width)
        else:
            lines = self._lines(console, options.max_width, [one for one in self._headings if one not in spared])
        yield Text("\n", no_wrap=True, overflow="ignore").join(lines)
        if spared:
            yield Text(f"A wider window shows {', '.join(spared)} as well.", "dim")

    def _spared(self, width: int) -> list[str] | None:
        """The columns to do without, as few as will do; None if the table has no room without them either."""
        for count in range(len(self._spare) + 1):
            spared = self._spare[:count]
            kept = [heading for heading in self._headings if heading not in spared]
            if sum(map(self._least_width, kept)) + _GAP * (len(kept) - 1) <= width:
                return sorted(spared, key=self._headings.index)
        return None

    def _least_width(self, heading: str) -> int:
        width = self._widths[heading]
        if not self._is_text(heading):
            return width
        return min(width, _NARROWEST_TEXT if heading == self._longest_text else _NARROWEST_WORDS)

    def _is_text(self, heading: str) -> bool:
        return heading not in self._figures and heading not in self._names

    # As a table

    def _lines(self, console: Console, width: int, kept: Sequence[str]) -> Iterator[Text]:
        places = [self._headings.index(heading) for heading in kept]
        widths = self._shared_out(width, kept)
        yield from self._line(console, kept, widths, [Text(heading, "bold") for heading in kept])
        for row in self._rows:
            yield from self._line(console, kept, widths, [row[place] for place in places])

    def _shared_out(self, width: int, kept: Sequence[str]) -> list[int]:
        """How wide each column is: the room that is left is for the longest text first, then for the others."""
        widths = {heading: self._least_width(heading) for heading in kept}
        room = width - _GAP * (len(kept) - 1) - sum(widths.values())
        for heading in sorted(kept, key=lambda heading: heading != self._longest_text):
            more = min(room, self._widths[heading] - widths[heading])
            widths[heading] += more
            room -= more
        return list(widths.values())

    def _line(
        self, console: Console, kept: Sequence[str], widths: Sequence[int], cells: Sequence[Text]
    ) -> Iterator[Text]:
        """The lines of one row: as many as the cell that is wrapped most often has."""
        wrapped = [self._cell_lines(console, cell, width) for cell, width in zip(cells, widths, strict=True)]
        for number in range(max(map(len, wrapped))):
            line = Text()
            for heading, lines, width in zip(kept, wrapped, widths, strict=True):
                cell = lines[number] if number < len(lines) else Text()
                padding = " " * (width - cell_len(cell.plain))
                line.append(padding if heading in self._figures else "").append_text(cell)
                line.append(" " * _GAP if heading in self._figures else padding + " " * _GAP)
            line.rstrip()
            yield line

    def _cell_lines(self, console: Console, cell: Text, width: int) -> list[Text]:
        if _width_of(cell) <= width:
            return list(cell.split("\n", allow_blank=True)) if "\n" in cell.plain else [cell]  # splitting takes long
        if self._is_cut:
            cut = cell.copy()
            cut.truncate(width, overflow="ellipsis")
            return [cut]
        return _wrapped(console, cell, width)

    # As paragraphs

    def _paragraphs(self, console: Console, width: int) -> Iterator[Text]:
        """Each row below the heading of what its first column names; a figure stands behind its own heading."""
        if self._is_text(self._headings[0]):
            yield Text(self._headings[0], "bold")
        for row in self._rows:
            yield from _hanging(console, width, list(self._words(row)))

    def _words(self, row: Sequence[Text]) -> Iterator[Text]:
        """What of a row stays together: a figure with its heading, a name, each part of a text."""
        for heading, cell in zip(self._headings, row, strict=True):
            if heading in self._figures and cell.plain:
                yield Text.assemble((f"{heading} ", "dim"), cell)
            elif cell.plain:
                yield cell


def _hanging(console: Console, width: int, words: Sequence[Text]) -> Iterator[Text]:
    """A paragraph whose lines after the first are indented. What fits into a line is not broken."""
    line = Text()
    for word in words:
        if line.plain.strip() and cell_len(line.plain) + _GAP + _width_of(word) <= width and "\n" not in word.plain:
            line.append(" " * _GAP).append_text(word)
            continue
        if line.plain.strip():
            yield line
            line = Text(" " * _INDENT)
        *before, last = _wrapped(console, word, max(width - _INDENT, _NARROWEST_TEXT)) or [Text()]
        for part in before:
            yield line.append_text(part)
            line = Text(" " * _INDENT)
        line.append_text(last)
    yield line


def _wrapped(console: Console, text: Text, width: int) -> list[Text]:
    lines = list(text.wrap(console, width))
    for line in lines:
        line.rstrip()
    return lines


def _width_of(cell: Text) -> int:
    return max(map(cell_len, cell.plain.split("\n")))


def facts() -> Grid:
    """A grid of names and what is to be said under each."""
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    return grid
