"""ENVELOPE, BODYSTRUCTURE and sections of thousands of ugly messages, beside Dovecot's."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from broken import messages
from dovecot import Dovecot
from harness import Client, inbox
from mockmail.client.imap_answer import ImapAnswer, Items
from mockmail.client.values import responses
from mockmail.message.message import Message
from mockmail.message.mime import Part
from mockmail.store.flags import NO_FLAGS
from opinion import RIGHT, deciding, differences, envelope, structure
from ugly import ugly

pytestmark = pytest.mark.program("dovecot")

GENERATED = int(os.environ.get("MOCKMAIL_OPINIONS", "600"))
"""Messages that are made up."""
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
    # Not below pytest's folder, to which each run of pytest takes away all others' access.
    with TemporaryDirectory() as folder, Dovecot(Path(folder), raws) as server:
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


def fetched(data: bytes) -> Mapping[int, Items]:
    """What a server's FETCH responses say, by message number."""
    return ImapAnswer([*responses(data)]).fetched


def test_envelopes_and_structures_agree(raws: list[bytes], dovecot: Dovecot, mine: Client) -> None:
    assert len(raws) >= GENERATED + 400
    ours = fetched(ask(mine, b"FETCH 1:* (%b)" % ITEMS))
    theirs = fetched(dovecot.command(b"FETCH 1:* (%b)" % ITEMS))
    assert ours.keys() == theirs.keys() == set(range(1, len(raws) + 1))
    decided: Counter[str] = Counter()
    undecided = []
    for number, raw in enumerate(raws, 1):
        a, b = ours[number], theirs[number]
        assert a["rfc822.size"] == b["rfc822.size"] == len(raw)
        if a["bodystructure"] == b["bodystructure"]:
            assert a["body"] == b["body"]
        for found in (
            *differences(envelope(a["envelope"]), envelope(b["envelope"]), raw),
            *differences(structure(a["bodystructure"]), structure(b["bodystructure"]), raw),
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
        ours = fetched(ask(mine, command))[number]
        theirs = fetched(dovecot.command(command))[number]
        assert len(ours) == len(items)
        for name, value in ours.items():
            other = theirs[name]
            assert isinstance(value, bytes)
            assert isinstance(other, bytes)
            if value != other:
                # "the blank line is included in all header fetches, except in the case of a
                # message that has no body and no blank line" (RFC 9051 section 6.4.5.1).
                no_blank = "header.fields" in name and not _has_blank_line(raw)
                # "The CRLF preceding the boundary delimiter line is conceptually attached to
                # the boundary" (RFC 2046 section 5.1.1), behind a part that holds parts, too.
                delimited = value + b"\r\n--" in raw and not name.endswith(("mime]", "header]"))
                assert no_blank or delimited, (raw[:1500], name, value, other)
                assert value + b"\r\n" == other, (raw[:1500], name)
        asked += len(items)
    assert asked > 3 * GENERATED
