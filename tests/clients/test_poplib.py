"""The standard library's POP3 client."""

import contextlib
import imaplib
import poplib
import socket
from collections.abc import Callable

import pytest

import mockmail

PATIENCE = 5.0
Letters = tuple[bytes, bytes, bytes]


def dialled(server: mockmail.Server) -> contextlib.closing[poplib.POP3]:
    """A connection, closed at the end whatever became of it."""
    return contextlib.closing(
        poplib.POP3(server.pop3.host, server.pop3.port, timeout=PATIENCE),
    )


def opened(server: mockmail.Server) -> contextlib.closing[poplib.POP3]:
    """Anna at her maildrop."""
    closing = dialled(server)
    closing.thing.user("anna")
    closing.thing.pass_("apple")
    return closing


def joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\r\n" for line in lines)


def retrieved(client: poplib.POP3, number: int) -> bytes:
    return joined(client.retr(number)[1])


def hang_up(client: poplib.POP3) -> None:
    """End the connection without QUIT; the server has noticed when this returns."""
    client.sock.shutdown(socket.SHUT_WR)
    assert client.file.read() == b""
    client.close()


@pytest.mark.usefixtures("anna")
def test_a_wrong_password_is_refused_and_the_right_one_is_taken_after_it(
    mailserver: mockmail.Server,
) -> None:
    with dialled(mailserver) as client:
        assert client.getwelcome().startswith(b"+OK")
        assert client.user("anna").startswith(b"+OK")
        with pytest.raises(poplib.error_proto, match="Wrong user name or password"):
            client.pass_("pear")
        assert client.user("anna").startswith(b"+OK")
        assert client.pass_("apple").startswith(b"+OK")
        assert client.quit().startswith(b"+OK")


@pytest.mark.usefixtures("anna")
def test_a_digest_in_the_place_of_a_password(mailserver: mockmail.Server) -> None:
    with dialled(mailserver) as client, dialled(mailserver) as other:
        assert client.getwelcome() != other.getwelcome()
        with pytest.raises(poplib.error_proto, match=r"\[AUTH\] Wrong user name or password"):
            client.apop("anna", "pear")
        assert client.apop("anna", "apple").startswith(b"+OK")
        with pytest.raises(poplib.error_proto, match=r"\[IN-USE\]"):
            other.apop("anna", "apple")
        assert client.quit().startswith(b"+OK")


def test_utf8_is_for_who_asks_for_it(
    make_mailserver: Callable[..., mockmail.Server],
) -> None:
    server = make_mailserver(pop3=mockmail.Pop3Settings(capabilities="+UTF8"))
    letter = "Subject: Grüße\r\n\r\nx\r\n".encode()
    server.add_user("anna", password="apple").deliver(letter)
    with opened(server) as client, pytest.raises(poplib.error_proto, match=r"\[UTF8\]"):
        client.retr(1)
    with dialled(server) as client:
        client.utf8()
        client.user("anna")
        client.pass_("apple")
        assert retrieved(client, 1) == letter


@pytest.mark.usefixtures("anna")
def test_nothing_is_shown_to_a_stranger(mailserver: mockmail.Server) -> None:
    with dialled(mailserver) as client:
        with pytest.raises(poplib.error_proto, match="AUTHORIZATION"):
            client.stat()
        client.user("nobody")
        with pytest.raises(poplib.error_proto, match="Wrong user name or password"):
            client.pass_("apple")
        assert client.quit().startswith(b"+OK")


@pytest.mark.usefixtures("anna")
def test_tells_its_capabilities(mailserver: mockmail.Server) -> None:
    with dialled(mailserver) as client:
        before = client.capa()
        assert {"USER", "TOP", "UIDL", "RESP-CODES", "PIPELINING"} <= before.keys()
        assert (before["SASL"], before["EXPIRE"]) == (["PLAIN"], ["NEVER"])
        client.user("anna")
        client.pass_("apple")
        assert {"TOP", "UIDL", "RESP-CODES"} <= client.capa().keys()


