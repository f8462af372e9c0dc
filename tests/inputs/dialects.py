"""What is known of each protocol: states to begin from, what an answer looks like, ways out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inputs.changes import EVERYWHERE, OF_IMAP, OF_MAIL, Change
from inputs.grammar import Grammar

LINE, MESSAGE = 3_000, 20_000
"""Octets of a line, and of a message or of a whole command, that the servers take."""
FILL = b"x" * (2 * MESSAGE)
"""More than any count that they take."""

_IMAP_LITERAL = re.compile(rb"~?\{(\d+)\}\Z")
_IMAP_STATUS = re.compile(rb"(\*|[!-~\x80-\xff]+) (OK|NO|BAD|BYE|PREAUTH) ")
_IMAP_DATA = re.compile(rb"\* (?:\d+ )?[A-Z][A-Z0-9-]*(?: |\Z)")
_SMTP = re.compile(rb"([2-5])([0-9]{2})([ -])[\t -~\x80-\xff]*\Z")
_POP3 = re.compile(rb"(\+OK|-ERR)(?:| [\t -~]*)\Z")


def imap(said: bytes) -> str:
    """The letters of the answers: d(one), r(efused), m(ore is wanted), and others."""
    letters, at = "", 0
    while at < len(said):
        first = True
        while True:
            end = said.find(b"\r\n", at)
            assert end >= 0, f"no CRLF at the end: {said[at:]!r}"
            line = said[at:end]
            assert not re.search(rb"[\0\r\n]", line), f"not a line: {line!r}"
            at = end + 2
            if first:
                status = _IMAP_STATUS.match(line)
                if status is not None:
                    letters += {b"OK": "d", b"BYE": "b"}.get(status[2], "r")
                    break
                if line.startswith(b"+ "):
                    letters += "m"
                    break
                assert _IMAP_DATA.match(line), f"not a response: {line!r}"
                first = False
            literal = _IMAP_LITERAL.search(line)
            if literal is None:
                break
            at += int(literal[1])
            assert at <= len(said), f"a literal that ends too early: {line!r}"
    return letters


def smtp(said: bytes) -> str:
    *lines, rest = said.split(b"\r\n")
    assert not rest, f"no CRLF at the end: {rest!r}"
    letters, going_on = "", b""
    for line in lines:
        found = _SMTP.match(line)
        assert found, f"not a reply: {line!r}"
        assert len(line) <= 510, f"a reply of {len(line)} octets: {line!r}"
        assert going_on in (b"", line[:3]), f"another code: {line!r}"
        going_on = line[:3] if found[3] == b"-" else b""
        if not going_on:
            letters += {b"2": "d", b"3": "m"}.get(found[1], "r")
    assert not going_on, "a reply that has no last line"
    return letters


def pop3(said: bytes) -> str:
    *lines, rest = said.split(b"\r\n")
    assert not rest, f"no CRLF at the end: {rest!r}"
    letters, inside = "", False
    for line in lines:
        # Whether a block follows is the command's affair; what is no status line must be in one.
        status = _POP3.match(line)
        if status is not None and not inside:
            letters += "d" if status[1] == b"+OK" else "r"
            assert len(line) <= 510, f"a status line of {len(line)} octets"
        elif line.startswith(b"+ ") and not inside:
            letters += "m"
        else:
            assert letters[-1:] == "d", f"not a reply: {line!r}"
            assert line == b"." or not line.startswith(b".") or line.startswith(b".."), line
            inside = line != b"."
    assert not inside, f"a block that has no end: {lines[-1]!r}"
    return letters


@dataclass(frozen=True)
class Dialect:
    """One protocol."""

    grammar: Grammar
    letters: Callable[[bytes], str]
    """Reads what the server has said; ``AssertionError`` if that can't be read."""
    states: Mapping[str, bytes]
    """What leads into each state, from the greeting on."""
    changes: Mapping[str, Change]
    probe: bytes
    answered: re.Pattern[bytes]
    """How the answer to the probe ends."""
    ways_out: tuple[tuple[str, bytes], ...]
    """What ends whatever the server may wait for; the probe comes behind it."""
    farewell: re.Pattern[bytes] | None
    """How what is said ends when the server closes the connection by itself."""


