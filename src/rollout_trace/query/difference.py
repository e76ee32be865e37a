"""What two rollouts of the same task do differently, and where they part (question 14).

Agents are paired by their paths, and the items of their conversations by what they say. What differs in every run and
means nothing is not compared: ids of calls and sessions, wall times, dates, folders with random names, encrypted text.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec

from rollout_trace.bundle.folder import Bundle
from rollout_trace.ids import AgentPath, ItemId, ThreadId
from rollout_trace.model.conversation import ConversationItem, EncodedPart
from rollout_trace.model.rollout import RolloutTrace
from rollout_trace.query.item_text import part_text, whole_texts
from rollout_trace.query.summary import Summary, summarize, tool_name
from rollout_trace.reduce.replay import Reduction

_Key: TypeAlias = tuple[object, ...]
_DEEPEST: Final = 8
"""How often a span is divided at fixed points, at n log n each time; what is left is compared item with item."""
_MOST_PAIRS: Final = 1_000_000
"""Spans without fixed points are compared item with item up to this size; that takes under a second."""
_VOLATILE = re.compile(
    r"(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?<=Chunk ID: )\w+|(?<=Wall time: )[\d.]+|(?<=Wall time )[\d.]+|(?<=session ID )\d+|(?<=cell ID )[\w:]+"
    r"|(?<=\"session_id\":)\s*\"?\d+\"?|(?<=\"cell_id\":)\s*\"[\w:]+\""
    r"|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?|/tmp/[\w./-]+"
)


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A part of two conversations: the same in both, or what each has in the place of the other's."""

    is_same: bool
    left: tuple[ItemId, ...]
    right: tuple[ItemId, ...]


class AgentDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One agent in both rollouts; None on a side that does not have it."""

    agent_path: AgentPath
    left: ThreadId | None
    right: ThreadId | None
    stretches: tuple[Stretch, ...]

    @property
    def parts_at(self) -> Stretch | None:
        """The first part that differs; None if there is none."""
        return next((stretch for stretch in self.stretches if not stretch.is_same), None)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Two rollouts beside each other."""

    agents: tuple[AgentDifference, ...]
    left: Summary
    right: Summary


def difference_between(left: tuple[Bundle, Reduction], right: tuple[Bundle, Reduction]) -> Difference:
    """Two rollouts, aligned by what was said and done in them."""
    sides = (left, right)
    threads = tuple(_threads(reduction.trace) for _, reduction in sides)
    keys = tuple(_keys(bundle, reduction) for bundle, reduction in sides)
    found = []
    for path in dict.fromkeys([*threads[0], *threads[1]]):
        ids = [by_path.get(path) for by_path in threads]
        items = [
            () if thread_id is None else reduction.trace.threads[thread_id].conversation_item_ids
            for thread_id, (_, reduction) in zip(ids, sides, strict=True)
        ]
        stretches = _aligned(
            items[0], items[1], [keys[0][item] for item in items[0]], [keys[1][item] for item in items[1]]
        )
        found.append(AgentDifference(agent_path=path[0], left=ids[0], right=ids[1], stretches=stretches))
    return Difference(agents=tuple(found), left=summarize(left[1].trace), right=summarize(right[1].trace))


def _threads(trace: RolloutTrace) -> dict[tuple[AgentPath, int], ThreadId]:
    """The threads by path; of several with one path, by their order too."""
    seen: Counter[AgentPath] = Counter()
    threads = {}
    for thread_id, thread in trace.threads.items():
        threads[thread.agent_path, seen[thread.agent_path]] = thread_id
        seen[thread.agent_path] += 1
    return threads


def _keys(bundle: Bundle, reduction: Reduction) -> dict[ItemId, _Key]:
    """What each item of a rollout says, without what differs in every run."""
    trace = reduction.trace
    ids = [item_id for thread in trace.threads.values() for item_id in thread.conversation_item_ids]
    texts = whole_texts(bundle, reduction, ids)
    tools = {
        item_id: tool_name(tool.kind)
        for tool in trace.tool_calls.values()
        for item_id in tool.model_visible_call_item_ids
    }
    return {item_id: _key(trace.conversation_items[item_id], texts[item_id], tools.get(item_id)) for item_id in ids}


def _key(item: ConversationItem, text: str, tool: str | None) -> _Key:
    if any(isinstance(part, EncodedPart) for part in item.body.parts):
        text = "\n".join(part_text(part) for part in item.body.parts if not isinstance(part, EncodedPart))
    return (item.role, item.channel, item.kind, tool, _VOLATILE.sub("", text))


def _aligned(
    left: Sequence[ItemId], right: Sequence[ItemId], left_keys: Sequence[_Key], right_keys: Sequence[_Key]
) -> tuple[Stretch, ...]:
    """Two lists of items as stretches that are the same and stretches that differ, in order."""
    pairs = _matches(left_keys, right_keys)
    stretches: list[Stretch] = []
    at_left = at_right = 0
    for begin, other, length in pairs:
        if begin > at_left or other > at_right:
            stretches.append(_stretch(left[at_left:begin], right[at_right:other], is_same=False))
        if length:
            stretches.append(_stretch(left[begin : begin + length], right[other : other + length], is_same=True))
        at_left, at_right = begin + length, other + length
    return tuple(stretches)


