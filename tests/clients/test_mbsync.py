"""The program mbsync (of isync): an account and a Maildir, kept the same in both directions."""

import imaplib
import os
import re
from pathlib import Path

import pytest

import mockmail
from programs import Laptop, Run, mailbox, names, note, subjects, unix

pytestmark = pytest.mark.program("mbsync")
Letters = tuple[bytes, bytes, bytes]
READING = {"LOGIN", "LIST", "NAMESPACE", "SELECT", "UID", "CLOSE", "LOGOUT"}
"""The commands of a run that changes nothing."""


class Mbsync:
    """Anna's account, her Maildir, and what keeps them together."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop
        self.mail = laptop.home / "Mail"
        self.mail.mkdir()

    def run(
        self, *channel: str, store: str = "Host 127.0.0.1\nSSLType None", port: int | None = None
    ) -> Run:
        """One run over all mailboxes, if the channel has no other patterns."""
        settings = self.laptop.file(
            "mbsyncrc",
            f"""
IMAPStore server
{store}
Port {port or self.laptop.server.imap.port}
User anna
Pass apple
AuthMechs LOGIN

MaildirStore laptop
Path {self.mail}/
Inbox {self.mail}/INBOX
SubFolders Verbatim

Channel mail
Far :server:
Near :laptop:
Create Both
Expunge Both
SyncState *
"""
            + "\n".join(channel or ["Patterns *"])
            + "\n",
        )
        # It waits for a second to be over in which a folder has changed.
        for folder in self.mail.glob("**/"):
            os.utime(folder, (0, 0))
        return self.laptop.run("mbsync", "--config", settings, "--all")

    def sync(self, *channel: str) -> Run:
        """A run that succeeds."""
        run = self.run(*channel)
        assert run.status == 0, run.output
        return run

    def write(self, raw: bytes, name: str, folder: str = "INBOX") -> None:
        """A message from some program of the laptop's: ``cur/draft:2,D``."""
        for part in ("cur", "new", "tmp"):
            (self.mail / folder / part).mkdir(parents=True, exist_ok=True)
        (self.mail / folder / name).write_bytes(unix(raw))

    def file(self, subject: str, folder: str = "INBOX") -> Path:
        """Where a message lies."""
        line = f"\nSubject: {subject}\n".encode()
        (found,) = [path for path in self.files(folder) if line in path.read_bytes()]
        return found

    def files(self, folder: str = "INBOX") -> list[Path]:
        return [*self.mail.glob(f"{folder}/new/*"), *self.mail.glob(f"{folder}/cur/*")]

    def letters(self, folder: str = "INBOX") -> list[tuple[bytes, str]]:
        """Content and flags of each message, by content."""
        return sorted((unmarked(path.read_bytes()), flags(path)) for path in self.files(folder))

    def everything(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.mail.glob("**/*") if path.is_file()}

    def assert_at_rest(self) -> None:
        """Another run changes nothing, here or there, and reads no message."""
        before = self.everything()
        run = self.sync()
        assert run.changes == []
        assert {command.split()[0] for command in run.commands("imap")} <= READING
        assert not any("BODY" in command or "STORE" in command for command in run.commands("imap"))
        assert self.everything() == before


@pytest.fixture
def mbsync(laptop: Laptop) -> Mbsync:
    return Mbsync(laptop)


def unmarked(raw: bytes) -> bytes:
    """A message without the field by which mbsync knows again what it has brought."""
    return re.sub(rb"^X-TUID: .*\n", b"", raw, count=1, flags=re.MULTILINE)


def flags(path: Path) -> str:
    return path.name.partition(":2,")[2]


def test_the_first_run_pulls_all_and_the_second_nothing(mbsync: Mbsync, letters: Letters) -> None:
    noon, dots, long = letters
    run = mbsync.sync()
    assert mbsync.letters() == sorted([(unix(noon), "S"), (unix(dots), "F"), (unix(long), "")])
    assert sum("BODY.PEEK[]" in command for command in run.commands("imap")) == 3
    mbsync.assert_at_rest()


def test_new_mail_goes_both_ways(mbsync: Mbsync, letters: Letters, anna: mockmail.User) -> None:
    mbsync.sync()
    anna.deliver(note("Invitation"))
    mbsync.write(note("Reply"), "cur/reply:2,RS")
    mbsync.write(note("Draft"), "new/draft")
    run = mbsync.sync()
    assert sum("BODY.PEEK[]" in command for command in run.commands("imap")) == 1
    assert [message.raw for message in anna.inbox.messages[:3]] == list(letters)
    assert {unmarked(message.raw) for message in anna.inbox.messages[3:]} == {
        note("Invitation"),
        note("Reply"),
        note("Draft"),
    }
    assert subjects(anna.inbox)["Reply"] == {r"\Answered", r"\Seen"}
    assert subjects(anna.inbox)["Draft"] == set()
    assert unmarked(mbsync.file("Invitation").read_bytes()) == unix(note("Invitation"))
    assert flags(mbsync.file("Reply")) == "RS"
    mbsync.assert_at_rest()


