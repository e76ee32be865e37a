"""A scenario played with one client: the bundles that it left, what we make of them, and what the client makes of them.

Owns the comparison with the client's own reducer, and the count of what was compared.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from real_client.client import Client, Desk
from real_client.model_server import ModelServer
from real_client.scenarios import Scenario
from real_client.script import Story
from rollout_trace import Bundle, Code, Mode, Rejection, RolloutTrace, find_bundles, reduce_bundle
from rollout_trace.model.conversation import TextPart
from rollout_trace.model.state_json import encode_state

NOTED_OF: dict[str, set[Code]] = {
    # It says schema 1, but ends commands, and tells where input went, as schema 2 does.
    "0.164.0": {Code.EXEC_END_WITHOUT_OUTPUT, Code.UNKNOWN_EVENT},
    # It says schema 2, but does not yet say when a recording ends.
    "0.166.0": {Code.NOT_COMPLETED},
}
"""What default mode may note of any bundle of a version, because this version writes so."""


@dataclass(frozen=True)
class Recorded:
    """One bundle as default mode reads it: its graph, and what is odd about it, besides what is so for its version."""

    path: Path
    graph: RolloutTrace
    odd: set[Code]


@dataclass
class Tally:
    """What was compared for one version."""

    bundles: Counter[str] = field(default_factory=Counter)
    """By outcome."""
    events: int = 0

    def __str__(self) -> str:
        outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.bundles.items()))
        return f"{self.bundles.total()} bundles, {self.events} events: {outcomes}"


def play(scenario: Scenario, client: Client, folder: Path, tally: Tally) -> list[Recorded]:
    """Have a client play a scenario to its end; returns its bundles in the order in which they began.

    Fails unless the model was asked for all that it had to say and nothing else; the mode `codex` makes of each bundle
    what the client's own reducer makes of it, where that is the reference; and the graphs have all that was said.
    """
    with ModelServer(scenario.story).listening() as model:
        desk = Desk(folder, client, scenario.settings, model.port)
        scenario.play(desk, scenario.story)
    assert (model.complaints, model.unsaid()) == ([], {})
    bundles = sorted(find_bundles(desk.traces), key=lambda path: Bundle(path).manifest.started_at_unix_ms)
    recorded = [_read_by_default(path, client) for path in bundles]
    for path in bundles:
        outcome = _compared(path, desk, folder / f"{path.name}.state.json") if client.is_reference else "read"
        tally.bundles[outcome] += 1
        tally.events += sum(1 for _ in Bundle(path).events())
        expected = "refused by both" if client.version in scenario.refused_by else "equal"
        assert not client.is_reference or outcome == expected, path
    assert _messages_of(scenario.story) <= {text for run in recorded for text in _texts_in(run.graph)}
    return recorded


def _read_by_default(path: Path, client: Client) -> Recorded:
    reduction = reduce_bundle(path)
    noted = {diagnostic.code for diagnostic in reduction.diagnostics}
    return Recorded(path, reduction.trace, noted - NOTED_OF.get(client.version, set()))


def _messages_of(story: Story) -> set[str]:
    lines = [line for answers in story.values() for answer in answers for line in answer.lines]
    items = [line for line in lines if not callable(line)]
    return {part["text"] for item in items if item["type"] == "message" for part in item["content"]}


def _texts_in(graph: RolloutTrace) -> Iterator[str]:
    for item in graph.conversation_items.values():
        yield from (part.text for part in item.body.parts if isinstance(part, TextPart))


def _compared(path: Path, desk: Desk, state: Path) -> str:
    """How the mode `codex` and the client's own reducer agree; the latter's graph is left in the file `state`."""
    theirs = state.read_bytes() if desk.reduce(path, state) else None
    try:
        ours = encode_state(reduce_bundle(path, Mode.CODEX).trace)
    except Rejection:
        ours = None
    if theirs == ours:
        return "refused by both" if ours is None else "equal"
    if theirs is None:
        return "REFUSED BY THE CLIENT ONLY"
    return "REFUSED BY US ONLY" if ours is None else "DIFFERENT"