def _stretch(left: Sequence[ItemId], right: Sequence[ItemId], *, is_same: bool) -> Stretch:
    return Stretch(is_same=is_same, left=tuple(left), right=tuple(right))


def _matches(left: Sequence[_Key], right: Sequence[_Key]) -> list[tuple[int, int, int]]:
    """Runs of equal keys, as (index, index, length), in order on both sides; an empty one at the ends is last."""
    runs: list[tuple[int, int, int]] = []
    _match(left, right, _Span(0, len(left), 0, len(right)), runs, _DEEPEST)
    return [*runs, (len(left), len(right), 0)]


class _Span(NamedTuple):
    """A part of both lists: from and to, on the left and on the right."""

    left: int
    left_end: int
    right: int
    right_end: int


def _match(
    left: Sequence[_Key], right: Sequence[_Key], span: _Span, runs: list[tuple[int, int, int]], depth: int
) -> None:
    """Find the runs in a span.

    What both begin and end with is the same. Between, keys that stand once on each side are the fixed points (the
    longest chain of them that is in order on both), and what lies between two of them is a span of its own. This takes
    n log n steps, where comparing everything with everything would take n². Only a span in which everything repeats
    is compared so, unless it is too large: then it differs as a whole.
    """
    at_left, at_right, end_left, end_right = span.left, span.right, span.left_end, span.right_end
    while at_left < end_left and at_right < end_right and left[at_left] == right[at_right]:
        at_left, at_right = at_left + 1, at_right + 1
    if at_left > span.left:
        runs.append((span.left, span.right, at_left - span.left))
    while at_left < end_left and at_right < end_right and left[end_left - 1] == right[end_right - 1]:
        end_left, end_right = end_left - 1, end_right - 1
    points = _fixed_points(left, right, _Span(at_left, end_left, at_right, end_right)) if depth else []
    if not points:
        runs += _longest_common(left, right, _Span(at_left, end_left, at_right, end_right))
    for index, other in [*points, (end_left, end_right)] if points else []:
        _match(left, right, _Span(at_left, index, at_right, other), runs, depth - 1)
        at_left, at_right = index, other
    if end_left < span.left_end:
        runs.append((end_left, end_right, span.left_end - end_left))


def _longest_common(left: Sequence[_Key], right: Sequence[_Key], span: _Span) -> list[tuple[int, int, int]]:
    """The longest common subsequence of a span, as runs; none of a span that is too large."""
    if (span.left_end - span.left) * (span.right_end - span.right) > _MOST_PAIRS:
        return []
    numbers: dict[_Key, int] = {}  # long texts are compared once
    mine = [numbers.setdefault(key, len(numbers)) for key in left[span.left : span.left_end]]
    theirs = [numbers.setdefault(key, len(numbers)) for key in right[span.right : span.right_end]]
    lengths = [[0] * (len(theirs) + 1)]  # lengths[n][m]: of the last n on the left and the last m on the right
    for key in reversed(mine):
        row = [0]
        for place, other in enumerate(reversed(theirs)):
            row.append(lengths[-1][place] + 1 if key == other else max(row[-1], lengths[-1][place + 1]))
        lengths.append(row)
    runs: list[tuple[int, int, int]] = []
    index = place = 0
    while index < len(mine) and place < len(theirs):
        if mine[index] == theirs[place]:
            at = span.left + index, span.right + place
            if runs and (runs[-1][0] + runs[-1][2], runs[-1][1] + runs[-1][2]) == at:
                runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + 1)
            else:
                runs.append((*at, 1))
            index, place = index + 1, place + 1
        elif lengths[len(mine) - index - 1][len(theirs) - place] >= lengths[len(mine) - index][len(theirs) - place - 1]:
            index += 1
        else:
            place += 1
    return runs


def _fixed_points(left: Sequence[_Key], right: Sequence[_Key], span: _Span) -> list[tuple[int, int]]:
    """The longest chain of keys in a span that stand once on each side, in order on both."""
    mine, theirs = range(span.left, span.left_end), range(span.right, span.right_end)
    counts = Counter(left[index] for index in mine), Counter(right[index] for index in theirs)
    places = {right[index]: index for index in theirs if counts[1][right[index]] == 1}
    once = [(index, places[left[index]]) for index in mine if counts[0][left[index]] == 1 and left[index] in places]
    tails: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(once):
        rank = bisect_left(tails, place)
        before.append(chain[rank - 1] if rank else -1)
        tails[rank : rank + 1] = [place]
        chain[rank : rank + 1] = [number]
    found: list[tuple[int, int]] = []
    number = chain[-1] if chain else -1
    while number >= 0:
        found.append(once[number])
        number = before[number]
    return found[::-1]
