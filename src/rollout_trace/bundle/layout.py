"""The names of what lies in a bundle (spec 1)."""

MANIFEST = "manifest.json"
EVENT_LOG = "trace.jsonl"
PAYLOADS = "payloads"
STATE = "state.json"
ROOT_VARIABLE = "CODEX_ROLLOUT_TRACE_ROOT"
"""The environment variable that names the folder of bundles, for those who write them and those who read them."""
