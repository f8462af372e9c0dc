"""The command line: ``mockmail COMMAND``."""

import argparse
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, or 2 for a wrong call."""
    parser = argparse.ArgumentParser(
        prog="mockmail", description="A mail server that lives in a test."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser(
        "demo", help="start a server, let four clients at it, and show what was said"
    )
    chosen = parser.parse_args(arguments)
    if chosen.command == "demo":
        from mockmail.cli.demo import demo

        demo()
    return 0
