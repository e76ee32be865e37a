"""Every conformance case of schema 1, read from disk, in every mode.

A graph must be the same bytes. A refusal must be for the same reason, and its message must name what the reference's
message names. No case needs the exception that the specification makes for faults which default mode tolerates
(spec 3, section 9): wherever the answer for default mode is a refusal, ours is one too.
"""

import pytest

from conformance.answers import OpenCase, check_answer, check_same_state, named_in, reduce_in
from conformance.cases import all_cases
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce.modes import Mode


@pytest.mark.parametrize("name", all_cases())
def test_codex_mode_gives_the_answer_of_codex(name: str, bundle_of: OpenCase) -> None:
    case = all_cases()[name]
    check_answer(case.codex, Mode.CODEX, bundle_of(case))


@pytest.mark.parametrize("name", all_cases())
def test_default_mode_gives_the_answer_of_the_reference(name: str, bundle_of: OpenCase) -> None:
    case = all_cases()[name]
    check_answer(case.default, Mode.DEFAULT, bundle_of(case))


@pytest.mark.parametrize("name", all_cases())
def test_salvage_mode_refuses_nothing_and_agrees_with_default(name: str, bundle_of: OpenCase) -> None:
    case = all_cases()[name]
    salvaged = encode_state(reduce_in(Mode.SALVAGE, bundle_of(case)).trace).decode()
    if case.default.state is not None:
        check_same_state(case.default.state, salvaged)


def test_every_refusal_of_the_reference_names_something_but_that_of_other() -> None:
    """The check of names above would pass on a message in which it finds none."""
    errors = {answer.error for case in all_cases().values() for answer in (case.codex, case.default) if answer.error}
    assert {error for error in errors if not named_in(error)} == {"raw trace event has no reducer implementation"}


def test_a_path_out_of_the_bundle_is_refused_though_a_file_is_there(bundle_of: OpenCase) -> None:
    case = all_cases()["escape-0"]
    bundle = bundle_of(case)
    (bundle.path.parent / "outside.json").write_bytes(b'{"input":[]}')

    with pytest.raises(Rejection) as rejected:
        reduce_in(Mode.DEFAULT, bundle)

    assert rejected.value.code == Code.PAYLOAD_OUTSIDE
    assert rejected.value.ids == {"raw_payload_id": "raw_payload:2"}
