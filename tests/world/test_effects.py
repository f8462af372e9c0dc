"""What rules do to a conversation: each effect, at the points and in the protocols it is for."""

import dataclasses

import pytest
import yaml

from harness import Client, inbox
from mockmail.scenario.load import parse
from mockmail.world.effect import Effect
from mockmail.world.effects import (
    EFFECTS,
    Answer,
    Cut,
    Delay,
    Deliver,
    Drop,
    Expunge,
    Flag,
    Inject,
    Move,
    Repeat,
    Replace,
    Split,
    Stall,
)
from mockmail.world.rule import Match, Rule, When
from mockmail.world.words import UnfitError
from mockmail.world.world import Broken, World

FETCH_2 = When("data", command="FETCH", response=Match(uid=2))


def world_with(when: When, do: Effect, **more: int) -> World:
    world = inbox(3)
    world.rules.add(Rule(when, do, **more))
    return world


def fetched(client: Client) -> list[str]:
    client.said()
    client.send(b"x FETCH 1:3 (UID)\r\n")
    return client.said().decode().split("\r\n")


# Answers


@pytest.mark.parametrize(
    ("answer", "said", "done"),
    [
        (Answer(status="NO", code="LIMIT", text="Slower"), "t3 NO [LIMIT] Slower", False),
        (Answer(status="bad"), "t3 BAD A rule says so", False),
        (Answer(status="OK", text="Done"), "t3 OK Done", False),
    ],
    ids=str,
)
def test_a_command_is_answered_and_not_done(answer: Answer, said: str, done: bool) -> None:
    world = world_with(When("received", command="STORE"), answer)
    client = Client(world).open()
    assert client.command("STORE 1 +FLAGS (\\Seen)") == [said]
    assert (client.command("SEARCH SEEN")[0] == "* SEARCH 1") is done
    world.check()


def test_a_command_is_done_and_answered_otherwise() -> None:
    world = world_with(When("before-ok", command="STORE"), Answer(status="NO", text="Perhaps"))
    client = Client(world).open()
    assert client.command("STORE 1 +FLAGS.SILENT (\\Seen)") == ["t3 NO Perhaps"]
    assert client.command("SEARCH SEEN")[0] == "* SEARCH 1"
    world.check()


def test_what_was_to_be_told_is_told_beside_an_answer() -> None:
    world = world_with(When("received", command="NOOP", session="A"), Answer(status="NO"))
    client = Client(world).open()
    Client(world).open().command("STORE 1 +FLAGS.SILENT (\\Seen)")
    assert client.command("NOOP")[0].startswith("* 1 FETCH")


@pytest.mark.parametrize(
    ("protocol", "answer", "said"),
    [
        ("imap", Answer(status="BYE", code="UNAVAILABLE", text="Later"), b"* BYE [UNAVAILABLE] La"),
        ("smtp", Answer(status="421", code="4.3.2", text="Later"), b"421 4.3.2 Later\r\n"),
    ],
)
@pytest.mark.parametrize("point", ["greeting", "received", "before-ok"])
def test_after_the_last_word_the_connection_is_closed(
    protocol: str, answer: Answer, said: bytes, point: str
) -> None:
    world = inbox(1)
    world.rules.add(Rule(When(point), answer))
    client = Client(world, protocol)
    if point != "greeting":
        client.said()
        client.send(b"x NOOP\r\n" if protocol == "imap" else b"NOOP\r\n")
    assert client.said().startswith(said)
    assert client.ended == "fin"
    assert not client.connection.open
    world.check()


def test_a_command_that_ends_in_bye_is_done_only_if_it_was_before() -> None:
    for point, flags in (("received", ()), ("before-ok", ("\\Seen",))):
        world = world_with(When(point, command="STORE"), Answer(status="BYE"))
        client = Client(world).open()
        assert client.command("STORE 1 +FLAGS.SILENT (\\Seen)") == ["* BYE A rule says so"]
        entry = world.store.users["anna"].mailboxes["INBOX"].entries[1]  # type: ignore[index]
        assert entry.flags.names == flags


def test_another_rule_says_how_it_ends() -> None:
    world = world_with(When("greeting"), Answer(status="BYE"))
    world.rules.add(Rule(When("greeting"), Cut(offset=5, how="reset")))
    client = Client(world)
    assert (client.said(), client.ended) == (b"* BYE", "reset")


