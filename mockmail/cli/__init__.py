"""The command line: ``mockmail COMMAND``. Each command is a module, imported when it is called.

Such a module has `arguments`, which says what the command takes, and `run`, which
does it and returns the exit code.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

COMMANDS = {
    "demo": "start a server, let four clients at it, and show what was said",
    "serve": "serve a scenario until SIGINT or SIGTERM",
    "check": "read scenarios and name their mistakes",
    "seed": "make scenarios, convert mail to them and back, look into them",
    "schema": "print the JSON Schema of scenario files, for editors",
    "openapi": "print the OpenAPI document of the control port",
    "capabilities": "list what IMAP or POP3 consists of here, and what can be switched",
}
EXIT_CODES = "exit codes: 0 fine, 1 it didn't work, 2 wrong call, 130 Ctrl-C"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, 1 if it didn't work, 2 for a wrong call, 130 for Ctrl-C."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with _lost_interrupts() as lost:
            return _run(words, lost)
    except BrokenPipeError:
        # Nobody reads on; nor shall the interpreter try at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


@contextmanager
def _lost_interrupts() -> Iterator[list[object]]:
    """Those Ctrl-C that come while Python calls back, as imports have it do.

    It would print them, and go on as if nothing had been said.
    """
    lost: list[object] = []
    before = sys.unraisablehook

    def hook(what: "sys.UnraisableHookArgs") -> None:
        if what.exc_type is KeyboardInterrupt:
            lost.append(what.exc_type)
        else:
            before(what)

    sys.unraisablehook = hook
    try:
        yield lost
    finally:
        sys.unraisablehook = before


def _run(words: Sequence[str], lost: Sequence[object]) -> int:
    # Imported here, where Ctrl-C is waited for.
    import argparse

    from mockmail.cli.failure import Failure
    from mockmail.near import choice

    name = words[0] if words and words[0] in COMMANDS else None
    command = None if name is None else import_module(f"mockmail.cli.{name}")
    parser = argparse.ArgumentParser(
        prog="mockmail", description="A mail server that lives in a test.", epilog=EXIT_CODES
    )
    parser.add_argument("--version", action="store_true", help="say which mockmail this is")
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for each, what in COMMANDS.items():
        inner = parsers.add_parser(each, help=what, description=_sentence(what), epilog=EXIT_CODES)
        if command is not None and each == name:
            command.arguments(inner)
    if words and words[0] == "--version":
        from importlib.metadata import version

        print(f"mockmail {version('mockmail')}")
        return 0
    if words and name is None and not words[0].startswith("-"):
        parser.error(f"COMMAND: {choice(words[0], COMMANDS)}")
    chosen = parser.parse_args(words)
    assert command is not None

    if lost:  # before a command that would go on until another one comes
        return 130
    try:
        code: int = command.run(chosen)
        sys.stdout.flush()
    except Failure as failure:
        print(f"mockmail: {failure}", file=sys.stderr)
        return failure.code
    return 130 if lost else code


def _sentence(what: str) -> str:
    return f"{what[0].upper()}{what[1:]}."
