"""Reports on delivery (RFC 3464): a multipart/report for people and programs.

With addresses or a header outside US-ASCII, of a message that came by SMTPUTF8, the
types of RFC 6533 stand in the place of RFC 3464's.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple

from mockmail.chance import Chance
from mockmail.delivery.envelope import Envelope
from mockmail.delivery.outcome import Outcome
from mockmail.message.field import field
from mockmail.message.header import unfold
from mockmail.message.message import Message

_SUBJECTS = {
    "failed": "Mail could not be delivered",
    "delayed": "Mail is delayed",
    "delivered": "Mail was delivered",
    "relayed": "Mail was relayed",
    "expanded": "Mail was delivered to a list",
}
_SENTENCES = {
    "failed": "Your message could not be delivered to:",
    "delayed": "Your message could not be delivered yet to:",
    "delivered": "Your message was delivered to:",
    "relayed": "Your message was handed on, to a server that may send no such report, for:",
    "expanded": "Your message was delivered, and went on to several addresses, for:",
}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_EMBEDDED = re.compile(r"\\x\{([0-9A-F]{2,6})\}")
"""A character as it is written where only US-ASCII may stand (RFC 6533 section 3)."""
_MESSAGE_ID = re.compile(rb"<[!-;=?-~]+>")
_LONGEST = 998
"""Octets of a line that is not binary (RFC 2045 section 2.7)."""


_ENCODINGS = ("7bit", "8bit", "binary")
"""How content may be carried that is not encoded (RFC 2045 sections 2.7 to 2.9)."""


class _Part(NamedTuple):
    """A part of the report."""

    needs: int
    """Which of `_ENCODINGS`; the whole needs it, too (RFC 2045 section 6.4)."""
    octets: bytes


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a report is about, but for the recipients."""

    envelope: Envelope
    message: Message
    arrived: datetime
    now: datetime
    host: str
    """The server that reports."""
    retried_until: datetime | None = None
    """When it gives up, if it has not."""


def report(occasion: Occasion, outcomes: Sequence[Outcome], chance: Chance) -> Message:
    """A report on those recipients; what became of the first stands in its subject."""
    envelope, action = occasion.envelope, outcomes[0].action
    status = _status(occasion, outcomes)
    wide = not status.isascii() and envelope.utf8
    if not wide:
        status = status.encode("ascii", "backslashreplace").decode("ascii")
    parts = [
        _part("text/plain; charset=utf-8", _explained(occasion, outcomes).encode()),
        _part(f"message/{'global-' * wide}delivery-status", status.encode()),
        _returned(occasion, whole=action == "failed" and not _header_only(envelope)),
    ]
    boundary = chance.token("report-boundary", 12)
    while any(boundary.encode() in part.octets for part in parts):
        boundary = chance.token("report-boundary", 12)
    head = [
        f"From: Mail Delivery System <MAILER-DAEMON@{occasion.host}>",
        f"To: <{_CONTROLS.sub('?', envelope.sender)}>",
        f"Subject: {_SUBJECTS[action]}",
        f"Date: {format_datetime(occasion.now)}",
        f"Message-ID: <{chance.token('report')}@{occasion.host}>",
        *_threading(occasion.message),
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        *_transfer_encoding(max(part.needs for part in parts)),
        "Content-Type: multipart/report; report-type=delivery-status;",
        f'\tboundary="{boundary}"',
    ]
    body = b"".join(b"\r\n--%b\r\n%b" % (boundary.encode(), part.octets) for part in parts)
    raw = "\r\n".join(head).encode() + b"\r\n" + body + b"\r\n--%b--\r\n" % boundary.encode()
    return Message(raw, newlines="keep")


def _threading(message: Message) -> list[str]:
    """What the report answers (RFC 3834 section 3.1.6)."""
    for name, _, value, end in reversed(message.fields):
        found = _MESSAGE_ID.fullmatch(unfold(message.raw[value:end]))
        if name == b"message-id" and found is not None:
            given = found[0].decode("ascii")
            return [field("In-Reply-To", given, "utf-8"), field("References", given, "utf-8")]
    return []


def _explained(occasion: Occasion, outcomes: Iterable[Outcome]) -> str:
    """The part for people."""
    lines = [f"This is the mail server {occasion.host}."]
    said = ""
    for outcome in outcomes:
        if outcome.action != said:
            said = outcome.action
            lines += ["", _SENTENCES[said]]
        verdict, remote = outcome.verdict, outcome.remote
        who = f"{remote} said: " if remote else ""
        lines += [
            "",
            f"  {outcome.recipient.address}",
            f"    {who}{verdict.code} {verdict.status} {verdict.text}",
        ]
    if occasion.retried_until is not None:
        lines += ["", f"It will be tried again until {format_datetime(occasion.retried_until)}."]
    return "\r\n".join(_CONTROLS.sub("?", line) for line in lines) + "\r\n"


