"""Users as a test holds them, and their addresses; the clients are the standard library's."""

import contextlib
import imaplib
import poplib
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockmail import AccountSettings, Server, start_server
from mockmail.world.effects import Delay
from mockmail.world.rule import When


@pytest.fixture
def server() -> Iterator[Server]:
    with start_server() as server:
        server.add_user("anna")
        server.add_user("ben")
        yield server


def imap(server: Server, login: str = "anna", password: str = "secret") -> imaplib.IMAP4:
    client = imaplib.IMAP4(server.imap.host, server.imap.port, timeout=5)
    try:
        client.login(login, password)
    except client.error:
        client.shutdown()
        raise
    return client


def pop3(server: Server, login: str = "anna") -> poplib.POP3:
    client = poplib.POP3(server.pop3.host, server.pop3.port, timeout=5)
    try:
        client.user(login)
        client.pass_("secret")
    except poplib.error_proto:
        client.close()
        raise
    return client


def send(server: Server, *recipients: str) -> dict[str, tuple[int, bytes]]:
    """Send a message; who was refused."""
    with smtplib.SMTP(server.smtp.host, server.smtp.port, timeout=5) as client:
        try:
            return client.sendmail("x@far.example", recipients, "Subject: hello\r\n\r\n")
        except smtplib.SMTPRecipientsRefused as refused:
            return refused.recipients


def counts(server: Server) -> dict[str, int]:
    return {login: len(user.inbox) for login, user in server.users.items()}


def test_aliases_and_lists(server: Server) -> None:
    server.add_alias("info", "anna")
    server.add_list("team@example.org", ["anna@example.org", "ben", "carol@far.example"])
    assert send(server, "INFO@example.org", "team@example.org", "nobody@example.org") == {
        "nobody@example.org": (550, b"5.1.1 There is no user nobody@example.org")
    }
    # A list sends a message of its own.
    assert counts(server) == {"anna": 2, "ben": 1}
    assert server.outbox[0].recipients == ("carol@far.example",)
    assert dict(server.aliases) == {"info@example.org": ("anna",)}
    assert dict(server.lists) == {
        "team@example.org": ("anna@example.org", "ben", "carol@far.example")
    }
    server.snapshot()
    server.remove_alias("Info")
    assert not server.aliases
    with pytest.raises(KeyError, match=r"no alias or list 'tea@example.org'; did you mean team@"):
        server.remove_alias("tea@example.org")
    server.reset()
    assert send(server, "info@example.org") == {}


def test_aliases_that_cannot_be(server: Server) -> None:
    with pytest.raises(ValueError, match=r"^anna@example.org is an address of 'anna' already$"):
        server.add_alias("anna", "ben")
    server.add_list("team", ["anna"])
    with pytest.raises(ValueError, match=r"^Team@example.org is a list already$"):
        server.add_alias("Team@example.org", "ben")
    with pytest.raises(ValueError, match=r"is a list already"):
        server.add_user("team")
    with pytest.raises(ValueError, match=r"^info@example.org stands for nobody$"):
        server.add_alias("info")
    with pytest.raises(ValueError, match=r"^'x@' is no address$"):
        server.add_alias("info", "x@")
    with pytest.raises(TypeError, match="not one text"):
        server.add_list("others", "anna")
    assert "team" not in server.users
    assert list(server.lists) == ["team@example.org"]


def test_addresses_are_changed(server: Server) -> None:
    anna, ben = server.users["anna"], server.users["ben"]
    anna.addresses += ("sales@far.example",)
    assert send(server, "Sales@Far.example") == {}
    assert counts(server) == {"anna": 1, "ben": 0}
    with pytest.raises(ValueError, match="is an address of 'anna' already"):
        ben.addresses = ["ben@example.org", "SALES@far.example"]
    for none in ("", "a\nb@example.org"):
        with pytest.raises(ValueError, match=r"^an address can't"):
            ben.addresses = ["ben@example.org", none]
    assert ben.addresses == ("ben@example.org",)
    with pytest.raises(TypeError, match="not one text"):
        ben.addresses = "ben@example.org"  # type: ignore[assignment]
    anna.addresses = ()
    assert (anna.address, anna.addresses) == ("", ())
    assert list(send(server, "anna@example.org")) == ["anna@example.org"]
    ben.addresses = ["anna@example.org"]
    assert send(server, "anna@example.org") == {}
    assert counts(server) == {"anna": 1, "ben": 1}


def test_any_user_and_any_password() -> None:
    settings = AccountSettings(any_user=True, any_password=True)
    with start_server(accounts=settings) as server:
        assert send(server, "zoe@example.org", "x@far.example") == {}
        with imap(server, "zoe", "whatever") as client:
            assert client.select() == ("OK", [b"1"])
        assert list(server.users) == ["zoe"]
        assert len(server.outbox) == 1
        server.reset()
        assert list(server.users) == []
        assert imap(server, "zoe@example.org", "other").logout()[0] == "BYE"
        assert server.users["zoe@example.org"].address == "zoe@example.org"


