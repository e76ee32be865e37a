"""`agents`: who spawned whom, and all that went between agents."""

from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from rollout_trace.cli.formatting import duration_text, outcome_text, plural_text
from rollout_trace.cli.printing import unbroken
from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.wording import agent_text, evidence_text, name_text, since_start
from rollout_trace.ids import ThreadId
from rollout_trace.printable import printable
from rollout_trace.query.agents import Agent, Passage, agents_of
from rollout_trace.query.gist import one_line
from rollout_trace.query.naming import ObjectRef
from rollout_trace.reduce.evidence import ObjectKind

_MOST_CHARACTERS = 160
_VERBS = {
    "spawn_agent": "spawns",
    "assign_agent_task": "gives a task to",
    "send_message": "writes to",
    "agent_result": "answers",
    "close_agent": "closes",
}


@click.command()
@reading("[AGENT]")
@click.option("--full", is_flag=True, help="Show what was said in full.")
def agents(asked: Reading, operand: str | None, *, full: bool) -> None:
    """Show the agents, and what they said to each other.

    Agents stand as a tree, each below the one that spawned it, with the tasks, messages and results that it sent.
    With AGENT (its path or id), only that one and those below it.
    """
    found = agents_of(asked.bundle, asked.reduction)
    top = asked.agent(operand)
    chosen = found if top is None else _below(found, top)
    asked.answer(lambda: _parts(asked, chosen, top, full=full), agents=chosen)


def _below(found: Sequence[Agent], top: ThreadId) -> Sequence[Agent]:
    """An agent, and those that it spawned, those that these spawned, and so on."""
    chosen, latest = {top}, {top}
    while latest:
        latest = {agent.thread_id for agent in found if agent.parent in latest} - chosen
        chosen |= latest
    return [agent for agent in found if agent.thread_id in chosen]


def _parts(asked: Reading, found: Sequence[Agent], top: ThreadId | None, *, full: bool) -> Iterator[RenderableType]:
    if not found:
        yield Text("No agent was started.")
    nodes: dict[ThreadId, Tree] = {}
    children: dict[ThreadId | None, list[Agent]] = {}
    for agent in found:
        nodes[agent.thread_id] = Tree(_label(asked, agent), guide_style="dim")
        for passage in agent.sent:
            nodes[agent.thread_id].add(_passage(asked, passage, full=full))
        children.setdefault(agent.parent, []).append(agent)
    for agent in found:
        for child in children.get(agent.thread_id, ()):
            if child.thread_id != top:
                nodes[agent.thread_id].add(nodes[child.thread_id])
    yield from [nodes[top]] if top is not None else (nodes[agent.thread_id] for agent in children.get(None, ()))


def _label(asked: Reading, agent: Agent) -> Text:
    name = name_text(asked, ObjectRef(ObjectKind.THREAD, agent.thread_id))
    known = [printable(word) for word in (agent.nickname, agent.model) if word]
    turns = unbroken(plural_text(agent.turns, "turn"))
    took = [] if agent.duration_ms is None else [unbroken(duration_text(agent.duration_ms))]
    facts = ", ".join([*known, turns, f"from {since_start(asked, agent.started_at_unix_ms)}", *took])
    return Text.assemble(name, f"  {facts}  ", outcome_text(agent.outcome))


def _passage(asked: Reading, passage: Passage, *, full: bool) -> Text:
    words = passage.words or "(words that the trace does not have)"
    said = printable(words if full else one_line(words, _MOST_CHARACTERS))
    line = Text.assemble(
        f"{since_start(asked, passage.at_unix_ms)}  {_VERBS[passage.kind]} ",
        (agent_text(asked, passage.receiver) or "an agent that is not in this trace", "bold"),
        "  ",
        evidence_text(asked, passage.events, passage.payloads),
        "  ",
        name_text(asked, ObjectRef(ObjectKind.INTERACTION_EDGE, passage.edge_id)),
    )
    return line.append(f"\n“{said}”") if passage.kind != "close_agent" else line
