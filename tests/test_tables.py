"""Tables of the command line: what gives way where the window is narrow, and what never does."""

import pytest
from rich.console import Console

from rollout_trace.cli.tables import Table

ROWS = [
    ("tool:1", "read the whole of the file", "1,024", "12 ms"),
    ("tool:2", "look", "7", "3 min 05 s"),
]


def drawn(width: int, *, spare: tuple[str, ...] = (), is_cut: bool = False) -> list[str]:
    """The lines of a table of two rows."""
    headings, figures = ("call", "asked", "size", "took"), ("size", "took")
    rows = ROWS
    if is_cut:
        headings, rows = (
            ("call", "size", "took", "asked"),
            [(call, size, took, said) for call, said, size, took in ROWS],
        )
    console = Console(width=width)
    with console.capture() as captured:
        console.print(Table(headings, rows, figures, names=("call",), spare=spare, is_cut=is_cut), crop=False)
    return captured.get().splitlines()


def test_a_table_that_fits_has_a_line_a_row_and_figures_on_the_right() -> None:
    assert drawn(80) == [
        "call    asked                        size        took",
        "tool:1  read the whole of the file  1,024       12 ms",
        "tool:2  look                            7  3 min 05 s",
    ]


def test_texts_are_wrapped_first() -> None:
    assert drawn(47) == [
        "call    asked                  size        took",
        "tool:1  read the whole of     1,024       12 ms",
        "        the file",
        "tool:2  look                      7  3 min 05 s",
    ]


def test_then_columns_that_can_be_spared_are_left_out_and_named() -> None:
    assert drawn(40, spare=("size", "took")) == [
        "call    asked                       took",
        "tool:1  read the whole of          12 ms",
        "        the file",
        "tool:2  look                  3 min 05 s",
        "A wider window shows size as well.",
    ]


def test_then_each_row_is_a_paragraph_with_all_that_it_has() -> None:
    assert drawn(34) == [
        "tool:1  read the whole of the file",
        "  size 1,024  took 12 ms",
        "tool:2  look  size 7",
        "  took 3 min 05 s",
    ]


def test_a_table_of_one_line_a_row_cuts_its_last_column() -> None:
    assert drawn(47, is_cut=True) == [
        "call     size        took  asked",
        "tool:1  1,024       12 ms  read the whole of t…",
        "tool:2      7  3 min 05 s  look",
    ]


def test_the_longest_text_gets_the_room_and_another_is_wrapped_first() -> None:
    rows = [("tool:1", "read the whole of the file", "done"), ("tool:2", "look", "interrupted by the user")]
    console = Console(width=50)
    with console.capture() as captured:
        console.print(Table(("call", "asked", "outcome"), rows, names=("call",)), crop=False)

    assert captured.get().splitlines() == [
        "call    asked                       outcome",
        "tool:1  read the whole of the file  done",
        "tool:2  look                        interrupted by",
        "                                    the user",
    ]


@pytest.mark.parametrize("width", range(12, 80))
@pytest.mark.parametrize("spare", [(), ("size",)])
def test_no_figure_and_no_name_is_ever_broken(width: int, spare: tuple[str, ...]) -> None:
    shown = "\n".join(drawn(width, spare=spare))

    assert [word for word in ("tool:1", "tool:2", "12 ms", "3 min 05 s") if word not in shown] == []
    assert "1,024" in shown or "A wider window shows size" in shown.replace("\n", " ")
