"""A request on its way to its handler, and what handlers give back that is not JSON."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import ClassVar, Generic, TypeVar
from urllib.parse import quote

from mockmail.control.problem import Problem
from mockmail.control.waits import Waits
from mockmail.serve.server import Server

T = TypeVar("T")
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Service:
    """A server that can be asked by HTTP."""

    server: Server
    host: str
    """The address that its ports for mail are on."""
    ports: Mapping[str, int]
    """Those ports, by scheme."""
    waits: Waits = field(default_factory=Waits)
    """All requests that wait for something to happen."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request."""

    service: Service
    path: Mapping[str, str]
    """What stands in the path, by name."""
    gone: Callable[[], Awaitable[None]]
    """Comes back when the client has left."""

    @property
    def server(self) -> Server:
        return self.service.server

    def number(self, name: str) -> int:
        """A number in the path."""
        text = self.path[name]
        if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
            raise Problem(HTTPStatus.NOT_FOUND, f"{name} is a number, not {text!r}")
        return int(text)


@dataclass(frozen=True, slots=True)
class Created(Generic[T]):
    """There is something new, at `url`."""

    value: T
    url: str


@dataclass(frozen=True, slots=True)
class Raw:
    """What is no JSON."""

    media: ClassVar[str]
    octets: bytes


class Rfc822(Raw):
    """A message, octet by octet."""

    __slots__ = ()
    media = "message/rfc822"


class Plain(Raw):
    """Text in UTF-8."""

    __slots__ = ()
    media = "text/plain; charset=utf-8"


class JsonLines(Raw):
    """A JSON value on each line."""

    __slots__ = ()
    media = "application/jsonl"


def url(*segments: str | int) -> str:
    """The path of something here, below the version."""
    return "/".join(["/v1", *(quote(str(each), safe="") for each in segments)])
