"""VRFY, EXPN and HELP (RFC 5321 sections 3.5 and 4.1.1.6 to 4.1.1.8)."""

import re
from dataclasses import replace

from mockmail.smtp import syntax
from mockmail.smtp.reply import Refused, Reply, reply
from mockmail.smtp.rows import Answer, CommandRow, Extension, keyword
from mockmail.smtp.session import Session

_UTF8 = re.compile(rb"(?i)(.*) +SMTPUTF8")


def _name(session: Session, argument: bytes) -> tuple[str, bool]:
    """Who is asked for, and whether UTF-8 may be answered (RFC 6531 section 3.7.4.2)."""
    utf8 = _UTF8.fullmatch(argument) if session.catalogue.utf8 else None
    if utf8:
        argument = utf8[1]
    if not argument:
        raise Refused(501, "5.5.4", "Expected a name")
    try:
        name = argument.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(501, "5.5.4", "That name is not UTF-8") from None
    # A name may stand before an address in brackets, as replies have it.
    bracketed = re.fullmatch(r".*<(.*)>", name)
    return (bracketed[1] if bracketed else name), utf8 is not None


def vrfy(session: Session, argument: bytes) -> Answer:
    yield from ()
    name, utf8 = _name(session, argument)
    if not session.settings.verify:
        return reply(252, "2.0.0", "Send it mail to find out")  # section 3.5.3
    found = [name] if "@" in name else _called(session, name)
    if len(found) > 1:
        brackets = (f"<{each}>" for each in found)
        return _said(553, "5.1.4", ["Ambiguous; possibilities are", *brackets], utf8=utf8)
    if not found or not syntax.MAILBOX.fullmatch(found[0].encode()):
        raise Refused(550, "5.1.1", f"There is no user {name}")
    verdict = session.delivery.verify(found[0])
    if not verdict.ok:
        raise Refused(verdict.code, verdict.status, verdict.text)
    if session.delivery.store.directory.resolve(found[0]).kind == "elsewhere":
        return reply(252, "2.1.5", "It is not from here, and mail for it is taken")
    return _said(250, "2.1.5", [f"<{found[0]}>"], utf8=utf8)


def _called(session: Session, name: str) -> list[str]:
    """The addresses that a name may mean: of users with that login or local part, and aliases."""
    store, wanted = session.delivery.store, name.lower()
    found: dict[str, None] = {}
    for user in store.users.values():
        named = [each for each in user.addresses if _local(each) == wanted]
        if not named and user.name.lower() == wanted:
            named = list(user.addresses)
        found.update(dict.fromkeys(named[:1]))
    for alias in store.directory.aliases:
        if _local(alias.address) == wanted:
            found[alias.address] = None
    return list(found)


def _local(address: str) -> str:
    return address.rpartition("@")[0].lower()


def expn(session: Session, argument: bytes) -> Answer:
    yield from ()
    name, utf8 = _name(session, argument)
    if not session.settings.verify:
        return reply(252, "2.0.0", "Send it mail to find out")
    try:
        members = session.delivery.expand(name)
    except KeyError:
        raise Refused(550, "5.1.1", f"There is no list {name}") from None
    said = [f"<{member}>" for member in members] or ["The list is empty"]
    return _said(250, "2.1.5", said, utf8=utf8)


def _said(code: int, status: str, lines: list[str], *, utf8: bool) -> Reply:
    """A reply with addresses, if the client can have them."""
    if utf8 or all(map(str.isascii, lines)):
        return replace(reply(code, status, *lines), utf8=utf8)
    return reply(252, "2.6.8", "It takes UTF-8 to show that")


def help_(session: Session, argument: bytes) -> Answer:
    yield from ()
    catalogue = session.catalogue
    if argument:
        row = catalogue.commands.get(argument.upper())
        if row is None:
            raise Refused(504, "5.5.4", "There is no such command")
        return reply(214, "2.0.0", _syntax(session, row))
    return reply(214, "2.0.0", *(_syntax(session, row) for row in catalogue.commands.values()))


def _syntax(session: Session, row: CommandRow) -> str:
    catalogue = session.catalogue
    taken = {
        b"MAIL": [each.syntax for each in catalogue.mail.values()],
        b"RCPT": [each.syntax for each in catalogue.rcpt.values()],
    }
    parameters = (f"[{each}]" for each in taken.get(row.name, ()))
    return " ".join((row.syntax, *parameters))


VRFY = Extension(
    "VRFY",
    rfc=5321,
    commands=(CommandRow(b"VRFY", "VRFY name", vrfy),),
    keywords=(keyword("VRFY"),),
)
EXPN = Extension(
    "EXPN",
    rfc=5321,
    commands=(CommandRow(b"EXPN", "EXPN list", expn),),
    keywords=(keyword("EXPN"),),
)
HELP = Extension(
    "HELP",
    rfc=5321,
    commands=(CommandRow(b"HELP", "HELP [command]", help_, free=True),),
    keywords=(keyword("HELP"),),
)
