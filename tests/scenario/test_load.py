"""Scenarios: the worlds they make, and what is said of each mistake in one."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from harness import Client, text_lines
from mockmail.clock import EPOCH
from mockmail.numset import Uid
from mockmail.scenario.errors import ScenarioError
from mockmail.scenario.files import shipped
from mockmail.scenario.load import load, parse
from mockmail.store import mailbox as mailbox_module
from mockmail.store import store as store_module
from mockmail.store.flags import FlagOp, flags
from mockmail.wire.points import POINTS
from mockmail.world.world import Broken, World

HEAD = "mockmail: 1\n"


def world_of(text: str, seed: int = 0) -> World:
    return parse("f.yaml", text).world(seed)


def inbox_of(lines: str) -> str:
    """A scenario whose anna has these messages; they begin in line 6."""
    indented = "".join(f"        {line}\n" for line in lines.splitlines())
    return f"{HEAD}users:\n  anna:\n    mailboxes:\n      INBOX:\n{indented}"


def ruled(rule: str) -> str:
    """A scenario with a rule; it begins in line 4."""
    indented = "".join(f"    {line}\n" for line in rule.splitlines())
    return f"{HEAD}users: {{anna: {{password: apple}}}}\nrules:\n  -{indented[3:]}"


def problem(text: str) -> str | None:
    """What is said of a scenario, None if it is taken."""
    try:
        parse("f.yaml", text)
    except ScenarioError as error:
        return str(error)
    return None


# Worlds


@pytest.mark.parametrize("name", list(shipped()))
def test_shipped_seeds_make_lawful_worlds(name: str) -> None:
    world = load(name).world()
    assert world.store.users
    world.store.check()
    for user in world.store.users.values():
        assert user.addresses
        for box in user.mailboxes.values():
            for entry in box:
                assert entry.message.field("Subject")
                assert entry.message.field("Message-ID")


def test_a_scenario_is_built_once_for_each_text() -> None:
    assert load("demo") is load("demo")
    assert parse("f.yaml", HEAD) is parse("f.yaml", HEAD)
    assert parse("f.yaml", HEAD) is not parse("g.yaml", HEAD)


def test_everything_that_can_be_said() -> None:
    world = world_of(
        "mockmail: 1\n"
        "epoch: 2020-02-29T12:00:00+01:00\n"
        "domains: [One.example, two.example]\n"
        "users:\n"
        "  anna:\n"
        "    password: apple\n"
        "    addresses: [anna@one.example, a@two.example]\n"
        "    mailboxes:\n"
        "      inbox:\n"
        '        - raw: "Subject: raw\\n\\nline\\n"\n'
        "          flags: [$Junk, \\Seen]\n"
        "        - subject: made\n"
        "          text: hello\n"
        "          from: Ben <ben@two.example>\n"
        "          to: Anna <anna@one.example>\n"
        "          date: 2020-01-01T00:00:00Z\n"
        "      Work/2020:\n"
        "        - {}\n"
        "      Empty:\n"
        "  ben@two.example:\n"
    )
    anna, ben = world.store.users.values()
    assert (anna.name, anna.password) == ("anna", "apple")
    assert anna.addresses == ("anna@one.example", "a@two.example")
    assert (ben.password, ben.addresses) == ("secret", ("ben@two.example",))
    assert list(anna.mailboxes) == ["INBOX", "Work", "Work/2020", "Empty"]
    assert list(ben.mailboxes) == ["INBOX"]

    raw, made = anna.mailboxes["INBOX"]
    noon = datetime(2020, 2, 29, 11, tzinfo=UTC)
    assert raw.message.raw == b"Subject: raw\r\n\r\nline\r\n"
    assert raw.flags.names == ("\\Seen", "$Junk")
    assert raw.internaldate == noon
    assert made.message.field("From") == "Ben <ben@two.example>"
    assert made.message.field("To") == "Anna <anna@one.example>"
    assert made.message.field("Date") == "Wed, 01 Jan 2020 00:00:00 +0000"
    assert made.internaldate == datetime(2020, 1, 1, tzinfo=UTC)
    (default,) = anna.mailboxes["Work/2020"]
    assert default.message.field("From") == "sender@example.net"
    assert default.message.field("To") == "anna@one.example"

    assert world.clock.now == noon
    assert world.delivery.is_local("x@ONE.example")
    assert world.delivery.is_local("x@two.example")
    assert not world.delivery.is_local("x@example.org")
    assert world.host == "mail.one.example"
    world.check()


def test_all_of_a_mailbox() -> None:
    world = world_of(
        HEAD + "users:\n"
        "  anna:\n"
        "    mailboxes:\n"
        "      Sent:\n"
        "        special_use: [\\Sent, \\Important]\n"
        "        subscribed: true\n"
        "        share: {ben: read, carol: write}\n"
        "        no_inferiors: true\n"
        "        modseqs: false\n"
        "        damaged: true\n"
        "        sticky: false\n"
        "        messages:\n"
        "          - subject: one\n"
        "  ben:\n"
        "  carol:\n"
        "shared:\n"
        "  Shared/Staff:\n"
        "    - subject: two\n"
        "  '#news.misc':\n"
        "    - subject: three\n"
    )
    store = world.store
    anna, ben, carol = store.users.values()
    sent = anna.mailboxes["Sent"]
    assert sent.special_use == ("\\Sent", "\\Important")
    assert list(anna.subscriptions) == ["Sent"]
    assert sent.no_inferiors
    assert not sent.keeps_modseqs
    assert sent.damaged
    assert not sent.sticky
    assert [entry.message.field("Subject") for entry in sent] == ["one"]
    assert store.mailbox(ben, "Users/anna/Sent") is sent
    assert not store.may_change(ben, sent)
    assert store.may_change(carol, sent)
    for name, subject in (("Shared/Staff", "two"), ("#news.misc", "three")):
        mailbox = store.mailbox(ben, name)
        assert mailbox is not None
        assert [entry.message.field("Subject") for entry in mailbox] == [subject]
    assert world_of(HEAD).store.shared == {}
    world.check()


def test_users_who_are_not_let_in() -> None:
    world = world_of(
        HEAD + "users: {anna: {disabled: true}, ben: {expired: true, quota: 0}, carol: {}}\n"
    )
    users = world.store.users.values()
    assert [(user.disabled, user.expired, user.quota) for user in users] == [
        (True, False, None),
        (False, True, 0),
        (False, False, None),
    ]


def test_the_least_that_can_be_said() -> None:
    world = world_of(HEAD)
    assert world.store.users == {}
    assert world.clock.now == EPOCH
    assert list(world.rules) == []
    world.check()
    (anna,) = world_of(HEAD + "users: {anna: }\n").store.users.values()
    assert anna.addresses == ("anna@example.org",)


def test_logins_are_unicode() -> None:
    text = HEAD + "users:\n  jörg:\n    mailboxes:\n      Entwürfe:\n        - subject: Grüße\n"
    jörg = world_of(text).store.users["jörg"]
    assert jörg.addresses == ("jörg@example.org",)
    (entry,) = jörg.mailboxes["Entwürfe"]
    assert entry.message.field("Subject") == "Grüße"


def test_a_date_without_a_zone_is_utc() -> None:
    text = HEAD + "epoch: 2024-03-04T09:00:00\n"
    assert world_of(text).clock.now == datetime(2024, 3, 4, 9, tzinfo=UTC)


def test_each_world_is_fresh() -> None:
    scenario = load("demo")
    first = scenario.world()
    anna = first.store.users["anna"]
    inbox = anna.mailboxes["INBOX"]
    with first.store.transaction("test") as tx:
        tx.store_flags(inbox, [Uid(1)], FlagOp.ADD, flags(["$Mine"]))
        tx.expunge(inbox, [Uid(2)])
    first.store.create(anna, "Mine")
    first.store.add_user("carol", "cherry")
    first.engine.advance(100)
    for rule in first.rules:
        rule.fired += 1

    second = scenario.world()
    anna = second.store.users["anna"]
    assert list(second.store.users) == ["anna", "ben"]
    assert list(anna.mailboxes) == ["INBOX", "Archive"]
    assert anna.mailboxes["INBOX"].uids == [1, 2, 3]
    assert anna.mailboxes["INBOX"].keywords == {}
    assert second.clock.advanced == 0
    assert [rule.fired for rule in second.rules] == [0]
    # Messages are shared: a world costs no copies.
    third = scenario.world().store.users["anna"].mailboxes["INBOX"]
    assert third.entries is anna.mailboxes["INBOX"].entries


def test_worlds_with_the_same_seed_say_the_same() -> None:
    texts = []
    for seed in (0, 0):
        world = load("demo").world(seed)
        client = Client(world)
        for line in ("LOGIN anna apple", "SELECT INBOX", "FETCH 1:2 (FLAGS BODY[])"):
            assert " OK " in client.command(line)[-1]
        texts.append(list(text_lines(world)))
        assert world.chance.seed == seed
    assert texts[0] == texts[1]


def test_no_say_for_pythonhashseed() -> None:
    program = (
        "from mockmail.scenario.load import load\n"
        "for user in load('demo').world().store.users.values():\n"
        "    for box in user.mailboxes.values():\n"
        "        print(user.name, user.addresses, box.name, box.uidvalidity)\n"
        "        for entry in box:\n"
        "            print(entry.uid, entry.flags, entry.internaldate, entry.message.raw)\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": hashseed},
            capture_output=True,
            check=True,
        ).stdout
        for hashseed in ("0", "1")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize(
    "epoch", ["1960-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2150-01-01T00:00:00Z"]
)
def test_any_epoch_gives_a_uidvalidity_or_a_refusal(epoch: str) -> None:
    # RFC 9051 section 9: nz-number, 0 < n < 4,294,967,296.
    text = f"{HEAD}epoch: {epoch}\nusers: {{anna: }}\n"
    found = problem(text)
    if found is None:
        assert 0 < world_of(text).store.users["anna"].mailboxes["INBOX"].uidvalidity < 2**32
    else:
        assert found.startswith("f.yaml:2: epoch: ")


# Rules


def test_a_rule_on_the_store_fires() -> None:
    world = world_of(
        inbox_of("- subject: one\n- subject: two")
        + "rules:\n"
        + "  - when: {command: NOOP, point: received, protocol: imap, user: anna, session: A}\n"
        + "    do: {expunge: {user: anna, uid: 1}}\n"
    )
    client = Client(world)
    client.command("LOGIN anna secret")
    client.command("SELECT INBOX")
    assert client.command("NOOP") == ["* 1 EXPUNGE", "* 1 RECENT", "t3 OK NOOP completed"]
    assert client.command("NOOP") == ["t4 OK NOOP completed"]
    world.check()


def test_a_rule_on_the_wire_fires_after_its_skips_and_so_often() -> None:
    world = world_of(
        inbox_of("- subject: one")
        + "rules:\n"
        + "  - name: half\n"
        + "    when: {point: before-ok, command: NOOP, response: {kind: OK}}\n"
        + "    do: {cut: {offset: 5, how: fin}}\n"
        + "    skip: 1\n"
        + "    times: 2\n"
    )
    ends = []
    for _ in range(4):
        client = Client(world)
        client.said()
        client.send(b"a NOOP\r\n")
        ends.append((client.said()[:5], client.ended))
    assert ends == [(b"a OK ", None), (b"a OK ", "fin"), (b"a OK ", "fin"), (b"a OK ", None)]
    world.check()


def test_the_rule_of_the_demo_cuts_inside_the_third_message() -> None:
    world = load("demo").world()
    client = Client(world)
    client.command("LOGIN anna apple")
    client.command("SELECT INBOX")
    # The shadow would wait for the rest of the literal.
    client.shadow = None
    client.send(b"a UID FETCH 2:3 BODY.PEEK[]\r\n")
    said = client.said()
    assert client.ended == "reset"
    *_, cut = said.split(b"}\r\n")
    assert len(cut) == 40
    message = world.store.users["anna"].mailboxes["INBOX"].entries[Uid(3)].message
    assert message.raw.startswith(cut)
    world.check()


def test_a_rule_that_never_fired_is_an_error_unless_it_is_optional() -> None:
    rule = "when: {point: tls}\ndo: {cut: {}}\nname: never"
    with pytest.raises(Broken, match="never fired: never"):
        world_of(ruled(rule)).check()
    world_of(ruled(rule + "\noptional: true")).check()


def test_a_rule_without_end() -> None:
    world = world_of(ruled("when: {point: greeting}\ndo: {cut: {}}\ntimes: null"))
    for _ in range(5):
        assert Client(world).ended == "reset"


@pytest.mark.parametrize("point", list(POINTS))
def test_every_point_can_be_named(point: str) -> None:
    (rule,) = world_of(ruled(f"when: {{point: {point}}}\ndo: {{cut: {{}}}}")).rules
    assert rule.when.at is POINTS[point]


# Mistakes: the file, the line, the path in it, what was expected.

MISTAKES = {
    "not a mapping at the top: a list": (
        "- a\n",
        ["f.yaml:1: ", "expected a mapping", "found a list"],
    ),
    "not a mapping at the top: a text": (
        "hello\n",
        ["f.yaml:1: ", "expected a mapping", "found 'hello'"],
    ),
    "nothing but null": ("---\n", ["f.yaml:2: ", "expected a mapping", "found nothing"]),
    "missing version": ("users: {}\n", ["f.yaml:1: ", "missing", "mockmail"]),
    "wrong version": ("# head\nmockmail: 2\n", ["f.yaml:2: mockmail: expected 1, found 2"]),
    "version as a text": ("mockmail: '1'\n", ["f.yaml:1: mockmail: expected 1, found '1'"]),
    "version as a truth": ("mockmail: true\n", ["f.yaml:1: mockmail: expected 1, found true"]),
    "unknown key at the top": (HEAD + "rulez: []\n", ["f.yaml:2: ", "'rulez'", "mean rules"]),
    "unknown key of a user": (
        HEAD + "users:\n  anna:\n    pasword: x\n",
        ["f.yaml:4: users.anna: ", "unknown key 'pasword'", "mean password?"],
    ),
    "unknown key of a message": (
        inbox_of("- subject: x\n- subjekt: y"),
        ["f.yaml:7: users.anna.mailboxes.INBOX[1]: ", "'subjekt'", "mean subject?"],
    ),
    "unknown key of a rule": (
        ruled("when:\n  comand: NOOP\ndo: {cut: {}}"),
        ["f.yaml:5: rules[0].when: ", "'comand'", "mean command"],
    ),
    "unknown key without a near one": (
        HEAD + "xyzzy: 1\n",
        ["f.yaml:2: unknown key 'xyzzy'; expected one of mockmail, epoch, "],
    ),
    "wrong type: users": (
        HEAD + "users: [anna]\n",
        ["f.yaml:2: users: ", "expected a mapping", "found a list"],
    ),
    "wrong type: no users": (
        HEAD + "users:\n",
        ["f.yaml:2: users: ", "expected a mapping", "found nothing"],
    ),
    "a user that is a text": (
        HEAD + "users:\n  anna: hello\n",
        ["f.yaml:3: users.anna: ", "expected a mapping", "found 'hello'"],
    ),
    "a user that is a list": (
        HEAD + "users:\n  ben: {}\n  anna: []\n",
        ["f.yaml:4: users.anna: ", "expected a mapping", "found an empty list"],
    ),
    "a password that is a number": (
        HEAD + "users:\n  anna:\n    password: 1234\n",
        ["f.yaml:4: users.anna.password: expected text, found 1234: quote it"],
    ),
    "a login that is a number": (
        HEAD + "users:\n  ben: {}\n  1234: {}\n",
        ["f.yaml:4: users: ", "the key 1234 must be text"],
    ),
    "a mailbox name that is a number": (
        HEAD + "users:\n  anna:\n    mailboxes:\n      A: []\n      2024: []\n",
        ["f.yaml:6: users.anna.mailboxes: ", "the key 2024 must be text"],
    ),
    "messages that are a text": (
        HEAD + "users:\n  anna:\n    mailboxes:\n      INBOX: hello\n",
        ["f.yaml:5: users.anna.mailboxes.INBOX: expected a mapping or a list or nothing, found '"],
    ),
    "messages that are a mapping": (
        HEAD + "users:\n  anna:\n    mailboxes:\n      INBOX: {subject: x}\n",
        ["f.yaml:5: users.anna.mailboxes.INBOX: ", "unknown key 'subject'"],
    ),
    "a special use that is none": (
        HEAD + "users:\n  anna:\n    mailboxes:\n      x:\n        special_use: [Sent]\n",
        [
            "f.yaml:6: users.anna.mailboxes.x.special_use[0]: expected one of \\All, ",
            "found 'Sent'; did you mean \\Sent?",
        ],
    ),
    "a share with nobody": (
        HEAD + "users:\n  anna:\n    mailboxes:\n      x:\n        share:\n          bob: read\n",
        ["f.yaml:7: users.anna.mailboxes.x.share: ", "there is no user 'bob'"],
    ),
    "a share of a kind that is none": (
        HEAD + "users:\n  anna:\n    mailboxes:\n      x: {share: {anna: all}}\n",
        ["f.yaml:5: users.anna.mailboxes.x.share.anna: expected one of read, write, found 'all'"],
    ),
    "a shared mailbox of another name": (
        HEAD + "shared:\n  Staff: []\n",
        ["f.yaml:3: shared.Staff: ", "Shared/", "#news."],
    ),
    "messages that are an empty text": (
        HEAD + "users:\n  anna:\n    mailboxes:\n      INBOX: ''\n",
        ["f.yaml:5: users.anna.mailboxes.INBOX: expected a mapping or a list or nothing, found '"],
    ),
    "messages that are a number": (
        HEAD + "users:\n  anna:\n    mailboxes:\n      INBOX: 0\n",
        ["f.yaml:5: users.anna.mailboxes.INBOX: expected ", " a list ", ", found 0"],
    ),
    "a message that is a text": (
        inbox_of("- subject: x\n- hello"),
        ["f.yaml:7: users.anna.mailboxes.INBOX[1]: ", "expected a mapping", "found 'hello'"],
    ),
    "a subject that is a list": (
        inbox_of("- text: x\n  subject: [a]"),
        ["f.yaml:7: users.anna.mailboxes.INBOX[0].subject: expected text, found a list"],
    ),
    "flags that are a text": (
        inbox_of("- flags: \\Seen"),
        ["f.yaml:6: users.anna.mailboxes.INBOX[0].flags: expected a list, found '\\\\Seen'"],
    ),
    "raw and made": (
        inbox_of("- raw: x\n  subject: y"),
        ["f.yaml:6: users.anna.mailboxes.INBOX[0]: ", "raw, or loaded, or made"],
    ),
    "raw and from": (
        inbox_of("- raw: x\n  from: y@example.net"),
        ["f.yaml:6: users.anna.mailboxes.INBOX[0]: ", "raw, or loaded, or made"],
    ),
    "a date that is none": (
        HEAD + "epoch: soon\n",
        [
            "f.yaml:2: epoch: ",
            "expected a date with a time, as in 2024-03-04T09:00:00Z, found 'soon'",
        ],
    ),
    "a day for a date": (
        HEAD + "epoch: 2024-03-04\n",
        ["f.yaml:2: epoch: ", "expected a date with a time, ", "found 2024-03-04"],
    ),
    "no domains": (
        HEAD + "domains: []\n",
        ["f.yaml:2: domains: ", "expected a list that is not empty, found an empty list"],
    ),
    "an address of two users": (
        HEAD + "users:\n  anna: {addresses: [a@x.example]}\n  ben: {addresses: [A@x.example]}\n",
        ["f.yaml:4: users.ben: ", "A@x.example is an address of 'anna'"],
    ),
    "a user without a name": (
        HEAD + 'users:\n  "": {}\n',
        ["f.yaml:3: users.: ", "a user's name can't be empty"],
    ),
    "a domain that is none": (
        HEAD + "domains: [a.example, ö.example]\n",
        ["f.yaml:2: domains[1]: ", "'ö.example'"],
    ),
    "a bad mailbox name": (
        HEAD + "users:\n  anna:\n    mailboxes:\n      A: []\n      a//b: []\n",
        ["f.yaml:6: users.anna.mailboxes.a//b: ", "empty level"],
    ),
    "a wildcard in a mailbox name": (
        HEAD + "users:\n  anna:\n    mailboxes:\n      a*: []\n",
        ["f.yaml:5: users.anna.mailboxes.a*: ", "wildcards"],
    ),
    "a key twice": (
        HEAD + "users:\n  anna: {}\n  ben: {}\n  anna: {}\n",
        ["f.yaml:5: users: ", "'anna' stands here twice"],
    ),
    "bad YAML": (HEAD + "users: {anna\n", ["f.yaml:", "is not YAML: "]),
    "a tag of Python": (
        HEAD + "users: !!python/object/apply:os.getcwd []\n",
        ["f.yaml:2: ", "is not YAML: ", "python/object/apply:os.getcwd"],
    ),
    "a rule that is called like a session": (
        ruled("when: {point: data}\ndo: {cut: {}}\nname: B"),
        ["f.yaml:6: rules[0].name: ", "a rule can't be called B"],
    ),
    "an unknown point": (
        ruled("when:\n  point: datta\ndo: {cut: {}}"),
        [
            "f.yaml:5: rules[0].when.point: ",
            "expected one of",
            *POINTS,
            "found 'datta'; did you mean data?",
        ],
    ),
    "no point": (
        ruled("when:\n  {command: NOOP}\ndo: {cut: {}}"),
        ["f.yaml:5: rules[0].when: ", "missing", "point"],
    ),
    "no effect": (
        ruled("when: {point: data}\ndo: {}"),
        ["f.yaml:5: rules[0].do: ", "expected one effect", "found 0"],
    ),
    "two effects": (
        ruled("when: {point: data}\ndo: {cut: {}, expunge: {user: anna, uid: 1}}"),
        ["f.yaml:5: rules[0].do: ", "expected one effect", "found 2"],
    ),
    "nothing to do": (ruled("when: {point: data}"), ["f.yaml:4: rules[0]: ", "missing", "do"]),
    "an unknown effect": (
        ruled("when: {point: data}\ndo: {expung: {user: anna, uid: 1}}"),
        ["f.yaml:5: rules[0].do: ", "'expung'", "mean expunge?"],
    ),
    "an effect without its user": (
        ruled("when: {point: data}\ndo: {expunge: {uid: 1}}"),
        ["f.yaml:5: rules[0].do.expunge: ", "missing", "user"],
    ),
    "never": (
        ruled("when: {point: data}\ndo: {cut: {}}\ntimes: 0"),
        ["f.yaml:6: rules[0].times: expected a whole number of at least 1 or nothing, found 0"],
    ),
    "a negative skip": (
        ruled("when: {point: data}\ndo: {cut: {}}\nskip: -1"),
        ["f.yaml:6: rules[0].skip: expected a whole number of at least 0, found -1"],
    ),
    "a negative offset": (
        ruled("when: {point: data}\ndo:\n  cut:\n    offset: -1"),
        ["f.yaml:7: rules[0].do.cut.offset: ", "expected 0 or more, found -1"],
    ),
    "a protocol there is not": (
        ruled("when: {point: data, protocol: http}\ndo: {cut: {}}"),
        [
            "f.yaml:4: rules[0].when.protocol: ",
            "expected one of imap, pop3, smtp, submission, lmtp, found 'http'",
        ],
    ),
    "a way to close there is not": (
        ruled("when: {point: data}\ndo: {cut: {how: rst}}"),
        ["f.yaml:5: rules[0].do.cut.how: ", "'rst'"],
    ),
    "a kind that is a number": (
        ruled("when: {point: data, response: {kind: 250}}\ndo: {cut: {}}"),
        [
            "f.yaml:4: rules[0].when.response.kind: ",
            "expected text or nothing, found 250: quote it",
        ],
    ),
}


@pytest.mark.parametrize(("text", "parts"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_mistake_is_named_with_its_place(text: str, parts: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse("f.yaml", text)
    found = str(caught.value)
    assert found.startswith(parts[0])
    for part in parts[1:]:
        assert part in found
    # The same again: a mistake is not remembered as a scenario.
    with pytest.raises(ScenarioError):
        parse("f.yaml", text)


# What the standard library makes of these differs; it must not be what the author sees.
@pytest.mark.parametrize(
    "words",
    [
        'subject: "a\\nb"',
        'subject: "ü\\nTo: b"',
        'from: "a\\nb"',
        'from: "ü\\nTo: b"',
        "from: <jörg@example.org>",
        "from: x@",
        "from: '\"'",
        "from: '<'",
        "to: '@,;:'",
    ],
)
def test_what_no_header_can_carry(words: str) -> None:
    found = problem(inbox_of(f"- {words}"))
    assert found is None or found.startswith("f.yaml:6: users.anna.mailboxes.INBOX[0]")


def test_too_many_keywords_are_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox_module, "MAX_KEYWORDS", 1)
    with pytest.raises(ScenarioError) as caught:
        parse("f.yaml", inbox_of("- flags: [one]\n- flags: [two]"))
    assert str(caught.value).startswith("f.yaml:7: users.anna.mailboxes.INBOX[1]")


def test_too_many_mailboxes_are_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MAX_MAILBOXES", 2)
    with pytest.raises(ScenarioError) as caught:
        parse("f.yaml", HEAD + "users:\n  anna:\n    mailboxes:\n      a:\n      b:\n")
    assert str(caught.value).startswith("f.yaml:6: users.anna.mailboxes.b: A user has at most 2")


# flag = "\Answered" / … / flag-keyword / flag-extension; flag-extension = "\" atom;
# flag-keyword = atom; \Recent can't be stored (RFC 3501 section 9).
@pytest.mark.parametrize(
    "flag",
    ["''", "' '", "'a b'", "'\\Seen '", "'é'", "'a\\b'", "'\\\\Seen'", "'a(b'", "'a)'", "'a{1}'"]
    + ["'a%'", "'a*'", "'a\"'", "'a]'", '"a\\tb"', '"a\\r\\nb"', '"a\\x7f"', '"\\0"']
    + ["'\\'", "'('", "'(a'", "'{'", "'%a'", "'*'", "'\\*'", "'\"a'", "']a'", "'\\(a'"]
    + ["'\\Recent'", "'\\recent'", "'\\Odd'"],
)
def test_what_can_t_be_a_flag(flag: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse("f.yaml", inbox_of(f"- subject: x\n  flags: [\\Seen, {flag}]"))
    found = str(caught.value)
    assert found.startswith("f.yaml:7: users.anna.mailboxes.INBOX[0].flags[1]: ")
    assert "flag" in found


@pytest.mark.parametrize("flag", ["\\Seen", "$Junk", "$MDNSent", "a", "work-2024", "[x"])
def test_what_can_be_a_flag(flag: str) -> None:
    world = world_of(inbox_of(f"- flags: ['{flag}']"))
    (entry,) = world.store.users["anna"].mailboxes["INBOX"]
    assert entry.flags.names == (flag,)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (
            "aliases: {anna: ben}",
            "2: aliases.anna: anna@example.org is an address of 'anna' already",
        ),
        ("aliases: {info: []}", "2: aliases.info: "),
        ("aliases: {info: 'x@'}", "2: aliases.info: 'x@' is no address"),
        (
            "lists: {a: b}\naliases: {A@example.org: b}",
            "2: lists.a: a@example.org is an alias already",
        ),
        ("aliases: {info: ana}", "2: aliases.info: there is no user 'ana'; did you mean anna?"),
        ("lists: {all: [anna, a]}", "2: lists.all[1]: there is no user 'a'"),
        ("accounts: {plus: x}", "2: accounts.plus: plus is punctuation, or empty, not 'x'"),
        ("accounts: {max_connections: 0}", "2: accounts.max_connections: "),
        ("accounts: {plus_mailbox: exist}", "2: accounts.plus_mailbox: expected one of inbox, "),
        (
            "accounts: {any_users: true}",
            "2: accounts: unknown key 'any_users'; did you mean any_user?",
        ),
    ],
)
def test_accounts_that_cannot_be(text: str, wrong: str) -> None:
    with pytest.raises(ScenarioError) as error:
        parse("s.yaml", f"mockmail: 1\n{text}\nusers: {{anna: {{}}}}\n")
    assert str(error.value).startswith(f"s.yaml:{wrong}")
