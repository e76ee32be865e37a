"""The names of what lies in a bundle (spec 1)."""

MANIFEST = "manifest.json"
EVENT_LOG = "trace.jsonl"
PAYLOADS = "payloads"
STATE = "state.json"
