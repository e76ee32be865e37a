"""A process that matches a pattern with texts: it reads one `Matching`, writes one `Matched`, and ends.

Whoever started it may end it at any time.
"""

import re
import sys

import msgspec

from rollout_trace.query.search import lines_with


class Matching(msgspec.Struct, frozen=True):
    """What is to be done: a pattern, with the flags of `re`; at most `most` lines are wanted, and one to say so."""

    pattern: str
    flags: int
    texts: tuple[str, ...]
    most: int


class FoundLine(msgspec.Struct, frozen=True, array_like=True):
    """A line that matches: the index of its text, and where its first match begins and ends."""

    text: int
    line: str
    start: int
    end: int


class Matched(msgspec.Struct, frozen=True):
    """What was found, or why the pattern is none."""

    found: tuple[FoundLine, ...] = ()
    fault: str | None = None


def match(asked: Matching) -> Matched:
    """Match a pattern with texts."""
    try:
        pattern = re.compile(asked.pattern, asked.flags)
    except (re.error, RecursionError, OverflowError) as error:
        return Matched(fault=str(error))
    found: list[FoundLine] = []
    for index, text in enumerate(asked.texts):
        for line, start, end in lines_with(pattern, text):
            found.append(FoundLine(index, line, start, end))
            if len(found) > asked.most:
                return Matched(tuple(found))
    return Matched(tuple(found))


if __name__ == "__main__":
    done = match(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Matching))
    sys.stdout.buffer.write(msgspec.msgpack.encode(done))
