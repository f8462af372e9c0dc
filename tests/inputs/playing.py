"""Plays generated inputs to worlds, and looks at what becomes of them.

For each input: nothing is reported as our own failure, all that is said can be
read, and afterwards the session answers a probe (at once, or when what it waits
for was ended), or has closed the connection with the words that its protocol has
for it. A session keeps no more than its limits. Bystanders in the same world hear
nothing and are answered as before. No more mail is taken than was ended.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from random import Random  # noqa: TID251

from harness import inbox
from inputs.dialects import DIALECTS, FILL, LINE, MESSAGE, Dialect
from mockmail import ImapSettings, Pop3Settings, SmtpSettings
from mockmail.pop3.catalog import EXTENSIONS, POP3
from mockmail.wire.acts import Close, Switch
from mockmail.world.world import PROTOCOLS, World

INPUTS = 100
"""For one world; then there is a new one."""
LOOKS = 20
"""Inputs between two looks at the laws and the bystanders."""
KEPT = MESSAGE + LINE
"""Octets, at most, that a session keeps of what was sent and is not complete."""
# A message ends with this, or with a chunk that says it is the last one.
_ENDS = re.compile(rb"(?=\r\n\.\r\n)|(?i:BDAT +\d+ +LAST)")
OUTCOMES = {"d": "done", "r": "refused", "m": "more", "b": "closed", "": "silent"}
"""By the letter of the last answer to an input; what was silent answers when its line ends.

Others are answered *after a dot* or *after octets*: they have begun a message or a literal;
*after the end* there is nothing to answer: they have begun a chunk of more than anybody sends.
"""
# A chunk that is refused is read all the same (RFC 3030 section 4.2), be it gigabytes.
_HUGE = re.compile(rb"(?i:BDAT) +0*[1-9][0-9]{4}")
BYSTANDERS = {
    "imap": (b"a LOGIN zoe apple\r\na SELECT INBOX\r\n", b"a UID FETCH 1:* (UID FLAGS)\r\na NOOP\r\n"),
    "pop3": (b"USER zoe\r\nPASS apple\r\n", b"UIDL\r\n"),
    "smtp": (b"EHLO zoe.example.org\r\nMAIL FROM:<zoe@example.org>\r\n", b"NOOP\r\n"),
}  # fmt: skip
"""Sessions of a user of whom no input speaks: how they begin, and what they ask again and again."""


@cache
def furnished(*, strict: bool) -> World:
    """What worlds are forks of; a `strict` one takes no line that ends with LF alone."""
    world = World(
        imap=ImapSettings(line=LINE, command=MESSAGE, unauthenticated=LINE, message=MESSAGE),
        pop3=Pop3Settings(
            capabilities=" ".join(f"+{each.name}" for each in EXTENSIONS if each is not POP3),
            message=MESSAGE,
            line_ends="refuse" if strict else "lenient",
        ),
        smtp=SmtpSettings(
            line=LINE,
            message=MESSAGE,
            recipients=100,
            line_ends="refuse" if strict else "keep",
        ),
    )
    inbox(4, world=world)
    for name in ("ben", "zoe"):
        inbox(2, user=name, world=world)
    store, anna = world.store, world.store.users["anna"]
    store.create(anna, "Work/Old")
    store.create_shared("#news.misc")
    world.offers_tls = True
    return world


class Peer:
    """One end of a connection of the engine."""

    def __init__(self, world: World, protocol: str) -> None:
        self._engine = world.engine
        self.connection = world.engine.connect(protocol)
        self.ended: str | None = None
        self.sent = bytearray()
        self.switched = False
        self.said()

    def said(self) -> bytes:
        """What the server has said since this was last asked."""
        said = []
        while (item := self._engine.take(self.connection)) is not None:
            if isinstance(item, Close):
                self.ended = item.how
            elif isinstance(item, Switch):
                self.switched = True
            else:
                said.append(item)
        return b"".join(said)

    def ask(self, *pieces: bytes) -> bytes:
        """Send these, one after another; what was said to all of them."""
        said = []
        for piece in pieces:
            if piece:
                self.sent += piece
                self._engine.receive(self.connection, piece)
                said.append(self.said())
        if self.switched:
            # As if both ends had agreed on TLS.
            self.switched = False
            self._engine.switched(self.connection)
            said.append(self.said())
        return b"".join(said)

    def close(self) -> None:
        """End the client's side."""
        self._engine.receive(self.connection, b"")
        self.said()


Cut = Callable[[Random, bytes], Iterator[bytes]]
"""Into the pieces in which an input comes."""


def whole(random: Random, data: bytes) -> Iterator[bytes]:
    yield data


