"""Scripted clients of IMAP, beside one another and beside an app."""

import imaplib

import pytest

import mockmail
from mockmail import ImapClient, Server


@pytest.fixture
def anna(mailserver: Server) -> mockmail.User:
    user = mailserver.add_user("anna")
    for subject in ("one", "two", "three"):
        user.deliver(subject=subject)
    return user


@pytest.fixture
def pair(mailserver: Server, anna: mockmail.User) -> tuple[ImapClient, ImapClient]:
    a, b = mailserver.clients("imap", 2)
    return a, b


@pytest.fixture
def a(pair: tuple[ImapClient, ImapClient]) -> ImapClient:
    return pair[0]


@pytest.fixture
def b(pair: tuple[ImapClient, ImapClient]) -> ImapClient:
    return pair[1]


def test_one_changes_and_the_other_hears_of_it(a: ImapClient, b: ImapClient) -> None:
    assert a.store(2, r"+FLAGS (\Flagged)").fetched[2]["flags"] == (r"\Flagged", r"\Recent")
    assert b.told().lines == ()
    assert b.noop().fetched == {2: {"flags": (r"\Flagged",)}}
    assert a.uid_store(1, r"+FLAGS.SILENT (\Deleted)").lines == (b"A4 OK STORE completed",)
    assert a.expunge().expunged == (1,)
    answer = b.fetch(1, "(FLAGS BODY.PEEK[])")
    assert (answer.ok, answer.status, answer.code) == (False, "NO", "EXPUNGEISSUED")
    assert b.noop().expunged == (1,)
    assert b.uid_fetch("1:*").by_uid.keys() == {2, 3}


def test_an_app_and_a_scripted_client_share_a_mailbox(
    mailserver: Server, anna: mockmail.User
) -> None:
    with imaplib.IMAP4(mailserver.imap.host, mailserver.imap.port, timeout=10) as app:
        app.login("anna", "secret")
        app.select("INBOX")
        (other,) = mailserver.clients("imap")
        other.idle()
        assert app.store("1", "+FLAGS", r"\Seen") == ("OK", [b"1 (FLAGS (\\Seen \\Recent))"])
        assert other.wait_for("FETCH").fetched == {1: {"flags": (r"\Seen",)}}
        assert other.done().ok
        assert other.uid_store(2, r"FLAGS (\Deleted)").ok
        assert other.expunge().expunged == (2,)
        app.noop()
        assert app.response("EXPUNGE") == ("EXPUNGE", [b"2"])
    assert f"{other.session}  C: B3 IDLE" in str(mailserver.transcript)


def test_idle(a: ImapClient, b: ImapClient, anna: mockmail.User) -> None:
    answer = a.idle()
    assert (answer.ok, answer.status, answer.text) == (True, "+", "idling")
    anna.deliver(subject="four")
    assert a.told().exists == 4
    assert a.told().exists is None
    b.append("INBOX", b"Subject: five\r\n\r\n", r"(\Seen)")
    b.store(1, r"+FLAGS (\Deleted)")
    b.expunge()
    told = a.wait_for("EXPUNGE")
    assert (told.exists, told.expunged) == (5, (1,))
    with pytest.raises(RuntimeError, match=r"session A \(imap\) is in the middle of a command"):
        a.noop()
    with pytest.raises(ValueError, match="a command is one line"):
        a.more("DONE\r\n")
    assert a.done().text == "IDLE terminated"
    with pytest.raises(RuntimeError, match="is in no command that wants more"):
        a.done()
    assert a.noop().ok


