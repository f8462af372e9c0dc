"""ENVELOPE, BODY and BODYSTRUCTURE (RFC 9051 section 7.5.2).

Each is rendered once for a message and kept with it: a further FETCH joins bytes.
"""

from mockmail.imap.quote import nstring
from mockmail.imap.rows import FetchItem, plain_item
from mockmail.imap.view import View
from mockmail.message.address import Address
from mockmail.message.envelope import envelope
from mockmail.message.header import Field
from mockmail.message.message import Message
from mockmail.message.mime import TEXT_PLAIN, Part
from mockmail.message.parameters import Parameters
from mockmail.store.journal import Entry
from mockmail.wire.response import Piece

# env-from = "(" 1*address ")" / nil, and its like


def _addresses(addresses: tuple[Address, ...]) -> bytes:
    if not addresses:
        return b"NIL"
    return b"(%b)" % b"".join([b"(%b %b %b %b)" % tuple(map(nstring, each)) for each in addresses])


def _envelope(raw: bytes, fields: tuple[Field, ...]) -> bytes:
    found = envelope(raw, fields)
    sender = _addresses(found.from_)
    return b"(%b %b %b %b %b %b %b %b %b %b)" % (
        nstring(found.date),
        nstring(found.subject),
        sender,
        sender if found.sender is found.from_ else _addresses(found.sender),
        sender if found.reply_to is found.from_ else _addresses(found.reply_to),
        _addresses(found.to),
        _addresses(found.cc),
        _addresses(found.bcc),
        nstring(found.in_reply_to),
        nstring(found.message_id),
    )


def _params(params: Parameters) -> bytes:
    """``body-fld-param = "(" string SP string *(SP string SP string) ")" / nil``."""
    if not params:
        return b"NIL"
    return b"(%b)" % b" ".join([nstring(text) for pair in params for text in pair])


def _extension(part: Part) -> bytes:
    """``[SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc]]]``."""
    if not part.own:
        return b" NIL NIL NIL"
    disposition, languages = part.disposition, part.languages
    return b" %b %b %b" % (
        b"NIL" if disposition is None else b"(%b %b)" % (nstring(disposition[0]), _params(disposition[1])),
        b"(%b)" % b" ".join(map(nstring, languages)) if languages else b"NIL",
        nstring(part.own.get(b"content-location")),
    )  # fmt: skip


class _Bodies:
    """Renders the parts of one message; `extended` for BODYSTRUCTURE, else for BODY."""

    def __init__(self, message: Message, *, extended: bool) -> None:
        self.raw = message.raw
        self.extended = extended
        self.message = message
        self.before: dict[int, int] = {}
        """How many lines end before an offset: those where messages start or end."""

    def body(self, part: Part) -> bytes:
        """``body = "(" (body-type-1part / body-type-mpart) ")"``."""
        return b"(%b)" % (self.multipart(part) if part.is_multipart else self.single(part))

    def multipart(self, part: Part) -> bytes:
        """``body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]``."""
        # There must be a body (RFC 9051 section 9, body-type-mpart): an empty one.
        bodies = b"".join(map(self.body, part.parts)) or self.body(_EMPTY)
        basic = b"%b %b" % (bodies, nstring(part.subtype))
        if self.extended:
            return b"%b %b%b" % (basic, _params(part.params), _extension(part))
        return basic

    def single(self, part: Part) -> bytes:
        """``body-type-1part = (body-type-basic / body-type-msg / body-type-text) [SP body-ext-1part]``."""
        own = part.own
        basic = b"%b %b %b %b %b %b %d" % (
            nstring(part.type),
            nstring(part.subtype),
            _params(part.params),
            nstring(own.get(b"content-id")),
            nstring(own.get(b"content-description")),
            nstring(part.encoding),
            part.end - part.body,
        )
        if part.is_message:
            inner = part.parts[0]
            basic += b" %b %b" % (_envelope(self.raw, inner.fields), self.body(inner))
            basic += b" %d" % self.lines(part)
        elif part.is_text:
            basic += b" %d" % self.raw.count(b"\n", part.body, part.end)
        if self.extended:
            return b"%b %b%b" % (basic, nstring(own.get(b"content-md5")), _extension(part))
        return basic

    def lines(self, message: Part) -> int:
        """Lines in the body of a message/rfc822; counted once, however many are inside one another."""
        if not self.before:
            messages = [part for part in self.message.root.walk() if part.is_message]
            total = at = 0
            for mark in sorted({each.body for each in messages} | {each.end for each in messages}):
                total += self.raw.count(b"\n", at, mark)
                at = mark
                self.before[mark] = total
        return self.before[message.end] - self.before[message.body]


_EMPTY = Part(0)
_EMPTY.type, _EMPTY.subtype, _EMPTY.params = TEXT_PLAIN
_EMPTY.is_text = True


def envelope_item(message: Message) -> bytes:
    return b"ENVELOPE " + _envelope(message.raw, message.fields)


def body_item(message: Message) -> bytes:
    return b"BODY " + _Bodies(message, extended=False).body(message.root)


def bodystructure_item(message: Message) -> bytes:
    return b"BODYSTRUCTURE " + _Bodies(message, extended=True).body(message.root)


def _render_envelope(view: View, entry: Entry) -> Piece:
    return entry.message.view(envelope_item)


def _render_body(view: View, entry: Entry) -> Piece:
    return entry.message.view(body_item)


def _render_bodystructure(view: View, entry: Entry) -> Piece:
    return entry.message.view(bodystructure_item)


BODY = FetchItem(b"BODY", _render_body)
"""BODY without a section; `section.py` has the row of that name."""


ITEMS = (
    plain_item(FetchItem(b"ENVELOPE", _render_envelope)),
    plain_item(FetchItem(b"BODYSTRUCTURE", _render_bodystructure)),
)
