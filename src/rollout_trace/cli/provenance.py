"""The sentence that `why` begins with: who asked for something, when, and where the model first saw what came of it."""

from rich.text import Text

from rollout_trace.cli.printing import unbroken
from rollout_trace.cli.reading import Reading
from rollout_trace.cli.wording import agent_text, name_text, since_start
from rollout_trace.ids import InferenceCallId
from rollout_trace.query.naming import ObjectRef
from rollout_trace.query.provenance import Provenance
from rollout_trace.reduce.evidence import ObjectKind


def provenance_sentence(asked: Reading, found: Provenance) -> Text | None:
    """The provenance in words; None where the trace tells nothing of it."""
    clauses = [clause for clause in (_asked(asked, found), _shown(asked, found)) if clause is not None]
    if not clauses:
        return None
    sentence = Text("; ").join(clauses)
    return Text(sentence.plain[0].upper()).append_text(sentence[1:]).append(".")


def _asked(asked: Reading, found: Provenance) -> Text | None:
    cell = None if found.asked_by_cell is None else ObjectRef(ObjectKind.CODE_CELL, found.asked_by_cell)
    if found.asked_in is None:
        return None if cell is None else Text.assemble("asked for by ", name_text(asked, cell))
    call = asked.reduction.trace.inference_calls[found.asked_in]
    agent = agent_text(asked, call.thread_id)
    at = call.execution.ended_at_unix_ms or call.execution.started_at_unix_ms
    seq = call.execution.ended_seq or call.execution.started_seq
    verb = "written" if found.is_answer else "asked for"
    by = Text(f"{verb} by {agent}")
    if cell is not None:
        by = Text.assemble("asked for by ", name_text(asked, cell), f", which {agent} wrote")
    return Text.assemble(by, " in ", _request(asked, found.asked_in, seq), f" at {since_start(asked, at)}")


def _shown(asked: Reading, found: Provenance) -> Text | None:
    if found.is_answer:
        return None
    if found.shown_in is not None:
        seq = asked.reduction.trace.inference_calls[found.shown_in].execution.started_seq
        return Text.assemble("first seen by the model in ", _request(asked, found.shown_in, seq))
    if found.asked_by_cell is not None:
        return Text("the model saw what the cell made of it")
    return None if found.asked_in is None else Text("no request showed the model what came of it")


def _request(asked: Reading, call_id: InferenceCallId, seq: int) -> Text:
    name = name_text(asked, ObjectRef(ObjectKind.INFERENCE_CALL, call_id))
    return Text.assemble(name, unbroken(f" (seq {seq})"))
