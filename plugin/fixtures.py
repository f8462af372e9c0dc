"""Fixtures for everybody: the server runs on a thread that the whole run shares."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # imported when the fixture is used: a run without mail pays nothing
    from mockmail import Server, ServerThread

SERVERS: "pytest.StashKey[list[Server]]" = pytest.StashKey()
"""The servers of a test, to be checked when it has passed."""


@pytest.fixture(scope="session")
def _mockmail_thread() -> "Iterator[ServerThread]":
    """The thread on which all servers of this run live."""
    from mockmail import ServerThread

    with ServerThread() as thread:
        yield thread


@pytest.fixture
def mailserver(
    request: pytest.FixtureRequest, _mockmail_thread: "ServerThread"
) -> "Iterator[Server]":
    """A fresh mail server: IMAP, POP3 and SMTP over one set of in-memory mailboxes.

    ``mailserver.add_user("anna", password="secret")`` makes an account,
    ``user.deliver(subject=…, text=…)`` puts mail into its INBOX, and
    ``mailserver.imap.host``, ``.port`` and ``.url`` (and ``.pop3``, ``.smtp``)
    are where clients connect, from sync code, asyncio or subprocesses;
    ``mailserver.imaps`` (and ``.pop3s``, ``.smtps``) for TLS from the start, which
    clients trust with ``mailserver.ca.ssl_context()`` or ``mailserver.ca.path``.
    ``mailserver.outbox`` holds what was sent elsewhere, and
    ``mailserver.faults`` makes it misbehave.

    When the test has passed the server is checked: a rule that never fired, or a
    broken law of the store, fails it after all. Then its clients are dropped.
    """
    from mockmail import start_server

    with start_server(thread=_mockmail_thread) as server:
        request.node.stash.setdefault(SERVERS, []).append(server)
        yield server
