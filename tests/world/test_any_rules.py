"""Rules nobody thought of, several at once: whatever they do, the laws hold and nothing breaks."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Client, inbox
from mockmail.wire.points import POINTS
from mockmail.world.effect import Effect
from mockmail.world.effects import (
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
from mockmail.world.words import RuleError

octets = st.integers(0, 60)
inside = st.sampled_from(["response", "literal"])
uids = st.integers(1, 6)
effects: st.SearchStrategy[Effect] = st.one_of(
    st.builds(
        Answer, status=st.sampled_from(["OK", "NO", "BAD", "BYE", "+OK", "-ERR", "250", "451"])
    ),
    st.builds(Cut, inside=inside, offset=octets, after=st.booleans()),
    st.builds(Stall, inside=inside, offset=octets),
    st.builds(Delay, seconds=st.sampled_from([0, 1, 30]), inside=inside, offset=octets),
    st.builds(Split, octets=st.integers(1, 40), seconds=st.sampled_from([0, 1])),
    st.just(Drop()),
    st.builds(Repeat, times=st.integers(1, 3)),
    st.builds(Replace, line=st.sampled_from(["", "* x", "* 99 EXISTS"])),
    st.builds(Inject, line=st.just("* 99 EXISTS"), after=st.booleans()),
    st.builds(Deliver, user=st.just("anna"), subject=st.just("x")),
    st.builds(Flag, user=st.just("anna"), uid=uids, add=st.just(("\\Flagged", "k"))),
    st.builds(Expunge, user=st.just("anna"), uid=uids),
    st.builds(Move, user=st.just("anna"), uid=uids, to=st.sampled_from(["INBOX", "Work", "None"])),
)


def made(point: str, do: Effect, **more: Any) -> Rule | None:
    """The rule, if there can be such a one."""
    try:
        return Rule(
            When(point, **{word: more.pop(word) for word in ("session", "command", "response")}),
            do,
            **more,
        )
    except RuleError:
        return None


rules = st.builds(
    made,
    st.sampled_from(list(POINTS)),
    effects,
    session=st.sampled_from([None, None, "A", "B"]),
    command=st.sampled_from([None, None, "FETCH", "STORE", "IDLE", "PASS", "DATA"]),
    response=st.sampled_from([None, None, None, Match(kind="FETCH"), Match(index=2)]),
    times=st.sampled_from([1, 2, 5]),
    skip=st.integers(0, 2),
    optional=st.just(True),
).filter(bool)
IMAP = (
    *(b"NOOP", b"FETCH 1:* (FLAGS BODY[TEXT])", b"STORE 1:* +FLAGS (\\Seen)", b"UID FETCH 2 (UID)"),
    *(b"STORE 1 +FLAGS.SILENT (\\Deleted)", b"EXPUNGE", b"SEARCH ALL", b"COPY 1 Work", b"IDLE"),
    *(b"MOVE 1 Work", b"APPEND INBOX {1+}\r\nx", b"STATUS INBOX (MESSAGES)", b"SELECT INBOX"),
    *(b"CLOSE", b"UNSELECT", b'LIST "" *', b"LOGOUT"),
)
OTHERS = {
    "pop3": (b"USER anna", b"PASS apple", b"STAT", b"RETR 1", b"DELE 1", b"UIDL", b"QUIT"),
    "smtp": (
        *(b"EHLO x", b"MAIL FROM:<a@x.example>", b"RCPT TO:<anna@example.org>"),
        *(b"DATA", b"Subject: x\r\n\r\n.", b"RSET", b"QUIT"),
    ),
}
lines = st.one_of(
    st.tuples(st.sampled_from("AB"), st.sampled_from(IMAP)),
    st.tuples(st.just("pop3"), st.sampled_from(OTHERS["pop3"])),
    st.tuples(st.just("smtp"), st.sampled_from(OTHERS["smtp"])),
    st.tuples(st.just("time"), st.sampled_from([1, 40, 2_000])),
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(rules, min_size=1, max_size=4), st.lists(lines, min_size=1, max_size=25))
def test_the_laws_hold(given_rules: list[Rule], said: list[tuple[str, bytes | int]]) -> None:
    world = inbox(4)
    world.store.create(world.store.users["anna"], "Work")
    for rule in given_rules:
        world.rules.add(rule.copy())
    clients: dict[str, Client] = {}

    def client(name: str) -> Client:
        found = clients.get(name)
        if found is None or not found.connection.open:
            found = clients[name] = Client(
                world, name if name in OTHERS else "imap", believes=False
            )
            if name not in OTHERS:
                found.send(b"l LOGIN anna apple\r\ns SELECT INBOX\r\n")
        return found

    for name, what in said:
        if isinstance(what, int):
            world.engine.advance(what)
            continue
        tag = b"" if name in OTHERS else b"t "
        client(name).send(tag + what + b"\r\n")
        if what == b"IDLE":
            client("A" if name == "B" else "B").send(b"t NOOP\r\n")
            client(name).send(b"DONE\r\n")
        world.check_laws()
    for each in clients.values():
        each.said()
        each.close()
    world.check_laws()
    assert all(isinstance(failure, RuleError) for failure in world.failures), world.failures
