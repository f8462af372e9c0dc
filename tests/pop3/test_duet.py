"""The same lines to mockmail and to Dovecot's POP3: what differs is decided by a sentence.

``A: RETR 1`` is said by the POP3 session A to both, ``A closes`` ends it without
QUIT; ``I: EXPUNGE`` is said by an IMAP session that has the INBOX selected. A line
is followed by ``~ why`` if the two answer differently.

Dovecot keeps what is said before login in another process, which is not there.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random  # noqa: TID251
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import pytest

from dovecot import Pop3, Theirs
from duet import MESSAGES
from harness import Client, dialogues, inbox
from mockmail.message.message import Message
from mockmail.pop3.settings import Pop3Settings
from mockmail.store.flags import NO_FLAGS
from mockmail.world.world import World
from worlds import UGLY

pytestmark = [pytest.mark.program("dovecot")]

DUETS = dialogues(Path(__file__).parent / "duets.txt")
MAIL = (*MESSAGES, *UGLY[:3], b"A: b\r\n\r\n8 bits: \xc3\xa9\xff\r\n\r\n")
WHOLE = tuple(raw for raw in MAIL if raw.endswith(b"\r\n") and not raw.startswith(b"."))
"""Those that both send alike."""
MULTI = re.compile(rb"(?i)(?:(?:RETR|TOP)\b.*|LIST|UIDL)\r\n")
WALK = int(os.environ.get("MOCKMAIL_OPINIONS", "600")) // 2
"""Lines that are made up."""
SCRIPT = 25
SEED = 1


class Ours:
    """A POP3 session of a mockmail engine, logged in."""

    def __init__(self, world: World) -> None:
        self._client = Client(world, "pop3")
        self._client.send(b"USER anna\r\nPASS apple\r\n")
        assert self._client.said().splitlines()[-1].startswith(b"+OK")

    def exchange(self, data: bytes) -> bytes:
        self._client.send(data)
        return self._client.said()

    def close(self) -> None:
        self._client.close()


class Ids:
    """Unique-ids by the order in which they were seen."""

    def __init__(self) -> None:
        self._known: dict[bytes, int] = {}

    def number(self, unique_id: bytes) -> int:
        assert re.fullmatch(rb"[!-~]{1,70}", unique_id)
        return self._known.setdefault(unique_id, len(self._known))


def facts(command: str, answer: bytes, ids: Ids) -> object:
    """What an answer tells: its status, its code, and its data."""
    first, *rest = answer.removesuffix(b"\r\n").split(b"\r\n")
    status, _, text = first.partition(b" ")
    word = command.partition(" ")[0].upper()
    code = re.match(rb"\[([^\]]*)\]", text)
    if status != b"+OK":
        return status, code and code[1]
    if word == "UIDL":
        rows = [row.split(b" ") for row in rest[:-1] or [text]]
        return status, [(number, ids.number(unique_id)) for number, unique_id in rows]
    if word in ("STAT", "LAST") or (word == "LIST" and not rest):
        return status, text
    return status, rest


class Duet:
    """Both servers with the same messages."""

    def __init__(self, messages: Sequence[bytes], *, last: bool) -> None:
        self._stack = ExitStack()
        self._last = last
        folder = self._stack.enter_context(TemporaryDirectory())
        self._theirs = Theirs(Path(folder))
        # What Dovecot does with what others have expunged.
        settings = Pop3Settings(capabilities="+LAST" if last else "", fetch_expunged=False)
        self._world = inbox(world=World(pop3=settings))
        box = self._world.store.users["anna"].mailboxes["INBOX"]
        with self._world.store.transaction("seed") as tx:
            for raw in messages:
                tx.append(box, Message(raw), NO_FLAGS, self._world.clock.now)
        self._imap = self._stack.enter_context(self._theirs.session())
        for raw in messages:
            self._imap_theirs(b"APPEND INBOX {%d+}\r\n%b" % (len(raw), raw))
        self._imap_theirs(b"SELECT INBOX")
        self._phone = Client(self._world).open()
        self._sides: dict[str, tuple[Ours, Pop3]] = {}
        self._ids = Ids(), Ids()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _imap_theirs(self, command: bytes) -> bytes:
        answer = self._imap.exchange(b"t " + command + b"\r\n", b"t")
        assert b"t OK" in answer, answer
        return answer

    def say(self, line: str) -> tuple[object, object]:
        """What both tell of a line."""
        name, _, text = line.partition(":")
        text = text.removeprefix(" ")
        if line.endswith(" closes"):
            for side in self._sides.pop(line[0], ()):
                side.close()
            return None, None
        if name == "I":
            ours = "\r\n".join(self._phone.command(text)).encode() + b"\r\n"
            asked = text.startswith("UID FETCH")
            return _news(ours, asked), _news(self._imap_theirs(text.encode()), asked)
        if name not in self._sides:
            theirs = self._stack.enter_context(self._theirs.pop3(last=self._last))
            self._sides[name] = Ours(self._world), theirs
        ours, theirs = self._sides[name]
        data = text.encode("latin-1") + b"\r\n"
        said = ours.exchange(data), theirs.exchange(data, multi=bool(MULTI.fullmatch(data)))
        told = tuple(facts(text, each, ids) for each, ids in zip(said, self._ids, strict=True))
        if text.upper() == "QUIT":
            theirs.close()
            del self._sides[name]
        return told[0], told[1]


def _news(said: bytes, asked: bool) -> tuple[set[int], list[bytes]]:
    """What IMAP tells: which messages are gone, whatever the order, and flags that were asked for."""
    there, gone, rest = list(range(1, 100)), set(), []
    for line in said.replace(b"\\Recent", b"").replace(b" )", b")").split(b"\r\n"):
        if expunge := re.fullmatch(rb"\* (\d+) EXPUNGE", line):
            gone.add(there.pop(int(expunge[1]) - 1))
        elif asked and re.match(rb"\* \d+ FETCH", line):
            rest.append(line)
    return gone, rest


def unexpected(
    lines: Sequence[str], messages: Sequence[bytes] = MAIL, *, last: bool = True
) -> list[str]:
    """The differences that are not the expected ones."""
    found = []
    with Duet(messages, last=last) as duet:
        for line, after in zip(lines, [*lines[1:], ""], strict=True):
            if line.startswith("~"):
                continue
            ours, theirs = duet.say(line)
            if (ours != theirs) != after.startswith("~"):
                found.append(f"{line}\n  ours:   {ours}\n  theirs: {theirs}\n  {after}")
    return found


@pytest.mark.parametrize("text", [text for _, text in DUETS], ids=[title for title, _ in DUETS])
def test_written(text: str) -> None:
    assert not (found := unexpected(text.strip().splitlines())), "\n".join(found)


def made_up(random: Random, count: int) -> Iterator[str]:
    """Lines in which both should be one."""
    for _ in range(count):
        number = random.choice((*range(len(WHOLE) + 2), *range(4)))
        yield random.choice(
            (
                *("A: STAT", "A: LIST", "A: UIDL", "A: NOOP"),
                *(f"A: {word} {number}" for word in ("LIST", "UIDL", "RETR", "DELE", "dele")),
                f"A: TOP {number} {random.choice((0, 0, 1, 2, 5, 1000, 4294967295))}",
                f"A: {random.choice(('LIST', 'RETR', 'TOP 1', 'DELE', 'UIDL'))} x",
                f"I: STORE 1:* {random.choice('+-')}FLAGS.SILENT (\\Flagged)",
                f"I: UID STORE {max(number, 1)} +FLAGS.SILENT (\\Deleted)",
                *("I: EXPUNGE", "A: RSET", "A closes", "A: QUIT", "A: XYZZY"),
            )
        )
        if random.random() < 0.1:
            yield "I: NOOP"
            yield "I: UID FETCH 1:* FLAGS"
    yield from ("A: QUIT", "I: NOOP", "I: UID FETCH 1:* FLAGS")


def test_made_up() -> None:
    random = Random(SEED)
    for _ in range(WALK // SCRIPT):
        lines = list(made_up(random, SCRIPT))
        found = unexpected(lines, WHOLE, last=False)
        assert not found, "\n".join((*lines, *found))
