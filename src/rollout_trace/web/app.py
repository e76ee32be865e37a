"""The addresses of the server, and how a question that comes in becomes an answer that goes out.

    /                                  the page; /app.js and /app.css belong to it
    /api/1                             which version of the interface this is
    /api/1/<name>                      a question about all bundles
    /api/1/rollouts/<key>/<name>       a question about one rollout
    /api/1/changes, …/<key>/changes    streams of changes

Answers are worked out in threads, so that a slow one does not hold up the others. The page itself needs none, and is
given even while all threads are taken.
"""

import json
from collections.abc import Callable
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rollout_trace.errors import RolloutTraceError
from rollout_trace.version import __version__
from rollout_trace.web.answers.table import answer
from rollout_trace.web.asking import question_in
from rollout_trace.web.changes import library_changes, rollout_changes
from rollout_trace.web.guard import Doors, Guard, problem
from rollout_trace.web.interface import endpoints
from rollout_trace.web.interface.common import INTERFACE_VERSION, Reading
from rollout_trace.web.interface.library import BundleKey, ComparedRowsQuery, CompareQuery
from rollout_trace.web.kept import Kept
from rollout_trace.web.library import Library
from rollout_trace.web.library_answers import bundles, comparison, fleet
from rollout_trace.web.page_files import page_files
from rollout_trace.web.problems import NoSuchPlaceError, problem_of

_ROOT: Final = f"/api/{INTERFACE_VERSION}"
_ASKED_OF_ROLLOUT: Final = {endpoint.name: endpoint.asked for endpoint in endpoints.ROLLOUT_ENDPOINTS}
_ASKED_OF_LIBRARY: Final = {endpoint.name: endpoint.asked for endpoint in endpoints.LIBRARY_ENDPOINTS}
_LIBRARY_ANSWERS: Final[dict[str, Callable[[Library, Kept, Any], object]]] = {
    endpoints.BUNDLES.name: bundles.bundles,
    endpoints.FLEET.name: fleet.fleet,
    endpoints.FLEET_TOOLS.name: fleet.fleet_tools,
    endpoints.FLEET_MODELS.name: fleet.fleet_models,
    endpoints.FLEET_TASKS.name: fleet.fleet_tasks,
    endpoints.FLEET_ERRORS.name: fleet.fleet_errors,
}


def viewer_app(library: Library, doors: Doors, is_over: Callable[[], bool] = lambda: False) -> Guard:
    """The server's application. `is_over` tells streams that the server is about to end."""
    site = _Site(library, is_over)
    routes = [
        Route("/", site.page_file),
        Route("/{name:str}", site.page_file),
        Route(_ROOT, site.version),
        Route(f"{_ROOT}/changes", site.library_changes),
        Route(f"{_ROOT}/rollouts/{{key:str}}/changes", site.rollout_changes),
        Route(f"{_ROOT}/rollouts/{{key:str}}/{{name:path}}", site.of_rollout),
        Route(f"{_ROOT}/{{name:path}}", site.of_library),
    ]
    return Guard(Starlette(routes=routes, exception_handlers=_EXCEPTION_HANDLERS), doors)


class _Site:
    """What stands behind the addresses."""

    def __init__(self, library: Library, is_over: Callable[[], bool]) -> None:
        self._library = library
        self._is_over = is_over
        self._kept = Kept()
        self._files = page_files()

    async def page_file(self, request: Request) -> Response:
        file = self._files.get(request.path_params.get("name", "index.html"))
        if file is None:
            raise NoSuchPlaceError(f"there is nothing at {request.url.path}")
        headers = {"etag": file.tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        return Response(file.content, media_type=file.media_type, headers=headers)

    async def version(self, _request: Request) -> Response:
        return _json({"interface": INTERFACE_VERSION, "program": __version__})

    async def library_changes(self, request: Request) -> Response:
        return library_changes(request, self._library, self._is_over)

    async def rollout_changes(self, request: Request) -> Response:
        rollout = self._library.rollout(BundleKey(request.path_params["key"]))
        return rollout_changes(request, rollout, self._is_over)

    def of_library(self, request: Request) -> Response:
        name = request.path_params["name"]
        question = question_in(request, name, _ASKED_OF_LIBRARY)
        if isinstance(question, CompareQuery):
            return self._of_two(question)
        return _json(_LIBRARY_ANSWERS[name](self._library, self._kept, question))

    def _of_two(self, question: CompareQuery) -> Response:
        left, right = (self._library.rollout(key).view() for key in (question.left, question.right))
        if isinstance(left, Reading):
            return _json(left, status=202)
        if isinstance(right, Reading):
            return _json(right, status=202)
        if isinstance(question, ComparedRowsQuery):
            return _json(comparison.compared_rows(left, right, self._kept, question))
        return _json(comparison.compared(left, right, self._kept))

    def of_rollout(self, request: Request) -> Response:
        name = request.path_params["name"]
        rollout = self._library.rollout(BundleKey(request.path_params["key"]))
        question = question_in(request, name, _ASKED_OF_ROLLOUT)
        view = rollout.view(question.at)
        if isinstance(view, Reading):
            return _json(view, status=202)
        return _json(answer(view, name, question))


def _json(told: object, status: int = 200) -> Response:
    headers = {"cache-control": "no-store"}
    return Response(_encoded(told), status_code=status, media_type="application/json; charset=utf-8", headers=headers)


def _encoded(told: object) -> bytes:
    try:
        return msgspec.json.encode(told)
    except UnicodeEncodeError:  # half a surrogate pair, as a name of a file may have; written as an escape
        return json.dumps(msgspec.to_builtins(told)).encode()


async def _on_fault(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return problem(error.status_code, "no-such-place", f"there is nothing at {request.url.path}")
    if isinstance(error, RolloutTraceError):
        status, told = problem_of(error)
        return _json(told, status=status)
    return problem(500, "fault", "the server failed to answer this, which is a fault of ours; its terminal says more")


_EXCEPTION_HANDLERS: Final = {RolloutTraceError: _on_fault, HTTPException: _on_fault, 500: _on_fault}
