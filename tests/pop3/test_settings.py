"""What can be set of POP3, as dialogues; and what needs time to pass."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from harness import Client, dialogues, inbox, play
from mockmail import ImapSettings, Pop3Settings, ScenarioError, start_server
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS
from mockmail.world.world import World

DIALOGUES = dialogues(Path(__file__).parent / "settings" / "dialogues.txt")
DAY = 86_400.0


def furnished(settings: Pop3Settings) -> World:
    patient = ImapSettings(autologout=100 * DAY)
    world = inbox(3, world=World(pop3=settings, imap=patient))
    store = world.store
    boxes = [
        store.create(store.users["anna"], "Archive"),
        store.create_shared("#news.misc"),
    ]
    with store.transaction("seed") as tx:
        for box in boxes:
            raw = b"Subject: number 1\r\n\r\nbody of 1\r\n"
            tx.append(box, Message(raw), NO_FLAGS, world.clock.now)
    return world


@pytest.mark.parametrize(("title", "text"), DIALOGUES, ids=[title for title, _ in DIALOGUES])
def test_dialogue(title: str, text: str) -> None:
    found = re.match(r"(\{.*\}): ", title)
    assert found
    for octets in (False, True):
        play(furnished(Pop3Settings(**yaml.safe_load(found[1]))), text, octets=octets)


def login(world: World) -> bytes:
    """How PASS is answered."""
    client = Client(world, "pop3")
    client.send(b"USER anna\r\nPASS apple\r\n")
    answer = client.said().splitlines()[-1]
    client.send(b"QUIT\r\n")
    return answer


# Time


def test_messages_vanish_on_the_clock() -> None:
    world = furnished(Pop3Settings(expire=7))
    anna = world.store.users["anna"]
    phone = Client(world).open()
    world.engine.advance(3 * DAY)
    with world.store.transaction("test") as tx:
        tx.append(anna.mailboxes["INBOX"], Message(b"A: b\r\n"), NO_FLAGS, world.clock.now)
    world.engine.advance(4 * DAY - 1)
    assert login(world) == b"+OK 4 messages"
    world.engine.advance(1)
    assert phone.command("NOOP")[:3] == ["* 1 EXPUNGE"] * 3
    assert login(world) == b"+OK 1 messages"
    # Other mailboxes are no maildrops.
    assert len(anna.mailboxes["Archive"]) == 1
    world.engine.advance(3 * DAY)
    assert login(world) == b"+OK 0 messages"
    world.check()


def test_nothing_vanishes_from_an_open_maildrop() -> None:
    world = furnished(Pop3Settings(expire=7, autologout=100 * DAY))
    client = Client(world, "pop3")
    client.send(b"USER anna\r\nPASS apple\r\n")
    client.said()
    world.engine.advance(8 * DAY)
    client.send(b"STAT\r\n")
    assert client.said() == b"+OK 3 96\r\n"
    assert len(world.store.users["anna"].mailboxes["INBOX"]) == 3
    client.close()
    assert login(world) == b"+OK 0 messages"
    world.check()


def test_old_mail_is_gone_at_the_first_login() -> None:
    world = furnished(Pop3Settings(expire=7))
    with world.store.transaction("test") as tx:
        box = world.store.users["anna"].mailboxes["INBOX"]
        tx.append(box, Message(b""), NO_FLAGS, world.clock.now - timedelta(days=8))
    assert login(world) == b"+OK 3 messages"


def test_a_login_too_early_is_refused() -> None:
    world = furnished(Pop3Settings(login_delay=300))
    assert login(world) == b"+OK 3 messages"
    world.engine.advance(299)
    assert login(world) == b"-ERR [LOGIN-DELAY] Come again in 1 seconds"
    world.engine.advance(1)
    assert login(world) == b"+OK 3 messages"


def test_only_a_login_that_succeeds_counts() -> None:
    world = furnished(Pop3Settings(login_delay=300))
    client = Client(world, "pop3")
    client.send(b"USER anna\r\nPASS pear\r\nUSER anna\r\nPASS apple\r\n")
    assert client.said().endswith(b"+OK 3 messages\r\n")


# Unique-ids


def unique_ids(world: World) -> list[bytes]:
    client = Client(world, "pop3")
    client.send(b"USER anna\r\nPASS apple\r\n")
    client.said()
    client.send(b"UIDL\r\nQUIT\r\n")
    return [line.split()[1] for line in client.said().split(b"\r\n.\r\n")[0].splitlines()[1:]]


@pytest.mark.parametrize(
    ("style", "lasts"), [("uidvalidity", False), ("long", False), ("uid", True), ("digest", True)]
)
def test_ids_change_where_uids_don_t_stick(style: str, lasts: bool) -> None:
    world = furnished(Pop3Settings(uidl=style))
    before = unique_ids(world)
    assert unique_ids(world) == before
    world.store.users["anna"].mailboxes["INBOX"].sticky = False
    assert (unique_ids(world) == before) == lasts
    for each in before:
        assert re.fullmatch(rb"[!-~]{1,70}", each)
    assert len(set(before)) == 3


def test_copies_have_one_digest() -> None:
    world = furnished(Pop3Settings(uidl="digest"))
    with world.store.transaction("test") as tx:
        inbox_ = world.store.users["anna"].mailboxes["INBOX"]
        tx.append(inbox_, next(iter(inbox_)).message, NO_FLAGS, world.clock.now)
    first, *_, last = unique_ids(world)
    assert first == last


# How they are set


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"line": 0}, "line must be above 0, not 0"),
        ({"most": 0}, "most must be above 0, not 0"),
        ({"autologout": -1.0}, "autologout must be above 0"),
        ({"expire": -1}, "expire can't be below 0: -1"),
        ({"login_delay": -1}, "login_delay can't be below 0: -1"),
    ],
)
def test_what_can_t_be_set(settings: dict[str, float], problem: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=problem):
        Pop3Settings(**settings)
    scenario = tmp_path / "s.yaml"
    scenario.write_text(yaml.safe_dump({"mockmail": 1, "pop3": settings}))
    with pytest.raises(ScenarioError, match=problem):
        start_server(scenario).__enter__()


def test_a_scenario_sets_them_and_a_test_has_the_last_word(tmp_path: Path) -> None:
    scenario = tmp_path / "s.yaml"
    scenario.write_text(
        "mockmail: 1\npop3: {uidl: digest, expire: 3, capabilities: +LAST}\nusers: {anna: {}}\n"
    )
    with start_server(scenario) as server:
        assert server._world.pop3 == Pop3Settings(uidl="digest", expire=3, capabilities="+LAST")
        assert server._world.fork().pop3.expire == 3
    with start_server(scenario, pop3=Pop3Settings()) as server:
        assert server._world.pop3 == Pop3Settings()


def test_a_fork_remembers_what_was_brought() -> None:
    world = furnished(Pop3Settings(once=True))
    client = Client(world, "pop3")
    client.send(b"USER anna\r\nPASS apple\r\nRETR 1\r\nQUIT\r\n")
    client.said()
    fork = world.fork()
    assert login(fork) == b"+OK 2 messages"
    world.store.users["anna"].popped.clear()
    assert login(fork) == b"+OK 2 messages"


# Users as they are


@pytest.mark.parametrize(
    ("trouble", "answer"),
    [
        ("disabled", b"-ERR [AUTH] This account is disabled"),
        ("expired", b"-ERR [AUTH] The password has expired"),
        ("damaged", b"-ERR [SYS/PERM] The maildrop is damaged"),
    ],
)
@pytest.mark.parametrize("way", ["PASS", "APOP", "AUTH"])
def test_users_in_trouble(trouble: str, answer: bytes, way: str) -> None:
    world = furnished(Pop3Settings())
    anna = world.store.users["anna"]
    setattr(anna.mailboxes["INBOX"] if trouble == "damaged" else anna, trouble, True)
    client = Client(world, "pop3")
    client.said()
    client.send(
        {
            "PASS": b"USER anna\r\nPASS apple\r\n",
            "APOP": b"APOP anna 2c4c08782847890ff181ab090a98fa26\r\n",
            "AUTH": b"AUTH PLAIN AGFubmEAYXBwbGU=\r\n",
        }[way]
    )
    assert client.said().splitlines()[-1] == answer
    assert anna.maildrop_lock == 0
    # Who does not know the password learns nothing of that.
    client.send(b"USER anna\r\nPASS pear\r\n")
    assert client.said().splitlines()[-1] == b"-ERR [AUTH] Wrong user name or password"
    world.check()


def test_a_line_ends_with_crlf_unless_another_end_is_allowed() -> None:
    strict = Client(inbox(1), "pop3")
    strict.said()
    strict.send(b"NOOP\nUSER anna\r\nPASS apple\nPASS apple\r\n")
    refused = b"-ERR A line ends with CRLF, not with LF alone\r\n"
    known, *rest = strict.said().splitlines(keepends=True)[1:]
    assert known.startswith(b"+OK")
    # What was refused is no command: USER still counts.
    assert rest == [refused, b"+OK 1 messages\r\n"]
    lenient = Client(inbox(1, world=World(pop3=Pop3Settings(line_ends="lenient"))), "pop3")
    lenient.said()
    lenient.send(b"USER anna\nPASS apple\nNOOP\n")
    assert lenient.said().endswith(b"+OK 1 messages\r\n+OK\r\n")


def test_an_answer_to_a_challenge_ends_with_crlf_too() -> None:
    client = Client(inbox(1), "pop3")
    client.send(b"AUTH PLAIN\r\nAGFubmEAYXBwbGU=\nSTAT\r\n")
    *_, refused, state = client.said().splitlines()
    assert refused == b"-ERR A line ends with CRLF, not with LF alone"
    assert state.startswith(b"-ERR STAT is not for")
