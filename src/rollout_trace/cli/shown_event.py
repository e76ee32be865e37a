"""An event as `show seq:N` tells it: when, of whom, what it changed, which payloads it names, and the event itself."""

import json
import re
from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from rollout_trace.cli.formatting import time_text
from rollout_trace.cli.reading import Reading
from rollout_trace.cli.reporting import refuse
from rollout_trace.cli.tables import facts
from rollout_trace.cli.wording import agent_text, block, ref_text, since_start
from rollout_trace.errors import QuestionError
from rollout_trace.events.codec import encode_event
from rollout_trace.events.log_entry import LoggedEvent
from rollout_trace.events.references import event_type, payload_refs
from rollout_trace.printable import printable
from rollout_trace.query.naming import ObjectRef
from rollout_trace.values import Seq

_NAME: Final = re.compile(r"seq:(\d{1,20})")
_MOST_TOUCHED: Final = 12


def seq_named(words: str) -> Seq | None:
    """The event that `seq:47` names; None for other words."""
    found = _NAME.fullmatch(words)
    return None if found is None else int(found[1])


def show_event(asked: Reading, seq: Seq) -> None:
    """Show an event; ends the command if the log has none of this seq."""
    entry = next(
        (entry for entry in asked.bundle.events() if isinstance(entry, LoggedEvent) and entry.event.seq == seq), None
    )
    if entry is None:
        refuse(asked.bundle.path, QuestionError(f"the log has no event {seq}"))
    touched = tuple(
        ObjectRef(kind, object_id)
        for position, objects in asked.reduction.evidence
        if position.line == entry.line
        for kind, object_id in objects
    )
    asked.answer(lambda: _parts(asked, entry, touched), event=entry, touched=touched)


def _parts(asked: Reading, entry: LoggedEvent, touched: tuple[ObjectRef, ...]) -> Iterator[RenderableType]:
    event = entry.event
    yield Text.assemble((f"seq:{event.seq}", "bold"), f"  event  {printable(event_type(event))}")
    yield Text()
    grid = facts()
    grid.add_row("line", f"{entry.line:,} of trace.jsonl")
    grid.add_row("at", f"{time_text(event.wall_time_unix_ms)}, {since_start(asked, event.wall_time_unix_ms)}")
    if event.thread_id is not None:
        grid.add_row("agent", agent_text(asked, event.thread_id))
    for payload in payload_refs(event):
        grid.add_row("payload", printable(payload.path))
    yield grid
    yield Text("\nmade or changed", "bold")
    for ref in touched[:_MOST_TOUCHED]:
        yield Text.assemble("  ", ref_text(asked, ref))
    if len(touched) > _MOST_TOUCHED:
        yield Text(f"  … {len(touched) - _MOST_TOUCHED:,} more; --json has them all", "dim")
    if not touched:
        yield Text("  nothing in the graph", "dim")
    yield Text("\nas it stands", "bold")
    yield block(json.dumps(json.loads(encode_event(event)), indent=2, ensure_ascii=False))
