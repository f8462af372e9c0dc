"""Where scenarios come from: shipped with mockmail, or a file of the user's."""

import os
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from mockmail.scenario.errors import ScenarioError


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


def find(scenario: str | os.PathLike[str]) -> tuple[str, str]:
    """Name and text of a scenario: of a shipped one by name, else of a file.

    `ScenarioError` if there is none.
    """
    name = os.fspath(scenario)
    if isinstance(scenario, str) and not name.endswith((".yaml", ".yml")) and os.sep not in name:
        seeds = shipped()
        if name not in seeds:
            raise ScenarioError(
                name, None, "", f"no shipped scenario of that name; there are {', '.join(seeds)}"
            )
        return f"{name}.yaml", seeds[name].read_text(encoding="utf-8")
    try:
        return name, Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(name, None, "", f"can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(name, None, "", f"is not UTF-8: {error}") from error
