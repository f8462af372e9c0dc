"""Rules that can't be, and rules that never fire: what their author is told."""

from collections.abc import Callable
from typing import Any

import pytest

import mockmail
from harness import Client, inbox
from mockmail import (
    Answer,
    Cut,
    Delay,
    Deliver,
    Drop,
    Expunge,
    Flag,
    Inject,
    Match,
    Move,
    Repeat,
    Replace,
    Rule,
    RuleError,
    Split,
    Stall,
    When,
)
from mockmail.wire.points import POINTS, Point
from mockmail.world.effects import EFFECTS
from mockmail.world.world import Broken, World


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (
            lambda: Cut(how="rst"),
            "how: expected one of fin, reset, found 'rst'; did you mean reset",
        ),
        (lambda: Cut(inside="literl"), "inside: .* found 'literl'; did you mean literal"),
        (lambda: Cut(after="yes"), "after: expected True or False, found 'yes'"),
        (lambda: Cut(offset="5"), "offset: expected a whole number, found '5'"),
        (lambda: Cut(offset=True), "offset: expected a whole number, found True"),
        (lambda: Cut(offset=-1), "offset: expected 0 or more, found -1"),
        (lambda: Stall(inside="body"), "inside: expected one of response, literal, found 'body'"),
        (lambda: Delay(seconds="5"), "seconds: expected a number, found '5'"),
        (lambda: Delay(seconds=float("nan")), "seconds: expected 0 or more, found nan"),
        (lambda: Split(octets=2.5), "octets: expected a whole number, found 2.5"),
        (lambda: Repeat(times=None), "times: expected a whole number, found None"),
        (lambda: Replace(line=b"x"), "line: expected text, found b'x'"),
        (lambda: Inject(line="x", after=1), "after: expected True or False, found 1"),
        (lambda: Flag(user="a", uid=1, add="\\Seen"), "add: expected a list of texts, found"),
        (lambda: Flag(user="a", uid=1), "add: expected a flag here or in remove, found none"),
        (lambda: Flag(user="a", uid=0, add=("k",)), "uid: expected 1 or more, found 0"),
        (lambda: Expunge(user="a", uid="1"), "uid: expected a whole number, found '1'"),
        (lambda: Move(user="a", uid=0, to="Work"), "uid: expected 1 or more, found 0"),
        (lambda: Deliver(user="a", raw="x", subject="y"), "raw: is the whole message"),
        (lambda: Deliver(user="a", subject="a\r\nb"), "that can't be a message: "),
        (lambda: Answer(status="N"), "status: expected one of OK, NO, .* found 'N'; did you mean"),
        (lambda: Answer(status="NO", code="[LIMIT]"), "code: the brackets are put around it, fou"),
        (lambda: Answer(status="PREAUTH"), "status: PREAUTH logs nobody in here; Replace can"),
        (lambda: When("comitted"), "point: .* found 'comitted'; did you mean committed"),
        (lambda: When(3), "point: expected text, found 3"),
        (lambda: When("data", protocol="imp"), "protocol: .* found 'imp'; did you mean imap"),
        (lambda: When("data", response="FETCH"), "response: expected a Match or None, found 'FE"),
        (lambda: When("received", response=Match(uid=1)), "response: there is none at received"),
        (lambda: When("greeting", command="NOOP"), "command: there is none yet at greeting"),
        (lambda: Match(uid=0), "uid: expected 1 or more, found 0"),
        (lambda: Match(kind=b"FETCH"), "kind: expected text or None, found b'FETCH'"),
    ],
)
def test_words_are_checked_when_they_are_given(make: Callable[[], object], problem: str) -> None:
    with pytest.raises(RuleError, match=problem):
        make()


