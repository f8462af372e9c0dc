"""FETCH of whole mailboxes: on the bare engine, over sockets, and with rules about."""

from collections.abc import Callable, Iterator

from mockmail import Cut, Rule, ServerThread, When
from mockmail.store.flags import Flags
from mockmail.world.world import World

from . import sockets
from .rows import Row, Scale
from .stopwatch import interleaved, timed
from .worlds import FLAGS, LOGIN, SELECT, Talker, raw, scenario, scenario_of, settled

DONE = b"a OK FETCH completed\r\n"
ONLY_FLAGS = b"a FETCH 1:* (FLAGS)\r\n"
UID_FLAGS = b"a FETCH 1:* (UID FLAGS)\r\n"
BODIES = b"a FETCH 1:* (BODY.PEEK[])\r\n"


def format_flags(having: list[Flags]) -> list[bytes]:
    """The floor: the same lines, formatted in place."""
    lines = []
    for seq, each in enumerate(having, 1):
        lines.append(b"* %d FETCH (FLAGS %b)\r\n" % (seq, each.wire))
    lines.append(DONE)
    return [b"".join(lines)]


def format_recent(having: list[Flags]) -> list[bytes]:
    """The same where each message is ``\\Recent``, too."""
    lines = []
    for seq, each in enumerate(having, 1):
        wire = b"%b \\Recent)" % each.wire[:-1] if each.names else b"(\\Recent)"
        lines.append(b"* %d FETCH (FLAGS %b)\r\n" % (seq, wire))
    lines.append(DONE)
    return [b"".join(lines)]


def format_uid_flags(having: list[Flags]) -> list[bytes]:
    """The same with UIDs, which are the numbers here."""
    lines = []
    for seq, each in enumerate(having, 1):
        lines.append(b"* %d FETCH (UID %d FLAGS %b)\r\n" % (seq, seq, each.wire))
    lines.append(DONE)
    return [b"".join(lines)]


def format_bodies(raws: list[bytes]) -> list[bytes]:
    """The same with the messages' own bytes."""
    lines = []
    for seq, each in enumerate(raws, 1):
        lines.append(b"* %d FETCH (BODY[] {%d}\r\n" % (seq, len(each)))
        lines += (each, b")\r\n")
    lines.append(DONE)
    return [b"".join(lines)]


Floor = Callable[[list[Flags]], list[bytes]]


def _having(count: int) -> list[Flags]:
    return [FLAGS[at % len(FLAGS)] for at in range(count)]


def flags(scale: Scale) -> Iterator[Row]:
    """Flags of all messages."""
    count = scale.middle
    base = scenario(count)
    having = _having(count)
    cases: list[tuple[str, Talker, bytes, Floor]] = [
        ("FETCH 1:* (FLAGS)", settled(base.world()), ONLY_FLAGS, format_flags),
        (
            "FETCH 1:* (FLAGS), all \\Recent",
            Talker(base.world(), LOGIN, SELECT),
            ONLY_FLAGS,
            format_recent,
        ),
        ("FETCH 1:* (UID FLAGS)", settled(base.world()), UID_FLAGS, format_uid_flags),
    ]
    for name, talker, command, floor in cases:
        assert talker.done(command) == b"".join(floor(having)), name
        engine, plain = interleaved(
            timed(lambda t=talker, c=command: t.ask(c)),  # type: ignore[misc]
            timed(lambda f=floor: f(having)),  # type: ignore[misc]
            scale.rounds,
        )
        yield Row(
            f"{name}, {count:,}, engine",
            engine / count,
            plain / count,
            "the same lines in a plain loop",
            per="message",
        )
    with ServerThread() as thread:
        for name, command, floor in (
            ("FETCH 1:* (FLAGS)", ONLY_FLAGS, format_flags),
            ("FETCH 1:* (UID FLAGS)", UID_FLAGS, format_uid_flags),
        ):
            world = base.world()
            yield _over_socket(scale, thread, world, name, command, lambda f=floor: f(having))  # type: ignore[misc]


def _over_socket(
    scale: Scale,
    thread: ServerThread,
    world: World,
    name: str,
    command: bytes,
    answer: Callable[[], sockets.Chunks],
) -> Row:
    count = scale.middle
    with (
        sockets.mockmail(thread, world, LOGIN, SELECT, SELECT) as mine,
        sockets.bare_trio(thread, answer) as bare,
    ):
        octets = mine.length(command)
        a, b = interleaved(
            timed(lambda: mine.ask(command, octets)),
            timed(lambda: bare.ask(command, octets)),
            scale.rounds,
        )
    against = "bare Trio, the same lines in a plain loop"
    return Row(f"{name}, {count:,}, socket", a / count, b / count, against, per="message")


def bodies(scale: Scale) -> Iterator[Row]:
    """All messages whole, and one that is large."""
    count = scale.middle
    raws = [raw(number, scale.body) for number in range(1, count + 1)]
    base = scenario_of(raws)
    name = f"FETCH 1:* (BODY.PEEK[]), {count:,} of {len(raws[-1]):,} octets"
    talker = settled(base.world())
    assert talker.done(BODIES) == b"".join(format_bodies(raws))
    engine, plain = interleaved(
        timed(lambda: talker.ask(BODIES)), timed(lambda: format_bodies(raws)), scale.rounds
    )
    against = "the same text joined in a plain loop"
    yield Row(f"{name}, engine", engine / count, plain / count, against, per="message")
    yield from _sending(scale, base.world(), name, BODIES, count)
    one = scenario_of([raw(1, scale.huge)])
    name = f"one message of {scale.huge / 2**20:.3g} MiB, BODY.PEEK[]"
    yield from _sending(scale, one.world(), name, BODIES, 1)


def _sending(scale: Scale, world: World, name: str, command: bytes, count: int) -> Iterator[Row]:
    """An answer over a socket beside servers that have it in their hands already."""
    chunks = Talker(world, LOGIN, SELECT).ask(command)
    octets = sum(map(len, chunks))
    per = "message" if count > 1 else ""
    with (
        ServerThread() as thread,
        sockets.mockmail(thread, world, LOGIN, SELECT) as mine,
        sockets.bare_trio(thread, lambda: chunks) as bare,
        sockets.bare_socket(lambda: chunks) as plain,
    ):
        assert mine.length(command) == octets
        for caller, against in ((bare, "bare Trio, the same chunks"), (plain, "socket.sendall")):
            a, b = interleaved(
                timed(lambda: mine.ask(command, octets)),
                timed(lambda c=caller: c.ask(command, octets)),  # type: ignore[misc]
                scale.rounds,
            )
            yield Row(f"{name}, socket", a / count, b / count, against, per=per)


def rules(scale: Scale) -> Iterator[Row]:
    """Rules that never match: where nobody comes, and at each response."""
    count = scale.middle
    base = scenario(count)
    without = settled(base.world())
    for point in ("continuation", "data"):
        world = base.world()
        for _ in range(scale.rules):
            world.rules.add(Rule(When(point=point, session="Z"), Cut(), optional=True))
        talker = settled(world)
        assert talker.done(ONLY_FLAGS) == without.done(ONLY_FLAGS)
        rounds = scale.few_rounds if point == "data" else scale.rounds
        a, b = interleaved(
            timed(lambda t=talker: t.ask(ONLY_FLAGS)),  # type: ignore[misc]
            timed(lambda: without.ask(ONLY_FLAGS)),
            rounds,
        )
        name = f'FETCH 1:* (FLAGS), {count:,}, engine, {scale.rules} rules at "{point}"'
        yield Row(name, a / count, b / count, "no rules", per="message")
