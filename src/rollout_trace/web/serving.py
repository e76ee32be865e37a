"""The server from its start to its end: its address, its token, and how it stops."""

import ipaddress
import os
import socket
import sys
from typing import Final, NamedTuple

import uvicorn

from rollout_trace.errors import RolloutTraceError, reason_of
from rollout_trace.web.app import viewer_app
from rollout_trace.web.guard import TOKEN, doors_of
from rollout_trace.web.library import Library

DEFAULT_PORT: Final = 7357
"""The same each time where it is free, so that addresses that were kept lead somewhere after a restart."""
LOOPBACK: Final = "127.0.0.1"
_GRACE_SECONDS: Final = 1


class AddressError(RolloutTraceError):
    """The server cannot listen where it should."""


class ViewerServer(NamedTuple):
    """A server that listens, and can be `run`."""

    listener: socket.socket
    address: str
    """What to open in a browser; it has the token if there is one."""
    is_loopback: bool
    server: uvicorn.Server
    library: Library

    def run(self) -> None:
        """Serve until a signal ends it, which is then raised again (Ctrl-C as `KeyboardInterrupt`)."""
        try:
            self.server.run(sockets=[self.listener])
        finally:
            self.library.close()


def viewer_server(library: Library, host: str = LOOPBACK, port: int | None = None) -> ViewerServer:
    """Listen at a port (0 for any that is free; None for the usual one, or if that is taken any).

    Raises:
        AddressError: the port is taken, or there is no such host.
    """
    listener = _listener(host, port)
    port_taken = listener.getsockname()[1]
    is_loopback = _is_loopback(host)
    doors = doors_of(host, port_taken, is_loopback=is_loopback)
    shown = f"[{host}]" if ":" in host else host
    query = f"?{TOKEN}={doors.token}" if doors.token else ""
    server: uvicorn.Server | None = None

    def is_over() -> bool:
        return server is not None and server.should_exit

    config = uvicorn.Config(
        viewer_app(library, doors, is_over),
        log_level="error",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    return ViewerServer(listener, f"http://{shown}:{port_taken}/{query}", is_loopback, server, library)


def has_browser() -> bool:
    """Whether a browser can show itself here: one in this terminal would take it from us."""
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listener(host: str, port: int | None) -> socket.socket:
    try:
        return _listening(host, DEFAULT_PORT if port is None else port)
    except (OSError, ValueError) as error:  # a ValueError for what cannot be the name of a host
        if port is None:
            return _listener(host, 0)
        raise AddressError(f"cannot listen at {host}, port {port}: {reason_of(error)}") from error


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener
