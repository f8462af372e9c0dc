"""The seams hold: an extension made of rows alone, one for each seam, and no handler touched."""

from hashlib import md5

from harness import PASSWORD, Client, inbox
from mockmail import Pop3Settings
from mockmail.message.message import Message
from mockmail.pop3 import reply
from mockmail.pop3.catalog import EXTENSIONS, catalogue
from mockmail.pop3.reply import Err
from mockmail.pop3.rows import (
    ANY_STATE,
    Answer,
    CapabilityRow,
    Catalogue,
    CommandRow,
    Extension,
    MechanismRow,
    State,
)
from mockmail.pop3.session import Session
from mockmail.sasl.mechanism import Exchange, Realm
from mockmail.store.flags import NO_FLAGS
from mockmail.store.journal import Entry
from mockmail.world.world import World


def x_news(session: Session, argument: bytes) -> Answer:
    yield from ()
    if argument:
        raise Err("No news of that", "X-NONE")
    return reply.lines(b"News", [b"one", b".two"])


def _state(session: Session) -> bytes | None:
    return b"X-NEWS after" if session.state is State.TRANSACTION else None


def _anybody(realm: Realm) -> Exchange:
    name = yield b"who?"
    return realm.store.users[name.decode()]


def _not_the_second(session: Session, entry: Entry) -> Err | None:
    return Err("Not this one", "X-NONE") if entry.uid == 2 else None


NEWS = Extension(
    "X-NEWS",
    rfc=None,
    commands=(CommandRow(b"XNEWS", ANY_STATE, x_news),),
    capabilities=(CapabilityRow(b"X-NEWS", _state),),
    mechanisms=(MechanismRow(b"X-ANYBODY", _anybody),),
    codes=("X-NONE",),
    greeting=lambda session: b"(with news)",
    refuses=_not_the_second,
)


def with_news() -> World:
    world = inbox(2)
    world.pop3_catalogue = Catalogue((*catalogue("-APOP").extensions, NEWS))
    return world


def said(client: Client, line: bytes) -> list[bytes]:
    client.send(line + b"\r\n")
    return client.said().splitlines()


def test_rows_are_all_it_takes() -> None:
    client = Client(with_news(), "pop3")
    assert client.said() == b"+OK mail.example.org mockmail POP3 server ready (with news)\r\n"
    assert said(client, b"XNEWS") == [b"+OK News", b"one", b"..two", b"."]
    assert said(client, b"xnews x") == [b"-ERR [X-NONE] No news of that"]
    assert b"X-NEWS after" not in said(client, b"CAPA")
    assert b"SASL PLAIN X-ANYBODY" in said(client, b"CAPA")
    assert said(client, b"AUTH X-ANYBODY") == [b"+ d2hvPw=="]
    assert said(client, b"YW5uYQ==") == [b"+OK 2 messages"]
    assert b"X-NEWS after" in said(client, b"CAPA")
    assert said(client, b"RETR 1")[0] == b"+OK 32 octets"
    for command in (b"RETR 2", b"TOP 2 0", b"LIST 2"):
        assert said(client, command) == [b"-ERR [X-NONE] Not this one"]


def test_without_them_nothing_of_it_is_left() -> None:
    client = Client(inbox(2), "pop3")
    assert b"news" not in client.said()
    assert said(client, b"XNEWS") == [b"-ERR Unknown command"]
    assert not any(b"X-NEWS" in line for line in said(client, b"CAPA"))


def test_nothing_of_the_base_needs_an_extension() -> None:
    off = " ".join(f"-{e.name}" for e in EXTENSIONS if e.name not in ("POP3", "APOP"))
    world = inbox(3, world=World(pop3=Pop3Settings(capabilities=off)))
    assert [e.name for e in world.pop3_catalogue.extensions] == ["POP3", "APOP"]
    client = Client(world, "pop3")
    timestamp = client.said().split()[-1]
    digest = md5(timestamp + PASSWORD.encode()).hexdigest()
    assert said(client, f"APOP anna {digest}".encode()) == [b"+OK 3 messages"]
    assert said(client, b"STAT") == [b"+OK 3 96"]
    assert said(client, b"LIST")[1:] == [b"1 32", b"2 32", b"3 32", b"."]
    assert said(client, b"RETR 2")[0] == b"+OK 32 octets"
    assert said(client, b"DELE 3") == [b"+OK Message 3 deleted"]
    assert said(client, b"RETR 3") == [b"-ERR Message 3 is deleted"]
    assert said(client, b"RSET") == [b"+OK 3 messages"]
    assert said(client, b"NOOP") == [b"+OK"]
    assert said(client, b"DELE 1") == [b"+OK Message 1 deleted"]
    assert said(client, b"QUIT") == [b"+OK Goodbye"]
    assert len(world.store.users["anna"].mailboxes["INBOX"]) == 2
    world.check()


def test_what_one_may_not_have_no_command_brings() -> None:
    settings = Pop3Settings(capabilities="+UTF8 +XLST")
    world = inbox(1, world=World(pop3=settings))
    with world.store.transaction("test") as tx:
        box = world.store.users["anna"].mailboxes["INBOX"]
        tx.append(box, Message("Subject: Grüße\r\n\r\n".encode()), NO_FLAGS, world.clock.now)
    client = Client(world, "pop3")
    client.send(b"USER anna\r\nPASS %b\r\n" % PASSWORD.encode())
    client.said()
    assert said(client, b"XTND XLST Subject")[1:] == [b"1 Subject: number 1", b"."]
    assert said(client, b"XTND XLST Subject 2") == [b"-ERR [UTF8] This message needs UTF8"]
