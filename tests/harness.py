"""What the tests share: clients on the bare engine, dialogues, and the shadow client.

A `Client` feeds bytes to the engine and takes what it says: no sockets, no
loop. A dialogue is plain text, played by several of them::

    A: a1 FETCH 1 (FLAGS)
    A< * 1 FETCH (FLAGS (\\Seen))
    A< a1 OK ...
    A! * ... EXPUNGE

``A:`` is sent with CRLF; ``A<`` must be said next; ``A!`` must not have been
said since A last sent something; ``...`` stands for anything; ``A< ***`` for
any number of lines. All that is said must be expected. ``A opens INBOX`` logs
in as anna and selects; ``A connects imap`` only connects; ``A closes`` ends its
side.

The *shadow* (RFC 3501 section 7.4.1, from a client's point of view) builds its
own picture of the mailbox out of nothing but what the server says, and must
agree with the server's view whenever a command has ended.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from mockmail.client.values import response_end
from mockmail.imap.rows import State
from mockmail.imap.session import Session
from mockmail.message.message import Message
from mockmail.numset import UidSet
from mockmail.store.flags import flags
from mockmail.wire.acts import Close, Switch
from mockmail.world.transcript import Transcript, Who
from mockmail.world.world import World

PASSWORD = "apple"
WORLDS: list[World] = []
"""Those that the running test has made: the laws are checked when it is over."""


def inbox(count: int = 0, *, user: str = "anna", world: World | None = None) -> World:
    """A world in which `user` has `count` messages, UIDs 1 to `count`."""
    world = world or World()
    WORLDS.append(world)
    account = world.store.add_user(user, PASSWORD, [f"{user}@example.org"])
    with world.store.transaction("seed") as tx:
        for number in range(1, count + 1):
            raw = f"Subject: number {number}\r\n\r\nbody of {number}\r\n".encode()
            tx.append(account.mailboxes["INBOX"], Message(raw), flags(()), world.clock.now)
    return world


class Client:
    """One client of a world's engine."""

    def __init__(
        self,
        world: World,
        protocol: str = "imap",
        *,
        octets: bool = False,
        tls: bool = False,
        believes: bool = True,
    ) -> None:
        """With `believes` a shadow follows what it is told, and fails where nobody could."""
        self.world = world
        self.octets = octets
        """Feed one octet at a time."""
        self.ended: str | None = None
        """How the server closed the connection: ``fin`` or ``reset``."""
        self.switching = False
        """A layer is to be put between, which is done before the next bytes are sent."""
        self.connection = world.engine.connect(protocol, tls=tls)
        self.connection.notify = lambda: None
        self.shadow = Shadow() if protocol == "imap" and believes else None
        self.pending = b""
        """Said, and not yet looked at by the test."""
        self._tags = 0
        self.collect()

    @property
    def session(self) -> Session:
        person = self.connection.person
        assert isinstance(person, Session)
        return person

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        if self.switching:
            self.switching = False
            self.world.engine.switched(self.connection)
            self.collect()
        if self.shadow is not None:
            self.shadow.sent(data)
        pieces = (
            (data[at : at + 1] for at in range(len(data)))
            if self.octets
            else ([data] if data else [])
        )
        for piece in pieces:
            self.world.engine.receive(self.connection, piece)
            self.collect()

    def close(self) -> None:
        self.world.engine.receive(self.connection, b"")
        self.collect()

    def collect(self) -> None:
        """Take what the server has said."""
        while (item := self.world.engine.take(self.connection)) is not None:
            if isinstance(item, Close):
                self.ended = item.how
            elif isinstance(item, Switch):
                self.switching = True
            else:
                self.pending += item
                if self.shadow is not None:
                    self.shadow.hear(bytes(item))
        if self.shadow is not None and self.connection.open:
            self.shadow.compare(self.session)

    def said(self) -> bytes:
        """What the server has said since this was last asked."""
        self.collect()
        said, self.pending = self.pending, b""
        return said

    def command(self, text: str) -> list[str]:
        """Send an IMAP command with a tag of its own; the lines of the answer."""
        self.said()
        self._tags += 1
        self.send(f"t{self._tags} {text}\r\n".encode())
        return self.said().decode("latin-1").removesuffix("\r\n").split("\r\n")

    def open(
        self, mailbox: str = "INBOX", *, user: str = "anna", examine: bool = False, enable: str = ""
    ) -> "Client":
        """Log in, enable what is named, and select."""
        assert self.command(f"LOGIN {user} {PASSWORD}")[-1].startswith(f"t{self._tags} OK")
        if enable:
            assert self.command(f"ENABLE {enable}")[0] == f"* ENABLED {enable}"
        verb = "EXAMINE" if examine else "SELECT"
        assert self.command(f"{verb} {mailbox}")[-1].startswith(f"t{self._tags} OK")
        return self


# Dialogues

_LINE = re.compile(r"([A-Z])(: ?|< ?|! ?| opens | examines | connects | closes)(.*)")


