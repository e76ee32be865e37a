"""A bundle whose every text says something that a careless page would obey: an example with its texts made worse.

What a bundle needs to be read as before stays: that equal ids are equal, paths of payloads, and the words of the format
itself.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any, Final

HOSTILE: Final = (
    '</script><script>window.harmed = "script"</script>'
    '<img src="http://stranger.invalid/a.png" onerror="window.harmed = 1"><svg onload="window.harmed = 2"></svg>'
    '"><iframe srcdoc="<script>parent.harmed = 3</script>"></iframe><style>* { display: none }</style>'
    "\n\n[a link](javascript:window.harmed=4) ![a picture](http://stranger.invalid/b.png) <http://stranger.invalid/c>"
    "\n![a picture](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+) data:text/html,<script>1</script>"
    "\n\x1b[31mred\x1b[0m \x1b]8;;http://stranger.invalid/d\x07link\x1b]8;;\x07 \x1b[2J\x1b]0;title\x07"
    "\n\u202egpj.exe\u202c \u2066isolated\u2069 zero\u200bwidth \x00\x07"
)
HOSTILE_ID: Final = "\u202e<b>"
"""What every id ends with, but those that have to be UUIDs."""
UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONG_LINE: Final = "long " + "x" * 60_000
KEPT_FIELDS: Final = {
    *(
        "type",
        "event_type",
        "kind",
        "role",
        "status",
        "phase",
        "channel",
        "path",
        "source",
        "detail",
        "format",
        "effort",
    ),
    *(
        "agent_path",
        "author",
        "recipient",
        "sender",
        "receiver",
        "encrypted_content",
        "data",
        "schema",
        "object",
        "target",
    ),
}
"""What the format itself says, what names an agent, and what is tied together by being equal."""
WORDS_OF_THE_FORMAT: Final = {"exec_command", "write_stdin", "apply_patch", "exec"}


def hostile_bundle(example: Path, folder: Path) -> Path:
    """Write the worse copy of an example into a folder."""
    shutil.copytree(example, folder)
    for payload in sorted((folder / "payloads").iterdir()):
        payload.write_text(json.dumps(_worse(json.loads(payload.read_text()), "")))
    manifest, log = folder / "manifest.json", folder / "trace.jsonl"
    manifest.write_text(json.dumps(_worse(json.loads(manifest.read_text()), "")))
    lines = [json.dumps(_worse(json.loads(line), "")) for line in log.read_text().splitlines()]
    log.write_text("\n".join(lines) + "\n")
    return folder


def _worse(value: Any, field: str) -> Any:
    if isinstance(value, dict):
        return {name: _worse(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_worse(inner, field) for inner in value]
    return _worse_text(value, field) if isinstance(value, str) else value


def _worse_text(text: str, field: str) -> str:
    if field in KEPT_FIELDS or text in WORDS_OF_THE_FORMAT:
        return text
    if field.endswith(("id", "ids")):
        return text if UUID.fullmatch(text) else f"{text}{HOSTILE_ID}"
    if field == "arguments":
        return json.dumps(_worse(json.loads(text), ""))
    return f"{text}{HOSTILE}{LONG_LINE}" if "FAIL" in text else f"{text}{HOSTILE}"
