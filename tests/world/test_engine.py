"""The engine: who is woken when, deadlines, held readers, what it promises its driver."""

import pytest

from harness import Client, inbox
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS
from mockmail.wire.points import Point
from mockmail.world.effects import Cut, Expunge
from mockmail.world.engine import letters
from mockmail.world.rule import Match, Moment, Rule, When
from mockmail.world.stage import HELD_AT
from mockmail.world.world import Broken, World


def deliver(world: World, raw: bytes = b"new") -> None:
    with world.engine.turn(), world.store.transaction("test") as tx:
        tx.append(
            world.store.users["anna"].mailboxes["INBOX"], Message(raw), NO_FLAGS, world.clock.now
        )


def test_sessions_are_lettered_by_arrival() -> None:
    assert [letters(number) for number in (1, 2, 26, 27, 52, 53, 703)] == [
        *("A", "B", "Z", "AA", "AZ", "BA", "AAA"),
    ]


def test_an_idle_session_hears_of_a_rule_that_acts_while_it_is_told() -> None:
    world = inbox(3)
    world.rules.add(
        Rule(When(point="unsolicited", session="A"), Expunge(user="anna", uid=2), name="thief")
    )
    client = Client(world).open()
    client.send(b"x IDLE\r\n")
    client.said()
    deliver(world)
    assert client.said() == (b"* 4 EXISTS\r\n* 4 RECENT\r\n* 2 EXPUNGE\r\n* 3 RECENT\r\n")


def test_rules_that_chase_one_another_are_stopped() -> None:
    world = inbox(1)

    class Echo:
        """Another delivery for each that is told."""

        def apply(self, moment: Moment) -> None:
            with moment.store.transaction("echo") as tx:
                box = moment.store.users["anna"].mailboxes["INBOX"]
                tx.append(box, Message(b""), NO_FLAGS, world.clock.now)

    world.rules.add(
        Rule(When(point="unsolicited", response=Match(kind="EXISTS")), Echo(), times=None)
    )
    client = Client(world).open()
    client.send(b"x IDLE\r\n")
    deliver(world)
    with pytest.raises(Broken, match="still changes"):
        world.check()


def test_a_held_reader_goes_on_when_it_has_read() -> None:
    world = inbox()
    deliver(world, b"z" * (HELD_AT + 1))
    client = Client(world).open()
    connection = client.connection
    # Past the helper, which takes all at once.
    world.engine.receive(connection, b"a FETCH 1 BODY.PEEK[]\r\n" * 3 + b"b NOOP\r\n")
    assert connection.held
    assert str(world.transcript).count("OK FETCH") == 1
    said = b""
    while (item := world.engine.take(connection)) is not None:
        assert not connection.held or connection.out.octets > HELD_AT
        said += item  # type: ignore[operator]
    assert said.count(b"a OK FETCH") == 3
    assert said.endswith(b"b OK NOOP completed\r\n")
    assert not connection.held


def test_the_end_of_input_waits_for_a_held_command() -> None:
    world = inbox()
    deliver(world, b"z" * (HELD_AT + 1))
    client = Client(world).open()
    client.shadow = None
    world.engine.receive(
        client.connection, b"a FETCH 1 BODY.PEEK[]\r\nb STORE 1 FLAGS (\\Seen)\r\n"
    )
    world.engine.receive(client.connection, b"")
    assert client.connection.open
    assert b"b OK STORE" in client.said()
    assert not client.connection.open


def test_a_held_idle_is_told_of_the_last_change() -> None:
    world = inbox()
    deliver(world, b"z" * (HELD_AT + 1))
    client = Client(world).open()
    client.shadow = None
    world.engine.receive(client.connection, b"a FETCH 1 BODY.PEEK[]\r\n")
    world.engine.receive(client.connection, b"b IDLE\r\n")
    client.said()
    world.engine.receive(client.connection, b"DONE\r\n")
    world.engine.receive(client.connection, b"a FETCH 1 BODY.PEEK[]\r\n" + b"c IDLE\r\n")
    deliver(world)
    assert client.said().endswith(b"+ idling\r\n* 2 EXISTS\r\n* 2 RECENT\r\n")


def test_only_the_client_puts_the_autologout_off() -> None:
    world = inbox(1)
    client = Client(world).open()
    client.send(b"x IDLE\r\n")
    for _ in range(3):
        world.engine.advance(500)
        deliver(world)
    assert client.connection.open
    world.engine.advance(301)
    assert client.said().endswith(b"* BYE Logged out for inactivity\r\n")


def test_a_turn_that_raises_is_told_all_the_same() -> None:
    world = inbox(1)
    client = Client(world).open()
    client.send(b"x IDLE\r\n")
    client.said()

    def change_and_fail() -> None:
        with world.engine.turn():
            deliver(world)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert client.said() == b"* 2 EXISTS\r\n* 2 RECENT\r\n"


