"""The program fetchmail: from IMAP or POP3 to a command that takes mail, or to SMTP."""

import imaplib
from typing import Literal

import pytest

import mockmail
from programs import Deliver, Laptop, Run, mailbox, note, unix

pytestmark = pytest.mark.program("fetchmail")
Letters = tuple[bytes, bytes, bytes]

# fetchmail's exit codes, as its manual has them.
OK, NO_MAIL, SOCKET, AUTHENTICATION, TRANSIENT = 0, 1, 2, 3, 13


class Fetchmail:
    """Anna's account, and the file where a command puts her mail."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop
        self.box = laptop.home / "box"

    def run(
        self,
        protocol: str,
        options: str = "",
        *,
        password: str = "apple",
        host: str = "127.0.0.1",
        secure: str = "sslproto ''",
        sink: str = "",
        more: str = "",
    ) -> Run:
        server = self.laptop.server
        endpoint = getattr(server, protocol)
        uidl = "uidl" if protocol.startswith("pop3") else ""
        settings = self.laptop.file(
            "fetchmailrc",
            f"""
set invisible
set no bouncemail
poll {host} protocol {protocol.removesuffix("s")} port {endpoint.port} timeout 30 {uidl} {more}
  user anna password {password} {secure} no rewrite {options} {sink or self.command}