def octets(random: Random, data: bytes) -> Iterator[bytes]:
    for at in range(len(data)):
        yield data[at : at + 1]


def mixed(random: Random, data: bytes) -> Iterator[bytes]:
    """In one piece, in several, or one octet at a time."""
    what = random.random()
    if what < 0.6 or len(data) < 2:
        yield data
    elif what < 0.8 or len(data) > 300:
        at = sorted(random.sample(range(1, len(data)), min(len(data) - 1, random.randint(1, 3))))
        for start, end in zip([0, *at], [*at, len(data)], strict=True):
            yield data[start:end]
    else:
        yield from octets(random, data)


class Failed(AssertionError):
    """An input did what none may; the text says which one, and how to have it again."""


class Playing:
    """One world, its bystanders, and the inputs that it is given."""

    def __init__(
        self, base: World, protocols: tuple[str, ...], seed: str, cut: Cut = mixed
    ) -> None:
        self._random = Random(seed)
        self._cut = cut
        self._cuts = Random(f"cuts {seed}")  # of its own: what is sent is the same, however cut
        self._protocols = protocols
        self.world = base.fork()
        self.digest = hashlib.blake2b(digest_size=16)
        self.outcomes: Counter[tuple[str, str, str]] = Counter()
        """Inputs by protocol, kind and what became of them."""
        self.pipelined: Counter[str] = Counter()
        """Inputs of several commands in one, by protocol."""
        self.kept = 0
        """Octets, at most, that a session has kept."""
        self._bystanders: list[tuple[Peer, bytes, bytes]] = []
        for protocol, (beginning, question) in BYSTANDERS.items():
            peer = Peer(self.world, protocol)
            peer.ask(beginning)
            self._bystanders.append((peer, question, peer.ask(question)))
        self._open: dict[str, Peer] = {}
        self.script: list[bytes] = []
        """The last session's inputs."""

    def play(self, inputs: int = INPUTS) -> None:
        """So many inputs, and the end of the world; `Failed` tells of the first that fails."""
        try:
            for number in range(1, inputs + 1):
                self._one()
                if number % LOOKS == 0:
                    self._look()
            self._end()
        except AssertionError as failure:
            raise Failed(
                f"{failure}\nafter these inputs of one session: {self.script}"
            ) from failure

    def _one(self) -> None:
        random = self._random
        protocol = random.choice(self._protocols)
        dialect = DIALECTS[protocol]
        peer = self._session(protocol, dialect)
        kind = random.choice([*dialect.changes])
        change = dialect.changes[kind]
        commands = 1 if random.random() < 0.8 else random.randint(2, 12)
        data = b"".join(change(random, dialect.grammar.make(random)) for _ in range(commands))
        self.pipelined[protocol] += commands > 1
        self.script.append(data)
        said = peer.ask(*self._cut(self._cuts, data))
        outcome = self._judged(dialect, peer, said)
        self.outcomes[protocol, kind, outcome] += 1
        self.digest.update(b"%b %b\n" % (outcome.encode(), said))

    def _session(self, protocol: str, dialect: Dialect) -> Peer:
        """One that is there, or a new one; in some state."""
        random = self._random
        peer = self._open.pop(protocol, None)
        if peer is not None and (not peer.connection.open or random.random() < 0.3):
            self._leave(peer)
            peer = None
        if peer is None:
            peer = Peer(self.world, protocol)
            self.script = []
        if not self.script or random.random() < 0.3:
            beginning = dialect.states[random.choice([*dialect.states])]
            self.script.append(beginning)
            self._judged(dialect, peer, peer.ask(beginning), probing=False)
        if not peer.connection.open:
            return self._session(protocol, dialect)
        self._open[protocol] = peer
        return peer

    def _leave(self, peer: Peer) -> None:
        if self._random.random() < 0.5:
            peer.close()
        else:
            self.world.engine.lost(peer.connection)
        assert not peer.connection.open, "the session goes on when its client has gone"

    def _judged(self, dialect: Dialect, peer: Peer, said: bytes, *, probing: bool = True) -> str:
        """What became of an input."""
        self._bounded(peer)
        letters = dialect.letters(said)
        outcome = OUTCOMES[letters[-1:]]
        if peer.connection.open and probing and self._random.random() < 0.8:
            for way, data in dialect.ways_out:
                answer = peer.ask(data + dialect.probe)
                said += answer
                self._bounded(peer)
                dialect.letters(answer)
                if dialect.answered.search(answer):
                    outcome = outcome if way == "a line" else f"after {way}"
                    break
                if not peer.connection.open:
                    break
            else:
                assert _HUGE.search(peer.sent), f"it is stuck; it has said {said[-300:]!r}"
                peer.close()
                assert not peer.connection.open, "it waits for more than there can be"
                return "after the end"
        if not peer.connection.open:
            assert peer.ended == "fin", f"it ended the connection by {peer.ended}"
            words = dialect.farewell.search(said)
            assert words, f"it closed the connection with {said[-300:]!r}"
            outcome = "closed"
        return outcome

    def _bounded(self, peer: Peer) -> None:
        """No failure of ours, and no more kept than there may be."""
        assert not self.world.failures, f"our own: {self.world.failures[0]!r}"
        if peer.connection.open:
            kept = len(peer.connection.buffer)
            self.kept = max(self.kept, kept)
            assert kept <= KEPT, f"{kept} octets are kept"

    def _look(self) -> None:
        """At the laws, and at the bystanders."""
        self.world.check()
        for peer, question, answer in self._bystanders:
            assert not peer.said(), "a bystander was told something"
            now = peer.ask(question)
            assert now == answer, f"a bystander is answered {now!r}, not {answer!r}"
        for protocol in ("smtp", "submission", "lmtp"):
            peer = self._open.get(protocol)
            if peer is not None and peer.connection.open:
                taken = peer.connection.person.taken  # type: ignore[union-attr]
                ended = len(_ENDS.findall(bytes(peer.sent)))
                assert taken <= ended, f"{taken} messages were taken, {ended} were ended"

    def _end(self) -> None:
        """Whoever is there still is sent away for silence; nobody is left."""
        self._look()
        for peer in self._open.values():
            if self._random.random() < 0.5:
                peer.ask(self._random.choice((b"a", b"DATA\r\n", b"a LOGIN {5}\r\n", b"\0")))
        self.world.engine.advance(100_000)
        for peer in (*self._open.values(), *(each for each, _, _ in self._bystanders)):
            said = peer.said()
            assert not peer.connection.open, "silence is not ended"
            assert said.endswith(b"\r\n") or not said, f"its last words: {said!r}"
            self.digest.update(said)
        assert not self.world.engine.connections, "a connection is left"
        for user in self.world.store.users.values():
            assert not user.maildrop_lock, f"the maildrop of {user.name} is locked"
        self.world.check()


