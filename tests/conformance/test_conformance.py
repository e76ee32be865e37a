"""Every conformance case, read from disk, in every mode.

A graph must be the same bytes. A refusal must be for the same reason, and its message must name what the reference's
message names. No case needs the exception that the specification makes for faults which default mode tolerates
(spec 3, section 9): wherever the answer for default mode is a refusal, ours is one too.
"""

import difflib
import re
from collections.abc import Callable
from itertools import islice

import pytest

from conformance.cases import Answer, Case, all_cases
from rollout_trace.bundle.folder import Bundle
from rollout_trace.diagnostics import Code
from rollout_trace.errors import Rejection
from rollout_trace.model.state_json import encode_state
from rollout_trace.reduce.modes import Mode
from rollout_trace.reduce.replay import Reducer, Reduction

OpenCase = Callable[[Case], Bundle]

REASONS: tuple[tuple[str, set[Code]], ...] = (
    (r"^parse trace event line", {Code.TORN_LINE, Code.BROKEN_LINE, Code.UNKNOWN_EVENT}),
    (r"has no reducer implementation$", {Code.OTHER_EVENT}),
    (r"^open payload", {Code.PAYLOAD_MISSING, Code.PAYLOAD_OUTSIDE}),
    (r"^parse payload", {Code.PAYLOAD_BROKEN}),
    (r"did not contain|had non-array|missing function arguments$", {Code.PAYLOAD_SHAPE}),
    (r"^unsupported model item type", {Code.ITEM_TYPE}),
    (r"was reused with different content$", {Code.CALL_ID_REUSED, Code.OUTPUT_REPEATED}),
    (r"^model conversation mismatch", {Code.CONVERSATION_MISMATCH}),
    (r"^duplicate ", {Code.DUPLICATE}),
    (r"unknown previous_response_id", {Code.UNTRACED_ANSWER, Code.UNKNOWN_REFERENCE}),
    (r"referenced unknown (?!previous_response_id)", {Code.UNKNOWN_REFERENCE}),
    (r"^terminal session .* belongs to", {Code.WRONG_OWNER}),
    (r"with conflicting endpoints$", {Code.CONFLICT}),
)
"""How the reference words a refusal, and the codes that we may have for it."""

NAMED = re.compile(
    r"""
    line\ \d+                                  # where in the log
    | index\ \d+                               # where in a list of items
    | (?<=type\ )\w+                           # an unknown type
    | [\w-]*:[\w:-]+                           # raw_payload:…, conversation_item:…, edge:…
    | (?:call|tool|turn|inf|resp)-[\w-]+       # ids that the recorder gives
    | [\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12} # ids of threads
    | (?<=session\ )\w+                        # terminals
    """,
    re.VERBOSE,
)
"""What a message of the reference names."""


def named_in(error: str) -> set[str]:
    return {name.rstrip(":") for name in NAMED.findall(error)}


def names(message: str, name: str) -> bool:
    """Whether a message has a name as a word of its own, and not as a part of a longer one."""
    return re.search(rf"(?<![\w:-]){re.escape(name)}(?![\w-]|:\w)", message) is not None


def reduce_in(mode: Mode, bundle: Bundle) -> Reduction:
    reducer = Reducer(bundle.manifest, bundle.read_payload, mode)
    for entry in bundle.events():
        reducer.apply(entry)
    return reducer.view()


def check_answer(answer: Answer, mode: Mode, bundle: Bundle) -> None:
    if answer.state is not None:
        check_same_state(answer.state, encode_state(reduce_in(mode, bundle).trace).decode())
        return
    assert answer.error is not None
    with pytest.raises(Rejection) as rejected:
        reduce_in(mode, bundle)
    reasons = [codes for pattern, codes in REASONS if re.search(pattern, answer.error)]
    assert len(reasons) == 1, f"exactly one reason should fit {answer.error!r}"
    assert rejected.value.code in reasons[0], f"{rejected.value} ({rejected.value.code}), but {answer.error}"
    missing = {name for name in named_in(answer.error) if not names(str(rejected.value), name)}
    assert not missing, f"{rejected.value}\ndoes not name {missing}, as this does:\n{answer.error}"


def check_same_state(expected: str, got: str) -> None:
    if got == expected:
        return
    lines = difflib.unified_diff(expected.splitlines(), got.splitlines(), "expected", "got", lineterm="", n=5)
    pytest.fail("the graph differs\n" + "\n".join(islice(lines, 200)), pytrace=False)


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
