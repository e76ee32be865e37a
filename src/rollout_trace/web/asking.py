"""From the parameters of an address to a question of the interface, or a sentence that says which of them is wrong."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request

from rollout_trace.web.guard import TOKEN
from rollout_trace.web.problems import NoSuchPlaceError, WrongQuestionError


def question_in(request: Request, name: str, asked: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the endpoint says
    """What a request asks.

    Raises:
        NoSuchPlaceError: there is no such endpoint.
        WrongQuestionError: its parameters are not those of the endpoint.
    """
    if name not in asked:
        raise NoSuchPlaceError(f"there is no question {name!r}")
    parameters = request.query_params.multi_items()
    given = dict(parameters)
    if len(parameters) > len(given):
        repeated = next(one for one, count in Counter(one for one, _ in parameters).items() if count > 1)
        raise WrongQuestionError(f"{name}: the parameter {repeated!r} is given more than once")
    given.pop(TOKEN, None)  # which the guard has seen
    try:
        return msgspec.convert(given, asked[name], strict=False)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$.")
        parameter = f"the parameter {place.rstrip('`')}: " if place else ""
        raise WrongQuestionError(f"{name}: {parameter}{reason}") from None
