"""What a handler may reach: this machine only, unless the lab was opened with the network.

Python tells its audit hooks before it looks up a name or connects, whatever module asks. A program
that a handler starts is not seen.
"""

from __future__ import annotations

import errno
import ipaddress
import sys
from typing import Any

_PLACES = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
"""Where in an event's arguments the address is."""

_NAMES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")


def refuse_others() -> None:
    """From now on, in this process and its forks, only this machine is reached."""
    sys.addaudithook(_check)


def _check(event: str, args: tuple[Any, ...]) -> None:
    if event in _PLACES:
        address = args[_PLACES[event]]
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            _refuse(str(address[0]))
    elif event in _NAMES and args[0] is not None:
        host = args[0].decode() if isinstance(args[0], bytes) else str(args[0])
        if not _is_here(host):
            _refuse(host)


def _is_here(host: str) -> bool:
    if host in ("localhost", ""):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(host: str) -> None:
    raise OSError(
        errno.ENETUNREACH,
        f"The lab sends nothing to {host}: its functions reach AWS by boto3, and servers on "
        "127.0.0.1. open_lab(network=True) lets them out",
    )