class Tally:
    """Many worlds, counted."""

    def __init__(self, seed: int, protocols: tuple[str, ...] = (), cut: Cut = mixed) -> None:
        self._seed = seed
        self._cut = cut
        self.protocols = protocols or tuple(each for each in DIALECTS if each in PROTOCOLS)
        self.outcomes: Counter[tuple[str, str, str]] = Counter()
        self.pipelined: Counter[str] = Counter()
        self.kept = 0
        self._digests: list[bytes] = []
        """Of each world."""

    def play(self, inputs: int, first: int = 0) -> None:
        """So many inputs, in worlds from this number on; `Failed` names the world."""
        for number in range(first, first - inputs // -INPUTS):
            base = furnished(strict=number % 2 == 0)
            playing = Playing(base, self.protocols, f"{self._seed}/{number}", self._cut)
            try:
                playing.play()
            except Failed as failure:
                raise Failed(f"seed {self._seed}, world {number}: {failure}") from failure
            self.outcomes += playing.outcomes
            self.pipelined += playing.pipelined
            self.kept = max(self.kept, playing.kept)
            self._digests.append(playing.digest.digest())

    def add(self, later: "Tally") -> None:
        """Count what another has played, as if it had been played here."""
        self.outcomes += later.outcomes
        self.pipelined += later.pipelined
        self.kept = max(self.kept, later.kept)
        self._digests += later._digests

    @property
    def worlds(self) -> int:
        return len(self._digests)

    @property
    def digest(self) -> str:
        """Of all that was said; the same for the same inputs."""
        return hashlib.blake2b(b"".join(self._digests), digest_size=16).hexdigest()

    def lines(self) -> Iterator[str]:
        """The table: a row for each kind, a column for each outcome, by protocol."""
        columns = sorted({outcome for _, _, outcome in self.outcomes})
        for protocol in self.protocols:
            rows = Counter[tuple[str, str]]()
            for (of, kind, outcome), count in self.outcomes.items():
                if of == protocol:
                    rows[kind, outcome] += count
            total, pipelined = rows.total(), self.pipelined[protocol]
            yield ""
            yield f"{protocol}: {total:,} inputs, of which {pipelined:,} of several commands"
            yield "".join([f"{'':<19}", *(f"{column:>14}" for column in columns)])
            for kind in sorted({kind for kind, _ in rows}):
                cells = [f"{rows[kind, column]:>14,}" for column in columns]
                yield "".join([f"{kind:<19}", *cells])


assert len(FILL) > MESSAGE
