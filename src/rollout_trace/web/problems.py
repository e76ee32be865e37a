"""What is said when there is no answer: from an error to a status and a sentence, in one table."""

from typing import Final, NamedTuple

from rollout_trace.errors import BundleError, PayloadError, QuestionError, Rejection, RolloutTraceError
from rollout_trace.web.interface.common import Problem


class WrongQuestionError(RolloutTraceError):
    """The parameters of a question are not those that its endpoint takes."""


class NoSuchPlaceError(RolloutTraceError):
    """There is no such address."""


class _Kind(NamedTuple):
    error: type[RolloutTraceError]
    status: int
    code: str


_KINDS: Final = (
    _Kind(WrongQuestionError, 400, "wrong-question"),
    _Kind(NoSuchPlaceError, 404, "no-such-place"),
    _Kind(QuestionError, 404, "not-in-the-rollout"),
    _Kind(PayloadError, 404, "no-payload"),
    _Kind(BundleError, 409, "unreadable-bundle"),
    _Kind(Rejection, 409, "rejected"),
)


def problem_of(error: RolloutTraceError) -> tuple[int, Problem]:
    """The status and the sentence for an error."""
    for kind in _KINDS:
        if isinstance(error, kind.error):
            return kind.status, Problem(code=kind.code, sentence=str(error))
    return 500, Problem(code="unknown", sentence=str(error))
