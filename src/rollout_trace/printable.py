"""Text from a trace, made safe to show (spec-independent: the trace's author may not be the reader's friend)."""

_TAB_COLUMNS = 4


def printable(text: str) -> str:
    """`text` on one line, with whatever is no visible character or space escaped as Python would write it.

    That takes the power from terminal escape sequences, line feeds and marks that turn the direction of writing.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def printable_lines(text: str) -> list[str]:
    """`text` line by line as it stands, tabs as spaces, with the rest made safe as by `printable`.

    A line ends with a line feed, or a carriage return and a line feed, and with nothing else.
    """
    return [printable(line.removesuffix("\r").expandtabs(_TAB_COLUMNS)) for line in text.split("\n")]
