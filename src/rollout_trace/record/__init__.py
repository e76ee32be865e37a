"""The write side: handles with which a program records its own run as a trace bundle (spec 4).

`Recorder` is where a program begins; `docs/recording.md` shows everything at work. All handles can be imported from
here. Below them, `recording` is what they all write to; it stands on `event_log` (lines), `files` (bytes) and
`durability`.
"""

from rollout_trace.record.cells import Cell
from rollout_trace.record.compaction import Compaction, CompactionRequest
from rollout_trace.record.durability import Durability
from rollout_trace.record.inference import InferenceAttempt
from rollout_trace.record.rollout import Recorder
from rollout_trace.record.runtime import Command, McpCall, Runtime
from rollout_trace.record.thread import Thread
from rollout_trace.record.tools import Tool
from rollout_trace.record.turn import Turn

__all__ = [
    "Cell",
    "Command",
    "Compaction",
    "CompactionRequest",
    "Durability",
    "InferenceAttempt",
    "McpCall",
    "Recorder",
    "Runtime",
    "Thread",
    "Tool",
    "Turn",
]
