"""The text of a message, for searching and for previews.

Search texts are decoded (RFC 2047, transfer encodings, charsets: RFC 3501
section 6.4.4), and folded to one case. They are made once and kept with the
message if it is not large, so that a second search looks through octets.
"""

from collections.abc import Iterator

from mockmail.message import charset, transfer
from mockmail.message.encoded import decode
from mockmail.message.header import Field, unfold
from mockmail.message.message import Message
from mockmail.message.mime import Part
from mockmail.message.parameters import parameter

KEPT_UP_TO = 1024 * 1024
"""Octets of a header, or of a message with its body, up to which the text is kept."""
MAX_ENCODED_DEPTH = 5
"""Messages that are encoded inside one another, against the rules, and are read all the same."""
PREVIEW_LENGTH = 200
"""Characters of a preview (RFC 8970 section 3.3: 200, and no more than 256)."""
PREVIEW_OCTETS = 256 * 1024
"""Octets of a part that are read for it."""
_BEST = (b"plain", b"html", b"related", b"mixed")
_ENCODED = (b"base64", b"quoted-printable")


def folded(text: str) -> bytes:
    """`text` as it is compared: without regard to case."""
    return text.casefold().encode("utf-8", "replace")


def header_texts(message: Message) -> dict[bytes, bytes]:
    """The header's fields, folded, by name in lower case; fields of one name are lines."""
    if message.header_size <= KEPT_UP_TO:
        return message.view(_header_texts)
    return _header_texts(message)


def body_text(message: Message) -> bytes:
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
    decoder = transfer.DECODERS.get(part.transfer)
    if decoder is None:
        return ""
    end = part.end if octets is None else min(part.end, part.body + octets)
    label = parameter(part.params, b"charset") or b""
    return charset.decode(decoder(message.raw[part.body : end]), label, cut=end < part.end)


def _header_texts(message: Message) -> dict[bytes, bytes]:
    lines: dict[bytes, list[bytes]] = {}
    for name, _, value, end in message.fields:
        text = folded(decode(unfold(message.raw[value:end])))
        lines.setdefault(name, []).append(text)
    return {name: b"\n".join(texts) for name, texts in lines.items()}


def header_text(message: Message) -> bytes:
    """The header, folded; made for each search, out of what `header_texts` keeps."""
    lines = []
    for name, text in header_texts(message).items():
        start = name + b": " if name else b""
        lines.append(start + text.replace(b"\n", b"\n" + start))
    return b"\n".join(lines)


def _lines(raw: bytes, fields: tuple[Field, ...]) -> str:
    return "\n".join([decode(unfold(raw[start:end])) for _, start, _, end in fields])


def _body_text(message: Message) -> bytes:
    return folded("\n".join(_texts(message, MAX_ENCODED_DEPTH)))


def _texts(message: Message, depth: int) -> list[str]:
    texts = []
    waiting = [message.root]
    while waiting:
        part = waiting.pop()
        if part.is_text:
            texts.append(part_text(message, part))
        elif part.is_message and part.transfer in _ENCODED:
            if depth:
                data = transfer.DECODERS[part.transfer](message.raw[part.body : part.end])
                inner = Message(data)
                texts += [_lines(inner.raw, inner.fields), *_texts(inner, depth - 1)]
        else:
            if part.is_message:
                texts.append(_lines(message.raw, part.parts[0].fields))
            waiting += reversed(part.parts)
    return texts


def _preview(message: Message) -> str:
    for part in _shown(message.root):
        text = part_text(message, part, PREVIEW_OCTETS)
        if part.subtype.lower() == b"html":
            # Only who previews HTML pays for its parser.
            from mockmail.message.html import to_text

            text = to_text(text)
        # A preview is a string of IMAP, too: no NUL in it.
        # A byte order mark is not shown (RFC 3629 section 6).
        line = " ".join(text.replace("\0", " ").removeprefix("\ufeff").split())
        if line:
            return line[:PREVIEW_LENGTH].rstrip()
    return ""


def _rank(part: Part) -> int:
    """Which of several alternatives a preview is made of."""
    subtype = part.subtype.lower()
    return _BEST.index(subtype) if subtype in _BEST else len(_BEST)


def _shown(root: Part) -> Iterator[Part]:
    """The texts that a reader would see, the plain one first where there are alternatives."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        disposition = part.disposition
        if disposition is not None and disposition[0].lower() == b"attachment":
            continue
        if part.is_text:
            yield part
        parts = part.parts
        if part.subtype.lower() == b"alternative":
            parts = sorted(parts, key=_rank)
        waiting += reversed(parts)
