"""The pytest plugin of mockmail. Imports nothing of it until a fixture is asked for."""

from collections.abc import Generator

import pytest

from pytest_mockmail.fixtures import (
    _mockmail_thread,
    mailserver,
    mailserver_clients,
    mailserver_conflict,
    mailserver_factory,
    mailserver_faults,
    make_mailserver,
)
from pytest_mockmail.servers import MARKER, SERVERS, of

__all__ = [
    "_mockmail_thread",
    "mailserver",
    "mailserver_clients",
    "mailserver_conflict",
    "mailserver_factory",
    "mailserver_faults",
    "make_mailserver",
]

_OPTIONS = {
    "scenario": "what servers start with: the name of a shipped scenario, or a YAML file",
    "capabilities": 'IMAP\'s capabilities to be switched: "+LITERAL- -MOVE"',
    "seed": "what all chance of a server comes from (a whole number, 0 by default)",
    "transcripts": "a folder for the whole conversations of tests that fail",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mockmail", "mockmail: mail servers for tests")
    for name, text in _OPTIONS.items():
        group.addoption(f"--mockmail-{name}", metavar=name.upper(), help=text)
        parser.addini(f"mockmail_{name}", text)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", f"{MARKER}: what the test's mail servers start with; see --mockmail-…"
    )
    if config.pluginmanager.hasplugin("trio"):
        from pytest_mockmail import trio_fixtures

        config.pluginmanager.register(trio_fixtures, "mockmail-trio")
    else:
        from pytest_mockmail import without_trio

        config.pluginmanager.register(without_trio, "mockmail-trio")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Check the test's servers as a part of the test, if it passed so far."""
    result = yield
    for server in of(item):
        server.check()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and any(of(item)):
        from pytest_mockmail.report import add_conversations

        add_conversations(item, report)
    return report


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Let go of the test's servers: pytest keeps its items to the end of the run."""
    if SERVERS in item.stash:
        del item.stash[SERVERS]
