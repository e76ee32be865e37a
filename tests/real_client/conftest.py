"""How a test plays a scenario with each released client, and the count of what was compared."""

from collections.abc import Callable
from pathlib import Path

import pytest

from real_client.client import Client
from real_client.comparison import Recorded, Tally, play
from real_client.scenarios import Scenario

TALLIES = pytest.StashKey[dict[str, Tally]]()


@pytest.fixture
def played(client: Client, tmp_path: Path, pytestconfig: pytest.Config) -> Callable[[Scenario], list[Recorded]]:
    """Plays a scenario with the client, compares, and returns the bundles as default mode reads them."""
    tally = pytestconfig.stash.setdefault(TALLIES, {}).setdefault(client.version, Tally())
    return lambda scenario: play(scenario, client, tmp_path, tally)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for version, tally in sorted(config.stash.get(TALLIES, {}).items()):
        terminalreporter.write_line(f"released client {version}: {tally}")
