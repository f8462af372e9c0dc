"""``mockmail openapi``: all that can be asked at the control port, for programs or people."""

import json
from argparse import ArgumentParser, Namespace

from mockmail.control.catalog import ENDPOINTS
from mockmail.control.openapi import document


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--markdown", action="store_true", help="as a Markdown table of requests")


def run(chosen: Namespace) -> int:
    """Print it."""
    print(table() if chosen.markdown else json.dumps(document(), indent=2, ensure_ascii=False))
    return 0


def table() -> str:
    """The requests as they stand in the README."""
    rows = [("request", "what it does"), ("---", "---")]
    rows += [(f"`{each.method} {each.path}`", each.text) for each in ENDPOINTS]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
