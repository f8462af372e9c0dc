"""The pytest plugin of mockmail. Imports nothing of it until a fixture is asked for."""

from collections.abc import Generator

import pytest

from pytest_mockmail.fixtures import SERVERS, _mockmail_thread, mailserver

__all__ = ["_mockmail_thread", "mailserver"]


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.hasplugin("trio"):
        from pytest_mockmail import trio_fixtures

        config.pluginmanager.register(trio_fixtures, "mockmail-trio")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Check the test's servers as a part of the test, if it passed so far."""
    result = yield
    for server in item.stash.get(SERVERS, []):
        server.check()
    return result


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Let go of the test's servers: pytest keeps its items to the end of the run."""
    if SERVERS in item.stash:
        del item.stash[SERVERS]
