"""The page that is committed is made of its sources, and speaks of what the server speaks of."""

import shutil
import subprocess
from pathlib import Path

import pytest

from rollout_trace.web.typescript import typescript

SOURCES = Path(__file__).parents[2] / "viewer"


def test_the_types_of_the_page_are_those_of_the_server() -> None:
    written = (SOURCES / "src" / "interface.ts").read_text()
    assert written == typescript(), "python -m rollout_trace.web.typescript >viewer/src/interface.ts writes them"


def test_the_committed_page_is_a_fresh_build(pytestconfig: pytest.Config) -> None:
    node = shutil.which("node")
    if node is None or not (SOURCES / "node_modules" / "esbuild").is_dir():
        reason = "what builds the page is not here; with Node.js, `npm ci` in the folder viewer/ installs it"
        if pytestconfig.getoption("--require-browser"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    done = subprocess.run([node, "build.mjs", "--compare"], cwd=SOURCES, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")