_LOGIN = b"a LOGIN anna apple\r\n"
_SELECT = _LOGIN + b"a SELECT INBOX\r\n"
IMAP = Dialect(
    Grammar("imap"),
    imap,
    {
        "greeted": b"",
        "authenticated": _LOGIN,
        "selected": _SELECT,
        "selected, too": _SELECT,
        "QRESYNC": _LOGIN + b"a ENABLE QRESYNC\r\na SELECT INBOX\r\n",
        "UIDONLY": _LOGIN + b"a ENABLE UIDONLY\r\na SELECT INBOX\r\n",
        "rev2": _LOGIN + b"a ENABLE IMAP4rev2 UTF8=ACCEPT\r\na SELECT INBOX\r\n",
        "idle": _SELECT + b"a IDLE\r\n",
        "in a literal": _LOGIN + b"a APPEND INBOX {50}\r\nSubject: ",
        "in AUTHENTICATE": b"a AUTHENTICATE PLAIN\r\n",
    },
    EVERYWHERE | OF_IMAP,
    b"\r\nzz NOOP\r\n",
    re.compile(rb"(?:\A|\r\n)zz OK [^\r\n]*\r\n\Z"),
    (("a line", b""), ("a line", b""), ("octets", FILL), ("octets", FILL), ("a line", b"")),
    re.compile(rb"(?:\A|\r\n)(?:\* BYE [^\r\n]*\r\n|[^\r\n]+ OK [^\r\n]*\r\n)\Z"),
)
_USER = b"USER anna\r\nPASS apple\r\n"
POP3 = Dialect(
    Grammar("pop3"),
    pop3,
    {
        "greeted": b"",
        "named": b"USER anna\r\n",
        "logged in": _USER,
        "logged in, too": _USER,
        "something deleted": _USER + b"DELE 1\r\n",
        "in AUTH": b"AUTH PLAIN\r\n",
        "in XMIT": _USER + b"XTND XMIT\r\nTo: anna@example.org\r\n\r\n",
    },
    EVERYWHERE,
    b"\r\nNOOP\r\n",
    re.compile(rb"(?:\A|\r\n)(?:\+OK|-ERR NOOP is not for the AUTHORIZATION state)\r\n\Z"),
    (("a line", b""), ("a dot", b"\r\n.\r\n"), ("a line", b"")),
    re.compile(rb"(?:\A|\r\n)\+OK [^\r\n]*\r\n\Z"),
)


def _mail(hello: bytes, *, login: bool = False) -> Dialect:
    greeted = hello + b" client.example.net\r\n"
    if login:
        greeted += b"AUTH PLAIN AGFubmEAYXBwbGU=\r\n"
    mail = greeted + b"MAIL FROM:<anna@example.org>\r\n"
    rcpt = mail + b"RCPT TO:<anna@example.org>\r\n"
    return Dialect(
        Grammar("smtp"),
        smtp,
        {
            "connected": b"",
            "greeted": greeted,
            "HELO": b"HELO client.example.net\r\n",
            "MAIL": mail,
            "RCPT": rcpt,
            "RCPT, too": rcpt,
            "in DATA": rcpt + b"DATA\r\nSubject: x\r\n\r\n",
            "in BDAT": rcpt + b"BDAT 50\r\nSubject: x\r\n\r\n",
            "between BDATs": rcpt + b"BDAT 4\r\n\r\n\r\n",
            "in AUTH": hello + b" client.example.net\r\nAUTH PLAIN\r\n",
        },
        EVERYWHERE | OF_MAIL,
        b"\r\nNOOP\r\n",
        re.compile(rb"(?:\A|\r\n)250 2\.0\.0 [^\r\n]*\r\n\Z"),
        (
            *(("a line", b""), ("a dot", b"\r\n.\r\n"), ("a line", b"")),
            *(("octets", FILL), ("a dot", b"\r\n.\r\n"), ("a line", b"")),
        ),
        re.compile(rb"(?:\A|\r\n)(?:221|421|521|554) [^\r\n]*\r\n\Z"),
    )


DIALECTS = {
    "imap": IMAP,
    "pop3": POP3,
    "smtp": _mail(b"EHLO"),
    "submission": _mail(b"EHLO", login=True),
    "lmtp": _mail(b"LHLO"),
}
"""By the protocol's name."""
