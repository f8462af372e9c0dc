"""One fault and one second actor, through the stage: what fires when, and what is said."""

import pytest

from harness import Client, inbox
from mockmail.wire.points import POINTS, Point
from mockmail.world.effects import Cut, Drop, Expunge, Flag
from mockmail.world.rule import Match, Rule, Rules, When
from mockmail.world.world import Broken

FETCH_2 = When(point="data", command="FETCH", response=Match(kind="FETCH", uid=2))


def test_reset_inside_a_literal_after_n_octets() -> None:
    world = inbox(3)
    world.rules.add(Rule(FETCH_2, Cut(offset=5, inside="literal")))
    client = Client(world).open()
    client.send(b"x FETCH 1:3 (BODY[TEXT])\r\n")
    said = client.said()
    assert said.endswith(b"* 2 FETCH (BODY[TEXT] {11}\r\nbody ")
    assert client.ended == "reset"
    assert not client.connection.open


def test_the_flags_were_committed_before_the_cut() -> None:
    world = inbox(3)
    world.rules.add(Rule(FETCH_2, Cut(offset=0, inside="literal")))
    client = Client(world).open()
    client.send(b"x FETCH 1:3 (BODY[TEXT])\r\n")
    again = Client(world).open()
    assert again.command("SEARCH SEEN")[0] == "* SEARCH 1 2 3"
    world.check()


@pytest.mark.parametrize(
    ("cut", "last"),
    [
        (Cut(offset=0), b"* 1 FETCH (UID 1)\r\n"),
        (Cut(offset=9), b"* 1 FETCH (UID 1)\r\n* 2 FETCH"),
        (Cut(offset=9, inside="literal"), b"* 2 FETCH (UID 2)\r\n"),
        (Cut(offset=999), b"* 2 FETCH (UID 2)\r\n"),
    ],
    ids=str,
)
def test_where_a_cut_falls(cut: Cut, last: bytes) -> None:
    world = inbox(3)
    world.rules.add(Rule(FETCH_2, cut))
    client = Client(world).open()
    client.said()
    client.send(b"x FETCH 1:3 (UID)\r\n")
    assert client.said().endswith(last)


def test_a_cut_drops_what_was_pipelined_behind_it() -> None:
    world = inbox(3)
    world.rules.add(Rule(FETCH_2, Cut(how="fin")))
    client = Client(world).open()
    client.send(b"x FETCH 2 (UID)\r\ny STORE 1 FLAGS (\\Seen)\r\n")
    assert client.ended == "fin"
    assert Client(world).open().command("SEARCH SEEN")[0] == "* SEARCH"


def test_another_client_expunges_between_commit_and_answer() -> None:
    world = inbox(3)
    world.rules.add(
        Rule(When(point="committed", command="STORE"), Expunge(user="anna", uid=2), name="thief")
    )
    client = Client(world).open()
    # The entry in hand is answered; EXPUNGE waits, for STORE uses numbers (laws 4 and 7).
    assert client.command("STORE 2 +FLAGS (\\Seen)") == [
        "* 2 FETCH (FLAGS (\\Seen \\Recent))",
        "t3 OK STORE completed",
    ]
    assert client.command("NOOP")[0] == "* 2 EXPUNGE"
    assert "gone from INBOX: UID 2 (by thief)" in str(world.transcript)
    world.check()


def test_a_rule_fires_as_often_as_it_says() -> None:
    world = inbox(5)
    rule = world.rules.add(
        Rule(When(point="committed"), Flag(user="anna", uid=1, add=("k",)), skip=1, times=2)
    )
    client = Client(world).open()
    for number in range(1, 5):
        client.command(f"STORE 5 FLAGS ($f{number})")
    assert rule.fired == 2
    assert rule.spent


def test_a_rule_names_its_session() -> None:
    world = inbox(3)
    world.rules.add(
        Rule(When(point="before-ok", session="B", command="NOOP"), Cut(offset=0, how="fin"))
    )
    first, second = Client(world).open(), Client(world).open()
    assert first.command("NOOP")[-1].endswith("OK NOOP completed")
    second.send(b"x NOOP\r\n")
    assert second.ended == "fin"


