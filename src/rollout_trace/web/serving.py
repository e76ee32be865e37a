"""The server from its start to its end: its address, its token, and how it stops."""

import socket
from collections.abc import Callable
from typing import Final, NamedTuple

import uvicorn

from rollout_trace.web.app import viewer_app
from rollout_trace.web.guard import TOKEN, doors_of
from rollout_trace.web.library import Library
from rollout_trace.web.listening import LOOPBACK, is_loopback, listener_at

_GRACE_SECONDS: Final = 1


class ViewerServer(NamedTuple):
    """A server that listens, and can be `run`."""

    listener: socket.socket
    address: str
    """What to open in a browser; it has the token if there is one."""
    is_loopback: bool
    server: "_Server"
    library: Library

    def run(self, on_start: Callable[[], None]) -> None:
        """Serve until a signal ends it, which is then raised again (Ctrl-C as `KeyboardInterrupt`).

        `on_start` is called when it answers, and a signal is taken for what it is.
        """
        self.server.on_start = on_start
        try:
            self.server.run(sockets=[self.listener])
        finally:
            self.library.close()


class _Server(uvicorn.Server):
    """A server that says when it has started."""

    on_start: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.on_start()


def viewer_server(library: Library, host: str = LOOPBACK, port: int | None = None) -> ViewerServer:
    """Listen at a port (0 for any that is free; None for the usual one, or if that is taken any).

    Raises:
        AddressError: the port is taken, or there is no such host.
    """
    listener = listener_at(host, port)
    port_taken = listener.getsockname()[1]
    is_local = is_loopback(host)
    doors = doors_of(host, port_taken, is_loopback=is_local)
    shown = f"[{host}]" if ":" in host else host
    query = f"?{TOKEN}={doors.token}" if doors.token else ""
    server: _Server | None = None

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
    server = _Server(config)
    return ViewerServer(listener, f"http://{shown}:{port_taken}/{query}", is_local, server, library)
