"""Scripted clients of POP3 and SMTP."""

import pytest

import mockmail
from mockmail import Server


@pytest.fixture
def anna(mailserver: Server) -> mockmail.User:
    user = mailserver.add_user("anna")
    user.deliver(b"Subject: one\r\n\r\n.dot\r\n..\r\n")
    user.deliver(b"Subject: two\r\n\r\n")
    return user


def test_pop3(mailserver: Server, anna: mockmail.User) -> None:
    (client,) = mailserver.clients("pop3")
    assert client.stat().text == "2 42"
    assert client.list().listed == {1: "26", 2: "16"}
    assert client.list(2).listed == {2: "16"}
    assert client.uidl().listed.keys() == {1, 2}
    assert client.uidl(1).listed == {1: client.uidl().listed[1]}
    answer = client.retr(1)
    assert (answer.ok, answer.status, answer.data) == (True, "+OK", anna.inbox.messages[0].raw)
    assert client.top(1).data == b"Subject: one\r\n\r\n"
    assert b"UIDL" in client.send("CAPA").lines
    assert client.dele(1).ok
    assert client.rset().ok
    assert client.dele(2).ok
    refused = client.retr(7)
    assert (refused.ok, refused.status) == (False, "-ERR")
    assert repr(refused).startswith("<-ERR ")
    assert client.quit().ok
    assert [message.uid for message in anna.inbox.messages] == [1]
    with pytest.raises(ConnectionError, match="was closed by the server"):
        client.stat()


def test_pop3_step_by_step(mailserver: Server, anna: mockmail.User) -> None:
    first, second = mailserver.clients("pop3", 2, login=False)
    for client in (first, second):
        assert client.user("anna").ok
    assert first.pass_("secret").ok
    refused = second.pass_("secret")
    assert (refused.status, refused.code) == ("-ERR", "IN-USE")
    assert repr(second.told()).startswith("<told +OK ")  # the greeting
    second.raw(b"CAPA\r\n")
    assert second.told().lines[0].startswith(b"+OK")
    with pytest.raises(ValueError, match="a command is one line"):
        first.send("STAT\n")
    with pytest.raises(ValueError, match=r"(?s)session C .pop3. was refused as anna.*\[IN-USE\]"):
        mailserver.clients("pop3")


def test_pop3_in_answers_of_several_lines() -> None:
    settings = mockmail.Pop3Settings(capabilities="+BBOARDS +XLST")
    with mockmail.start_server(pop3=settings) as server:
        server.add_user("anna").deliver(b"Subject: one\r\n\r\n")
        server.create_shared_mailbox("#news.misc")
        stranger, client = *server.clients("pop3", login=False), *server.clients("pop3")
        assert stranger.send("AUTH").lines == (b"+OK Mechanisms follow", b"PLAIN")
        assert stranger.send("AUTH PLAIN AGFubmEAcGVhcg==").code == "AUTH"
        assert client.send("LANG").lines[1:] == (b"en English",)
        assert client.send("LANG en").ok
        assert client.send("XTND XLST Subject").lines[1:] == (b"1 Subject: one",)
        assert client.send("XTND BBOARDS").lines[1:] == (b"misc 0",)
        assert client.send("xtnd bboards misc").lines[1:] == (b"misc 0",)
        assert client.stat().text == "0 0"


def test_smtp(mailserver: Server, anna: mockmail.User) -> None:
    (client,) = mailserver.clients("smtp")
    answer = client.send_mail(
        "ben@example.com",
        ["anna@example.org", "carol@example.com"],
        "Subject: hello\n\n.\n..\nthe last line",
    )
    assert (answer.ok, answer.status, answer.code) == (True, "250", "2.0.0")
    raw = anna.inbox.messages[2].raw
    assert raw.endswith(b"Subject: hello\r\n\r\n.\r\n..\r\nthe last line\r\n")
    assert mailserver.outbox[0].recipients == ("carol@example.com",)
    refused = client.send_mail("ben@example.com", ["anna@example.org", "x@example.org"], "y")
    assert (refused.ok, refused.status, refused.code) == (False, "550", "5.1.1")
    assert client.send_mail("ben@example.com", "anna@example.org", b"").ok
    assert len(anna.inbox.messages) == 4


def test_smtp_step_by_step(mailserver: Server, anna: mockmail.User) -> None:
    (client,) = mailserver.clients("smtp", login=False)
    hello = client.ehlo("laptop.example.com")
    assert b"250-PIPELINING" in hello.lines
    assert "250-PIPELINING" in repr(hello)
    assert client.data("x").status == "503"
    assert client.mail("ben@example.com", "SIZE=5").ok
    assert client.rcpt("anna@example.org").code == "2.1.5"
    assert client.data(b"hi").status == "250"
    assert client.mail("ben@example.com").ok
    assert client.rset().ok
    assert client.send("RCPT TO:<anna@example.org>").status == "503"
    client.raw(b"NOOP\r\nNOOP\r\n")
    assert [line[:3] for line in client.told().lines] == [b"220", b"250", b"250"]
    assert client.quit().status == "221"
    assert len(anna.inbox.messages) == 3