@pytest.mark.usefixtures("letters")
def test_flags_go_both_ways(mbsync: Mbsync, phone: imaplib.IMAP4, anna: mockmail.User) -> None:
    mbsync.sync()
    phone.uid("STORE", "1", "+FLAGS", r"(\Answered)")
    phone.uid("STORE", "3", "+FLAGS", r"(\Seen)")
    phone.uid("STORE", "2", "-FLAGS", r"(\Flagged)")
    # The first two are changed on both sides; the changes don't contradict each other.
    for subject, letters in (("Noon", "FS"), ("Minutes", "DF")):
        path = mbsync.file(subject)
        path.rename(path.parents[1] / "cur" / f"{path.name.partition(':')[0]}:2,{letters}")
    mbsync.sync()
    assert {subject: flags(mbsync.file(subject)) for subject in subjects(anna.inbox)} == {
        "Noon": "FRS",
        "Dots": "",
        "Minutes": "DFS",
    }
    assert subjects(anna.inbox) == {
        "Noon": {r"\Answered", r"\Flagged", r"\Seen"},
        "Dots": set(),
        "Minutes": {r"\Draft", r"\Flagged", r"\Seen"},
    }
    mbsync.assert_at_rest()


def test_what_is_deleted_on_one_side_goes_from_the_other(
    mbsync: Mbsync, letters: Letters, phone: imaplib.IMAP4, anna: mockmail.User
) -> None:
    anna.deliver(note("Marked"))
    mbsync.sync()
    phone.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
    phone.expunge()
    mbsync.file("Dots").unlink()
    marked = mbsync.file("Marked")
    marked.rename(mbsync.mail / "INBOX" / "cur" / f"{marked.name.partition(':')[0]}:2,T")
    run = mbsync.sync()
    assert [message.raw for message in anna.inbox.messages] == [letters[2]]
    assert mbsync.letters() == [(unix(letters[2]), "")]
    assert not any("BODY" in command for command in run.commands("imap"))
    mbsync.assert_at_rest()


def test_a_message_deleted_here_and_flagged_there_is_gone(
    mbsync: Mbsync, phone: imaplib.IMAP4, anna: mockmail.User, letters: Letters
) -> None:
    mbsync.sync()
    phone.uid("STORE", "2", "+FLAGS", r"(\Seen)")
    mbsync.file("Dots").unlink()
    mbsync.sync()
    assert [message.raw for message in anna.inbox.messages] == [letters[0], letters[2]]
    mbsync.assert_at_rest()


def test_patterns_choose_the_mailboxes(mbsync: Mbsync, anna: mockmail.User) -> None:
    for name in ("Work", "Work/2023", "Work/2024", "Work/2024/May", "Spam", "Worms"):
        mailbox(anna, name).add(note(f"in {name}"))
    run = mbsync.sync("Patterns Work* !Work/2023 !Worms")
    assert {path.name for path in mbsync.mail.iterdir()} == {"Work"}
    assert set(subjects(mailbox(anna, "Work"))) == {"in Work"}
    for name in ("Work", "Work/2024", "Work/2024/May"):
        assert mbsync.letters(name) == [(unix(note(f"in {name}")), "")]
    assert not mbsync.files("Work/2023")
    selected = [each for each in run.commands("imap") if each.startswith("SELECT")]
    assert selected == ['SELECT "Work"', 'SELECT "Work/2024"', 'SELECT "Work/2024/May"']
    assert {path.name for path in mbsync.mail.iterdir()} == {"Work"}


def test_mailboxes_are_made_on_both_sides(mbsync: Mbsync, anna: mockmail.User) -> None:
    mailbox(anna, "Lists/Python").add(note("PEP"), flags=[r"\Flagged"])
    mbsync.write(note("Rome"), "cur/rome:2,S", "Travel/2024")
    mbsync.sync()
    assert {"INBOX", "Lists", "Lists/Python", "Travel", "Travel/2024"} == names(anna)
    (rome,) = mailbox(anna, "Travel/2024").messages
    assert (unmarked(rome.raw), rome.flags) == (note("Rome"), (r"\Seen",))
    assert mbsync.letters("Lists/Python") == [(unix(note("PEP")), "F")]
    mbsync.sync()  # brings the Travel that the server has made above the other
    mbsync.assert_at_rest()


