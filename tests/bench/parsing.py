"""What follows from messages: ENVELOPE, BODYSTRUCTURE and searched text, made and made again.

Beside the standard library's parser, a plain loop, and the first time.
"""

import email
from collections.abc import Callable, Iterator
from email import policy
from email.utils import getaddresses
from itertools import count as count_from

from mockmail.clock import EPOCH
from mockmail.imap.fetch.structure import bodystructure_item, envelope_item
from mockmail.message.attachment import Attachment
from mockmail.message.build import compose
from mockmail.message.message import Message

from .rows import Row, Scale
from .stopwatch import interleaved, seconds, timed
from .worlds import LINE, scenario_of, settled

TEXT = LINE.decode() * 20
ENVELOPES = b"a FETCH 1:* (ENVELOPE)\r\n"
STRUCTURES = b"a FETCH 1:* (BODYSTRUCTURE)\r\n"
TRACE = [
    ("Received", "from mx.example.net (mx.example.net [192.0.2.7])  by mail.example.org; Mon, 1 Jan 2024 00:00:00 +0000"),
    ("Received", "from host.example.net by mx.example.net with ESMTPS id 4711; Mon, 1 Jan 2024 00:00:00 +0000"),
    ("DKIM-Signature", "v=1; a=rsa-sha256; d=example.net; s=key; " + "b" * 60 + " " + "c" * 60),
    ("References", "<1@example.net> <2@example.net>"),
    ("X-Mailer", "bench"),
]  # fmt: skip


def typical(number: int, file: int = 20_480) -> bytes:
    """Mail as it comes: plain, with HTML, with a file of so many octets, or forwarded."""
    kind = number % 4
    html = f"<p>{TEXT}</p>" if kind else None
    attachments: tuple[Attachment, ...] = ()
    if kind == 2:
        attachments = (Attachment("a.bin", bytes(range(256)) * (file // 256)),)
    elif kind == 3:
        attachments = (Attachment("a.eml", typical(1), "message/rfc822"),)
    boundaries = count_from()
    return compose(
        subject=f"Grüße, number {number}",
        text=TEXT,
        html=html,
        attachments=attachments,
        sender="Ben <ben@example.net>",
        to="Anna <anna@example.org>, carol@example.org",
        headers=TRACE,
        date=EPOCH,
        message_id=f"<{number}@example.net>",
        boundary=lambda: f"=_{number}.{next(boundaries)}",
    ).raw


def _with_library(raw: bytes) -> object:
    """The same facts from the standard library, its fast parser, and nothing rendered."""
    mail = email.message_from_bytes(raw)
    addresses = [
        getaddresses(mail.get_all(name, []))
        for name in ("from", "sender", "reply-to", "to", "cc", "bcc")
    ]
    parts = [
        (part.get_content_type(), part.get_params(), len(part.get_payload()), part.items())
        for part in mail.walk()
    ]
    return addresses, parts


def _items(message: Message) -> object:
    """As FETCH has them made."""
    return message.view(envelope_item), message.view(bodystructure_item)


def fresh(scale: Scale) -> Iterator[Row]:
    """ENVELOPE and BODYSTRUCTURE of messages that nobody has looked at."""
    raws = [typical(number) for number in range(scale.few)]
    libraries: tuple[tuple[str, Callable[[bytes], object]], ...] = (
        ("email, policy default: parsed, no more", lambda raw: email.message_from_bytes(raw, policy=policy.default)),
        ("email, compat32: parsed, the same facts read", _with_library),
    )  # fmt: skip
    for against, library in libraries:
        mine, other = interleaved(
            timed(lambda: [_items(Message(raw, newlines="keep")) for raw in raws]),
            timed(lambda work=library: [work(raw) for raw in raws]),  # type: ignore[misc]
            scale.rounds,
        )
        name = "ENVELOPE and BODYSTRUCTURE of fresh messages"
        yield Row(name, mine / len(raws), other / len(raws), against, per="message")


def structures(scale: Scale) -> Iterator[Row]:
    """FETCH of them again."""
    count = scale.small
    raws = [typical(number) for number in range(count)]
    for name, command in (("ENVELOPE", ENVELOPES), ("BODYSTRUCTURE", STRUCTURES)):
        talker = settled(scenario_of(raws).world())
        whole = talker.done(command)
        formatted = _numbered(whole.splitlines(keepends=True))
        mine, other = interleaved(
            timed(lambda t=talker, c=command: t.ask(c)),  # type: ignore[misc]
            timed(lambda f=formatted: b"".join(f())),  # type: ignore[misc]
            scale.rounds,
        )
        against = "the same lines formatted and joined in a plain loop"
        yield Row(f"FETCH 1:* ({name}), {count:,}, again, engine", mine / count, other / count, against, per="message")  # fmt: skip


def _numbered(lines: list[bytes]) -> Callable[[], list[bytes]]:
    """Each line with its number put in again: what can't be kept, since numbers change."""
    rests = [line.partition(b" FETCH ")[2] for line in lines[:-1]]

    def formatted() -> list[bytes]:
        made = [b"* %d FETCH %b" % (seq, rest) for seq, rest in enumerate(rests, 1)]
        return [*made, lines[-1]]

    return formatted


def searching(scale: Scale) -> Iterator[Row]:
    """SEARCH in headers and bodies, again; nothing is found."""
    raws = [typical(number) for number in range(scale.small)]
    for key in (b"SUBJECT nowhere", b"BODY nowhere", b"SENTSINCE 2-Jan-2030"):
        name = f"SEARCH {key.decode()}"
        command = b"a SEARCH %b\r\n" % key
        talker = settled(scenario_of(raws).world())
        cold = seconds(lambda t=talker, c=command: t.ask(c))  # type: ignore[misc]
        warm = seconds(lambda t=talker, c=command: t.ask(c), scale.rounds)  # type: ignore[misc]
        yield Row(f"{name}, {scale.small:,}, again, engine", warm / len(raws), cold / len(raws), "the first time", per="message")  # fmt: skip
