"""Who may ask the server, and what every response says of how the page may be used.

A page of any site that a person visits can send requests to a server on that person's machine. Such requests carry
another `Origin`, or by way of a name that was made to lead here another `Host`; neither is answered. Where others can
reach the server, a token is demanded besides.
"""

import hmac
import secrets
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rollout_trace.web.interface.common import Problem

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
"""What every response says, whatever became of the request."""
_PORT_LEFT_OUT: Final = 80
"""The port of HTTP, which browsers do not name in the host."""
TOKEN: Final = "token"  # noqa: S105 - the name of a parameter


class Doors(NamedTuple):
    """How the server may be reached: by which hosts (None for any), and with which token (None for none)."""

    hosts: frozenset[str] | None
    token: str | None


def doors_of(host: str, port: int, *, is_loopback: bool) -> Doors:
    """The doors of a server: on loopback its own names, without a token; else any name, with a new token."""
    if is_loopback:
        names = {"127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host}
        with_port = {f"{name}:{port}" for name in names}
        return Doors(frozenset(with_port | names if port == _PORT_LEFT_OUT else with_port), None)
    return Doors(None, secrets.token_urlsafe(24))


class Guard:
    """Stands before the application: refuses who may not ask, and signs every response with `HEADERS`."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":  # the start and the end of the server
            await self._app(scope, receive, send)
            return

        async def signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await (self._refusal(scope) or self._app)(scope, receive, signed)

    def _refusal(self, scope: Scope) -> Response | None:
        """What is answered in place of the application; None if the request is in order."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._doors.hosts is not None and host.lower() not in self._doors.hosts:
            return problem(403, "wrong-host", f"this server does not answer for the host {host!r}")
        origin = headers.get("origin")
        if origin is not None and origin.lower() != f"http://{host.lower()}":
            return problem(403, "wrong-origin", f"this server does not answer pages of {origin!r}")
        if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate":
            return problem(403, "wrong-origin", "this server does not answer pages of other sites")
        if scope["method"] not in {"GET", "HEAD"}:
            sentence = "this server only shows; it takes no other requests than GET and HEAD"
            return problem(405, "read-only", sentence, {"allow": "GET, HEAD"})
        return None if self._doors.token is None else self._ask_for_token(self._doors.token, scope, headers)

    def _ask_for_token(self, token: str, scope: Scope, headers: Headers) -> Response | None:
        parameters = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in parameters if name == TOKEN]
        if given and scope["path"] == "/" and _is_same(given, token):
            # The token leaves the address, so that it is not copied with it, and stays with the browser.
            rest = urlencode([(name, value) for name, value in parameters if name != TOKEN])
            response = RedirectResponse(f"/?{rest}" if rest else "/", status_code=303)
            response.set_cookie(_cookie(scope), token, httponly=True, samesite="strict")
            return response
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if _is_same([*given, bearer, _token_in(headers.get("cookie", ""), _cookie(scope))], token):
            return None
        return problem(401, "no-token", "this server wants the token of the address that it printed when it started")


def problem(status: int, code: str, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """A response that says why there is no answer."""
    told = msgspec.json.encode(Problem(code=code, sentence=sentence))
    return Response(told, status_code=status, headers=headers, media_type="application/json; charset=utf-8")


def _cookie(scope: Scope) -> str:
    """The name of our cookie. Browsers give the cookies of a host to all its ports; each server has its own."""
    return f"rollout-trace-token-{scope['server'][1]}"


def _token_in(cookies: str, name: str) -> str:
    try:
        morsel = SimpleCookie(cookies).get(name)
    except CookieError:
        return ""
    return "" if morsel is None else morsel.value


def _is_same(given: Iterable[str], token: str) -> bool:
    return any(hmac.compare_digest(one.encode(), token.encode()) for one in given)
