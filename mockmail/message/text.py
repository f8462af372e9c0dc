"""The text of a message, for searching and for previews.

Search texts are decoded (RFC 2047, transfer encodings, charsets: RFC 3501
section 6.4.4), and folded to one case. They are made once and kept with the
message if it is not large, so that a second search looks through text.
"""

from mockmail.message import charset, transfer
from mockmail.message.encoded import decode
from mockmail.message.header import Field, unfold
from mockmail.message.message import Message
from mockmail.message.mime import Part
from mockmail.message.parameters import parameter

KEPT_UP_TO = 1024 * 1024
"""Octets of a message up to which its body's text is kept."""
MAX_ENCODED_DEPTH = 5
"""Messages that are encoded inside one another, against the rules, and are read all the same."""
PREVIEW_LENGTH = 200
"""Characters of a preview (RFC 8970 section 3.1: 200, and no more than 256)."""
PREVIEW_OCTETS = 64 * 1024
"""Octets of a part that are read for it."""


def folded(text: str) -> str:
    """`text` as it is compared: without regard to case."""
    return text.casefold()


def header_texts(message: Message) -> dict[bytes, str]:
    """The header's fields, folded, by name in lower case; fields of one name are lines."""
    return message.view(_header_texts)


def header_text(message: Message) -> str:
    """The header, folded."""
    return message.view(_header_text)


def body_text(message: Message) -> str:
    """The texts in the body, folded, with the headers of messages in it."""
    return message.view(_body_text) if message.size <= KEPT_UP_TO else _body_text(message)


def preview(message: Message) -> str:
    """The start of what a reader would see, on one line; empty if there is no text."""
    return message.view(_preview)


def part_text(message: Message, part: Part, octets: int | None = None) -> str:
    """A text part, decoded; of a long one the start, of `octets` encoded octets.

    Empty if the transfer encoding is unknown: then nobody can say that it is a
    text (RFC 2045 section 6.4).
    """
    decoder = transfer.DECODERS.get(part.encoding.lower())
    if decoder is None:
        return ""
    end = part.end if octets is None else min(part.end, part.body + octets)
    data = decoder(message.raw[part.body : end])
    return charset.decode(data, parameter(part.params, b"charset") or b"")


def _header_texts(message: Message) -> dict[bytes, str]:
    texts: dict[bytes, str] = {}
    for field in message.fields:
        text = folded(decode(unfold(message.raw[field.value : field.end])))
        texts[field.name] = f"{texts[field.name]}\n{text}" if field.name in texts else text
    return texts


def _lines(raw: bytes, fields: tuple[Field, ...]) -> str:
    return "\n".join([decode(unfold(raw[field.start : field.end])) for field in fields])


def _header_text(message: Message) -> str:
    return folded(_lines(message.raw, message.fields))


def _body_text(message: Message) -> str:
    return folded("\n".join(_texts(message, MAX_ENCODED_DEPTH)))


def _texts(message: Message, depth: int) -> list[str]:
    texts = []
    for part in message.root.walk():
        if part.is_text:
            texts.append(part_text(message, part))
        elif part.is_message:
            encoding = part.encoding.lower()
            if encoding in (b"base64", b"quoted-printable") and depth:
                data = transfer.DECODERS[encoding](message.raw[part.body : part.end])
                inner = Message(data)
                texts += [_lines(inner.raw, inner.fields), *_texts(inner, depth - 1)]
            else:
                texts.append(_lines(message.raw, part.parts[0].fields))
    return texts


def _preview(message: Message) -> str:
    shown = None
    for part in message.root.walk():
        disposition = part.disposition
        if part.is_text and (disposition is None or disposition[0].lower() != b"attachment"):
            subtype = part.subtype.lower()
            if subtype == b"plain":
                shown = part
                break
            if shown is None or subtype == b"html" != shown.subtype.lower():
                shown = part
    if shown is None:
        return ""
    text = part_text(message, shown, PREVIEW_OCTETS)
    if shown.subtype.lower() == b"html":
        # Only who previews HTML pays for its parser.
        from mockmail.message.html import to_text

        text = to_text(text)
    return " ".join(text.split())[:PREVIEW_LENGTH].rstrip()