def test_answers_of_pop3() -> None:
    world = inbox(2)
    world.rules.add(
        Rule(When("received", command="PASS"), Answer(status="-ERR", code="IN-USE", text="Busy"))
    )
    world.rules.add(Rule(When("before-ok", command="DELE"), Answer(status="-ERR", text="No")))
    client = Client(world, "pop3")
    client.send(b"USER anna\r\nPASS apple\r\nUSER anna\r\nPASS apple\r\nDELE 1\r\nSTAT\r\n")
    replies = client.said().split(b"\r\n")
    assert replies[2] == b"-ERR [IN-USE] Busy"
    assert replies[5] == b"-ERR No"
    assert replies[6].startswith(b"+OK 1 ")
    world.check()


def test_a_recipient_is_refused_for_now_and_mail_gets_lost() -> None:
    world = inbox(0)
    world.rules.add(
        Rule(
            When("received", command="RCPT", line="BEN@"),
            Answer(status="451", code="4.2.1", text="Greylisted"),
        )
    )
    world.rules.add(Rule(When("received", command="DATA"), Answer(status="250", text="Thanks")))
    client = Client(world, "smtp")
    client.send(b"EHLO x\r\n")
    client.said()
    for line, reply in (
        (b"MAIL FROM:<a@x.example>", b"250 2.1.0 "),
        (b"RCPT TO:<carol@y.example>", b"250 2.1.5 "),
        (b"RCPT TO:<ben@y.example>", b"451 4.2.1 Greylisted\r\n"),
        (b"RCPT TO:<ben@y.example>", b"250 2.1.5 "),
        (b"DATA", b"250 Thanks\r\n"),
    ):
        client.send(line + b"\r\n")
        assert client.said().startswith(reply)
    assert not world.delivery.outbox


# Responses


@pytest.mark.parametrize(
    ("do", "lines"),
    [
        (Drop(), []),
        (Repeat(times=2), ["* 2 FETCH (UID 2)"] * 3),
        (Replace(line="* ünd"), ["* ünd"]),
        (Inject(line="* 9 EXISTS"), ["* 9 EXISTS", "* 2 FETCH (UID 2)"]),
        (Inject(line="* 9 EXISTS", after=True), ["* 2 FETCH (UID 2)", "* 9 EXISTS"]),
    ],
    ids=str,
)
def test_responses_are_dropped_repeated_replaced_and_injected(do: Effect, lines: list[str]) -> None:
    client = Client(world_with(FETCH_2, do)).open()
    client.shadow = None
    assert fetched(client)[1:-3] == lines


def test_a_final_reply_never_comes() -> None:
    client = Client(world_with(When("before-ok", command="NOOP"), Drop())).open()
    assert client.command("NOOP") == [""]


def test_a_response_is_chosen_by_its_place_in_the_command() -> None:
    world = world_with(When("data", response=Match(kind="FETCH", index=3)), Drop(), times=2)
    client = Client(world).open()
    for _ in range(2):
        assert fetched(client)[:2] == ["* 1 FETCH (UID 1)", "* 2 FETCH (UID 2)"]
    world.check()


def test_effects_of_several_rules_come_together() -> None:
    world = world_with(FETCH_2, Repeat())
    world.rules.add(Rule(FETCH_2, Cut(offset=24, how="fin")))
    client = Client(world).open()
    client.shadow = None
    assert fetched(client)[1:] == ["* 2 FETCH (UID 2)", "* 2 F"]
    assert client.ended == "fin"


# Time


def test_a_delay_holds_the_response_and_what_comes_behind_it() -> None:
    world = world_with(FETCH_2, Delay(seconds=5, offset=7))
    client, other = Client(world).open(), Client(world).open()
    assert fetched(client) == ["* 1 FETCH (UID 1)", "* 2 FET"]
    client.send(b"y NOOP\r\n")
    assert other.command("NOOP")[-1].endswith("OK NOOP completed")
    world.engine.advance(4.9)
    assert client.said() == b""
    world.engine.advance(0.2)
    assert client.said().split(b"\r\n")[:-1] == [
        *(b"CH (UID 2)", b"* 3 FETCH (UID 3)"),
        *(b"x OK FETCH completed", b"y OK NOOP completed"),
    ]
    assert client.connection.open
    world.check()


