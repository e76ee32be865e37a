"""The ids of the format, each a type of its own.

All of them are plain strings on disk. Distinct types keep a thread id from being passed where a turn id is meant;
`msgspec` and users of the library see `str`.
"""

from typing import NewType

TraceId = NewType("TraceId", str)
RolloutId = NewType("RolloutId", str)
ThreadId = NewType("ThreadId", str)
CodexTurnId = NewType("CodexTurnId", str)
ItemId = NewType("ItemId", str)
"""`conversation_item:<n>`, given by the reducer in order of creation."""
ResponsesItemId = NewType("ResponsesItemId", str)
"""The `id` of an item in the Responses API, the provider's or the client's; schema 2 keeps it."""
InferenceCallId = NewType("InferenceCallId", str)
ResponseId = NewType("ResponseId", str)
"""The model provider's id of an answer; `previous_response_id` of a later request names it."""
ToolCallId = NewType("ToolCallId", str)
"""The runtime's id of a tool call."""
CallId = NewType("CallId", str)
"""The model-visible `call_id` that ties a call item, its output items and the work done for it."""
McpCallId = NewType("McpCallId", str)
CodeCellId = NewType("CodeCellId", str)
"""`code_cell:<model-visible call id>`, given by the reducer."""
RuntimeCellId = NewType("RuntimeCellId", str)
"""The code runtime's own handle of a cell, unique only within a thread."""
TerminalId = NewType("TerminalId", str)
TerminalOperationId = NewType("TerminalOperationId", str)
"""`terminal_operation:<n>`, given by the reducer in order of creation."""
CompactionId = NewType("CompactionId", str)
CompactionRequestId = NewType("CompactionRequestId", str)
EdgeId = NewType("EdgeId", str)
RawPayloadId = NewType("RawPayloadId", str)
AgentPath = NewType("AgentPath", str)
"""Where an agent stands in the tree of agents, such as `/root/worker`."""


def creation_order(item_id: ItemId) -> int:
    """The number of an item, by which items sort as they were created."""
    return int(item_id.rpartition(":")[2])


def code_cell_id(call_id: CallId | None) -> CodeCellId:
    """The id of the cell that a call of the model runs; no cell has that of no call."""
    return CodeCellId(f"code_cell:{call_id}")
