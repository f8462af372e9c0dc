"""``mockmail openapi``: the OpenAPI document of the control port."""

import json
from argparse import ArgumentParser, Namespace

from mockmail.control.openapi import document


def arguments(parser: ArgumentParser) -> None:
    """The command takes nothing."""


def run(_: Namespace) -> int:
    """Print it."""
    print(json.dumps(document(), indent=2, ensure_ascii=False))
    return 0