def test_names_outside_us_ascii(mbsync: Mbsync, anna: mockmail.User) -> None:
    mailbox(anna, "Entwürfe & mehr").add(note("Entwurf"))
    mailbox(anna, "メール/台北").add(note("Taipei"))
    mbsync.write(note("Billet"), "new/billet", "Envoy&AOk-s")
    mbsync.sync()
    # It keeps the names as they are on the wire.
    assert mbsync.letters("Entw&APw-rfe &- mehr") == [(unix(note("Entwurf")), "")]
    assert mbsync.letters("&MOEw,DDr-/&U,BTFw-") == [(unix(note("Taipei")), "")]
    assert "Envoyés" in names(anna)
    assert set(subjects(mailbox(anna, "Envoyés"))) == {"Billet"}
    mbsync.assert_at_rest()


def test_a_mailbox_that_is_gone_goes_from_the_other_side(
    mbsync: Mbsync, phone: imaplib.IMAP4, anna: mockmail.User
) -> None:
    for name in ("Kept", "Old", "Older"):
        mailbox(anna, name)
    mbsync.sync()
    phone.delete("Old")
    mbsync.sync("Patterns *", "Remove Both")
    assert names(anna) == {"INBOX", "Kept", "Older"}
    assert {path.name for path in mbsync.mail.iterdir()} == {"INBOX", "Kept", "Older"}


def test_a_mailbox_that_is_another_one_is_refused(
    mbsync: Mbsync, phone: imaplib.IMAP4, anna: mockmail.User
) -> None:
    mailbox(anna, "List").add(note("One"))
    mailbox(anna, "List").add(note("Two"))
    mbsync.sync()
    phone.delete("List")
    other = mailbox(anna, "List")
    other.add(note("Three"))
    other.add(note("Four"))
    before = mbsync.everything()
    run = mbsync.run()
    assert run.status != 0
    assert "UIDVALIDITY" in run.output
    assert run.changes == []
    assert mbsync.everything() == before
    assert set(subjects(other)) == {"Three", "Four"}


def test_from_one_account_to_another(
    laptop: Laptop, anna: mockmail.User, ben: mockmail.User
) -> None:
    anna.inbox.fake(40, charsets=["utf-8", "iso-8859-1"], flags={r"\Seen": 0.5, r"\Flagged": 0.2})
    settings = "".join(
        f"IMAPStore {name}\nHost 127.0.0.1\nPort {laptop.server.imap.port}\nUser {name}\n"
        f"Pass {password}\nSSLType None\nAuthMechs LOGIN\n\n"
        for name, password in (("anna", "apple"), ("ben", "banana"))
    )
    channel = "Channel move\nFar :anna:\nNear :ben:\nSync Pull\nCopyArrivalDate yes\nSyncState "
    path = laptop.file("mbsyncrc", f"{settings}{channel}{laptop.home}/state-\n")
    run = laptop.run("mbsync", "--config", path, "--all")
    assert run.status == 0, run.output
    there, here = anna.inbox.messages, ben.inbox.messages
    assert [unmarked(message.raw) for message in here] == [message.raw for message in there]
    assert [message.flags for message in here] == [message.flags for message in there]
    assert [message.internaldate for message in here] == [m.internaldate for m in there]
    again = laptop.run("mbsync", "--config", path, "--all")
    assert (again.status, again.changes) == (0, [])


def test_a_reset_inside_a_literal_and_a_second_run(mbsync: Mbsync, letters: Letters) -> None:
    mbsync.laptop.server.faults.add(
        mockmail.When(point="data", command="UID FETCH", response=mockmail.Match(uid=3)),
        mockmail.Cut(inside="literal", offset=50_000, how="reset"),
        skip=1,  # the list of flags comes first
    )
    assert mbsync.run().status != 0
    mbsync.sync()
    assert [content for content, _ in mbsync.letters()] == sorted(map(unix, letters))
    mbsync.assert_at_rest()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("kind", ["IMAPS", "STARTTLS"])
def test_over_tls(mbsync: Mbsync, letters: Letters, kind: str, host: str) -> None:
    server = mbsync.laptop.server
    store = f"Host {host}\nSSLType {kind}"
    port = server.imaps.port if kind == "IMAPS" else server.imap.port
    ca = mbsync.laptop.trust
    refused = mbsync.run(store=store, port=port)
    assert refused.status != 0
    assert not any("LOGIN" in command for command in refused.commands("imap"))
    run = mbsync.run(store=f"{store}\nCertificateFile {ca}", port=port)
    assert run.status == 0, run.output
    assert [content for content, _ in mbsync.letters()] == sorted(map(unix, letters))
