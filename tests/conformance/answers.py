"""Comparing what we make of a conformance case with an answer that the case has."""

import difflib
import re
from collections.abc import Callable
from itertools import islice

import pytest

from conformance.cases import Answer, Case
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
    (r"^model item in payload .* did not contain", {Code.ITEM_SHAPE}),
    (r"^(?!model item).*did not contain|had non-array|missing function arguments$", {Code.PAYLOAD_SHAPE}),
    (r"^unsupported model item type", {Code.ITEM_TYPE}),
    (r"was reused with different content$", {Code.CALL_ID_REUSED, Code.OUTPUT_REPEATED}),
    (r"^model conversation mismatch", {Code.CONVERSATION_MISMATCH}),
    (r"^duplicate ", {Code.DUPLICATE}),
    (r"unknown previous_response_id", {Code.UNTRACED_ANSWER, Code.UNKNOWN_REFERENCE}),
    (r"^cannot resume thread", {Code.THREAD_FROM_ELSEWHERE}),
    (r"^(?!cannot resume).*referenced unknown (?!previous_response_id)", {Code.UNKNOWN_REFERENCE}),
    (r"^terminal session .* belongs to", {Code.WRONG_OWNER}),
    (r"with conflicting endpoints$|^resumed thread .* has not ended$", {Code.CONFLICT}),
    (r"^missing or reordered trace event", {Code.SEQUENCE}),
    (r"^unsupported trace event schema", {Code.EVENT_SCHEMA}),
    (r"^trace event belongs to another rollout$", {Code.EVENT_ROLLOUT}),
    (r"^trace event after recording completed$", {Code.AFTER_COMPLETION}),
    (r"^trace schema 1 cannot establish accepted history", {Code.UNKNOWN_EVENT}),
)
"""How Codex and the reference word a refusal, and the codes that we may have for it."""

NAMED = re.compile(
    r"""
    (?<!at\ )line\ \d+                         # where in the log, but not where in a payload
    | (?<=event\ )\d+                          # likewise
    | (?<=schema\ )\d+                         # schemas
    | index\ \d+                               # where in a list of items
    | (?<=type\ )\w+ | (?<=variant\ `)\w+      # an unknown type
    | [\w-]*:[\w:-]+                           # raw_payload:…, conversation_item:…, edge:…
    | (?:call|tool|turn|inf|resp)-[\w-]+       # ids that the recorder gives
    | [\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12} # ids of threads
    | (?<=session\ )\w+                        # terminals
    | (?<=runtime\ cell\ )\w+                   # cells
    """,
    re.VERBOSE,
)
"""What such a refusal names."""


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
