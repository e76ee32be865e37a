"""What all tests share: the real bundles, the released clients, and how hypothesis looks for counter-examples."""

import signal
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from conformance.cases import Case
from real_client.client import CLIENTS, GET_THEM
from rollout_trace.bundle.folder import Bundle

REAL_BUNDLES = Path(__file__).resolve().parents[2] / "shared" / "conformance" / "real-bundles.tar.gz"

# Tests press Ctrl-C in what they start; a shell that runs them in the background would have it ignored everywhere.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples everywhere and on every run, and no clock: what fails here fails for everyone.
settings.register_profile(
    "stable",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("stable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-real",
        action="store_true",
        help="fail, instead of skipping, where the bundles of the real client are not beside the project",
    )
    parser.addoption(
        "--watch-seconds",
        type=float,
        default=3.0,
        help="how long a writer writes while a follower watches; a minute finds more than the usual moment",
    )
    parser.addoption(
        "--require-client",
        action="store_true",
        help="fail, instead of skipping, where the released clients are not installed",
    )
    parser.addoption(
        "--require-browser",
        action="store_true",
        help="fail, instead of skipping, where the browser, or what builds the page, is not installed",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with each client; it is skipped for those that are not installed, unless they are required."""
    if "client" in metafunc.fixturenames:
        skip = () if metafunc.config.getoption("--require-client") else (pytest.mark.skip(reason=GET_THEM),)
        clients = [pytest.param(client, id=client.version, marks=() if client.program else skip) for client in CLIENTS]
        metafunc.parametrize("client", clients)


@pytest.fixture(scope="session")
def real_bundles(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundles of the real client, by version; skips where they are not beside the project."""
    if not REAL_BUNDLES.exists():
        reason = f"the bundles of the real client are not here: {REAL_BUNDLES.relative_to(REAL_BUNDLES.parents[2])}"
        if pytestconfig.getoption("--require-real"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("real-bundles")
    with tarfile.open(REAL_BUNDLES) as archive:
        archive.extractall(folder, filter="data")
    return folder / "real"


@pytest.fixture(scope="session")
def bundle_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Case], Bundle]:
    """Opens a conformance case as a bundle on disk, which is written when it is first asked for."""
    folder = tmp_path_factory.mktemp("cases")

    def open_case(case: Case) -> Bundle:
        path = folder / case.name
        if not path.exists():
            case.write(path)
        return Bundle(path)

    return open_case
