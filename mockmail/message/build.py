"""Messages made from parts a test cares about.

Dates, ids and boundaries are given, never drawn here: they come from the world's
clock and chance. The same parts make the same bytes.
"""

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import datetime
from email.message import EmailMessage
from email.message import Message as LibraryMessage
from email.policy import SMTP
from email.utils import format_datetime
from itertools import chain, compress
from operator import not_

from mockmail.message.attachment import (
    Attachment,
    Entity,
    Mail,
    attached,
    multipart,
    text_part,
)
from mockmail.message.field import field, is_name, refuse_line_ends
from mockmail.message.message import Message

SENDER = "sender@example.net"
"""Who a message is from where nobody is named."""
_POLICY = SMTP.clone(utf8=False)
_FURTHER = ""
"""Where fields stand that are not made here: a name that no field has."""

# bchars, without a space at the end (RFC 2046 section 5.1.1)
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_TRIES = 100
"""Boundaries that are drawn for one multipart before it is given up."""
_NO_BOUNDARY = "each boundary that was drawn stands in the content"


def compose(
    *,
    subject: str = "",
    text: str = "",
    html: str | None = None,
    attachments: Iterable[Attachment] = (),
    sender: str,
    to: str | Iterable[str],
    cc: str | Iterable[str] = (),
    headers: Iterable[tuple[str, str | None]] = (),
    charset: str = "utf-8",
    date: datetime,
    message_id: str,
    boundary: Callable[[], str],
) -> Message:
    """A message of these parts.

    - `text` and `html` are two forms of the same (RFC 2046 section 5.1.4); an
      empty `text` is left out where there is anything else.
    - `attachments` that are inline and have a content id belong to the `html`
      (RFC 2387), the others to the message.
    - `sender`, `to` and `cc` stand in their fields as they are given, right or
      not; names outside US-ASCII become encoded words (RFC 2047).
    - `headers` are further fields in order; a name may come more than once. What
      has the name of a field that is made here stands in its place, and None
      there leaves it out: ``("Date", None)``. Values in US-ASCII stand as they
      are, others are encoded words.
    - `charset` is for what is not US-ASCII. A field that it can't encode is UTF-8.
    - `boundary` is called once for each multipart, the outermost first, and again
      if the content has what it gave.

    ``ValueError`` for a line end in a field, for a text that `charset` can't
    encode, and where `boundary` gives nothing that can be used.
    """
    refuse_line_ends(message_id)
    root = _body(text, html, tuple(attachments), charset, boundary)
    copies = _list(cc)
    fields: dict[str, list[str]] = {
        "from": [field("From", sender, charset)],
        "to": [field("To", _list(to), charset)],
        "cc": [field("Cc", copies, charset)] if copies else [],
        "subject": [field("Subject", subject, charset)],
        "date": [f"Date: {format_datetime(date)}"],
        "message-id": [f"Message-ID: {message_id}"],
        _FURTHER: [],
        "mime-version": ["MIME-Version: 1.0"],
        "content-type": [],
        "content-transfer-encoding": [],
    }
    for name, made in root.fields:
        fields[name.lower()].append(f"{name}: {made}")
    _replace(fields, headers, charset)
    lines = [*chain.from_iterable(fields.values()), "", ""]
    return Message("\r\n".join(lines).encode("utf-8") + root.body, newlines="keep")


def _list(addresses: str | Iterable[str]) -> str:
    return addresses if isinstance(addresses, str) else ", ".join(addresses)


def from_email(mail: Mail, *, boundary: Callable[[], str]) -> Message:
    """The message of the standard library as it would go over SMTP.

    Multiparts without a boundary get one from `boundary`, outermost first: the
    standard library would draw from chance that nobody seeds. `mail` stays as it is.
    """
    if any(map(_lacks_boundary, mail.walk())):
        mail = deepcopy(mail)
    parts = [part for part in mail.walk() if _lacks_boundary(part)]
    unfit = parts
    for _ in range(_TRIES):
        for part in unfit:
            part.set_boundary(_checked(boundary()))
        modern = isinstance(mail, EmailMessage)
        raw = mail.as_bytes(policy=_POLICY if modern else mail.policy.clone(linesep="\r\n"))
        unfit = [part for part in parts if raw.count(_delimiter(part)) != _delimiters(part)]
        if not unfit:
            return Message(raw)
    raise ValueError(_NO_BOUNDARY)


def _lacks_boundary(part: Mail) -> bool:
    # A multipart whose payload is a text is written as it is.
    is_multipart = part.get_content_maintype() == "multipart"
    return is_multipart and not isinstance(part.get_payload(), str) and not part.get_boundary()


def _delimiter(part: Mail) -> bytes:
    return f"\n--{part.get_boundary()}".encode("ascii")


def _delimiters(part: Mail) -> int:
    """How many there are if there are no others: one before each part, and the last."""
    return max(1, len(part.get_payload() or ())) + 1


def _body(
    text: str,
    html: str | None,
    attachments: tuple[Attachment, ...],
    charset: str,
    boundary: Callable[[], str],
) -> Entity:
    """The message without its own fields."""
    if html is None and not attachments:
        return text_part(text, "plain", charset)
    shown = [html is not None and a.inline and a.content_id is not None for a in attachments]
    layers = (not all(shown)) + bool(text and html is not None) + any(shown)
    drawn = [_checked(boundary()) for _ in range(layers)]
    files = [_file(each, charset, boundary) for each in attachments]
    in_html = list(compress(files, shown))
    beside = list(compress(files, map(not_, shown)))
    texts = [text_part(text, "plain", charset)] if text else []
    if html is not None:
        texts.append(text_part(html, "html", charset))
    boundaries = _unused(drawn, [part.body for part in (*texts, *files)], boundary)
    if in_html:
        related = [texts[-1], *in_html]
        texts[-1] = multipart("related", boundaries.pop(), related, 'type="text/html"')
    if len(texts) == 2:
        texts = [multipart("alternative", boundaries.pop(), texts)]
    return multipart("mixed", boundaries.pop(), [*texts, *beside]) if beside else texts[0]


def _file(attachment: Attachment, charset: str, boundary: Callable[[], str]) -> Entity:
    content = attachment.content
    if isinstance(content, LibraryMessage):
        content = from_email(content, boundary=boundary)
    return attached(attachment, content, charset)


def _unused(
    drawn: Iterable[str], bodies: Iterable[bytes], boundary: Callable[[], str]
) -> list[str]:
    """The boundaries; those that clash with content or with one another are drawn again."""
    chosen: list[str] = []
    for candidate in drawn:
        for _ in range(_TRIES):
            delimiter = f"--{candidate}".encode("ascii")
            if not any(delimiter in body for body in bodies) and not any(
                candidate.startswith(other) or other.startswith(candidate) for other in chosen
            ):
                break
            candidate = _checked(boundary())
        else:
            raise ValueError(_NO_BOUNDARY)
        chosen.append(candidate)
    return chosen


def _checked(boundary: str) -> str:
    if not _BOUNDARY.fullmatch(boundary):
        raise ValueError(f"{boundary!r} can't be a boundary")
    return boundary


def _replace(
    fields: dict[str, list[str]], headers: Iterable[tuple[str, str | None]], charset: str
) -> None:
    """Put the further fields where they belong."""
    replaced = set()
    for name, value in headers:
        if not is_name(name):
            raise ValueError(f"{name!r} can't be a field's name")
        place = name.lower() if name.lower() in fields else _FURTHER
        if place != _FURTHER and place not in replaced:
            replaced.add(place)
            fields[place] = []
        if value is not None:
            fields[place].append(field(name, value, charset))
