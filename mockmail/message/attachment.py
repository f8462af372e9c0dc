"""The parts of a message that is made here: texts and attachments, encoded for the way.

A text is US-ASCII where it can be. Otherwise its charset decides: those of seven
bits (ISO-2022-JP and its kind) go as they are, those that keep US-ASCII's octets
are quoted-printable, others (UTF-16) are base64.
"""

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from email.message import Message as LibraryMessage
from functools import lru_cache
from mimetypes import MimeTypes
from typing import NamedTuple
from urllib.parse import quote

from mockmail.message.field import encode, keeps_ascii, refuse_line_ends
from mockmail.message.message import Message, with_crlf

# token := 1*<any (US-ASCII) CHAR except SPACE, CTLs, or tspecials> (RFC 2045 section 5.1)
_TOKEN = r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+"
_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}")
# msg-id, with its brackets or without
_CONTENT_ID = re.compile(r"<[!-;=?-~]+>|[!-;=?-~]+")

_MAX_LINE = 998  # octets, RFC 5322 section 2.1.1
_WIDE = 78 - len("Content-Disposition: ")
"""Characters of a value that are not too many for one line (the same section)."""
_BASE64_LINE = 76  # characters, RFC 2045 section 6.8
_SECTION = 60
"""Characters in a section of a parameter (RFC 2231 section 3)."""
_LONG_NAME = 200
"""Characters of a file name from which on it is cut in sections."""


class Entity(NamedTuple):
    """A part with the fields that describe it (RFC 2045 section 2.4).

    The fields' values are folded already.
    """

    fields: tuple[tuple[str, str], ...]
    body: bytes


Mail = EmailMessage | LibraryMessage
"""A message of the standard library: the modern kind, and what ``email.mime`` makes."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message.

    A ``str`` is text, and its line ends become those of mail; ``bytes`` arrive
    as they are; a message is not encoded (RFC 2046 section 5.2.1).
    ``ValueError`` for what can't stand in the fields of a part, ``TypeError`` for
    content of another type.
    """

    filename: str | None
    content: bytes | str | Message | Mail
    type: str = ""
    """Empty: what `media_type` finds."""
    inline: bool = False
    content_id: str | None = None
    """With `inline`, the HTML shows it as ``cid:`` and this, which has no brackets there."""

    def __post_init__(self) -> None:
        if not isinstance(self.content, bytes | str | Message | LibraryMessage):
            raise TypeError(f"an attachment can't be {type(self.content).__name__}")
        refuse_line_ends(self.filename or "")
        if self.type and not _TYPE.fullmatch(self.type):
            raise ValueError(f"{self.type!r} is not a type and a subtype, as in text/plain")
        if self.media_type.startswith("multipart/"):
            raise ValueError(f"an attachment is one part, and can't be {self.type}")
        if self.content_id is not None and not _CONTENT_ID.fullmatch(self.content_id):
            raise ValueError(f"{self.content_id!r} can't be a content id")

    @property
    def media_type(self) -> str:
        """Type and subtype in lower case: those given, or by the content and the file name."""
        if self.type:
            return self.type.lower()
        if isinstance(self.content, Message | LibraryMessage):
            return "message/rfc822"
        default = "text/plain" if isinstance(self.content, str) else "application/octet-stream"
        return (self.filename and _guess(self.filename)) or default


@lru_cache(maxsize=1)
def _types() -> MimeTypes:
    # Only the tables of the standard library: a machine's own would change the bytes.
    return MimeTypes(filenames=())


@lru_cache(maxsize=256)
def _guess(filename: str) -> str | None:
    # The path keeps it from being read as a URL.
    found, compressed = _types().guess_type(f"./{filename}")
    if compressed:
        return "application/gzip" if compressed == "gzip" else None
    return found


def text_part(text: str, subtype: str, charset: str) -> Entity:
    """A text that is shown; its last line has an end."""
    if not text.endswith(("\n", "\r")):
        text += "\n"
    label, encoding, body = _encoded(text, charset)
    return _entity(_joined(f"text/{subtype}", f'charset="{label}"'), encoding, body)


