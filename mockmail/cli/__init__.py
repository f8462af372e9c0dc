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
    capabilities = commands.add_parser(
        "capabilities", help="list what IMAP consists of here, and what can be switched"
    )
    capabilities.add_argument("--markdown", action="store_true", help="as a Markdown table")
    chosen = parser.parse_args(arguments)
    if chosen.command == "demo":
        from mockmail.cli.demo import demo

        demo()
    elif chosen.command == "capabilities":
        from mockmail.cli.capabilities import markdown, text

        print(markdown() if chosen.markdown else text())
    return 0
