"""What options of several commands can be."""

import argparse
from datetime import datetime
from pathlib import Path

from mockmail.scenario.spec import aware


def scenario_file(text: str) -> Path:
    """A file's name that says that it is a scenario."""
    if not is_scenario_file(text):
        raise argparse.ArgumentTypeError(f"a scenario file ends in .yaml: {text}")
    return Path(text)


def is_scenario_file(text: str) -> bool:
    """Whether the name says that it is a scenario."""
    return text.endswith((".yaml", ".yml"))


def moment(text: str) -> datetime:
    """A date with a time."""
    try:
        return aware(datetime.fromisoformat(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"a date with a time is expected, as in 2024-03-04T09:00:00Z, not {text}"
        ) from None