@pytest.mark.parametrize("point", ["greeting", "received", "continuation", "after-ok", "close"])
def test_a_rule_may_end_a_session_anywhere(point: str) -> None:
    world = inbox(1)
    rule = world.rules.add(Rule(When(point=point), Cut()))
    client = Client(world)
    if client.connection.open:
        client.send(b"x LOGIN {4}\r\n")
    if client.connection.open:
        client.send(b"anna apple\r\ny LOGOUT\r\n")
    assert client.ended == "reset"
    assert rule.fired == 1
    world.check()


def test_a_rule_that_never_fired_says_what_came_nearest() -> None:
    world = inbox(3)
    world.rules.add(
        Rule(
            When(point="data", command="UID FETCH", response=Match(kind="FETCH", uid=6)),
            Cut(),
            name="never",
        )
    )
    client = Client(world).open()
    client.command("UID FETCH 1:3 (FLAGS)")
    with pytest.raises(Broken) as caught:
        world.check()
    assert str(caught.value) == (
        "never fired: never: when {point: data, command: UID FETCH, "
        "response: {kind: FETCH, uid: 6}} do {cut: {}}\n"
        "  nearest, at data of session A, UID FETCH: response uid was 1, not 6"
    )


def test_a_rule_that_no_session_came_near_says_so() -> None:
    world = inbox(1)
    world.rules.add(Rule(When(point="timer"), Cut()))
    Client(world).open()
    with pytest.raises(Broken, match=r"session A: it did not come to timer \(a deadline passed\)"):
        world.check()


def test_a_rule_about_somebody_who_is_not_there_fails_the_test_not_the_client() -> None:
    world = inbox(1)
    world.rules.add(Rule(When(point="received", command="NOOP"), Expunge(user="zoe", uid=1)))
    client = Client(world).open()
    assert client.command("NOOP")[-1].endswith("OK NOOP completed")
    with pytest.raises(Broken, match="there is no user zoe"):
        world.check()


def test_points_have_words() -> None:
    assert list(POINTS) == [
        *("connect", "tls", "greeting", "received", "continuation", "committed"),
        *("data", "before-ok", "after-ok", "unsolicited", "timer", "close"),
    ]


def test_an_idle_rule_is_told_of_what_is_unsolicited() -> None:
    world = inbox(2)
    rule = world.rules.add(
        Rule(
            When(point="unsolicited", command="IDLE", response=Match(kind="EXPUNGE")),
            Cut(offset=4, how="fin"),
        )
    )
    idler = Client(world).open()
    idler.send(b"x IDLE\r\n")
    idler.said()
    other = Client(world).open()
    other.command("STORE 1 +FLAGS.SILENT (\\Deleted)")
    other.command("EXPUNGE")
    assert rule.fired == 1
    assert idler.said().endswith(b"* 1 ")
    assert idler.ended == "fin"


def test_timeouts_are_points_too() -> None:
    world = inbox(1)
    rule = world.rules.add(Rule(When(point="timer", protocol="imap"), Cut(offset=5)))
    client = Client(world).open()
    client.said()
    world.engine.advance(1801)
    assert client.said() == b"* BYE"
    assert rule.fired == 1


def test_a_rule_that_was_taken_away_neither_fires_nor_is_missed() -> None:
    rules = Rules()
    first, second = (rules.add(Rule(When("data"), Drop())) for _ in range(2))
    version = rules.version
    rules.remove(first)
    assert rules.version != version
    assert rules.at(Point.DATA) == rules.unfired() == [second]
    assert [rules.add(Rule(When("data"), Drop())).name for _ in range(2)] == ["rule-3", "rule-4"]
    with pytest.raises(ValueError, match="it is not among the rules of this server: rule-1: when "):
        rules.remove(first)
