"""Mutated bundles: no traceback, whatever happens to them. `python tests/fuzz/longer.py` looks further."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings

from fuzz.bundles import bundles
from fuzz.mutations import Case, mutated
from fuzz.reading import BundleOnDisk, read_in_every_way
from fuzz.strategies import cases

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.json"))


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> BundleOnDisk:
    return BundleOnDisk(tmp_path_factory.mktemp("mutated"))


@given(case=cases())
@settings(max_examples=120)
def test_a_mutated_bundle_is_read_without_a_fault_of_ours(case: Case, on_disk: BundleOnDisk) -> None:
    read_in_every_way(on_disk.write(mutated(bundles()[case.bundle], case.mutations)))


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_what_was_found_once_is_found_no_more(file: Path, on_disk: BundleOnDisk) -> None:
    case = msgspec.json.decode(file.read_bytes(), type=Case)
    read_in_every_way(on_disk.write(mutated(bundles()[case.bundle], case.mutations)))


def test_there_is_a_corpus() -> None:
    assert CORPUS