def _status(occasion: Occasion, outcomes: Iterable[Outcome]) -> str:
    """The fields for programs: a group for the message, and one for each recipient."""
    envelope = occasion.envelope
    by = envelope.deliver_by
    fields: list[list[tuple[str, str | None]]] = [
        [
            ("Original-Envelope-Id", envelope.envid),
            ("Reporting-MTA", f"dns; {occasion.host}"),
            ("Arrival-Date", format_datetime(occasion.arrived)),
            # RFC 2852 section 5
            ("Deliver-By-Date", None if by is None else format_datetime(by.at)),
            # RFC 4865 section 5.1.2
            ("Future-Release-Request", envelope.hold),
        ],
        *(_recipient(occasion, outcome) for outcome in outcomes),
    ]
    return "\r\n".join(
        "".join(f"{name}: {_CONTROLS.sub('?', text)}\r\n" for name, text in group if text)
        for group in fields
    )


def _recipient(occasion: Occasion, outcome: Outcome) -> list[tuple[str, str | None]]:
    recipient, verdict, utf8 = outcome.recipient, outcome.verdict, occasion.envelope.utf8
    kind, _, original = recipient.original.partition(";")
    spelled: Callable[[str], str] = _plain if utf8 else _embedded
    if kind.lower() == "utf-8":
        original = spelled(original)
    address = recipient.address
    final = f"rfc822; {address}" if address.isascii() else f"utf-8; {spelled(address)}"
    tells_why = outcome.action in ("failed", "delayed") or outcome.remote
    until = occasion.retried_until
    return [
        ("Original-Recipient", f"{kind.strip()}; {original.strip()}" if original else None),
        ("Final-Recipient", final),
        ("Action", outcome.action),
        ("Status", verdict.status),
        ("Remote-MTA", f"dns; {outcome.remote}" if outcome.remote else None),
        (
            "Diagnostic-Code",
            f"smtp; {verdict.code} {verdict.status} {verdict.text}" if tells_why else None,
        ),
        ("Last-Attempt-Date", format_datetime(occasion.now)),
        ("Will-Retry-Until", None if until is None else format_datetime(until)),
    ]


def _plain(address: str) -> str:
    """The utf-8-address form (RFC 6533 section 3)."""
    return _EMBEDDED.sub(lambda found: _character(int(found[1], 16)), address)


def _character(number: int) -> str:
    surrogate = 0xD800 <= number < 0xE000
    return "?" if surrogate or number > 0x10FFFF else chr(number)


def _embedded(address: str) -> str:
    """The utf-8-addr-xtext form: US-ASCII only."""
    return "".join(
        each if each.isascii() and each.isprintable() else f"\\x{{{ord(each):X}}}"
        for each in address
    )


def _header_only(envelope: Envelope) -> bool:
    """Whether no more may come back; what REQUIRETLS protected stays so (RFC 8689 section 5)."""
    return envelope.ret == "HDRS" or envelope.require_tls


def _returned(occasion: Occasion, *, whole: bool) -> _Part:
    """The message, or its header (RFC 3461 section 4.3)."""
    raw = occasion.message.raw
    header = raw[: occasion.message.header_size]
    wide = occasion.envelope.utf8 and not header.isascii()
    if whole:
        return _part("message/global" if wide else "message/rfc822", raw)
    return _part("message/global-headers" if wide else "text/rfc822-headers", header)


def _part(media: str, content: bytes) -> _Part:
    needs = _needs(content)
    head = [f"Content-Type: {media}", *_transfer_encoding(needs), "", ""]
    return _Part(needs, "\r\n".join(head).encode() + content)


def _transfer_encoding(needs: int) -> list[str]:
    return [f"Content-Transfer-Encoding: {_ENCODINGS[needs]}"] if needs else []


def _needs(content: bytes) -> int:
    """The first of `_ENCODINGS` that is enough for it."""
    pairs = content.count(b"\r\n")
    in_lines = content.count(b"\n") == pairs == content.count(b"\r")
    if not in_lines or b"\0" in content or max(map(len, content.split(b"\r\n"))) > _LONGEST:
        return 2
    return 0 if content.isascii() else 1
