"""Fixtures for Trio tests; registered where pytest-trio is installed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pytest_mockmail.servers import SERVERS, asked

if TYPE_CHECKING:
    import trio

    from mockmail import Server


@pytest.fixture
def _in_trio(request: pytest.FixtureRequest) -> None:
    """Say what is wrong where the test is none of Trio's."""
    config = request.config
    if config.pluginmanager.hasplugin("asyncio"):
        mode = config.getoption("asyncio_mode") or config.getini("asyncio_mode")
        if str(getattr(mode, "value", mode)) == "auto":
            pytest.fail(
                "mailserver_trio can't work with asyncio_mode = auto, by which pytest-asyncio"
                " runs all async tests itself: set asyncio_mode = strict",
                pytrace=False,
            )
    if request.node.get_closest_marker("trio") is None:
        pytest.fail(
            "mailserver_trio is for Trio tests: async functions with @pytest.mark.trio, or all of"
            " them by trio_mode = true in the ini file; other tests ask for mailserver",
            pytrace=False,
        )


@pytest.fixture
def mailserver_trio(
    request: pytest.FixtureRequest,
    _in_trio: None,
    nursery: "trio.Nursery",
) -> "Iterator[Server]":
    """A fresh mail server in the test's own Trio loop, on the loop's clock.

    The same object as ``mailserver``, with the same marker. Beside sockets it gives
    memory streams: ``stream = mailserver_trio.imap.connect()`` is a client's end without
    a port, on which cuts and splits are exact. What waits is in ``mailserver_trio.aio``.
    A test that must not wait for timeouts asks for pytest-trio's ``autojump_clock`` as
    well.
    """
    from mockmail import server_in_nursery

    default = asked(request.config, request.node)
    with server_in_nursery(
        nursery, default.scenario, capabilities=default.capabilities, seed=default.seed
    ) as server:
        request.node.stash.setdefault(SERVERS, []).append(server)
        yield server
