"""What is different between the schemas of the format (spec 5). All differences are named here, and only here.

What is common stands once, in the module of its domain; so does each difference, where the code asks the dialect and
not the schema. The reason behind most of them: schema 1 had to guess the conversation from what was sent and answered;
in schema 2 items have ids, the runtime says when an item enters a thread's history, and a reader can tell whether a
recording was closed properly.
"""

from typing import Final

import msgspec


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How the bundles of one schema are read; each difference with the module that carries it out."""

    schema_version: int

    has_schema_2_events: bool
    """`replay`: a recording may be completed, a thread resumed, an item accepted, the target of input resolved."""
    log_is_ordered: bool
    """`replay`: an event out of place (`seq`, schema, rollout, after `recording_completed`) is a fault."""
    recording_is_closed: bool
    """`end_of_log`, `replay`: a whole recording ends with `recording_completed`, and has all its payloads, as JSON."""
    items_have_ids: bool
    """`normalize`, `conversation`: the provider's id is part of what an item is, an item is placed at most once
    in a list, and a thread's conversation is what was sent or accepted."""
    answers_need_not_stay: bool
    """`conversation`: the answer to a call that was overtaken by another is not in the model's view."""
    outputs_may_differ: bool
    """`conversation`: two outputs of one call are two items."""
    opaque_content_has_hash: bool
    """`normalize`: an entry that is no text is known by the hash of its content; an empty list has no parts."""
    ties_in_order_of_creation: bool
    """`items`: the items of a call are tied to its tool and its cell in order of creation, else by key bytes."""
    mcp_results_are_not_read: bool
    """`tools`: the end of the runtime of an MCP tool is evidence only."""
    runtime_says_kind: bool
    """`tools`: the start of the runtime says what really ran."""
    calls_know_their_cell: bool
    """`tools`, `code_cells`: the model's `exec` is a tool call, around the cell that it starts."""
    process_ids_are_hidden: bool
    """`terminal_sessions`: a session has an id of its own, since a process id may be used again."""
    stdin_may_be_malformed: bool
    """`terminal`: an invocation of `write_stdin` that makes no sense, or is of a namespace, starts nothing."""
    output_is_aggregated: bool
    """`terminal_result`: the end of a command has its output in one piece."""
    cells_keep_responses: bool
    """`code_cells`: a cell has the status and payload of its first answer, and the payload of its result."""
    activities_name_model: bool
    """`agent_tools`: an activity may say on which model the agent runs."""


SCHEMA_1: Final = Dialect(
    schema_version=1,
    has_schema_2_events=False,
    log_is_ordered=False,
    recording_is_closed=False,
    items_have_ids=False,
    answers_need_not_stay=False,
    outputs_may_differ=False,
    opaque_content_has_hash=False,
    ties_in_order_of_creation=False,
    mcp_results_are_not_read=False,
    runtime_says_kind=False,
    calls_know_their_cell=False,
    process_ids_are_hidden=False,
    stdin_may_be_malformed=False,
    output_is_aggregated=False,
    cells_keep_responses=False,
    activities_name_model=False,
)

SCHEMA_2: Final = Dialect(
    schema_version=2,
    has_schema_2_events=True,
    log_is_ordered=True,
    recording_is_closed=True,
    items_have_ids=True,
    answers_need_not_stay=True,
    outputs_may_differ=True,
    opaque_content_has_hash=True,
    ties_in_order_of_creation=True,
    mcp_results_are_not_read=True,
    runtime_says_kind=True,
    calls_know_their_cell=True,
    process_ids_are_hidden=True,
    stdin_may_be_malformed=True,
    output_is_aggregated=True,
    cells_keep_responses=True,
    activities_name_model=True,
)

DIALECTS: Final = {dialect.schema_version: dialect for dialect in (SCHEMA_1, SCHEMA_2)}
NEWEST: Final = SCHEMA_2