def attached(attachment: Attachment, content: bytes | str | Message, charset: str) -> Entity:
    """The part for an attachment, with its content as it goes into it."""
    kind = attachment.media_type
    if kind.startswith("message/"):
        body = content.raw if isinstance(content, Message) else with_crlf(_octets(content))
        encoding = "7bit" if body.isascii() else "8bit"
    elif kind.startswith("text/") and isinstance(content, str):
        label, encoding, body = _encoded(content, charset)
        kind = _joined(kind, f'charset="{label}"')
    else:
        encoding, body = "base64", _base64(_octets(content))
    described = [("Content-Disposition", _disposition(attachment))]
    if attachment.content_id is not None:
        described.append(("Content-ID", f"<{attachment.content_id.strip('<>')}>"))
    return _entity(kind, encoding, body, *described)


def multipart(subtype: str, boundary: str, parts: Iterable[Entity], *parameters: str) -> Entity:
    """The parts in one (RFC 2046 section 5.1.1)."""
    pieces = []
    for fields, part in parts:
        header = "".join(f"{name}: {value}\r\n" for name, value in fields)
        pieces.append(f"--{boundary}\r\n{header}\r\n".encode("ascii"))
        pieces += (part, b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode("ascii"))
    body = b"".join(pieces)
    kind = _joined(f"multipart/{subtype}", *parameters, f'boundary="{boundary}"')
    # What is around eight bits says so, too (RFC 2045 section 6.4).
    return _entity(kind, None if body.isascii() else "8bit", body)


def _encoded(text: str, charset: str) -> tuple[str, str, bytes]:
    """The charset that is used, the transfer encoding, and the octets."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\n", "\r\n")
    if text.isascii() and _is_7bit(body := text.encode("ascii")):
        return "us-ascii", "7bit", body
    body = encode(text, charset)
    if not keeps_ascii(charset):
        return charset, "base64", _base64(body)
    if _is_7bit(body):
        return charset, "7bit", body
    return charset, "quoted-printable", with_crlf(binascii.b2a_qp(body))


def _is_7bit(body: bytes) -> bool:
    """Whether it can go as it is (RFC 2045 section 2.7)."""
    if not body.isascii() or b"\0" in body:
        return False
    return len(body) <= _MAX_LINE or max(map(len, body.split(b"\r\n"))) <= _MAX_LINE


def _base64(octets: bytes) -> bytes:
    coded = binascii.b2a_base64(octets, newline=False)
    lines = [coded[at : at + _BASE64_LINE] for at in range(0, len(coded), _BASE64_LINE)]
    return b"\r\n".join([*lines, b""])


def _octets(content: bytes | str | Message) -> bytes:
    if isinstance(content, Message):
        return content.raw
    return encode(content, "utf-8") if isinstance(content, str) else content


def _entity(kind: str, encoding: str | None, body: bytes, *described: tuple[str, str]) -> Entity:
    encoded = () if encoding is None else (("Content-Transfer-Encoding", encoding),)
    return Entity((("Content-Type", kind), *encoded, *described), body)


def _joined(value: str, *parameters: str) -> str:
    """A value with its parameters, each on a line of its own if they are long."""
    whole = "; ".join((value, *parameters))
    return whole if len(whole) <= _WIDE else ";\r\n ".join((value, *parameters))


def _disposition(attachment: Attachment) -> str:
    """RFC 2183."""
    disposition = "inline" if attachment.inline else "attachment"
    name = attachment.filename
    return disposition if name is None else _joined(disposition, *_filename(name))


def _filename(name: str) -> list[str]:
    """The parameter, in sections if it is long (RFC 2231 sections 3 and 4)."""
    # Readers lose outer spaces and decode encoded words, quoted or not.
    plain = name.isascii() and name.isprintable() and name == " ".join(name.split())
    if plain and "=?" not in name and len(name) < _LONG_NAME:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return [f'filename="{quoted}"']
    sections = ["utf-8''"]
    for character in name:
        coded = quote(character, safe="")
        if len(sections[-1]) + len(coded) > _SECTION:
            sections.append("")
        sections[-1] += coded
    if len(sections) == 1:
        return [f"filename*={sections[0]}"]
    return [f"filename*{number}*={section}" for number, section in enumerate(sections)]