""",
        )
        files = ("--idfile", self.laptop.home / "ids", "--pidfile", self.laptop.home / "pid")
        return self.laptop.run("fetchmail", "--fetchmailrc", settings, *files)

    @property
    def command(self) -> str:
        """Takes mail that it is given."""
        return f'mda "cat >>{self.box}"'

    def smtp(self, recipient: str) -> str:
        """Takes mail, too."""
        return f"smtphost 127.0.0.1/{self.laptop.server.smtp.port} smtpname {recipient}"

    def taken(self) -> bytes:
        """All mail that was brought since the last look."""
        found = self.box.read_bytes()
        self.box.unlink()
        return found


@pytest.fixture
def fetchmail(laptop: Laptop) -> Fetchmail:
    return Fetchmail(laptop)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_fetches_all_and_leaves_nothing(
    fetchmail: Fetchmail, letters: Letters, anna: mockmail.User, protocol: str
) -> None:
    run = fetchmail.run(protocol, "fetchall nokeep")
    assert run.status == OK, run.output
    assert fetchmail.taken() == unix(b"".join(letters))
    assert anna.inbox.messages == ()
    again = fetchmail.run(protocol, "fetchall nokeep")
    assert (again.status, again.changes) == (NO_MAIL, [])
    assert not fetchmail.box.exists()


def test_imap_fetches_what_is_unseen_and_marks_it(
    fetchmail: Fetchmail, letters: Letters, anna: mockmail.User
) -> None:
    run = fetchmail.run("imap", "keep")
    assert run.status == OK, run.output
    assert fetchmail.taken() == unix(letters[1] + letters[2])
    assert all(r"\Seen" in message.flags for message in anna.inbox.messages)
    again = fetchmail.run("imap", "keep")
    assert (again.status, again.changes) == (NO_MAIL, [])
    assert not any(command.startswith("FETCH") for command in again.commands("imap"))
    anna.deliver(note("Later"))
    assert fetchmail.run("imap", "keep").status == OK
    assert fetchmail.taken() == unix(note("Later"))


def test_pop3_knows_by_uidl_what_it_has(
    fetchmail: Fetchmail, letters: Letters, anna: mockmail.User, phone: imaplib.IMAP4
) -> None:
    run = fetchmail.run("pop3", "keep")
    assert run.status == OK, run.output
    assert fetchmail.taken() == unix(b"".join(letters))
    again = fetchmail.run("pop3", "keep")
    assert (again.status, again.changes) == (NO_MAIL, [])
    assert not any(word in str(again.commands("pop3")) for word in ("RETR", "TOP", "DELE"))
    # Numbers move, ids don't.
    phone.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
    phone.expunge()
    anna.deliver(note("Later"))
    assert fetchmail.run("pop3", "keep").status == OK
    assert fetchmail.taken() == unix(note("Later"))
    assert len(anna.inbox.messages) == 3


@pytest.mark.parametrize("style", ["uid", "digest", "long"])
def test_pop3_knows_any_unique_id(style: Literal["uid", "digest", "long"], laptop: Laptop) -> None:
    with mockmail.start_server(pop3=mockmail.Pop3Settings(uidl=style)) as server:
        laptop.server = server
        anna = server.add_user("anna", password="apple")
        anna.deliver(note("First"))
        fetchmail = Fetchmail(laptop)
        for subject in ("Second", "Third"):
            assert fetchmail.run("pop3", "keep").status == OK
            assert fetchmail.taken() == unix(note("First" if subject == "Second" else "Second"))
            anna.deliver(note(subject))


def test_pop3_with_a_digest_in_the_place_of_a_password(laptop: Laptop) -> None:
    settings = mockmail.Pop3Settings(capabilities="+AUTH=CRAM-MD5")
    with mockmail.start_server(pop3=settings) as server:
        laptop.server = server
        server.add_user("anna", password="apple").deliver(note("Lunch"))
        run = Fetchmail(laptop).run("pop3", "fetchall", more="auth cram-md5")
        assert run.status == OK, run.output
        assert "AUTH CRAM-MD5" in run.commands("pop3")


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_takes_mail_from_one_user_to_another(
    fetchmail: Fetchmail, letters: Letters, anna: mockmail.User, ben: mockmail.User, protocol: str
) -> None:
    run = fetchmail.run(protocol, "fetchall nokeep", sink=fetchmail.smtp(ben.address))
    assert run.status == OK, run.output
    assert anna.inbox.messages == ()
    assert len(ben.inbox.messages) == 3
    for message, letter in zip(ben.inbox.messages, letters, strict=True):
        assert message.raw.endswith(b"\r\n" + letter)
        assert message.raw.startswith(b"Return-Path: <")


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_delivers_by_lmtp(
    fetchmail: Fetchmail, letters: Letters, anna: mockmail.User, ben: mockmail.User, protocol: str
) -> None:
    port = fetchmail.laptop.server.lmtp.port
    sink = f"lmtp smtphost 127.0.0.1/{port} smtpname {ben.address}"
    run = fetchmail.run(protocol, "fetchall nokeep", sink=sink)
    assert run.status == OK, run.output
    assert anna.inbox.messages == ()
    for message, letter in zip(ben.inbox.messages, letters, strict=True):
        assert message.raw.endswith(b"\r\n" + letter)
        assert b" with LMTP id " in message.raw


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_what_nobody_takes_stays(
    fetchmail: Fetchmail, letters: Letters, anna: mockmail.User, ben: mockmail.User, protocol: str
) -> None:
    run = fetchmail.run(protocol, "fetchall nokeep", sink='mda "cat >/dev/null; exit 75"')
    assert (run.status, run.output.count(" not flushed")) == (OK, 3)
    assert [message.raw for message in anna.inbox.messages] == list(letters)
    fetchmail.laptop.server.faults.add(
        mockmail.When(protocol="smtp", command="DATA", point="continuation"),
        mockmail.Cut(how="fin"),
    )
    run = fetchmail.run(protocol, "fetchall nokeep", sink=fetchmail.smtp(ben.address))
    assert (run.status, run.output.count(" not flushed")) == (OK, 1)
    assert [message.raw for message in anna.inbox.messages] == [letters[0]]
    assert len(ben.inbox.messages) == 2


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_leaves_what_is_too_large(
    fetchmail: Fetchmail, letters: Letters, anna: mockmail.User, protocol: str
) -> None:
    run = fetchmail.run(protocol, "fetchall nokeep limit 10000")
    assert run.status == OK, run.output
    assert fetchmail.taken() == unix(letters[0] + letters[1])
    assert [message.raw for message in anna.inbox.messages] == [letters[2]]


def test_goes_from_folder_to_folder(fetchmail: Fetchmail, anna: mockmail.User) -> None:
    anna.deliver(note("in the INBOX"))
    mailbox(anna, "Work").add(note("at work"))
    mailbox(anna, "Spam").add(note("bargain"))
    run = fetchmail.run("imap", "nokeep folder INBOX folder Work")
    assert run.status == OK, run.output
    assert fetchmail.taken() == unix(note("in the INBOX") + note("at work"))
    left = [len(mailbox(anna, name).messages) for name in ("INBOX", "Work", "Spam")]
    assert left == [0, 0, 1]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.usefixtures("letters")
def test_a_wrong_password_is_refused(fetchmail: Fetchmail, protocol: str) -> None:
    run = fetchmail.run(protocol, password="pear")
    assert (run.status, run.changes) == (AUTHENTICATION, [])
    assert not fetchmail.box.exists()


def test_waits_in_idle_for_mail(
    fetchmail: Fetchmail, letters: Letters, anna: mockmail.User
) -> None:
    idling = mockmail.When(command="IDLE", point="continuation")
    faults = fetchmail.laptop.server.faults
    for subject in ("First", "Second"):
        faults.add(idling, Deliver("anna", note(subject)), skip=int(subject == "Second"))
    faults.add(idling, mockmail.Cut(how="fin"), skip=2)  # else it would wait for ever
    run = fetchmail.run("imap", "nokeep idle")
    assert run.status == SOCKET
    assert run.commands("imap").count("IDLE") == 3
    assert fetchmail.taken() == unix(letters[1] + letters[2] + note("First") + note("Second"))
    assert [message.raw for message in anna.inbox.messages] == [letters[0]]


@pytest.mark.parametrize(("protocol", "command"), [("imap", "FETCH"), ("pop3", "RETR")])
def test_a_reset_inside_a_message_and_a_second_run(
    fetchmail: Fetchmail, letters: Letters, anna: mockmail.User, protocol: str, command: str
) -> None:
    fetchmail.laptop.server.faults.add(
        mockmail.When(protocol=protocol, command=command, point="data"),
        mockmail.Cut(inside="literal", offset=50),
        skip={"imap": 3, "pop3": 1}[protocol],
    )
    broken = fetchmail.run(protocol, "fetchall nokeep")
    assert broken.status == SOCKET
    assert fetchmail.run(protocol, "fetchall nokeep").status == OK
    assert anna.inbox.messages == ()
    assert fetchmail.taken().endswith(unix(letters[1] + letters[2]))


@pytest.mark.parametrize("protocol", ["imap", "imaps", "pop3", "pop3s"])
def test_over_tls(fetchmail: Fetchmail, letters: Letters, protocol: str) -> None:
    secure = ("ssl" if protocol.endswith("s") else "sslproto tls1.2+") + " sslcertck"
    trust = f"{secure} sslcertfile {fetchmail.laptop.trust}"
    # An address it compares with the host names in the certificate only.
    refused = fetchmail.run(protocol, host="localhost", secure=secure)
    assert refused.status == SOCKET
    assert not any("apple" in command for command in refused.commands(protocol[:4]))
    run = fetchmail.run(protocol, "fetchall nokeep", host="localhost", secure=trust)
    assert run.status == OK, run.output
    assert fetchmail.taken() == unix(b"".join(letters))