@pytest.mark.parametrize("point", ["received", "committed", "before-ok", "after-ok"])
def test_a_command_is_delayed_anywhere(point: str) -> None:
    world = world_with(When(point, command="STORE"), Delay(seconds=1))
    client = Client(world).open()
    client.said()
    client.send(b"x STORE 1 +FLAGS (\\Seen)\r\ny NOOP\r\n")
    said = client.said()
    assert b"y OK" not in said
    seen = world.store.users["anna"].mailboxes["INBOX"].entries[1].flags.seen  # type: ignore[index]
    assert seen is (point != "received")
    world.engine.advance(1)
    said += client.said()
    assert b"x OK STORE completed\r\ny OK NOOP completed\r\n" in said


@pytest.mark.parametrize("point", ["connect", "greeting", "close"])
def test_connections_are_delayed_at_both_ends(point: str) -> None:
    world = inbox(1)
    world.rules.add(Rule(When(point), Delay(seconds=2)))
    client = Client(world)
    world.engine.advance(2)
    client.send(b"x LOGOUT\r\n")
    world.engine.advance(2)
    assert client.said().startswith(b"* OK ")
    assert client.ended == "fin"


def test_tls_begins_later() -> None:
    world = inbox(1)
    world.rules.add(Rule(When("tls"), Delay(seconds=2)))
    client = Client(world, tls=True)
    assert not client.switching
    world.engine.advance(2)
    client.said()
    assert client.switching


def test_a_client_that_idles_hears_late_of_all_that_came_meanwhile() -> None:
    world = world_with(
        When("unsolicited", command="IDLE", response=Match(kind="EXISTS")), Delay(seconds=3)
    )
    idler, other = Client(world).open(), Client(world).open()
    idler.send(b"x IDLE\r\n")
    idler.said()
    for _ in range(2):
        other.command("APPEND INBOX {1+}\r\nx")
    assert idler.said() == b""
    world.engine.advance(3)
    assert idler.said() == b"* 4 EXISTS\r\n* 4 RECENT\r\n* 5 EXISTS\r\n* 5 RECENT\r\n"
    idler.send(b"DONE\r\n")
    assert idler.said() == b"x OK IDLE terminated\r\n"


def test_a_stall_has_no_end() -> None:
    when = When("data", response=Match(kind="FETCH", uid=2))
    world = world_with(when, Stall(inside="literal", offset=3))
    client = Client(world).open()
    client.said()
    client.send(b"x FETCH 1:3 (BODY[TEXT])\r\n")
    assert client.said().endswith(b"{11}\r\nbod")
    world.engine.advance(86_400)
    assert client.said() == b""
    assert client.connection.open
    client.close()
    assert not client.connection.open
    world.check()


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_a_response_is_written_in_pieces(seconds: float) -> None:
    world = world_with(FETCH_2, Split(octets=8, seconds=seconds))
    client = Client(world).open()
    client.said()
    engine, connection = world.engine, client.connection
    engine.receive(connection, b"x FETCH 2 (UID)\r\n")
    written: list[object] = []
    for _ in range(3):
        before = len(written)
        while (item := engine.take(connection)) is not None:
            written.append(item)
        assert not seconds or len(written) == before + 1
        engine.advance(seconds)
    assert written == [b"* 2 FETC", b"H (UID 2", b")\r\nx OK FETCH completed\r\n"]


# A second actor


def test_mail_comes_in_between() -> None:
    world = world_with(
        When("committed", command="STORE"),
        Deliver(user="anna", subject="Hello", flags=("$New",), sender="x@y.example"),
    )
    client = Client(world).open()
    assert "* 4 EXISTS" in client.command("STORE 1 +FLAGS (\\Seen)")
    answer = "\n".join(client.command("FETCH 4 (FLAGS BODY.PEEK[])"))
    for said in ("$New", "Subject: Hello", "From: x@y.example", "Message-ID: <"):
        assert said in answer
    assert "(by rule-1)" in str(world.transcript)


def test_raw_mail_comes_in_between() -> None:
    world = world_with(When("committed", command="STORE"), Deliver(user="anna", raw="X: y\n\nz"))
    client = Client(world).open()
    client.command("STORE 1 +FLAGS (\\Seen)")
    assert client.command("FETCH 4 (BODY.PEEK[])")[1:4] == ["X: y", "", "z)"]


