"""The program mutt on a terminal, where keys are pushed; and without one, sending mail."""

import imaplib

import pytest

import mockmail
from programs import Laptop, Run, mailbox, names, note, subjects

pytestmark = pytest.mark.program("mutt")
Letters = tuple[bytes, bytes, bytes]


class Mutt:
    """Anna's account in mutt."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop

    def settings(self, spool: str, more: str) -> str:
        server = self.laptop.server
        editor = self.laptop.file("editor", '#!/bin/sh\necho "At one." >>"$1"\n')
        editor.chmod(0o700)
        path = self.laptop.file(
            "muttrc",
            f"""
set folder = imap://anna@localhost:{server.imap.port}/
set spoolfile = {spool}
set imap_pass = apple
set pop_pass = apple
set smtp_url = smtp://localhost:{server.smtp.port}/
set ssl_starttls = no
set ssl_force_tls = no
set realname = Anna
set from = anna@example.org
set record = +Sent
set postponed = +Drafts
set editor = {editor}
set sort = mailbox-order
set delete = yes
set pop_delete = yes
set quit = yes
set confirmappend = no
set confirmcreate = no
set fast_reply = yes
set include = yes
set mark_old = no
set resolve = no
set sleep_time = 0
set wait_key = no
{more}
""",
        )
        return str(path)

    def keys(self, *keys: str, spool: str = "+INBOX", more: str = "") -> Run:
        """Press keys, and leave at the end."""
        settings = self.settings(spool, more)
        pushed = "".join([*keys, "<quit>"])
        run = self.laptop.run_on_terminal("mutt", "-n", "-F", settings, "-e", f'push "{pushed}"')
        assert run.status == 0, run.output
        return run

    def send(self, body: bytes, *arguments: str) -> None:
        settings = self.settings("+INBOX", "")
        run = self.laptop.run("mutt", "-n", "-F", settings, *arguments, given=body)
        assert run.status == 0, run.output


@pytest.fixture
def mutt(laptop: Laptop) -> Mutt:
    return Mutt(laptop)


def to(number: int) -> str:
    """Go to a message."""
    return f"<jump>{number}<enter>"


@pytest.mark.usefixtures("letters")
def test_looks_at_a_mailbox_without_a_trace(mutt: Mutt) -> None:
    run = mutt.keys()
    for shown in ("Noon", "Dots", "Minutes", "Carol"):
        assert shown in run.output
    assert run.changes == []
    assert not any("BODY.PEEK[]" in command for command in run.commands("imap"))


@pytest.mark.usefixtures("letters")
def test_reads_a_message(mutt: Mutt, anna: mockmail.User) -> None:
    run = mutt.keys(to(2), "<display-message><pipe-message>cat >shown<enter><exit>")
    assert "\n.\n..\n.profile is yours to keep\n" in (mutt.laptop.home / "shown").read_text()
    assert sum("BODY.PEEK[]" in command for command in run.commands("imap")) == 1
    assert subjects(anna.inbox) == {
        "Noon": {r"\Seen"},
        "Dots": {r"\Flagged", r"\Seen"},
        "Minutes": set(),
    }


@pytest.mark.usefixtures("letters")
def test_changes_flags(mutt: Mutt, anna: mockmail.User) -> None:
    mutt.keys(to(1), "<flag-message>", to(2), "<flag-message>", to(3), "<set-flag>r")
    assert subjects(anna.inbox) == {
        "Noon": {r"\Flagged", r"\Seen"},
        "Dots": set(),
        "Minutes": {r"\Answered", r"\Seen"},
    }


@pytest.mark.usefixtures("letters")
def test_saves_to_another_mailbox(mutt: Mutt, anna: mockmail.User, letters: Letters) -> None:
    run = mutt.keys(to(2), "<save-message>=Entwürfe/Neu<enter>", "<sync-mailbox>")
    assert any(each.startswith("UID COPY 2") for each in run.commands("imap"))
    assert {"Entwürfe", "Entwürfe/Neu"} <= names(anna)
    (saved,) = mailbox(anna, "Entwürfe/Neu").messages
    assert saved.raw == letters[1]
    assert r"\Flagged" in saved.flags
    assert set(subjects(anna.inbox)) == {"Noon", "Minutes"}


@pytest.mark.usefixtures("letters")
def test_copies_and_goes_from_mailbox_to_mailbox(mutt: Mutt, anna: mockmail.User) -> None:
    archive = mailbox(anna, "Archive")
    archive.add(note("Old"))
    mutt.keys(
        to(1),
        "<copy-message>=Archive<enter>",
        "<change-folder>=Archive<enter>",
        "<delete-pattern>~s Old<enter>",
        "<change-folder>!<enter>",
        to(3),
        "<flag-message>",
    )
    assert set(subjects(archive)) == {"Noon"}
    assert subjects(anna.inbox)["Minutes"] == {r"\Flagged"}
    assert len(anna.inbox.messages) == 3


@pytest.mark.usefixtures("letters")
def test_deletes_and_purges(mutt: Mutt, anna: mockmail.User) -> None:
    mutt.keys(to(1), "<delete-message>", to(3), "<delete-message>", "<sync-mailbox>")
    assert subjects(anna.inbox) == {"Dots": {r"\Flagged"}}
    run = mutt.keys(to(1), "<delete-message>", "<undelete-message>")
    assert run.changes == []
    assert subjects(anna.inbox) == {"Dots": {r"\Flagged"}}


@pytest.mark.usefixtures("letters")
def test_searches_on_the_server(mutt: Mutt, anna: mockmail.User) -> None:
    run = mutt.keys("<tag-pattern>=B soup<enter>", "<tag-prefix><flag-message>")
    assert 'UID SEARCH TEXT "soup"' in run.commands("imap")
    assert subjects(anna.inbox)["Noon"] == {r"\Flagged", r"\Seen"}


def test_sends_by_smtp_and_keeps_a_copy(
    mutt: Mutt, anna: mockmail.User, ben: mockmail.User
) -> None:
    picture = mutt.laptop.file("größe.csv", "a,b\n1,2\n")
    arguments = ("-s", "Grüße", "-a", str(picture), "--")
    mutt.send("Schöne Grüße\n".encode(), *arguments, ben.address, "dora@far.example")
    (received,) = ben.inbox.messages
    (copy,) = mailbox(anna, "Sent").messages
    (out,) = mutt.laptop.server.outbox
    assert out.recipients == ("dora@far.example",)
    assert received.subject == copy.subject == "Grüße"
    assert received.raw.endswith(copy.raw[copy.raw.index(b"\r\n\r\n") :])
    assert copy.flags == (r"\Seen",)


def test_submits_with_a_password(mutt: Mutt, anna: mockmail.User, ben: mockmail.User) -> None:
    url = f"smtp://anna:apple@localhost:{mutt.laptop.server.submission.port}/"
    more = f"set smtp_url = {url}\nset smtp_authenticators = plain\nset dsn_notify = never"
    run = mutt.keys(f"<mail>{ben.address}<enter>Lunch<enter><send-message>", more=more)
    (received,) = ben.inbox.messages
    assert b" with ESMTPA id " in received.raw
    assert any(each.endswith(" NOTIFY=never") for each in run.commands("submission"))
    assert subjects(mailbox(anna, "Sent")) == {"Lunch": {r"\Seen"}}


def test_answers_a_message(mutt: Mutt, anna: mockmail.User, ben: mockmail.User) -> None:
    anna.deliver(subject="Noon", text="Shall we eat at noon?", sender=ben.address)
    mutt.keys("<reply><send-message>")
    (received,) = ben.inbox.messages
    assert received.subject == "Re: Noon"
    assert b"> Shall we eat at noon?\r\n" in received.raw
    assert received.raw.endswith(b"At one.\r\n")
    assert subjects(anna.inbox) == {"Noon": {r"\Answered", r"\Seen"}}
    assert subjects(mailbox(anna, "Sent")) == {"Re: Noon": {r"\Seen"}}


def test_keeps_a_draft_and_sends_it_later(
    mutt: Mutt, anna: mockmail.User, ben: mockmail.User
) -> None:
    mutt.keys(f"<mail>{ben.address}<enter>Lunch<enter><postpone-message>")
    (draft,) = mailbox(anna, "Drafts").messages
    assert draft.subject == "Lunch"
    assert ben.inbox.messages == ()
    mutt.keys("<recall-message><send-message>")
    assert mailbox(anna, "Drafts").messages == ()
    (received,) = ben.inbox.messages
    assert received.raw.endswith(b"At one.\r\nAt one.\r\n")


@pytest.mark.parametrize("sync", ["condstore", "qresync"])
@pytest.mark.usefixtures("letters")
def test_a_cache_of_headers_is_brought_up_to_date(
    mutt: Mutt, anna: mockmail.User, phone: imaplib.IMAP4, sync: str
) -> None:
    cached = f"set header_cache = {mutt.laptop.home}/cache\nset imap_{sync} = yes"
    mutt.keys(more=cached)
    phone.uid("STORE", "2", "+FLAGS", r"(\Seen)")
    phone.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
    phone.expunge()
    anna.deliver(note("Later"))
    run = mutt.keys("<tag-pattern>~R<enter><tag-prefix><save-message>=Read<enter>", more=cached)
    (synced,) = [each for each in run.commands("imap") if "CHANGEDSINCE" in each]
    assert synced.startswith("UID FETCH 1:3 (FLAGS) (CHANGEDSINCE ")
    assert synced.endswith(" VANISHED)") == (sync == "qresync")
    (headers,) = [each for each in run.commands("imap") if "HEADER" in each]
    assert headers.startswith("FETCH 3 (")
    assert set(subjects(mailbox(anna, "Read"))) == {"Dots"}
    assert set(subjects(anna.inbox)) == {"Minutes", "Later"}


@pytest.mark.usefixtures("letters")
def test_reads_a_maildrop(mutt: Mutt, anna: mockmail.User) -> None:
    spool = f"pop://anna@localhost:{mutt.laptop.server.pop3.port}/"
    run = mutt.keys(to(2), "<pipe-message>cat >shown<enter>", "<delete-message>", spool=spool)
    assert "\n.\n..\n.profile is yours to keep\n" in (mutt.laptop.home / "shown").read_text()
    assert {"RETR 2", "DELE 2"} <= set(run.commands("pop3"))
    assert set(subjects(anna.inbox)) == {"Noon", "Minutes"}


@pytest.mark.parametrize(("method", "heard"), [("apop", "APOP anna "), ("user", "USER anna")])
@pytest.mark.usefixtures("letters")
def test_ways_to_log_in_to_a_maildrop(mutt: Mutt, method: str, heard: str) -> None:
    spool = f"pop://anna@localhost:{mutt.laptop.server.pop3.port}/"
    run = mutt.keys(to(1), spool=spool, more=f"set pop_authenticators = {method}")
    assert "Minutes" in run.output
    assert any(each.startswith(heard) for each in run.commands("pop3"))


@pytest.mark.parametrize("protocol", ["imap", "imaps", "pop3", "pop3s"])
@pytest.mark.usefixtures("letters")
def test_over_tls(mutt: Mutt, protocol: str) -> None:
    trust = f"set ssl_force_tls = yes\nset certificate_file = {mutt.laptop.trust}"
    port = getattr(mutt.laptop.server, protocol).port
    spool = f"{protocol.replace('pop3', 'pop')}://anna@localhost:{port}/"
    run = mutt.keys(to(1), spool=spool, more=trust)
    assert "Minutes" in run.output
    secure = [str(line) for line in mutt.laptop.server.transcript.lines() if "TLS" in line.text]
    assert "A  *: TLS from here on" in secure
