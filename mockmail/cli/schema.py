"""``mockmail schema``: the JSON Schema of scenario files."""

import json
from argparse import ArgumentParser, Namespace

from mockmail.scenario.schema import schema


def arguments(parser: ArgumentParser) -> None:
    """The command takes nothing."""


def run(_: Namespace) -> int:
    """Print it."""
    print(json.dumps(schema(), indent=2, ensure_ascii=False))
    return 0
