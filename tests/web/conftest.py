"""A server over the examples, for all tests that change nothing of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from web.served import EXAMPLE, EXAMPLES, Viewer, viewing


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    with viewing(EXAMPLES, tmp_path_factory.mktemp("viewer")) as viewer:
        viewer.bundles_when_read()
        yield viewer


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder for what the command keeps and says."""
    return tmp_path / "own"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A copy of an example, alone in its folder, for a test to change."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "bundles" / "run", ignore=shutil.ignore_patterns("state.json")))
