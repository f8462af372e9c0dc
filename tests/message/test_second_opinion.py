"""ENVELOPE, BODYSTRUCTURE and sections of thousands of ugly messages, beside Dovecot's."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from answers import Value, fetched
from broken import messages
from dovecot import Dovecot
from harness import Client, inbox
from mockmail.message.message import Message
from mockmail.message.mime import Part
from mockmail.store.flags import NO_FLAGS
from opinion import RIGHT, deciding, differences, envelope, structure
from ugly import ugly

pytestmark = pytest.mark.program("dovecot")

GENERATED = 1600
ITEMS = b"ENVELOPE BODYSTRUCTURE BODY RFC822.SIZE"


def generated() -> list[bytes]:
    """The same ones each time."""
    found: dict[bytes, None] = {}

    @settings(
        max_examples=GENERATED,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(messages)
    def collect(raw: bytes) -> None:
        found[raw] = None

    collect()
    return list(found)


@pytest.fixture(scope="module")
def raws() -> list[bytes]:
    """Each message as it is stored: with CRLF."""
    return [Message(raw).raw for raw in (*ugly(), *generated())]


@pytest.fixture(scope="module")
def dovecot(raws: list[bytes]) -> Iterator[Dovecot]:
    with (
        tempfile.TemporaryDirectory(prefix="mockmail-") as folder,
        Dovecot(Path(folder), raws) as server,
    ):
        yield server


@pytest.fixture
def mine(raws: list[bytes]) -> Client:
    world = inbox()
    box = world.store.users["anna"].mailboxes["INBOX"]
    with world.store.transaction("seed") as tx:
        for raw in raws:
            tx.append(box, Message(raw, newlines="keep"), NO_FLAGS, world.clock.now)
    client = Client(world)
    client.open("INBOX")
    return client


def ask(client: Client, command: bytes) -> bytes:
    client.said()
    client.send(b"a " + command + b"\r\n")
    return client.said()


def test_envelopes_and_structures_agree(raws: list[bytes], dovecot: Dovecot, mine: Client) -> None:
    assert len(raws) >= 2000
    ours = dict(fetched(ask(mine, b"FETCH 1:* (%b)" % ITEMS)))
    theirs = dict(fetched(dovecot.command(b"FETCH 1:* (%b)" % ITEMS)))
    assert ours.keys() == theirs.keys() == set(range(1, len(raws) + 1))
    decided: Counter[str] = Counter()
    undecided = []
    for number, raw in enumerate(raws, 1):
        a, b = ours[number], theirs[number]
        assert a[b"RFC822.SIZE"] == b[b"RFC822.SIZE"] == len(raw)
        if a[b"BODYSTRUCTURE"] == b[b"BODYSTRUCTURE"]:
            assert a[b"BODY"] == b[b"BODY"]
        for found in (
            *differences(envelope(a[b"ENVELOPE"]), envelope(b[b"ENVELOPE"]), raw),
            *differences(structure(a[b"BODYSTRUCTURE"]), structure(b[b"BODYSTRUCTURE"]), raw),
        ):
            sentence = deciding(found)
            if sentence is None:
                undecided.append((raw[:2000], found.what, found.ours, found.theirs))
            else:
                decided[sentence] += 1
    undecided.sort(key=lambda each: len(each[0]))
    assert not undecided, f"{len(undecided)} differences, the shortest: {undecided[:3]}"
    # Each of them is met: none stands there for nothing.
    assert decided.keys() == RIGHT.keys()


def paths(root: Part) -> Iterator[bytes]:
    """The part numbers of a message, and some that it doesn't have."""

    def below(part: Part, prefix: bytes, *, in_message: bool) -> Iterator[bytes]:
        if part.is_multipart:
            for number, inner in enumerate(part.parts, 1):
                path = prefix + b"%d" % number
                yield path
                yield from below(inner, path + b".", in_message=False)
        elif in_message:
            yield prefix + b"1"
        if part.is_message and not part.is_multipart:
            inner = part.parts[0]
            yield from below(inner, prefix if not in_message else prefix + b"1.", in_message=True)

    yield from below(root, b"", in_message=True)
    yield b"%d" % (len(root.parts) + 2)


def _has_blank_line(raw: bytes) -> bool:
    return raw.startswith(b"\r\n") or b"\r\n\r\n" in raw


def test_sections_agree(raws: list[bytes], dovecot: Dovecot, mine: Client) -> None:
    asked = 0
    for number in range(1, len(raws) + 1, 5):
        raw = raws[number - 1]
        found = list(dict.fromkeys(paths(Message(raw).root)))[:12]
        items = [b"HEADER", b"TEXT", b"HEADER.FIELDS (SUBJECT FROM X)", b"HEADER.FIELDS.NOT (TO)"]
        for path in found:
            items += [path, *(path + b"." + text for text in (b"MIME", b"HEADER", b"TEXT"))]
        command = b"FETCH %d (%b)" % (
            number,
            b" ".join(b"BODY.PEEK[%b]" % item for item in items),
        )
        ours: dict[bytes, Value] = dict(fetched(ask(mine, command)))[number]
        theirs: dict[bytes, Value] = dict(fetched(dovecot.command(command)))[number]
        assert len(ours) == len(items)
        for name, value in ours.items():
            other = theirs[name]
            assert isinstance(value, bytes)
            assert isinstance(other, bytes)
            if value != other:
                # "the blank line is included in all header fetches, except in the case of a
                # message that has no body and no blank line" (RFC 9051 section 6.4.5.1).
                no_blank = b"HEADER.FIELDS" in name and not _has_blank_line(raw)
                # "The CRLF preceding the boundary delimiter line is conceptually attached to
                # the boundary" (RFC 2046 section 5.1.1), behind a part that holds parts, too.
                delimited = value + b"\r\n--" in raw and not name.endswith((b"MIME]", b"HEADER]"))
                assert no_blank or delimited, (raw[:1500], name, value, other)
                assert value + b"\r\n" == other, (raw[:1500], name)
        asked += len(items)
    assert asked > 5000
