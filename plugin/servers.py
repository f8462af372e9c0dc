"""The servers of a test: what they are started with, and which ones there are."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:  # imported when a fixture is used: a run without mail pays nothing
    from mockmail import Server

SERVERS: "pytest.StashKey[list[Server]]" = pytest.StashKey()
"""The servers of a test, to be checked when it has passed."""
RUN_SERVERS: "pytest.StashKey[list[Server]]" = pytest.StashKey()
"""The servers of the run."""

MARKER = "mockmail(scenario=…, capabilities='+X -Y', seed=…)"
WORDS = ("scenario", "capabilities", "seed")
_TYPES: tuple[tuple[str, type | tuple[type, ...], str], ...] = (
    ("scenario", (str, Path), "a name or a path"),
    ("capabilities", str, "a text"),
    ("seed", int, "a whole number"),
)


class Asked(NamedTuple):
    """What servers are started with unless their maker says otherwise."""

    scenario: str | Path | None
    capabilities: str
    seed: int


def asked(config: pytest.Config, node: pytest.Item | None = None) -> Asked:
    """What the marker of a test says, else the command line, else the ini file."""
    words: dict[str, Any] = {
        "scenario": _configured(config, "scenario") or None,
        "capabilities": _configured(config, "capabilities") or "",
        "seed": _configured(config, "seed") or 0,
    }
    if node is not None:
        for marker in reversed(list(node.iter_markers("mockmail"))):
            words |= _marked(marker, node)
    try:
        words["seed"] = int(words["seed"])
    except (TypeError, ValueError):
        _fail(f"mockmail's seed is a whole number, not {words['seed']!r}")
    return Asked(**words)


def _configured(config: pytest.Config, word: str) -> Any:
    given = config.getoption(f"mockmail_{word}")
    if given is not None:
        return given
    ini = config.getini(f"mockmail_{word}")
    if word == "scenario" and ini:
        beside = config.inipath.parent if config.inipath else config.rootpath
        return _path(beside, ini)
    return ini


def _marked(marker: pytest.Mark, node: pytest.Item) -> dict[str, Any]:
    unknown = [*map(repr, marker.args), *(word for word in marker.kwargs if word not in WORDS)]
    if unknown:
        _fail(f"the marker is {MARKER}; it doesn't take {', '.join(unknown)}")
    words = dict(marker.kwargs)
    for word, kinds, expected in _TYPES:
        given = words.get(word)
        if given is not None and (not isinstance(given, kinds) or isinstance(given, bool)):
            _fail(f"mockmail's {word} is {expected}, not {given!r}; the marker is {MARKER}")
    if words.get("scenario") is not None:
        words["scenario"] = _path(node.path.parent, words["scenario"])
    return words


def _path(beside: Path, scenario: str | Path) -> str | Path:
    """A scenario's file, if there is one of that name beside who names it; else as it is said."""
    path = beside / scenario
    return path if path.is_file() else scenario


def of(item: pytest.Item) -> "Iterator[Server]":
    """The servers that a test could use."""
    yield from item.stash.get(SERVERS, [])
    if "mailserver_factory" in getattr(item, "fixturenames", ()):
        yield from item.config.stash.get(RUN_SERVERS, [])


def the_only(item: pytest.Item, shortcut: str) -> "Server":
    """The test's server, for `shortcut`: an attribute of it."""
    servers = list(of(item))
    if len(servers) != 1:
        there_are = f"{len(servers)} servers" if servers else "no server yet"
        _fail(
            f"mailserver_{shortcut} is for a test's only server, and this one has {there_are}:"
            f" use server.{shortcut}"
        )
    return servers[0]


def _fail(text: str) -> None:
    pytest.fail(text, pytrace=False)
