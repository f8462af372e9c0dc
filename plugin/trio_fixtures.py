"""Fixtures for Trio tests; registered where pytest-trio is installed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pytest_mockmail.fixtures import SERVERS

if TYPE_CHECKING:
    import trio

    from mockmail import Server


@pytest.fixture
def mailserver_trio(request: pytest.FixtureRequest, nursery: "trio.Nursery") -> "Iterator[Server]":
    """A fresh mail server in the test's own Trio loop, on the loop's clock.

    The same object as ``mailserver``. Beside sockets it gives memory streams:
    ``stream = mailserver_trio.imap.connect()`` is a client's end without a port,
    on which cuts and splits are exact. A test that must not wait for timeouts
    asks for pytest-trio's ``autojump_clock`` as well.
    """
    from mockmail import server_in_nursery

    with server_in_nursery(nursery) as server:
        request.node.stash.setdefault(SERVERS, []).append(server)
        yield server