SAMPLES: dict[str, dict[str, Any]] = {
    "answer": {"status": "OK"},
    "replace": {"line": "x"},
    "inject": {"line": "* 9 EXISTS"},
    "delay": {"seconds": 1},
    "split": {"octets": 3},
    "deliver": {"user": "anna"},
    "flag": {"user": "anna", "uid": 1, "add": ("k",)},
    "expunge": {"user": "anna", "uid": 1},
    "move": {"user": "anna", "uid": 1, "to": "Work"},
}


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("word", EFFECTS)
def test_an_effect_acts_or_is_refused(word: str, point: str) -> None:
    """Each effect at each point: what is said, or what is stored, or the end differs."""

    def seen(*rules: Rule) -> object:
        world = inbox(3)
        world.store.create(world.store.users["anna"], "Work")
        world.offers_tls = True
        for rule in rules:
            world.rules.add(rule)
        clients = [Client(world, believes=False) for _ in range(3)]
        first, second, third = clients
        third.send(b"a LOGIN {9999999+}\r\n")
        first.send(b"a STARTTLS\r\n")
        first.send(b"b LOGIN anna apple\r\nc SELECT INBOX\r\n")
        second.send(b"b LOGIN {4}\r\n")
        second.send(b"anna apple\r\nc SELECT INBOX\r\nd IDLE\r\n")
        first.send(b"d STORE 1:2 FLAGS (\\Deleted)\r\n")
        second.send(b"DONE\r\n")
        first.send(b"e FETCH 1 (FLAGS)\r\n")
        first.send(b"f LOGOUT\r\n")
        said = [client.said() for client in clients]
        world.engine.advance(1801)
        said += [client.said() for client in clients]
        boxes = world.store.users["anna"].mailboxes.values()
        kept = [[(entry.uid, entry.flags.names) for entry in box] for box in boxes]
        return said, [client.ended for client in clients], kept

    effect = EFFECTS[word](**SAMPLES.get(word, {}))
    try:
        # A split changes only where segments end.
        do = effect if word != "split" else Split(octets=3, seconds=9_999)
        rule = Rule(When(point), do, times=None)
    except RuleError as error:
        assert point in str(error)  # noqa: PT017
        assert point in ("connect", "tls", "received", "committed", "after-ok") or word == "answer"
        assert word in ("answer", "drop", "repeat", "replace", "split")
        return
    assert seen(rule) != seen()
    assert rule.fired


@pytest.mark.parametrize(
    ("when", "do", "problem"),
    [
        (
            When("received"),
            Drop(),
            "do: there is no response to drop at received; there is at greeting, ",
        ),
        (When("committed"), Split(octets=3), "do: there is no response to split at committed"),
        (When("after-ok"), Answer(status="NO"), "answer is for greeting, received, before-ok, not"),
        (When("greeting"), Answer(status="NO"), "a greeting is OK or BYE, not NO"),
        (
            When("received", protocol="pop3"),
            Answer(status="NO"),
            "is for imap, and the rule for po",
        ),
        (When("data"), Drop, r"do: expected an effect, as Drop\(\), found the class Drop: call it"),
        (When("data"), "drop", r"do: expected an effect, as Drop\(\), found 'drop'"),
        ("data", Drop(), "when: expected a When, found 'data'"),
        (Drop(), When("data"), "when: expected a When, found "),
    ],
)
def test_rules_that_can_t_be(
    when: When, do: Any, problem: str, mailserver: mockmail.Server
) -> None:
    with pytest.raises(RuleError, match=problem):
        mailserver.faults.add(when, do)
    assert not list(mailserver.faults)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"times": 0}, "times: expected 1 or more, found 0"),
        ({"times": "2"}, "times: expected a whole number or None, found '2'"),
        ({"skip": -1}, "skip: expected 0 or more, found -1"),
        ({"skip": None}, "skip: expected a whole number, found None"),
        ({"optional": "no"}, "optional: expected True or False, found 'no'"),
        ({"name": None}, "name: expected text, found None"),
        ({"name": "AB"}, "name: a rule can't be called AB: sessions are"),
        ({"name": "taken"}, "name: there is a rule 'taken' already"),
    ],
)
def test_how_often_it_fires_and_its_name(
    more: dict[str, Any], problem: str, mailserver: mockmail.Server
) -> None:
    mailserver.faults.add(When("data"), Drop(), name="taken", optional=True)
    with pytest.raises(RuleError, match=problem):
        mailserver.faults.add(When("data"), Drop(), **more)
    assert len(list(mailserver.faults)) == 1


def test_what_is_taken_away_must_be_there(mailserver: mockmail.Server) -> None:
    rule = mailserver.faults.add(When("data"), Drop())
    with mockmail.start_server() as other, pytest.raises(RuleError, match="not among the rules of"):
        other.faults.remove(rule)
    with pytest.raises(RuleError, match="expected a rule, as `add` returns it, found 'rule-1'"):
        mailserver.faults.remove("rule-1")  # type: ignore[arg-type]
    mailserver.faults.remove(rule)
    with pytest.raises(RuleError, match="not among the rules of this server: rule-1"):
        mailserver.faults.remove(rule)


def test_a_rule_is_added_once() -> None:
    rules = World().rules
    rule = rules.add(Rule(When("data"), Drop()))
    with pytest.raises(RuleError, match="it is among the rules already: rule-1"):
        rules.add(rule)


def test_an_effect_of_one_s_own_that_fails_is_its_author_s_mistake() -> None:
    class Broke:
        def apply(self, _: mockmail.Moment) -> None:
            raise KeyError("x")

    world = inbox()
    world.rules.add(Rule(When("connect"), Broke(), name="mine"))
    Client(world)
    with pytest.raises(Broken, match=r"^mine: .*its effect failed: KeyError\('x'\)"):
        world.check()