def play(world: World, text: str, *, octets: bool = False) -> dict[str, Client]:
    """Play a dialogue; the clients by letter. ``AssertionError`` shows where it went otherwise."""
    clients: dict[str, Client] = {}
    said: dict[str, list[str]] = {}
    block: dict[str, list[str]] = {}
    for number, line in enumerate(text.strip().splitlines(), 1):
        line = line.lstrip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        assert found, f"line {number} of the dialogue is none: {line!r}"
        name, verb, rest = found[1], found[2].strip(), found[3]
        where = f"line {number}, {line!r}"
        if verb in ("opens", "examines", "connects"):
            protocol = rest if verb == "connects" else "imap"
            client = clients[name] = Client(world, protocol, octets=octets)
            if verb != "connects":
                client.open(rest, examine=verb == "examines")
                client.said()
            said[name], block[name] = [], []
        client = clients[name]
        for each, other in clients.items():
            fresh = _lines(other)
            said[each] += fresh
            block[each] += fresh
        if verb == ":":
            assert not said[name], f"{where}: before it, {name} was told {said[name]}"
            client.send(rest.encode("latin-1") + b"\r\n")
            block[name] = said[name] = _lines(client)
            block[name] = list(said[name])
        elif verb == "closes":
            client.close()
        elif verb == "<" and rest == "***":
            said[name].clear()
        elif verb == "<":
            assert said[name], f"{where}: {name} was told nothing more"
            told = said[name].pop(0)
            assert _matches(rest, told), f"{where}: {name} was told {told!r}"
        elif verb == "!":
            told_wrong = [told for told in block[name] if _matches(rest, told)]
            assert not told_wrong, f"{where}: {name} was told {told_wrong}"
    for name, client in clients.items():
        rest_said = said[name] + _lines(client)
        assert not rest_said, f"at the end {name} was told {rest_said}"
    world.check()
    return clients


def _lines(client: Client) -> list[str]:
    said = client.said().decode("latin-1")
    return said.removesuffix("\r\n").split("\r\n") if said else []


def _matches(pattern: str, line: str) -> bool:
    parts = map(re.escape, pattern.split("..."))
    return re.fullmatch(".*".join(parts), line, re.DOTALL) is not None