def test_plus_addresses_and_catch_all() -> None:
    settings = AccountSettings(plus="-", plus_mailbox="create", catch_all="anna")
    with start_server(accounts=settings) as server:
        anna = server.add_user("anna")
        assert send(server, "anna-Shop/Orders@example.org", "whoever@example.org") == {}
        assert len(anna.mailboxes["Shop/Orders"]) == len(anna.inbox) == 1


def test_a_password_is_changed_in_mid_session(server: Server) -> None:
    anna = server.users["anna"]
    with imap(server) as client:
        anna.password = "new"
        assert client.noop()[0] == "OK"
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            imap(server)
        imap(server, password="new").logout()


def test_disconnect(server: Server) -> None:
    with contextlib.closing(pop3(server)) as popper, imap(server, "ben") as other:
        client = imap(server)
        client.select()
        client.send(b"x IDLE\r\n")
        assert client.readline().startswith(b"+")
        server.users["anna"].disconnect()
        assert client.readline() == b"* BYE The server ends your sessions\r\n"
        assert client.readline() == b""
        client.shutdown()
        # POP3 has no words for it.
        with pytest.raises((poplib.error_proto, ConnectionError)):
            popper.noop()
        assert other.noop()[0] == "OK"
    server.users["anna"].disconnect()
    imap(server).logout()


def test_disconnect_in_the_middle_of_a_delay(server: Server) -> None:
    server.faults.add(When(point="before-ok", command="NOOP"), Delay(seconds=1000))
    client = imap(server)
    client.send(b"x NOOP\r\n")
    server.wait_until(lambda: "NOOP" in str(server.transcript))
    server.users["anna"].disconnect()
    assert client.readline() == b""
    client.shutdown()
    imap(server).logout()


def test_locked_out() -> None:
    settings = AccountSettings(lockout_failures=1, lockout_seconds=3600)
    with start_server(accounts=settings) as server:
        anna = server.add_user("anna")
        assert anna.locked_for == 0
        for why in ("AUTHENTICATIONFAILED", "LIMIT"):
            with pytest.raises(imaplib.IMAP4.error, match=rf"\[{why}\]"):
                imap(server, password="wrong")
        assert 3500 < anna.locked_for <= 3600
        with pytest.raises(poplib.error_proto, match=r"\[SYS/TEMP\]"):
            pop3(server)
        server.advance(3600)
        imap(server).logout()
        anna.locked_for = 60
        with pytest.raises(imaplib.IMAP4.error, match=r"\[LIMIT\]"):
            imap(server)
        anna.unlock()
        imap(server).logout()
        with pytest.raises(ValueError, match="not -1"):
            anna.locked_for = -1


def test_too_many_connections() -> None:
    with start_server(accounts=AccountSettings(max_connections=1)) as server:
        server.add_user("anna")
        with imap(server):
            with pytest.raises(imaplib.IMAP4.error, match=r"\[UNAVAILABLE\] Too many"):
                imap(server)
            with contextlib.closing(pop3(server)):
                pass
        imap(server).logout()


def test_read_only(server: Server) -> None:
    anna = server.users["anna"]
    anna.deliver(subject="one")
    anna.read_only = True
    assert send(server, "anna@example.org") == {}
    with imap(server) as client:
        with pytest.raises(client.readonly):
            client.select()
        assert client.select(readonly=True) == ("OK", [b"2"])
        assert client.create("New")[0] == "NO"
    with contextlib.closing(pop3(server)) as popper:
        with pytest.raises(poplib.error_proto, match="read-only"):
            popper.dele(1)
        popper.quit()
    anna.create_mailbox("Tests may")
    anna.read_only = False
    with imap(server) as client:
        assert client.create("New")[0] == "OK"


def test_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text("""
mockmail: 1
domains: [example.org, second.example]
accounts: {plus_mailbox: existing, max_connections: 1}
users:
  anna: {read_only: true, addresses: [anna@example.org, a@far.example]}
  ben: {}
aliases:
  info: anna
  '@second.example': [anna, ben]
lists: {team@example.org: [anna, ben]}
""")
    with start_server(path) as server:
        assert server.users["anna"].read_only
        assert list(server.aliases) == ["info@example.org", "@second.example"]
        assert server.lists["team@example.org"] == ("anna", "ben")
        assert send(server, "x@second.example", "info+x@example.org", "A@far.example") == {}
        assert counts(server) == {"anna": 1, "ben": 1}
        with imap(server), pytest.raises(imaplib.IMAP4.error, match="Too many"):
            imap(server)
    with start_server(path, accounts=AccountSettings()) as server, imap(server), imap(server):
        pass
