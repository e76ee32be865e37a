"""`diff`: what two rollouts do differently, where they part, and their totals side by side."""

from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.formatting import duration_text, plural_text
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.printing import unbroken
from rollout_trace.cli.reading import Reading, open_reading, tell
from rollout_trace.cli.tables import Table
from rollout_trace.cli.which_bundle import bundle_named
from rollout_trace.cli.wording import item_lines, name_text
from rollout_trace.ids import ItemId
from rollout_trace.limits import Limits
from rollout_trace.printable import printable
from rollout_trace.query.difference import AgentDifference, Difference, difference_between
from rollout_trace.query.naming import ObjectRef, item_ref
from rollout_trace.query.provenance import provenance_of
from rollout_trace.query.summary import Summary
from rollout_trace.reduce.evidence import ObjectKind

_MOST_ITEMS = 6
_MOST_STRETCHES = 8


@click.command()
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
@click.option("--full", is_flag=True, help="Show all that differs, however much.")
@limits_option
def diff(left: str, right: str, limits: Limits, *, as_json: bool, full: bool) -> None:
    """Show where two rollouts of the same task part.

    What they do differently, and their totals side by side. A and B are bundles, named as for every other command.
    Items are compared by what they say, without what differs in every run, such as ids, wall times and encrypted
    text. Both are compared as wholes: events of two runs do not correspond, so there is no --at.
    """
    sides = open_reading(bundle_named(left), limits), open_reading(bundle_named(right), limits)
    found = difference_between((sides[0].bundle, sides[0].reduction), (sides[1].bundle, sides[1].reduction))
    tell(lambda: _parts(sides, found, full=full), {"difference": found}, as_json=as_json)


def _parts(sides: tuple[Reading, Reading], found: Difference, *, full: bool) -> Iterator[RenderableType]:
    yield _verdict(sides, found)
    if found.left.first_user_message != found.right.first_user_message:
        yield Text("They were asked different things.")
    yield Text()
    for agent in found.agents:
        yield from _agent(sides, agent, full=full)
        yield Text()
    yield _totals(found)


def _verdict(sides: tuple[Reading, Reading], found: Difference) -> Text:
    """Whether they do the same; else where the first agent that both have parts."""
    parting = next((agent.parts_at for agent in found.agents if agent.parts_at is not None), None)
    if parting is not None:
        left, right = _place(sides[0], parting.left, "A"), _place(sides[1], parting.right, "B")
        return Text.assemble(("They part", "bold"), " at ", left, " and ", right, ".")
    if all(agent.left is not None and agent.right is not None for agent in found.agents):
        return Text("They do the same.", "bold")
    return Text("Agents that both have do the same; not all agents are in both.", "bold")


def _place(side: Reading, item_ids: Sequence[ItemId], mark: str) -> Text:
    """Where the first of the items stands: the request that has it, and the event."""
    if not item_ids:
        return Text(f"the end of what {mark} says there")
    ref = item_ref(item_ids[0])
    place = Text.assemble(name_text(side, ref), f" of {mark} (")
    known = provenance_of(side.reduction.trace, ref)
    call_id = None if known is None else known.asked_in if known.is_answer else known.shown_in
    if call_id is not None:
        place.append_text(Text.assemble(name_text(side, ObjectRef(ObjectKind.INFERENCE_CALL, call_id)), ", "))
    seqs = side.reduction.evidence.events_of(ref.kind, ref.object_id)
    return place.append(unbroken(f"seq {seqs[0].seq})") if seqs else ")")


def _agent(sides: tuple[Reading, Reading], agent: AgentDifference, *, full: bool) -> Iterator[RenderableType]:
    same = sum(len(stretch.left) for stretch in agent.stretches if stretch.is_same)
    path = printable(agent.agent_path or "(path unknown)")
    if agent.left is None or agent.right is None:
        yield Text.assemble((path, "bold"), f"  only in {'B' if agent.left is None else 'A'}")
        return
    if agent.parts_at is None:
        yield Text.assemble((path, "bold"), f"  the same in both: {plural_text(same, 'item')}")
        return
    before = len(agent.stretches[0].left) if agent.stretches[0].is_same else 0
    parting = f"after the first {plural_text(before, 'item')}" if before else "at the first item"
    later = f"; {same - before:,} later on are the same" if same > before else ""
    yield Text.assemble((path, "bold"), f"  they part {parting}{later}")
    differing = [stretch for stretch in agent.stretches if not stretch.is_same]
    for number, stretch in enumerate(differing if full else differing[:_MOST_STRETCHES]):
        if number:
            yield Text("  ⋮", "dim")
        yield from _side(sides[0], stretch.left, "A", "red", full=full)
        yield from _side(sides[1], stretch.right, "B", "green", full=full)
    if not full and len(differing) > _MOST_STRETCHES:
        yield Text(f"… and {len(differing) - _MOST_STRETCHES:,} more places; --full shows them", "dim")


def _side(side: Reading, item_ids: Sequence[ItemId], mark: str, style: str, *, full: bool) -> Iterator[RenderableType]:
    if item_ids:
        yield item_lines(side, item_ids, mark, style, None if full else _MOST_ITEMS)


def _totals(found: Difference) -> RenderableType:
    left, right = _figures(found.left), _figures(found.right)
    rows = [(name, left.get(name, "0"), right.get(name, "0")) for name in dict.fromkeys([*left, *right])]
    return Table(("", "A", "B"), rows, ("A", "B"))


def _figures(summary: Summary) -> dict[str, str]:
    tools = {f"  {name}": f"{sum(outcomes.values()):,}" for name, outcomes in sorted(summary.tools.items())}
    return {
        "status": summary.status.value,
        "time": duration_text(summary.duration_ms),
        "agents": f"{len(summary.agents):,}",
        "turns": f"{sum(summary.turns.values()):,}",
        "requests": f"{sum(summary.requests.values()):,}",
        "tokens in": f"{summary.tokens.input:,}",
        "  cached": f"{summary.tokens.cached_input:,}",
        "tokens out": f"{summary.tokens.output:,}",
        "compactions": f"{summary.compactions:,}",
        "tool calls": f"{sum(sum(outcomes.values()) for outcomes in summary.tools.values()):,}",
        **{printable(name): count for name, count in tools.items()},
    }
