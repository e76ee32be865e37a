"""The files of the built page, by fixed names. They are part of the package; no other file is ever served."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

_TYPES: Final[Mapping[str, str]] = {
    "index.html": "text/html; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "app.css": "text/css; charset=utf-8",
}
_FOLDER: Final = Path(__file__).with_name("page")
_NOT_BUILT: Final = """\
<!doctype html>
<title>rollout-trace</title>
<p>The page of the viewer is not built. In a clone of the project:
<code>cd viewer &amp;&amp; npm ci &amp;&amp; npm run build</code>.
"""


class PageFile(NamedTuple):
    """A file of the page, with the tag by which a browser knows whether it has it."""

    content: bytes
    media_type: str
    tag: str


def is_built() -> bool:
    """Whether there is a page to show."""
    return all((_FOLDER / name).is_file() for name in _TYPES)


def page_files() -> dict[str, PageFile]:
    """The files of the page by name; a page that says so if it was not built."""
    if not is_built():
        return {"index.html": _page_file(_NOT_BUILT.encode(), _TYPES["index.html"])}
    return {name: _page_file((_FOLDER / name).read_bytes(), media_type) for name, media_type in _TYPES.items()}


def _page_file(content: bytes, media_type: str) -> PageFile:
    return PageFile(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
