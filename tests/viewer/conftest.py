"""A browser, viewers, and readers who sit in front of it. What cannot be had is said, and skips."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from viewer.reader import Reader
from viewer.viewer_process import ViewerProcess

EXAMPLES = Path(__file__).parents[2] / "examples"
FLAGS = (
    "--no-sandbox",  # as root it does not start otherwise; it is shown only what these tests make
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # what the browser wants for itself does not leave
)


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> str:
    """Where Chromium is: what `CHROMIUM` says, or where Debian has it."""
    named = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    found = shutil.which(named)
    if found is None:
        reason = f"there is no Chromium at {named}; install it, or name another in the variable CHROMIUM"
        if pytestconfig.getoption("--require-browser"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def browsers(chromium: str) -> Iterator[Callable[..., Browser]]:
    """Starts browsers, each with an empty folder of its own. They end with the module: other tests have event loops."""
    with sync_playwright() as playwright:

        def start(*flags: str) -> Browser:
            return playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *flags])

        yield start


@pytest.fixture(scope="module")
def browser(browsers: Callable[..., Browser]) -> Iterator[Browser]:
    """The browser of a module."""
    started = browsers()
    yield started
    started.close()


@pytest.fixture(scope="session")
def examples() -> Iterator[ViewerProcess]:
    """A viewer of the examples."""
    with ViewerProcess(EXAMPLES) as viewer:
        yield viewer


@pytest.fixture(scope="session")
def recorded(real_bundles: Path) -> Iterator[ViewerProcess]:
    """A viewer of what the released client recorded, in schema 2."""
    with ViewerProcess(real_bundles / "0.169.0") as viewer:
        yield viewer


@pytest.fixture
def reader_of(browser: Browser) -> Iterator[Callable[[ViewerProcess], Reader]]:
    """Sits someone down before a viewer; when they leave, the browser may have nothing to complain of."""
    readers: list[Reader] = []

    def sit_down(viewer: ViewerProcess) -> Reader:
        readers.append(Reader(browser, f"{viewer.origin}/"))
        return readers[-1]

    yield sit_down
    for reader in readers:
        reader.close()


@pytest.fixture
def reader(reader_of: Callable[[ViewerProcess], Reader], examples: ViewerProcess) -> Reader:
    """Someone who looks at the examples."""
    return reader_of(examples)


@pytest.fixture
def colleague(reader_of: Callable[[ViewerProcess], Reader], recorded: ViewerProcess) -> Reader:
    """Someone who looks at what the released client recorded."""
    return reader_of(recorded)
