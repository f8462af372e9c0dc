"""Who may ask: whoever knows the token, and means this server.

A page in a browser can make requests to the loopback, and have a name of its own
resolve to there (DNS rebinding). It can't know the token; nor is it answered under
another name than the server's own, nor is what it gets ever a page.
"""

import hmac
import ipaddress
import re
import secrets
from collections.abc import Iterable
from http import HTTPStatus

from mockmail.control.problem import Problem

# b64token (RFC 6750 section 2.1)
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
# uri-host [ ":" port ] (RFC 9110 section 7.2)
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^:\[\]]+)(?::[0-9]*)?")
LOCALHOST = "localhost"
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-disposition", b"attachment"),
    (b"cache-control", b"no-store"),
)
"""What goes with every answer."""
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="mockmail"'}

Headers = Iterable[tuple[bytes, bytes]]


def new_token() -> str:
    """One that nobody can guess."""
    return secrets.token_urlsafe(32)


class Guard:
    """Looks at the header fields of requests."""

    def __init__(self, host: str, token: str) -> None:
        """`host` is what the server was asked to listen on."""
        self._host = host.lower()
        self._any_address = _is_unspecified(host)
        self._token = token.encode("ascii")

    def check(self, headers: Headers) -> None:
        """`Problem` if this is not for us, or from somebody who may not ask."""
        given = list(headers)
        hosts = [value.decode("latin-1") for name, value in given if name == b"host"]
        if len(hosts) != 1 or not self._knows(hosts[0]):
            raise Problem(
                HTTPStatus.MISDIRECTED_REQUEST,
                f"this is not {hosts[0] if hosts else 'a server without a name'};"
                f" ask {LOCALHOST} or an address of the loopback",
            )
        tokens = [value for name, value in given if name == b"authorization"]
        scheme, _, token = (tokens[0] if len(tokens) == 1 else b"").partition(b" ")
        if scheme.lower() != b"bearer" or not hmac.compare_digest(token.strip(), self._token):
            what = "this is not the token" if tokens else "there is no token"
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                f"{what}; send 'Authorization: Bearer TOKEN' with what mockmail serve has printed",
                headers=_CHALLENGE,
            )

    def _knows(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found[1].lower().strip("[]")
        if name in (LOCALHOST, self._host):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        # An address is no name that could be bound to another one.
        return address.is_loopback or self._any_address


def _is_unspecified(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
