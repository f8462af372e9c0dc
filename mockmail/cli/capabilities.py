"""``mockmail capabilities``: what IMAP, POP3 or SMTP consists of here, and what can be switched."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from types import ModuleType

from mockmail.cli.columns import columns
from mockmail.imap import catalog as imap
from mockmail.imap.rows import Extension as ImapExtension
from mockmail.pop3 import catalog as pop3
from mockmail.pop3.rows import Extension as Pop3Extension
from mockmail.smtp import catalog as smtp
from mockmail.smtp.rows import ALL
from mockmail.smtp.rows import Extension as SmtpExtension

Row = tuple[str, ...]


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "protocol", nargs="?", choices=tuple(TABLES), default="imap", help="imap if nothing is said"
    )
    parser.add_argument("--markdown", action="store_true", help="as a Markdown table")


def run(chosen: Namespace) -> int:
    """Print the table."""
    head, *rows = TABLES[chosen.protocol]()
    print(markdown(head, rows) if chosen.markdown else columns([head, *rows]))
    return 0


def imap_table() -> list[Row]:
    """A head and a row for each extension, in the order of the catalogue."""
    rows: list[Row] = [("capability", "RFC", "shown", "default", "requires", "module")]
    for extension in imap.EXTENSIONS:
        shown = dict.fromkeys(row.shown.when for row in extension.capabilities)
        rows.append((*_names(extension), ", ".join(shown), *_rest(extension, imap)))
    return rows


def pop3_table() -> list[Row]:
    """The same, with the commands."""
    rows: list[Row] = [("extension", "RFC", "commands", "default", "requires", "module")]
    for extension in pop3.EXTENSIONS:
        commands = ", ".join(row.name.decode() for row in extension.commands)
        rows.append((*_names(extension), commands, *_rest(extension, pop3)))
    return rows


def smtp_table() -> list[Row]:
    """The same, with the ports on which it can be."""
    rows: list[Row] = [("extension", "RFC", "commands", "where", "default", "requires", "module")]
    for extension in smtp.EXTENSIONS:
        commands = ", ".join(row.name.decode() for row in extension.commands)
        where = "" if extension.roles == ALL else ", ".join(r.value for r in extension.roles)
        rows.append((*_names(extension), commands, where, *_rest(extension, smtp)))
    return rows


TABLES: dict[str, Callable[[], list[Row]]] = {
    "imap": imap_table,
    "pop3": pop3_table,
    "smtp": smtp_table,
}
AnyExtension = ImapExtension | Pop3Extension | SmtpExtension


def _names(extension: "AnyExtension") -> Row:
    return extension.name, str(extension.rfc or "")


def _rest(extension: "AnyExtension", catalog: ModuleType) -> Row:
    default = "on" if extension.default else "off"
    return default, " ".join(extension.requires), _module(extension, catalog)


def _module(extension: "AnyExtension", catalog: ModuleType) -> str:
    """Where an extension is made: the module that has it as a name of its own."""
    modules = [each for each in vars(catalog).values() if isinstance(each, ModuleType)]
    made_in = (each for each in modules if extension in vars(each).values())
    return next(made_in, catalog).__name__


def markdown(head: Row, rows: list[Row]) -> str:
    """The table as it stands in the README."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)