# Never fired


def why(when: When, do: Any, *said: bytes, protocol: str = "imap") -> str:
    world = inbox(2)
    rule = world.rules.add(Rule(when, do))
    client = Client(world, protocol, believes=False)
    for line in said:
        client.send(line)
    assert not rule.fired
    return rule.why_not()


OPEN = b"a LOGIN anna apple\r\nb SELECT INBOX\r\n"


@pytest.mark.parametrize(
    ("when", "said", "reason"),
    [
        (
            When("committed", command="EXPUNGE"),
            b"c STORE 1 FLAGS (\\Seen)\r\n",
            ("nearest, at committed of session A, STORE: command was STORE, not EXPUNGE;"
            " there were LOGIN, SELECT, STORE"),
        ),
        (
            When("committed", command="EXPUNGE"),
            b"c FETCH 1 (UID)\r\n",
            "nearest, session A: command was none, not EXPUNGE; there were LOGIN, SELECT, FETCH",
        ),
        (
            When("committed", command="fetch"),
            b"c STORE 1 FLAGS (\\Seen)\r\nd FETCH 1 (UID)\r\n",
            ("nearest, session A, FETCH: it did not come to committed"
            " (the store has changed, and nothing was answered)"),
        ),
        (
            When("committed", command="STORE", user="ben"),
            b"c STORE 1 FLAGS (\\Seen)\r\n",
            "nearest, at committed of session A, STORE: user was anna, not ben",
        ),
        (
            When("data", command="FETCH", response=Match(uid=9)),
            b"c FETCH 1 (UID)\r\n",
            "nearest, at data of session A, FETCH: response uid was 1, not 9",
        ),
        (
            When("before-ok", command="FETHC"),
            b"c FETCH 1 (UID)\r\n",
            ("nearest, at before-ok of session A, LOGIN: command was LOGIN, not FETHC;"
            " did you mean FETCH?"),
        ),
        (
            When("received", command="UID FETCH"),
            b"c FETCH 1 (UID)\r\n",
            "nearest, at received of session A, FETCH: command was FETCH, not UID FETCH; did you mean FETCH?",
        ),
        (
            When("unsolicited", protocol="pop3"),
            b"c NOOP\r\n",
            "nearest, session A: protocol was imap, not pop3",
        ),
        (When("tls"), b"", "nearest, session A: it did not come to tls (a TLS handshake is about to begin)"),
    ],
)  # fmt: skip
def test_why_a_rule_never_fired(when: When, said: bytes, reason: str) -> None:
    assert why(when, Cut(), OPEN + said) == reason


def test_a_response_that_there_was_not() -> None:
    found = why(
        *(When("before-ok", command="RETR"), Drop()),
        b"USER anna\r\nPASS apple\r\nRETR 1\r\n",
        protocol="pop3",
    )
    assert (
        found
        == "nearest, at before-ok of session A, RETR: response was none, not one that is about to be sent"
    )


def test_a_status_is_for_its_protocol() -> None:
    found = why(When("received", command="NOOP"), Answer(status="451"), b"a NOOP\r\n")
    assert found == "nearest, at received of session A, NOOP: protocol was imap, not smtp"


def test_letters_and_kinds_in_any_case() -> None:
    world = inbox(1)
    when = When("data", session="a", command="fetch", response=Match(kind="fetch"))
    rule = world.rules.add(Rule(when, Drop()))
    Client(world).open().command("FETCH 1 (UID)")
    assert rule.fired == 1


def test_nobody_came() -> None:
    rule = World().rules.add(Rule(When("timer"), Cut()))
    assert rule.why_not() == "nobody has connected or said anything since the rule was added"


@pytest.mark.parametrize("point", list(Point))
def test_each_point_has_a_meaning(point: Point) -> None:
    assert point.meaning
    assert POINTS[point.word] is point


def test_a_pop3_session_that_is_silent_comes_to_timer() -> None:
    world = inbox()
    rule = world.rules.add(Rule(When("timer", protocol="pop3"), Cut(how="reset")))
    client = Client(world, "pop3")
    world.engine.advance(100_000)
    client.said()
    assert (rule.fired, client.ended) == (1, "reset")


def test_skipped_moments_in_sessions_that_are_over_count() -> None:
    world = inbox(1)
    rule = world.rules.add(Rule(When("after-ok", command="NOOP"), Cut(), skip=2, times=2))
    for fired in (0, 0, 1, 2, 2):
        client = Client(world)
        client.send(b"x NOOP\r\n")
        assert (rule.fired, client.ended) == (
            fired,
            "reset" if rule.fired and not rule.spent else client.ended,
        )
        client.close()
    assert rule.spent
    world.check()