def test_a_session_that_never_speaks_costs_no_memory() -> None:
    world = inbox(3)
    silent, busy = Client(world).open(), Client(world).open()
    for number in range(2_000):
        busy.command(f"STORE 1 FLAGS ($k{number % 7})")
    journal = world.store.users["anna"].mailboxes["INBOX"].journal
    assert len(journal.changes) <= 257
    assert silent.command("NOOP")[2] == "* 1 FETCH (FLAGS ($k4 \\Recent))"


def test_a_bug_of_ours_ends_a_command_and_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    from mockmail.imap.commands import noop

    world = inbox(1)
    client = Client(world).open()
    monkeypatch.setattr(noop, "noop", None)
    row = client.session.catalogue.commands[b"NOOP"]

    def broken(session: object, cursor: object) -> object:
        raise KeyError("planted")

    monkeypatch.setitem(
        client.session.catalogue.commands,
        b"NOOP",
        type(row)(b"NOOP", row.states, row.seqs, broken),  # type: ignore[arg-type]
    )
    assert client.command("NOOP")[-1].startswith("t3 NO [SERVERBUG]")
    assert client.command("CHECK")[-1] == "t4 OK CHECK completed"
    with pytest.raises(Broken, match="mockmail itself failed: KeyError\\('planted'\\)"):
        world.check()


def test_every_point_but_tls_is_visited() -> None:
    world = inbox(1)
    seen: list[str] = []

    class Note:
        """Remembers where it was."""

        def apply(self, moment: object) -> None:
            seen.append(str(moment))

    for point in Point:
        world.rules.add(Rule(When(point=point.word), Note(), times=None, optional=True))
    client = Client(world)
    client.shadow = None
    client.send(b"a LOGIN {4}\r\nanna apple\r\nb SELECT INBOX\r\nc STORE 1 FLAGS (\\Seen)\r\n")
    client.send(b"d IDLE\r\n")
    deliver(world)
    client.send(b"DONE\r\n")
    world.engine.advance(1801)
    visited = {text.split(" ")[0] for text in seen}
    assert visited == {point.word for point in Point} - {"tls"}


def test_a_line_that_is_too_long_is_answered_by_its_tag() -> None:
    client = Client(inbox(1)).open()
    client.send(b"long NOOP " + b"x" * 70_000 + b"\r\n")
    assert client.said() == b"long BAD A command line has at most 65536 octets\r\n"


def test_what_a_client_wrote_does_not_split_a_response() -> None:
    client = Client(inbox(1)).open()
    client.shadow = None
    client.send(b"a DELETE {7}\r\nx\r\nb OK\r\n")
    assert client.said().splitlines()[-1] == b"a NO [NONEXISTENT] There is no mailbox x??b OK"
    client.send(b"b FETCH 1 BODY.PEEK[HEADER.FIELDS ({4}\r\nA\r\n*)]\r\n")
    assert client.said().splitlines()[-1].startswith(b"b BAD Expected a field name")


def test_a_limit_does_not_depend_on_segments() -> None:
    for octets in (False, True):
        client = Client(inbox(1), octets=octets).open()
        client.send(b"x " + b"y" * 65_534 + b"\r\n")
        assert client.said().startswith(b"x BAD Unknown command")


def test_the_transcript_keeps_tags_and_tagged_lines_apart_from_literals() -> None:
    world = inbox()
    deliver(world, b"Subject: x\r\n\r\nt3 is a word here\r\n" + b"long\r\n" * 1000)
    client = Client(world).open()
    client.command("FETCH 1 BODY.PEEK[]")
    lines = str(world.transcript).splitlines()
    assert "A  S: t3 is a word here" in lines
    assert lines[-1] == "A  S: A3 OK FETCH completed"
    assert any("octets ..." in line for line in lines)


def test_the_transcript_has_what_was_meant_and_what_was_sent() -> None:
    world = inbox(3)
    world.rules.add(Rule(When(point="data", command="FETCH"), Cut(offset=3)))
    client = Client(world).open()
    client.send(b"x FETCH 1 (UID)\r\n")
    lines = str(world.transcript).splitlines()
    assert lines[-2] == "A  *: meant 19 octets: b'* 1 FETCH (UID 1)\\r\\n'"
    assert lines[-1] == "A  S: * 1"


def test_the_transcript_forgets_the_oldest_beyond_its_limit() -> None:
    world = inbox(1)
    world.transcript._limit = 1_000
    client = Client(world).open()
    for _ in range(100):
        client.command("NOOP")
    assert sum(len(record.data) for record in world.transcript.records) <= 1_000
    assert str(world.transcript).startswith(f"({world.transcript.dropped} earlier records")
