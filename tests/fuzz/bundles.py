"""The bundles that are mutated, by name: the example, and the conformance cases that have the most in them."""

from functools import cache
from pathlib import Path

from conformance.cases import Case, all_cases, schema_2_cases
from fuzz.mutations import LOG, MANIFEST, Files, files_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "fix-the-build"
_CASES_OF_EACH_SCHEMA = 12


@cache
def bundles() -> dict[str, Files]:
    """Every bundle by its name; the bytes of its files by their path."""
    cases = [*_richest(all_cases()), *_richest(schema_2_cases())]
    return {"example": files_of(EXAMPLE), **{case.name: _files_of_case(case) for case in cases}}


def _richest(cases: dict[str, Case]) -> list[Case]:
    return sorted(cases.values(), key=lambda case: -len(set(case.trace.split('"type":"'))))[:_CASES_OF_EACH_SCHEMA]


def _files_of_case(case: Case) -> Files:
    texts = {MANIFEST: case.manifest, LOG: case.trace, **case.payloads}
    return {path: text.encode() for path, text in texts.items()}