def dialogues(path: Path) -> list[tuple[str, str]]:
    """The dialogues of a file: title and text; each begins with ``== title``."""
    parts = re.split(r"^== (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


# The shadow

_SENT_LITERAL = re.compile(rb"\{(\d+)\+?\}\Z")
_NUMBERED = re.compile(rb"\* (\d+) (EXISTS|EXPUNGE|FETCH|UIDFETCH)\b(.*)", re.DOTALL)
_VANISHED = re.compile(rb"\* VANISHED ((?:\(EARLIER\) )?)([0-9:,]+)\r\n")
_UID = re.compile(rb"\bUID (\d+)")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")


class Shadow:
    """What a client knows that believes nothing but what it was told."""

    def __init__(self) -> None:
        self.messages: list[dict[str, object]] | None = None
        """By number less one: ``uid`` and ``flags`` where they were told."""
        self._from_client = b""
        self._goes_on = False
        """Whether the next line belongs to the command before it."""
        self._octets = 0
        """Of a literal that are still to come."""
        self._from_server = b""
        self._running: list[tuple[bytes, bytes]] = []
        """Commands sent and not ended: tag and name."""

    def sent(self, data: bytes) -> None:
        """The client sent this."""
        self._from_client += data
        while True:
            octets = min(self._octets, len(self._from_client))
            self._from_client = self._from_client[octets:]
            self._octets -= octets
            line, end, rest = self._from_client.partition(b"\r\n")
            if self._octets or not end:
                return
            self._from_client = rest
            idle = bool(self._running) and self._running[-1][1] == b"IDLE"
            begins = not self._goes_on and b" " in line and not idle
            if begins:
                self.begins(line)
            literal = _SENT_LITERAL.search(line) if begins or self._goes_on else None
            self._goes_on = literal is not None
            self._octets = int(literal[1]) if literal else 0

    def begins(self, line: bytes) -> None:
        """The client sent a command, of which this is the first line."""
        tag, *words = line.upper().split(b" ")
        name = b" ".join(words[: 2 if words[0] == b"UID" else 1])
        self._running.append((line[: len(tag)], name))

    def hear(self, data: bytes) -> None:
        """The server said this."""
        self._from_server += data
        while (response := self._take()) is not None:
            self._apply(response)

    def _take(self) -> bytes | None:
        """One response with its literals, or None if it is not all there."""
        end = response_end(self._from_server)
        if end is None:
            return None
        response, self._from_server = self._from_server[:end], self._from_server[end:]
        return response

    def _apply(self, response: bytes) -> None:
        tag, _, rest = response.partition(b" ")
        if tag == b"+":
            return
        if tag != b"*":
            self._ended(tag, rest)
            return
        if rest.startswith(b"BAD ") and self._running and self._running[0][0].startswith(b"+"):
            self._running.pop(0)  # what it sent has no tag that could be answered
        running = self._running[0][1] if self._running else None
        if running in (b"SELECT", b"EXAMINE") and rest.startswith(b"FLAGS"):
            self.messages = []
        if self.messages is None:
            return
        if vanished := _VANISHED.fullmatch(response):
            self._vanished([*UidSet.parse(vanished[2]).ranges], running, earlier=bool(vanished[1]))
        found = _NUMBERED.match(response)
        if found is None:
            return
        number, kind = int(found[1]), found[2]
        if kind == b"EXISTS":
            assert number >= len(self.messages), f"EXISTS shrank the mailbox: {response!r}"
            self.messages += [{} for _ in range(number - len(self.messages))]
            return
        if kind == b"UIDFETCH":
            within = self._places(number)
            assert within, f"no such UID: {response!r}"
            if len(within) > 1:
                return
            number = within[0] + 1
            self.messages[number - 1]["uid"] = int(found[1])
        assert 1 <= number <= len(self.messages), f"no such number: {response!r}"
        if kind == b"EXPUNGE":
            # Law 4.
            assert running is not None, "EXPUNGE with no command in progress"
            assert running not in (b"FETCH", b"STORE", b"SEARCH"), f"EXPUNGE during {running!r}"
            del self.messages[number - 1]
            return
        message = self.messages[number - 1]
        text = re.sub(rb"\{(\d+)\}\r\n.*", b"", found[3], flags=re.DOTALL)
        uid = _UID.search(text)
        if uid:
            assert message.setdefault("uid", int(uid[1])) == int(uid[1]), f"UID moved: {response!r}"
        told = _FLAGS.search(text)
        if told:
            message["flags"] = frozenset(told[1].split())

    def _places(self, uid: int) -> list[int]:
        """Where the message with this UID may stand, by number less one."""
        assert self.messages is not None
        after, before = -1, len(self.messages)
        for at, message in enumerate(self.messages):
            known = message.get("uid")
            if known == uid:
                return [at]
            if isinstance(known, int) and known < uid:
                after = at
            elif isinstance(known, int):
                before = min(before, at)
        return list(range(after + 1, before))

    def _vanished(
        self, ranges: list[tuple[int, int]], running: bytes | None, *, earlier: bool
    ) -> None:
        assert self.messages is not None
        uids = [uid for low, high in ranges for uid in range(low, high + 1)]
        if earlier:
            assert running in (b"SELECT", b"EXAMINE", b"UID FETCH"), f"EARLIER during {running!r}"
            known = {message.get("uid") for message in self.messages}
            assert not known.intersection(uids), f"EARLIER of messages that were there: {uids}"
            return
        # Law 4.
        assert running is not None, "VANISHED with no command in progress"
        assert running not in (b"FETCH", b"STORE", b"SEARCH"), f"VANISHED during {running!r}"
        for uid in uids:
            places = self._places(uid)
            assert places, f"VANISHED of a message that was not there: {uid}"
            for at in places:
                if "uid" not in self.messages[at]:
                    self.messages[at].clear()
            del self.messages[places[0]]

    def _ended(self, tag: bytes, rest: bytes) -> None:
        # Law 5: one tagged line per command, in order.
        assert self._running, f"a tagged line for no command: {tag!r} {rest!r}"
        expected, name = self._running.pop(0)
        self._goes_on, self._octets = False, 0  # a literal that was refused doesn't come
        assert tag == expected, f"the tagged line of {tag!r} came before that of {expected!r}"
        if name in (b"CLOSE", b"LOGOUT") and rest.startswith(b"OK"):
            self.messages = None
        if name in (b"SELECT", b"EXAMINE") and rest.startswith(b"NO"):
            self.messages = None

    def compare(self, session: Session) -> None:
        """Law 6: when nothing is under way, what was told is the view."""
        if self._running or session.state is State.LOGOUT:
            return
        view = session.view
        if view is None:
            assert self.messages is None or session.state is not State.SELECTED
            return
        assert self.messages is not None, "the view is open, and the client was told nothing"
        assert len(self.messages) == len(view.uids), (
            f"the client counts {len(self.messages)} messages, the view has {len(view.uids)}"
        )
        for number, (message, uid) in enumerate(zip(self.messages, view.uids, strict=True), 1):
            assert message.get("uid", uid) == uid, f"message {number} is UID {uid}, not {message}"


def shadow_of(transcript: Transcript, session: str) -> Shadow:
    """What a session's client could know at the end of a transcript."""
    shadow = Shadow()
    for record in transcript.records:
        if record.session == session and record.tag is not None:
            shadow.begins(bytes(record.data).partition(b"\r\n")[0])
        elif record.session == session and record.who is Who.SERVER:
            shadow.hear(bytes(record.data))
    return shadow


def check_shadows(world: World) -> None:
    """Laws 4 to 6 for every IMAP session of a world; rules that lied are passed over."""
    if any(rule.fired for rule in world.rules):
        return
    names = {r.session: r for r in world.transcript.records if r.protocol == "imap"}
    still_open = {c.name: c.person for c in world.engine.connections.values()}
    for name in names:
        shadow = shadow_of(world.transcript, name)
        person = still_open.get(name)
        if isinstance(person, Session):
            shadow.compare(person)


def text_lines(world: World) -> Iterator[str]:
    """The normalised transcript."""
    return map(str, world.transcript.lines())