def test_an_empty_maildrop(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    assert anna.inbox.messages == ()
    with opened(mailserver) as client:
        assert client.stat() == (0, 0)
        assert client.list()[1] == []
        assert client.uidl()[1] == []
        with pytest.raises(poplib.error_proto, match="no message 1"):
            client.retr(1)


def test_reads_all_there_is(mailserver: mockmail.Server, letters: Letters) -> None:
    with opened(mailserver) as client:
        assert client.stat() == (3, sum(map(len, letters)))
        assert client.list()[1] == [
            b"%d %d" % (number, len(letter)) for number, letter in enumerate(letters, 1)
        ]
        assert client.list(2) == b"+OK 2 %d" % len(letters[1])
        assert [retrieved(client, number) for number in (1, 2, 3)] == list(letters)
        assert client.noop().startswith(b"+OK")
        with pytest.raises(poplib.error_proto, match="no message 4"):
            client.retr(4)
        with pytest.raises(poplib.error_proto, match="no message 0"):
            client.list(0)


def test_lines_that_begin_with_a_dot_come_as_they_were(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    _, dots, _ = letters
    with opened(mailserver) as client:
        _, lines, octets = client.retr(2)
        assert joined(lines) == dots
        assert b"." in lines
        assert b".." in lines
        assert octets == len(dots)


def test_a_message_without_a_last_line_end_gets_one(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    anna.deliver(b"Subject: Short\r\n\r\nno end")
    with opened(mailserver) as client:
        assert client.list(1) == b"+OK 1 26"
        assert retrieved(client, 1) == b"Subject: Short\r\n\r\nno end\r\n"


def test_top_shows_the_header_and_some_lines(mailserver: mockmail.Server, letters: Letters) -> None:
    noon, dots, _ = letters
    header = dots[: dots.index(b"\r\n\r\n") + 4]
    with opened(mailserver) as client:
        assert joined(client.top(2, 0)[1]) == header
        assert joined(client.top(2, 2)[1]) == header + b".\r\n..\r\n"
        assert joined(client.top(1, 1)[1]) == noon[: noon.index(b"The soup")]
        assert joined(client.top(1, 1000)[1]) == noon
        with pytest.raises(poplib.error_proto, match="no message 9"):
            client.top(9, 1)


@pytest.mark.usefixtures("letters")
def test_unique_ids_stay_over_sessions(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as client:
        _, first, _ = client.uidl()
        assert len({line.split()[1] for line in first}) == 3
        assert client.uidl(2) == b"+OK " + first[1]
        client.dele(1)
        assert client.uidl()[1] == first[1:]
        client.quit()
    anna.deliver(subject="One more")
    with opened(mailserver) as client:
        ids = [line.split()[1] for line in client.uidl()[1]]
        assert ids[:2] == [line.split()[1] for line in first[1:]]
        assert len(ids) == 3
        # The id of the message that is gone is not given to another.
        assert first[0].split()[1] not in ids


def test_dele_takes_effect_at_quit(
    mailserver: mockmail.Server, anna: mockmail.User, letters: Letters
) -> None:
    with opened(mailserver) as client:
        client.dele(1)
        assert client.stat() == (2, len(letters[1]) + len(letters[2]))
        assert [line.split()[0] for line in client.list()[1]] == [b"2", b"3"]
        with pytest.raises(poplib.error_proto, match="Message 1 is deleted"):
            client.retr(1)
        with pytest.raises(poplib.error_proto, match="Message 1 is deleted"):
            client.dele(1)
        assert len(anna.inbox.messages) == 3
        assert client.quit().startswith(b"+OK")
    assert [message.uid for message in anna.inbox.messages] == [2, 3]
    with opened(mailserver) as client:
        assert retrieved(client, 1) == letters[1]


@pytest.mark.usefixtures("letters")
def test_dele_is_forgotten_when_the_connection_drops(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    with opened(mailserver) as client:
        client.dele(1)
        client.dele(2)
        hang_up(client)
    assert len(anna.inbox.messages) == 3
    with opened(mailserver) as client:
        assert client.stat()[0] == 3


@pytest.mark.usefixtures("letters")
def test_rset_takes_dele_back(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as client:
        client.dele(1)
        client.dele(3)
        assert client.stat()[0] == 1
        assert client.rset().startswith(b"+OK")
        assert client.stat()[0] == 3
        client.dele(2)
        client.quit()
    assert [message.uid for message in anna.inbox.messages] == [1, 3]


@pytest.mark.usefixtures("letters")
def test_a_second_session_finds_the_maildrop_in_use(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as first, dialled(mailserver) as second:
        second.user("anna")
        with pytest.raises(poplib.error_proto, match=r"-ERR \[IN-USE\]"):
            second.pass_("apple")
        assert first.stat()[0] == 3
        first.quit()
        second.user("anna")
        second.pass_("apple")
        assert second.stat()[0] == 3


@pytest.mark.usefixtures("anna", "ben")
def test_two_people_have_a_maildrop_each(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as first, dialled(mailserver) as second:
        second.user("ben")
        second.pass_("banana")
        assert first.stat() == second.stat() == (0, 0)


@pytest.mark.usefixtures("letters")
def test_what_comes_meanwhile_is_for_the_next_session(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    with opened(mailserver) as client:
        anna.deliver(subject="Late")
        assert client.stat()[0] == 3
        client.quit()
    with opened(mailserver) as client:
        assert client.stat()[0] == 4
        assert b"Subject: Late" in client.retr(4)[1]


def test_keeps_its_maildrop_while_somebody_expunges(
    mailserver: mockmail.Server, anna: mockmail.User, letters: Letters
) -> None:
    mailserver.faults.add(
        mockmail.When(point="received", protocol="pop3", command="RETR"),
        mockmail.Expunge(user="anna", uid=2),
    )
    with opened(mailserver) as client:
        assert retrieved(client, 2) == letters[1]
        assert retrieved(client, 3) == letters[2]
        client.dele(2)
        client.dele(3)
        assert client.quit().startswith(b"+OK")
    assert [message.uid for message in anna.inbox.messages] == [1]


@pytest.mark.usefixtures("letters")
def test_an_imap_client_sees_the_deletion_after_quit(mailserver: mockmail.Server) -> None:
    with imaplib.IMAP4(mailserver.imap.host, mailserver.imap.port, timeout=PATIENCE) as watcher:
        watcher.login("anna", "apple")
        watcher.select("INBOX")
        with opened(mailserver) as client:
            client.dele(2)
            watcher.noop()
            assert watcher.response("EXPUNGE")[1] == [None]
            client.quit()
        watcher.noop()
        assert watcher.response("EXPUNGE")[1] == [b"2"]


def test_a_reset_inside_retr_and_a_second_try(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    mailserver.faults.add(
        mockmail.When(point="data", protocol="pop3", command="RETR"),
        mockmail.Cut(inside="literal", offset=80_000, how="reset"),
        skip=1,
    )
    with opened(mailserver) as client:
        assert retrieved(client, 1) == letters[0]
        client.dele(1)
        with pytest.raises(ConnectionResetError):
            client.retr(3)
    # The maildrop is free again, and whole: that was no QUIT.
    with opened(mailserver) as client:
        assert [retrieved(client, number) for number in (1, 2, 3)] == list(letters)


@pytest.mark.usefixtures("letters")
def test_a_message_that_just_ends_is_noticed(mailserver: mockmail.Server) -> None:
    mailserver.faults.add(
        mockmail.When(point="data", command="RETR"),
        mockmail.Cut(inside="literal", offset=30, how="fin"),
    )
    with opened(mailserver) as client, pytest.raises(poplib.error_proto, match="EOF"):
        client.retr(1)


def test_the_answer_to_quit_never_comes(
    mailserver: mockmail.Server, anna: mockmail.User, letters: Letters
) -> None:
    mailserver.faults.add(mockmail.When(point="committed", command="QUIT"), mockmail.Cut(how="fin"))
    with opened(mailserver) as client:
        client.dele(1)
        with pytest.raises(poplib.error_proto, match="EOF"):
            client.quit()
    assert [message.raw for message in anna.inbox.messages] == list(letters[1:])
