"""What a reader calls the ties between objects, which the graph has as fields."""

from typing import Final

_WORDS: Final = {
    "model_visible_call_item_ids": ("asked for in", "asks for"),
    "model_visible_output_item_ids": ("its output", "output of"),
    "model_observations.call_item_ids": ("asked for in", "asks for"),
    "model_observations.output_item_ids": ("its output", "output of"),
    "output_item_ids": ("its output", "output of"),
    "tool_call_ids_started_by_response": ("asked for", "asked for by"),
    "nested_tool_call_ids": ("asked for", "asked for by"),
    "requester.code_cell_id": ("asked for by", "asked for"),
    "request_ids": ("asked for in", "asked for"),
    "started_code_cell_id": ("started", "started by"),
    "wait_tool_call_ids": ("waited for by", "waits for"),
    "terminal_operation_id": ("did", "done by"),
    "summary.operation_id": ("did", "done by"),
    "tool_call_id": ("done by", "did"),
    "terminal_id": ("in", "in it"),
    "operation_ids": ("in it", "in"),
    "created_by_operation_id": ("opened by", "opened"),
    "source_item_id": ("written in", "is the source of"),
    "produced_by": ("made by", "made"),
    "response_item_ids": ("answered", "answered in"),
    "carried_item_ids": ("carried", "carried by"),
    "source": ("sent by", "sent"),
    "target": ("sent to", "received"),
    "origin.spawn_edge_id": ("spawned by", "spawned"),
    "origin.parent_thread_id": ("child of", "parent of"),
    "input_item_ids": ("replaced", "replaced by"),
    "replacement_item_ids": ("put in place", "put in place by"),
    "marker_item_id": ("marked by", "marks"),
    "compaction_id": ("led to", "asked for in"),
    "thread_id": ("of", "its work"),
    "codex_turn_id": ("in", "in it"),
    "started_by_codex_turn_id": ("in", "in it"),
    "body.parts.raw_payload_id": ("says", "said by"),
    "carried_raw_payload_ids": ("carried", "carried by"),
    "raw_payload_ids": ("evidence", "evidence of"),
    "raw_runtime_payload_ids": ("told by the runtime", "told by the runtime of"),
    "raw_invocation_payload_id": ("invocation", "invocation of"),
    "raw_request_payload_id": ("request", "request of"),
    "raw_response_payload_id": ("answer", "answer of"),
    "raw_initial_response_payload_id": ("first answer", "first answer of"),
    "raw_result_payload_id": ("result", "result of"),
}
"""For each field, or all that begin so: what the object that has it says of the one that is named, and the reverse."""


def words_to(field: str) -> str:
    """How an object speaks of one that it names: `model_visible_output_item_ids` is `its output`."""
    return _words(field)[0]


def words_from(field: str) -> str:
    """How an object speaks of one that names it: `model_visible_output_item_ids` is `output of`."""
    return field if " " in field else _words(field)[1]


def _words(field: str) -> tuple[str, str]:
    known = _WORDS.get(field) or _WORDS.get(field.partition(".")[0])
    plain = field.replace(".", " ").replace("_", " ")
    return known or (plain, f"{plain} of")
