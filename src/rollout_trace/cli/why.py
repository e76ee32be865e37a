"""`why`: what caused an object, and what it caused, as a tree."""

from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.wording import evidence_text, ref_text
from rollout_trace.query.lineage import Lineage, LineageStep, lineage_of
from rollout_trace.reduce.evidence import ObjectKind

_MOST_STEPS = 12
_DEFAULT_DEPTH = 4


@click.command()
@reading("ID")
@click.option(
    "--depth",
    default=_DEFAULT_DEPTH,
    show_default=True,
    metavar="N",
    type=click.IntRange(1, 100),
    help="Go so many steps.",
)
def why(asked: Reading, operand: str, *, depth: int) -> None:
    """Show what caused an object, and what it caused.

    ID is any id or name of any object, or the beginning of one. Behind each step stand the events (by seq) and the
    payload files that show it.
    """
    found = lineage_of(asked.reduction, asked.find(operand), depth)
    asked.answer(lambda: _parts(asked, found), lineage=found)


def _parts(asked: Reading, found: Lineage) -> Iterator[RenderableType]:
    yield Text.assemble(ref_text(asked, found.ref), "  ", evidence_text(asked, found.events, found.payloads))
    yield _tree(asked, "caused by", found.causes, found)
    yield _tree(asked, "and caused", found.effects, found)


def _tree(asked: Reading, heading: str, steps: Sequence[LineageStep], found: Lineage) -> RenderableType:
    if not steps:
        is_said = heading == "caused by" and found.ref.kind is ObjectKind.CONVERSATION_ITEM
        nothing = "nothing that the trace knows" + (": the user or the host program wrote it" if is_said else "")
        return Text.assemble((heading, "bold"), f" {nothing}")
    tree = Tree(Text(heading, "bold"), guide_style="dim")
    _grow(asked, tree, steps)
    return tree


def _grow(asked: Reading, tree: Tree, steps: Sequence[LineageStep]) -> None:
    for step in steps[:_MOST_STEPS]:
        label = Text.assemble(f"{step.relation} ", ref_text(asked, step.ref))
        if step.is_told_elsewhere:
            tree.add(label.append(" (stands elsewhere here)", "dim"))
            continue
        evidence = evidence_text(asked, step.events, step.payloads)
        branch = tree.add(Text.assemble(label, "  ", evidence))
        _grow(asked, branch, step.steps)
        if step.more:
            branch.add(Text(f"… {step.more:,} more: --depth", "dim"))
    if len(steps) > _MOST_STEPS:
        tree.add(Text(f"… and {len(steps) - _MOST_STEPS:,} more: --json has them all", "dim"))
