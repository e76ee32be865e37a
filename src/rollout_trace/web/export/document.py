"""The exported file itself: page, style, program and answers in one, under a policy that lets it do nothing else.

The policy stands in the file, since no server is there to say it: only the program and the style with these hashes run,
and nothing is fetched from anywhere.
"""

import base64
import gzip
import hashlib
import html
from typing import Final

import msgspec

from rollout_trace.errors import RolloutTraceError
from rollout_trace.web.export.enclosed import Enclosed
from rollout_trace.web.page_files import page_files

_DOCUMENT: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript.</noscript>
<script type="application/octet-stream" id="rollout-trace-answers">{answers}</script>
<script>{program}</script>
</body>
</html>
"""


class PageNotBuiltError(RolloutTraceError):
    """The package lacks the built page."""

    def __init__(self) -> None:
        super().__init__("the page of the viewer is not built, and an export is made of it; `npm run build` in viewer/")


def document(enclosed: Enclosed) -> bytes:
    """The file.

    Raises:
        PageNotBuiltError: there is no page to put the answers into.
    """
    files = page_files()
    if "app.js" not in files or "app.css" not in files:
        raise PageNotBuiltError
    program, style = (files[name].content.decode() for name in ("app.js", "app.css"))
    policy = (
        f"default-src 'none'; script-src '{_hash(program)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    answers = base64.b64encode(gzip.compress(msgspec.json.encode(enclosed), mtime=0)).decode()
    title = html.escape(f"{enclosed.name} · rollout-trace")
    return _DOCUMENT.format(policy=policy, title=title, style=style, answers=answers, program=program).encode()


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
