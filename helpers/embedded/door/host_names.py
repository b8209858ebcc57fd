"""The names of AWS's hosts, which nobody in this process can look up while it has to do with labs.

botocore's requests never get so far: the account answers them. Other clients, such as aiobotocore
or plain HTTP, would reach the real host with credentials that are made up.
"""

from __future__ import annotations

import socket
from typing import Any

_OF_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_look_up = socket.getaddrinfo


def hide() -> None:
    """Refuse to look up a host of AWS, from now on."""
    socket.getaddrinfo = _refuse_aws


def show() -> None:
    """Let them be looked up again."""
    socket.getaddrinfo = _look_up


def _refuse_aws(host: Any, *rest: Any, **named: Any) -> Any:
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    if name.lower().rstrip(".").endswith(_OF_AWS):
        raise socket.gaierror(
            socket.EAI_NONAME,
            f"{name} is not asked: nothing leaves this machine while a lab is open. boto3 reaches "
            "the lab as it is; for other clients call lab.serve() and make the client after it.",
        )
    return _look_up(host, *rest, **named)
