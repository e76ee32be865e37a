"""`why`: what caused an object, and what it caused, as a tree."""

from collections.abc import Iterator, Sequence

import click
from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from rollout_trace.cli.provenance import provenance_sentence
from rollout_trace.cli.reading import Reading, reading
from rollout_trace.cli.wording import evidence_text, name_text, ref_text
from rollout_trace.query.lineage import Lineage, LineageStep, lineage_of
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.provenance import Provenance, provenance_of
from rollout_trace.reduce.evidence import ObjectKind

_MOST_STEPS = 12
_DEFAULT_DEPTH = 2


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

    First, who asked for it, and where the model first saw what came of it. ID is any id or name of any object, or the
    beginning of one. Behind each step stand the events (by seq) and the
    payload files that show it.
    """
    ref = asked.find(operand)
    found, provenance = lineage_of(asked.reduction, ref, depth), provenance_of(asked.reduction.trace, ref)
    asked.answer(lambda: _parts(asked, found, provenance), lineage=found, provenance=provenance)


def _parts(asked: Reading, found: Lineage, provenance: Provenance | None) -> Iterator[RenderableType]:
    yield Text.assemble(ref_text(asked, found.ref), "  ", evidence_text(asked, found.events, found.payloads))
    sentence = None if provenance is None else provenance_sentence(asked, provenance)
    if sentence is not None:
        yield sentence
    yield _tree(asked, "caused by", found.causes, found)
    yield _tree(asked, "and caused", found.effects, found)


def _tree(asked: Reading, heading: str, steps: Sequence[LineageStep], found: Lineage) -> RenderableType:
    if not steps:
        is_said = heading == "caused by" and found.ref.kind is ObjectKind.CONVERSATION_ITEM
        nothing = "nothing that the trace knows" + (": the user or the host program wrote it" if is_said else "")
        return Text.assemble((heading, "bold"), f" {nothing}")
    tree = Tree(Text(heading, "bold"), guide_style="dim")
    _grow(asked, tree, steps, {found.ref})
    return tree


def _grow(asked: Reading, tree: Tree, steps: Sequence[LineageStep], told: set[ObjectRef]) -> None:
    """Add steps to a tree; `told` are the objects that stand in it so far."""
    for step in steps[:_MOST_STEPS]:
        label = Text.assemble(f"{step.relation} ", ref_text(asked, step.ref))
        if step.is_told_elsewhere:
            tree.add(label.append(" (see above)" if step.ref in told else " (see below)", "dim"))
            continue
        told.add(step.ref)
        evidence = evidence_text(asked, step.events, step.payloads)
        branch = tree.add(Text.assemble(label, "  ", evidence))
        if step.ref.kind is ObjectKind.COMPACTION:  # from there all of the history follows
            branch.add(Text.assemble(("… more: why ", "dim"), name_text(asked, step.ref)))
            continue
        _grow(asked, branch, step.steps, told)
        if step.more:
            branch.add(Text(f"… {step.more:,} more: --depth", "dim"))
    if len(steps) > _MOST_STEPS:
        tree.add(Text(f"… and {len(steps) - _MOST_STEPS:,} more: --json has them all", "dim"))
