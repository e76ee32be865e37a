"""Text from a trace, made safe to show (spec-independent: the trace's author may not be the reader's friend)."""


def printable(text: str) -> str:
    """`text` on one line, with whatever is no visible character or space escaped as Python would write it.

    That takes the power from terminal escape sequences, line feeds and marks that turn the direction of writing.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
