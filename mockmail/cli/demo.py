"""``mockmail demo``: the standard library's clients meet, conflict, and recover from a fault.

What it prints is the same each time: the transcript is the normalised one, and
times are virtual.
"""

import imaplib
import poplib
import smtplib
from argparse import ArgumentParser, Namespace

from mockmail.serve.server import Server
from mockmail.world.transcript import Line, Who, table

WIDTH = 118


def arguments(parser: ArgumentParser) -> None:
    """The command takes nothing."""


def run(_: Namespace) -> int:
    """Play it and print it."""
    from mockmail.api import start_server

    with start_server("demo") as server:
        print("Two IMAP clients, a POP3 client and an SMTP client share one mockmail server.\n")
        shown = _Shown(server)
        outcome = _conflict(server, shown)
        server.advance(60)
        outcome += _fault(server, shown)
        server.advance(60)
        outcome += _mail(server, shown)
        server.check()
    print("What each client ended up with\n")
    for line in outcome:
        print(f"  {line}")
    return 0


class _Shown:
    """Prints what was said since it was last asked."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lines = 0

    def section(self, title: str) -> None:
        lines = list(self._server.transcript.lines())
        print(f"{title}\n")
        print(table(_shortened(lines[self._lines :]), width=WIDTH))
        print()
        self._lines = len(lines)


def _shortened(lines: list[Line]) -> list[Line]:
    """Without the small talk at the start of each session."""
    dull = (" CAPABILITY", "* CAPABILITY", "OK CAPABILITY", "* FLAGS", "PERMANENTFLAGS", "* OK [U")
    return [
        line
        for line in lines
        if line.who is Who.WORLD or not any(word in line.text[:24] for word in dull)
    ]


def _imap(server: Server) -> imaplib.IMAP4:
    client = imaplib.IMAP4(server.imap.host, server.imap.port)
    client.login("anna", "apple")
    client.select("INBOX")
    return client


def _flags(client: imaplib.IMAP4, uid: str) -> str:
    _, data = client.uid("FETCH", uid, "(FLAGS)")
    found = data[-1]
    return found.decode().partition("FLAGS ")[2].rstrip(")") + ")" if found else "gone"


def _conflict(server: Server, shown: _Shown) -> list[str]:
    a, b = _imap(server), _imap(server)
    a.uid("STORE", "1", "+FLAGS", r"(\Flagged)")
    b.uid("STORE", "1", "FLAGS", r"($Junk)")  # B has not heard of A's flag, and replaces it
    a.noop()
    b.uid("STORE", "2", "+FLAGS", r"(\Deleted)")
    b.expunge()
    a.store("2", "+FLAGS", r"(\Seen)")  # A's message 2 is the one that B has expunged
    a.noop()
    outcome = [
        f"IMAP A   message 1 has {_flags(a, '1')}: B's STORE replaced A's \\Flagged",
        f"IMAP A   message 2 is {_flags(a, '2')}: its STORE was refused, then it heard EXPUNGE",
        f"IMAP B   message 1 has {_flags(b, '1')}",
    ]
    a.logout()
    b.logout()
    shown.section("1. A flag conflict: A and B have the same mailbox selected")
    return outcome


def _fault(server: Server, shown: _Shown) -> list[str]:
    client = _imap(server)
    try:
        client.uid("FETCH", "3", "(BODY.PEEK[])")
        outcome = "IMAP C   got message 3 at once: the fault did not come"
    except OSError as error:
        outcome = f"IMAP C   lost its connection inside message 3: {type(error).__name__}"
    client.shutdown()
    again = _imap(server)
    _, data = again.uid("FETCH", "3", "(BODY.PEEK[])")
    again.logout()
    body = next(part[1] for part in data if isinstance(part, tuple))
    shown.section("2. A fault: the connection is reset 40 octets into a message, once")
    return [outcome, f"IMAP D   reconnected and got all {len(body)} octets of it"]


def _mail(server: Server, shown: _Shown) -> list[str]:
    sender = smtplib.SMTP(server.smtp.host, server.smtp.port, local_hostname="laptop.example")
    refused = sender.sendmail(
        "anna@example.org",
        ["ben@example.org", "nobody@example.org", "friend@elsewhere.example"],
        "From: anna@example.org\r\nSubject: Friday\r\n\r\nNoon is fine.\r\n",
    )
    sender.quit()
    reader = poplib.POP3(server.pop3.host, server.pop3.port)
    reader.user("ben")
    reader.pass_("banana")
    _, lines, _ = reader.retr(1)
    reader.dele(1)
    reader.quit()
    shown.section("3. Mail goes in over SMTP and out over POP3")
    code, text = refused["nobody@example.org"]
    return [
        f"SMTP E   nobody@example.org was refused: {code} {text.decode()}",
        f"POP3 F   read {lines[-1].decode()!r}, and left {len(server.users['ben'].inbox.messages)}",
        f"outbox   {server.outbox[0].subject!r} for {', '.join(server.outbox[0].recipients)}",
    ]
