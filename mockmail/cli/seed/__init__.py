"""``mockmail seed``: scenarios made, converted, and looked into."""

from argparse import ArgumentParser, Namespace

from mockmail.cli.seed import convert, inspect, make

COMMANDS = {
    "make": (make, "make a scenario with made-up mail"),
    "convert": (convert, "make a scenario of eml, mbox or Maildir, or the other way round"),
    "inspect": (inspect, "show what is in a scenario, or in a file of mail"),
}


def arguments(parser: ArgumentParser) -> None:
    """What the command takes: one of `COMMANDS`, with its own arguments."""
    parsers = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for name, (module, what) in COMMANDS.items():
        inner = parsers.add_parser(
            name, help=what, description=f"{what.capitalize()}.", epilog=parser.epilog
        )
        module.arguments(inner)


def run(chosen: Namespace) -> int:
    """Do it."""
    module, _ = COMMANDS[chosen.what]
    code: int = module.run(chosen)
    return code
