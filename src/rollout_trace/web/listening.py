"""Where the server listens: at which address and port, and whether others can reach it there."""

import ipaddress
import socket
from typing import Final

from rollout_trace.errors import RolloutTraceError, reason_of

DEFAULT_PORT: Final = 7357
"""The same each time where it is free, so that addresses that were kept lead somewhere after a restart."""
LOOPBACK: Final = "127.0.0.1"


class AddressError(RolloutTraceError):
    """The server cannot listen where it should."""


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach this address; not for a name that may be anybody's."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listener_at(host: str, port: int | None) -> socket.socket:
    """A socket that listens: at a port (0 for any that is free; None for the usual one, or if that is taken any).

    Raises:
        AddressError: the port is taken, or there is no such host.
    """
    wanted = (DEFAULT_PORT, 0) if port is None else (port,)
    for number in wanted:
        try:
            return _listening(host, number)
        except (OSError, ValueError) as error:  # a ValueError for what cannot be the name of a host
            reason = reason_of(error)
    raise AddressError(f"cannot listen at {host}, port {wanted[0]}: {reason}")


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except (OSError, ValueError):
        listener.close()
        raise
    return listener
