"""Mailboxes that a test makes, shares and lets forget."""

import imaplib
from collections.abc import Iterator

import pytest

from mockmail import Server, start_server


@pytest.fixture
def server() -> Iterator[Server]:
    with start_server() as server:
        server.add_user("anna")
        server.add_user("ben")
        yield server


def client(server: Server, login: str) -> imaplib.IMAP4:
    imap = imaplib.IMAP4(server.imap.host, server.imap.port)
    imap.login(login, "secret")
    return imap


def test_a_mailbox_with_all_that_can_be_said_of_it(server: Server) -> None:
    anna = server.users["anna"]
    sent = anna.create_mailbox(
        "Mail/Sent", special_use=["\\Sent"], subscribed=True, no_inferiors=True, modseqs=False
    )
    assert sent.name == "Mail/Sent"
    assert list(anna.mailboxes) == ["INBOX", "Mail", "Mail/Sent"]
    with client(server, "anna") as imap:
        assert imap.list("Mail/") == (
            "OK",
            [b'(\\Noinferiors \\HasNoChildren \\Sent) "/" Mail/Sent'],
        )
        assert imap.lsub()[1] == [b'() "/" Mail/Sent']
        assert imap.create("Mail/Sent/x")[0] == "NO"
        assert b"HIGHESTMODSEQ 0" in imap.status("Mail/Sent", "(HIGHESTMODSEQ)")[1][0]


def test_a_mailbox_is_shared(server: Server) -> None:
    work = server.users["anna"].create_mailbox("Work")
    work.add(subject="one")
    work.share("ben", write=False)
    with client(server, "ben") as imap:
        assert imap.namespace()[1] == [b'(("" "/")) (("Users/" "/")) NIL']
        with pytest.raises(imap.readonly):
            imap.select("Users/anna/Work")
        work.share("ben")
        assert imap.select("Users/anna/Work") == ("OK", [b"1"])
        assert imap.store("1", "+FLAGS", "\\Seen")[0] == "OK"
    assert work.messages[0].flags == ("\\Seen",)


def test_a_newsgroup_is_filled_by_the_test(server: Server) -> None:
    group = server.create_shared_mailbox("#news.comp.mail")
    with client(server, "anna") as anna, client(server, "ben") as ben:
        for imap in (anna, ben):
            assert imap.select('"#news.comp.mail"', readonly=True) == ("OK", [b"0"])
        added = group.add(subject="news")
        assert b"To: all@example.org" in added.raw
        for imap in (anna, ben):
            imap.noop()
            assert imap.search(None, "SUBJECT", "news") == ("OK", [b"1"])


def test_expunges_are_forgotten(server: Server) -> None:
    inbox = server.users["anna"].inbox
    for subject in ("one", "two"):
        inbox.add(subject=subject)
    with client(server, "anna") as imap:
        imap.enable("QRESYNC")
        imap.select()
        imap.store("1", "+FLAGS.SILENT", "\\Deleted")
        imap.expunge()
        imap.untagged_responses.clear()
        inbox.forget_expunges()
        imap.uid("FETCH", "1:9", "(UID)", "(CHANGEDSINCE 1 VANISHED)")
        assert imap.response("VANISHED") == ("VANISHED", [b"(EARLIER) 1"])


def test_a_mailbox_is_damaged_or_forgets_its_uids(server: Server) -> None:
    inbox = server.users["anna"].inbox
    with client(server, "anna") as imap:
        inbox.sticky = False
        assert not inbox.sticky
        imap.select()
        assert imap.response("UIDNOTSTICKY")[1] == [b""]
        inbox.damaged = True
        assert inbox.damaged
        assert b"[CORRUPTION]" in imap.select()[1][0]
        inbox.damaged = False
        assert imap.select()[0] == "OK"


def test_users_in_trouble(server: Server) -> None:
    anna = server.users["anna"]
    assert (anna.disabled, anna.expired, anna.quota) == (False, False, None)
    anna.quota = 10
    with client(server, "anna") as imap:
        assert imap.append("INBOX", "", "", b"0123456789")[0] == "OK"
        typ, (said,) = imap.append("INBOX", "", "", b"1")
        assert typ == "NO"
        assert b"[OVERQUOTA]" in said
    with imaplib.IMAP4(server.imap.host, server.imap.port) as imap:
        anna.expired = True
        with pytest.raises(imap.error, match=r"\[EXPIRED\]"):
            imap.login("anna", "secret")
        anna.disabled = True
        with pytest.raises(imap.error, match=r"\[CONTACTADMIN\]"):
            imap.login("anna", "secret")
    with pytest.raises(ValueError, match=r"not -1"):
        anna.quota = -1


@pytest.mark.parametrize("name", ["INBOX", "a//b", ""])
def test_what_no_mailbox_can_be_called(server: Server, name: str) -> None:
    with pytest.raises(ValueError, match=r"exists already|level|empty"):
        server.users["anna"].create_mailbox(name)


def test_mistakes_are_named(server: Server) -> None:
    anna = server.users["anna"]
    with pytest.raises(ValueError, match="no special use Sent"):
        anna.create_mailbox("x", special_use=["Sent"])
    with pytest.raises(TypeError, match="several names"):
        anna.create_mailbox("x", special_use="\\Sent")
    with pytest.raises(ValueError, match="no user 'carol'"):
        anna.inbox.share("carol")
    with pytest.raises(ValueError, match="Shared/"):
        server.create_shared_mailbox("Staff")
    assert list(anna.mailboxes) == ["INBOX"]
