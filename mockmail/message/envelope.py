"""The envelope of a message: its header's fields as IMAP shows them (RFC 9051 section 7.5.2).

Not the envelope of SMTP.
"""

from collections.abc import Iterable
from typing import NamedTuple

from mockmail.message.address import Address, address_list
from mockmail.message.header import Field, unfold

_TEXTS = frozenset((b"date", b"subject", b"in-reply-to", b"message-id"))
_LISTS = frozenset((b"from", b"sender", b"reply-to", b"to", b"cc", b"bcc"))


class Envelope(NamedTuple):
    """Texts as they stand in the header, unfolded; None where there is no such field."""

    date: bytes | None
    subject: bytes | None
    from_: tuple[Address, ...]
    sender: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    in_reply_to: bytes | None
    message_id: bytes | None


def envelope(raw: bytes, fields: Iterable[Field]) -> Envelope:
    """The envelope of the header with these `fields` of `raw`.

    A field that stands there more than once: addresses are put together
    (RFC 5322 section 4.5.3), of texts the last one counts (section 4.5 leaves
    that open).
    """
    texts: dict[bytes, bytes] = {}
    lists: dict[bytes, list[Address]] = {}
    for name, _, value, end in fields:
        if name in _LISTS:
            lists.setdefault(name, []).extend(address_list(unfold(raw[value:end])))
        elif name in _TEXTS:
            texts[name] = unfold(raw[value:end])
    sender = tuple(lists.get(b"from", ()))
    return Envelope(
        texts.get(b"date"),
        texts.get(b"subject"),
        sender,
        tuple(lists.get(b"sender", ())) or sender,
        tuple(lists.get(b"reply-to", ())) or sender,
        tuple(lists.get(b"to", ())),
        tuple(lists.get(b"cc", ())),
        tuple(lists.get(b"bcc", ())),
        texts.get(b"in-reply-to"),
        texts.get(b"message-id"),
    )