def test_every_command(a: ImapClient) -> None:
    assert a.examine().codes["READ-ONLY"] == ""
    assert a.select("INBOX", "(CONDSTORE)").codes["UIDNEXT"] == "4"
    assert a.search("SUBJECT t").searched == (2, 3)
    assert a.uid_search("RETURN (MAX) ALL").esearched == {"max": 3}
    assert a.create("Entwürfe/& mehr").ok
    assert a.copy(1, "Entwürfe/& mehr").code == "COPYUID 1704067202 1 1"
    assert a.uid_copy("2:3", "Entwürfe").code == "COPYUID 1704067201 2:3 1:2"
    assert a.rename("Entwürfe", "drafts").ok
    assert a.list("", "d*").listed.keys() == {"drafts", "drafts/& mehr"}
    assert a.status("drafts").counted == {"drafts": {"messages": 2, "uidnext": 3, "unseen": 2}}
    assert a.move(1, "drafts").expunged == (1,)
    assert a.uid_move(2, "drafts").expunged == (1,)
    assert a.store(1, r"(UNCHANGEDSINCE 1) FLAGS (\Seen)").code == "MODIFIED 1"
    assert a.uid_store(3, r"FLAGS (\Deleted $X)").fetched[1]["flags"] == (
        r"\Deleted",
        "$X",
    )
    assert a.uid_expunge(3).expunged == (1,)
    assert a.append("INBOX", b"Subject: x\r\n\r\n").code == "APPENDUID 1704067200 4"
    assert a.delete("drafts/& mehr").ok
    assert a.unselect().ok
    assert a.enable("QRESYNC").enabled == ("QRESYNC",)
    assert a.fetch(1).status == "BAD"
    assert a.select("drafts").exists == 4
    assert a.close().ok
    assert a.logout().ok
    with pytest.raises(ConnectionError, match=r"(?s)was closed by the server; said last:.*LOGOUT"):
        a.noop()


def test_names_in_utf8(a: ImapClient) -> None:
    assert a.create("Entwürfe & mehr").ok
    assert b"&APw-" in a.list().lines[1]
    assert a.unselect().ok
    assert a.enable("IMAP4rev2").ok
    assert a.list("", "E*").listed.keys() == {"Entwürfe & mehr"}
    assert "Entwürfe".encode() in a.list().lines[1]
    assert a.select("Entwürfe & mehr").ok


def test_words_of_your_own(a: ImapClient) -> None:
    assert a.send("UID FETCH 1:* (FLAGS)").by_uid.keys() == {1, 2, 3}
    assert a.send("UID SEARCH SUBJECT", b"tw", "SUBJECT", b"o").searched == (2,)
    assert a.send("NONSENSE").status == "BAD"
    refused = a.send("APPEND nowhere", b"x")
    assert (refused.status, refused.code) == ("NO", "TRYCREATE")
    with pytest.raises(ValueError, match=r"a command is one line.*'NOOP\\r\\nNOOP'"):
        a.send("NOOP\r\nNOOP")
    assert a.noop().ok


def test_a_command_in_pieces(mailserver: Server, anna: mockmail.User) -> None:
    (client,) = mailserver.clients("imap", login=False)
    assert client.send("AUTHENTICATE PLAIN").status == "+"
    assert client.more("AGFubmEAc2VjcmV0").ok
    assert client.told().lines[0].startswith(b"* OK ")  # the greeting
    client.raw(b"x SELECT ")
    assert client.told().lines == ()
    client.raw(b"INBOX\r\ny NOOP\r\n")
    told = client.told()
    assert (told.exists, told.status, told.lines[-1]) == (3, "", b"y OK NOOP completed")


def test_who_they_are(mailserver: Server, anna: mockmail.User) -> None:
    mailserver.add_user("jörg", password='pass"wörd')
    mailserver.users["jörg"].create_mailbox("Work")
    (client,) = mailserver.clients("imap", user="jörg", select="Work")
    assert client.session == "A"
    assert client.status("INBOX").ok
    assert client.fetch(1).status == "BAD"
    (qresync,) = mailserver.clients("imap", user="anna", enable="QRESYNC")
    qresync.uid_store(2, r"FLAGS (\Deleted)")
    assert qresync.expunge().vanished == (2,)
    (client,) = mailserver.clients("imap", user="anna", select=None)
    assert client.fetch("1:*").status == "BAD"
    assert repr(client) == "<ImapClient C>"
    client.disconnect()
    assert repr(client) == "<ImapClient C, closed>"
    with pytest.raises(ConnectionError, match=r"session C \(imap\) was closed by the client"):
        client.noop()
