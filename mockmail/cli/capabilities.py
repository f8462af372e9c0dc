"""``mockmail capabilities``: what IMAP consists of here, and what can be switched."""

from argparse import ArgumentParser, Namespace
from types import ModuleType

from mockmail.cli.columns import columns
from mockmail.imap import catalog
from mockmail.imap.rows import Extension

HEADER = ("capability", "RFC", "shown", "default", "requires", "module")


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--markdown", action="store_true", help="as a Markdown table")


def run(chosen: Namespace) -> int:
    """Print the table."""
    print(markdown() if chosen.markdown else text())
    return 0


def table() -> list[tuple[str, ...]]:
    """A row for each extension: the columns of `HEADER`, in the order of the catalogue."""
    rows: list[tuple[str, ...]] = []
    for extension in catalog.EXTENSIONS:
        shown = dict.fromkeys(row.shown.when for row in extension.capabilities)
        rows.append(
            (
                extension.name,
                str(extension.rfc or ""),
                ", ".join(shown),
                "on" if extension.default else "off",
                " ".join(extension.requires),
                _module(extension),
            )
        )
    return rows


def _module(extension: Extension) -> str:
    """Where an extension is made: the module that has it as a name of its own."""
    modules = [each for each in vars(catalog).values() if isinstance(each, ModuleType)]
    made_in = (each for each in modules if extension in vars(each).values())
    return next(made_in, catalog).__name__


def text() -> str:
    """The table in columns."""
    return columns([HEADER, *table()])


def markdown() -> str:
    """The table as it stands in the README."""
    rows = [HEADER, ("---",) * len(HEADER), *table()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
