"""Where scenarios come from: shipped with mockmail, or a file of the user's."""

import os
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from mockmail.near import near
from mockmail.scenario.errors import ScenarioError


class Source(NamedTuple):
    """A scenario's text."""

    file: str
    """How errors call it."""
    text: str
    folder: Path
    """Where the paths in it start."""


def data() -> Traversable:
    """The data that ships with mockmail: seeds, dialects, scenarios.

    They are package data where mockmail is installed, and the folder
    ``fixtures/`` beside the package where it runs from a checkout.
    """
    try:
        return files("mockmail.fixtures")
    except ModuleNotFoundError:
        return Path(__file__).parents[2] / "fixtures"


def shipped() -> dict[str, Traversable]:
    """The shipped seeds by name."""
    return {
        entry.name.removesuffix(".yaml"): entry
        for entry in sorted((data() / "seeds").iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".yaml")
    }


def find(scenario: str | os.PathLike[str]) -> Source:
    """A scenario: a shipped one by name, else a file.

    `ScenarioError` if there is none.
    """
    name = os.fspath(scenario)
    if isinstance(scenario, str) and not name.endswith((".yaml", ".yml")) and os.sep not in name:
        seeds = shipped()
        if name not in seeds:
            known = f"there are {', '.join(seeds)}{near(name, seeds)}"
            raise ScenarioError(name, None, "", f"no shipped scenario of that name; {known}")
        folder = Path(str(data() / "seeds"))
        return Source(f"{name}.yaml", seeds[name].read_text(encoding="utf-8"), folder)
    try:
        return Source(name, Path(name).read_text(encoding="utf-8"), Path(name).parent)
    except OSError as error:
        hint = "" if Path(name).exists() else _near(Path(name))
        raise ScenarioError(name, None, "", f"can't be read: {error.strerror}{hint}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(name, None, "", f"is not UTF-8: {error}") from error


def _near(path: Path) -> str:
    """Files of the same folder that may have been meant."""
    if not path.parent.is_dir():
        return ""
    return near(path.name, (each.name for each in path.parent.iterdir() if each.is_file()))
