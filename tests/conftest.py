"""Programs that tests need, and the laws after every test."""

import os
import shutil
from collections.abc import Generator

import pytest

from harness import check_shadows
from pytest_mockmail.fixtures import SERVERS

pytest_plugins = ["pytester"]

REQUIRE = "MOCKMAIL_REQUIRE_PROGRAMS"
"""Set to 1 it makes a missing program a failure; CI sets it."""
_missing: dict[str, int] = {}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("program"):
        (name,) = marker.args
        if shutil.which(name) is None:
            if os.environ.get(REQUIRE) == "1":
                pytest.fail(f"{name} is not installed, and {REQUIRE} is set", pytrace=False)
            _missing[name] = _missing.get(name, 0) + 1
            pytest.skip(f"{name} is not installed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, count in sorted(_missing.items()):
        terminalreporter.write_line(f"skipped for want of {name}: {count} tests")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Laws 4 to 6, from the transcripts of the test's servers."""
    result = yield
    for server in item.stash.get(SERVERS, []):
        with server._world.engine.turn():
            check_shadows(server._world)
    return result
