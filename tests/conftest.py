"""Programs that tests need, and the laws after every test."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from harness import WORLDS, check_shadows
from pytest_mockmail.servers import SERVERS

pytest_plugins = ["pytester"]

REQUIRE = "MOCKMAIL_REQUIRE_PROGRAMS"
"""Set to 1 it makes a missing program a failure; CI sets it."""
NODE_MODULES = Path(__file__).parent / "control" / "examples" / "node_modules"
"""Where npm puts what the package.json beside it names."""
_missing: dict[str, int] = {}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("program"):
        (name,) = marker.args
        _want(name, there=shutil.which(name) is not None)
    for marker in item.iter_markers("npm"):
        (name,) = marker.args
        _want(name, there=(NODE_MODULES / name).is_dir())


def _want(name: str, *, there: bool) -> None:
    if there:
        return
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(f"{name} is not installed, and {REQUIRE} is set", pytrace=False)
    _missing[name] = _missing.get(name, 0) + 1
    pytest.skip(f"{name} is not installed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, count in sorted(_missing.items()):
        terminalreporter.write_line(f"skipped for want of {name}: {count} tests")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """The laws, after every test that passed.

    Of the worlds it made itself, whose clients have shadows already, and of its
    servers' worlds, whose clients nobody here wrote.
    """
    WORLDS.clear()
    result = yield
    for world in WORLDS:
        world.check_laws()
    for server in item.stash.get(SERVERS, []):
        with server._world.engine.turn():
            server._world.check_laws()
            check_shadows(server._world)
    WORLDS.clear()
    return result