def test_flags_change_and_messages_move_in_between() -> None:
    world = inbox(3)
    world.store.create(world.store.users["anna"], "Work")
    for do in (
        Flag(user="anna", uid=1, add=("\\Flagged", "k"), remove=("\\Seen",)),
        Move(user="anna", uid=2, to="Work"),
    ):
        world.rules.add(Rule(When("committed", command="STORE"), do))
    client = Client(world).open()
    said = client.command("STORE 1 FLAGS (\\Seen)")
    assert said[0] == "* 1 FETCH (FLAGS (\\Seen \\Recent))"
    assert said[-2] == "* 1 FETCH (FLAGS (\\Flagged k \\Recent))"
    assert client.command("NOOP")[:-1] == ["* 2 EXPUNGE", "* 2 RECENT"]
    assert client.command("STATUS Work (MESSAGES)")[0] == "* STATUS Work (MESSAGES 1)"
    world.check()


@pytest.mark.parametrize(
    "do",
    [
        Flag(user="anna", uid=99, add=("\\Flagged",)),
        Expunge(user="anna", uid=99),
        Move(user="anna", uid=99, to="Work"),
    ],
    ids=lambda do: do.word,
)
def test_a_message_that_is_not_there_fails_the_test_not_the_client(do: Effect) -> None:
    world = inbox(3)
    world.store.create(world.store.users["anna"], "Work")
    world.rules.add(Rule(When("committed", command="STORE"), do))
    client = Client(world).open()
    assert client.command("STORE 1 FLAGS (\\Seen)")[-1].endswith("OK STORE completed")
    with pytest.raises(Broken, match=r"there is no UID 99 in INBOX of anna; there are 1:3$"):
        world.check()


def test_a_message_that_is_gone_is_not_there() -> None:
    world = inbox(1)
    world.rules.add(Rule(When("committed"), Expunge(user="anna", uid=1), times=2))
    client = Client(world).open()
    client.command("STORE 1 FLAGS (\\Seen)")
    client.command("STORE 1 FLAGS (\\Seen)")
    with pytest.raises(Broken, match=r"there is no UID 1 in INBOX of anna; there are no UIDs$"):
        world.check()


# Words


SAMPLES: tuple[Effect, ...] = (
    Answer(status="NO", code="LIMIT", text="x"),
    Drop(),
    Repeat(times=2),
    Replace(line="x"),
    Inject(line="x", after=True),
    Cut(inside="literal", offset=3, how="fin"),
    Cut(after=True),
    Stall(inside="literal", offset=3),
    Delay(seconds=1.5, offset=2),
    Split(octets=3, seconds=0.5),
    Deliver(user="anna", subject="s", sender="b@x.example", flags=("\\Seen", "k")),
    Flag(user="anna", uid=1, add=("k",), remove=("\\Seen",)),
    EFFECTS["expunge"](user="anna", uid=1),  # type: ignore[call-arg]
    Move(user="anna", uid=1, to="Work"),
)


def test_there_is_a_sample_of_each() -> None:
    assert {type(sample) for sample in SAMPLES} == set(EFFECTS.values())


@pytest.mark.parametrize("effect", SAMPLES, ids=str)
def test_yaml_has_the_same_words(effect: Effect) -> None:
    text = f"mockmail: 1\nrules:\n  - when: {{point: before-ok, line: x}}\n    do: {effect}\n"
    (rule,) = parse("f.yaml", text).world().rules
    assert rule.do == effect
    assert rule.when == When("before-ok", line="x")
    assert yaml.safe_load(str(effect)) == yaml.safe_load(str(rule.do))


def test_an_effect_without_arguments_needs_none() -> None:
    text = "mockmail: 1\nrules:\n  - when: {point: data}\n    do:\n      drop:\n"
    (rule,) = parse("f.yaml", text).world().rules
    assert rule.do == Drop()


@pytest.mark.parametrize(
    ("kind", "given", "problem"),
    [
        (Repeat, {"times": 0}, "times: expected 1 or more, found 0"),
        (Delay, {"seconds": -1}, "seconds: expected 0 or more, found -1"),
        (Split, {"octets": 0}, "octets: expected 1 or more, found 0"),
        (Stall, {"offset": -1}, "offset: expected 0 or more, found -1"),
        (Answer, {"status": "NO", "text": "a\r\nb"}, "text: only printable US-ASCII"),
        (Answer, {"status": "NÖ"}, "status: only printable US-ASCII"),
        (Flag, {"user": "a", "uid": 1, "add": ("\\X",)}, r"add: '\\\\X' is no system flag"),
        (Deliver, {"user": "a", "flags": ("a b",)}, "flags: 'a b' can't be a flag"),
    ],
)
def test_values_that_make_no_sense(
    kind: type[Effect], given: dict[str, object], problem: str
) -> None:
    with pytest.raises(UnfitError, match=problem):
        kind(**given)
    assert dataclasses.is_dataclass(kind)
