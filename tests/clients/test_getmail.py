"""The program getmail (getmail6): from IMAP or POP3 to a Maildir."""

import imaplib
import re

import pytest
import trustme

import mockmail
from programs import Laptop, Run, mailbox, note, unix

pytestmark = pytest.mark.program("getmail")
Letters = tuple[bytes, bytes, bytes]
RETRIEVERS = {
    "imap": "SimpleIMAPRetriever",
    "imaps": "SimpleIMAPSSLRetriever",
    "pop3": "SimplePOP3Retriever",
    "pop3s": "SimplePOP3SSLRetriever",
}
ADDED = re.compile(rb"^(Return-Path|X-getmail-retrieved-from-mailbox): .*\n", re.MULTILINE)
"""Header fields of getmail's."""


class Getmail:
    """Anna's account, and the Maildir where her mail comes to lie."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop
        self.maildir = laptop.home / "Maildir"
        for part in ("cur", "new", "tmp"):
            (self.maildir / part).mkdir(parents=True)

    def run(
        self, protocol: str, *options: str, retriever: str = "", password: str = "apple"
    ) -> Run:
        endpoint = getattr(self.laptop.server, protocol)
        settings = self.laptop.file(
            "getmailrc",
            f"""
[retriever]
type = {RETRIEVERS[protocol]}
server = 127.0.0.1
port = {endpoint.port}
username = anna
password = {password}
{retriever}

[destination]
type = Maildir
path = {self.maildir}/

[options]
delivered_to = false
received = false
"""
            + "\n".join(options)
            + "\n",
        )
        return self.laptop.run("getmail", "--getmaildir", self.laptop.home, "--rcfile", settings)

    def taken(self) -> list[bytes]:
        """All mail that was brought since the last look, ordered by content."""
        found = []
        for path in (self.maildir / "new").iterdir():
            found.append(ADDED.sub(b"", path.read_bytes()))
            path.unlink()
        return sorted(found)


@pytest.fixture
def getmail(laptop: Laptop) -> Getmail:
    return Getmail(laptop)


def local(*letters: bytes) -> list[bytes]:
    return sorted(map(unix, letters))


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_fetches_all_and_then_what_is_new(
    getmail: Getmail, letters: Letters, anna: mockmail.User, phone: imaplib.IMAP4, protocol: str
) -> None:
    run = getmail.run(protocol, "read_all = false")
    assert run.status == 0, run.output
    assert getmail.taken() == local(*letters)
    again = getmail.run(protocol, "read_all = false")
    assert (again.status, again.changes) == (0, [])
    assert not any(re.match("RETR|TOP|DELE|.*BODY", each) for each in again.commands(protocol))
    # Numbers move, ids don't.
    phone.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
    phone.expunge()
    anna.deliver(note("Later"))
    assert getmail.run(protocol, "read_all = false").status == 0
    assert getmail.taken() == local(note("Later"))
    assert len(anna.inbox.messages) == 3


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_fetches_and_deletes(
    getmail: Getmail, letters: Letters, anna: mockmail.User, protocol: str
) -> None:
    run = getmail.run(protocol, "delete = true")
    assert run.status == 0, run.output
    assert getmail.taken() == local(*letters)
    assert anna.inbox.messages == ()


@pytest.mark.usefixtures("letters")
def test_moves_what_it_has_fetched(getmail: Getmail, anna: mockmail.User) -> None:
    archive = mailbox(anna, "Archive")
    run = getmail.run("imap", "delete = true", retriever="move_on_delete = Archive")
    assert run.status == 0, run.output
    assert anna.inbox.messages == ()
    assert [message.subject for message in archive.messages] == ["Noon", "Dots", "Minutes"]


def test_fetches_what_is_unseen_and_marks_it(
    getmail: Getmail, letters: Letters, anna: mockmail.User
) -> None:
    search = "imap_search = UNSEEN\nimap_on_delete = (\\Seen)"
    run = getmail.run("imap", "delete = true", retriever=search)
    assert run.status == 0, run.output
    assert getmail.taken() == local(*letters[1:])
    assert [r"\Seen" in message.flags for message in anna.inbox.messages] == [True, True, True]
    again = getmail.run("imap", "delete = true", retriever=search)
    assert (again.status, again.changes, getmail.taken()) == (0, [], [])


def test_goes_from_mailbox_to_mailbox(getmail: Getmail, anna: mockmail.User) -> None:
    anna.deliver(note("in the INBOX"))
    mailbox(anna, "Entwürfe").add(note("not yet done"))
    mailbox(anna, "Work/2024").add(note("at work"))
    mailbox(anna, "Spam").add(note("bargain"))
    run = getmail.run("imap", retriever='mailboxes = ("INBOX", "Entwürfe", "Work/2024")')
    assert run.status == 0, run.output
    assert getmail.taken() == local(note("in the INBOX"), note("not yet done"), note("at work"))
    assert getmail.run("imap", retriever="mailboxes = ALL").status == 0
    assert len(getmail.taken()) == 4


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_leaves_what_is_too_large(
    getmail: Getmail, letters: Letters, anna: mockmail.User, protocol: str
) -> None:
    run = getmail.run(protocol, "delete = true", "max_message_size = 10000")
    assert run.status == 0, run.output
    assert getmail.taken() == local(*letters[:2])
    assert [message.raw for message in anna.inbox.messages] == [letters[2]]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.usefixtures("letters")
def test_a_wrong_password_is_refused(getmail: Getmail, protocol: str) -> None:
    run = getmail.run(protocol, password="pear")
    assert run.status != 0
    assert (run.changes, getmail.taken()) == ([], [])


def test_logs_in_with_a_digest(getmail: Getmail, letters: Letters) -> None:
    run = getmail.run("pop3", retriever="use_apop = true")
    assert run.status == 0, run.output
    assert run.commands("pop3")[0].startswith("APOP anna ")
    assert getmail.taken() == local(*letters)


@pytest.mark.parametrize(("protocol", "command"), [("imap", "UID FETCH"), ("pop3", "RETR")])
def test_a_reset_inside_a_message_and_a_second_run(
    getmail: Getmail, letters: Letters, anna: mockmail.User, protocol: str, command: str
) -> None:
    getmail.laptop.server.faults.add(
        mockmail.When(protocol=protocol, command=command, point="data"),
        mockmail.Cut(inside="literal", offset=50),
        skip=1,
    )
    each = ("read_all = false", "delete = true", "to_oldmail_on_each_mail = true")
    broken = getmail.run(protocol, *each)
    assert broken.status != 0
    assert getmail.taken() == local(letters[0])
    assert getmail.run(protocol, *each).status == 0
    assert anna.inbox.messages == ()
    assert getmail.taken() == local(*letters[1:])


@pytest.mark.parametrize("protocol", ["imaps", "pop3s"])
def test_over_tls(getmail: Getmail, letters: Letters, protocol: str) -> None:
    stranger = getmail.laptop.file("stranger.pem", trustme.CA().cert_pem.bytes().decode())
    refused = getmail.run(protocol, retriever=f"ca_certs = {stranger}")
    assert refused.status != 0
    assert (refused.commands(protocol[:4]), getmail.taken()) == ([], [])
    run = getmail.run(protocol, retriever=f"ca_certs = {getmail.laptop.trust}")
    assert run.status == 0, run.output
    assert getmail.taken() == local(*letters)
