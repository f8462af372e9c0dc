"""What a test holds in its hands: mail put into mailboxes, read from files, and written to them."""

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from mailbox import mbox as library_mbox
from pathlib import Path

import pytest

from mockmail import Attachment, Mailbox, Server, User, start_server


@pytest.fixture
def server() -> Iterator[Server]:
    with start_server() as server:
        yield server


@pytest.fixture
def inbox(server: Server) -> Mailbox:
    return server.add_user("anna").inbox


def test_to_deliver_is_to_add_to_the_inbox(server: Server) -> None:
    assert parameters(User.deliver) == parameters(Mailbox.add)
    anna = server.add_user("anna")
    message = anna.deliver(
        text="ä",
        to="team@example.org",
        cc=["c@example.org"],
        headers={"List-Id": "<team.example.org>"},
        charset="iso-8859-1",
    )
    mail = message.mail
    assert (mail["To"], mail["Cc"]) == ("team@example.org", "c@example.org")
    assert mail["List-Id"] == "<team.example.org>"
    assert mail.get_content_charset() == "iso-8859-1"
    assert anna.deliver(b"a: b\n\nc\n", newlines="keep").raw == b"a: b\n\nc\n"


def parameters(function: Callable[..., object]) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(function).parameters)


def test_a_message_of_parts(inbox: Mailbox) -> None:
    when = datetime(2024, 2, 3, tzinfo=UTC)
    message = inbox.add(
        subject="Grüße",
        text="Text",
        html="<img src='cid:logo'>",
        attachments=[
            Attachment("größe.csv", "a,b\n"),
            Attachment("logo.png", b"\x89PNG", inline=True, content_id="logo"),
        ],
        sender="Jörg <j@example.net>",
        to=["anna@example.org", "x@example.org"],
        cc="c@example.org",
        headers=[("X-A", "1"), ("X-A", "2"), ("Date", None)],
        flags=["\\Seen", "$Todo"],
        date=when,
    )
    assert (message.uid, message.flags, message.internaldate) == (1, ("\\Seen", "$Todo"), when)
    mail = message_from_bytes(message.raw, policy=policy.default)
    assert mail["Subject"] == "Grüße"
    assert mail["To"] == "anna@example.org, x@example.org"
    assert mail["Cc"] == "c@example.org"
    assert mail.get_all("X-A") == ["1", "2"]
    assert mail["Date"] is None
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/csv",
    ]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["größe.csv"]


def test_deliver_goes_to_the_user(server: Server) -> None:
    user = server.add_user("anna", address="a@example.com")
    user.deliver(subject="x", html="<p>y</p>", attachments=[Attachment(None, b"z")])
    (message,) = user.inbox.messages
    mail = message_from_bytes(message.raw, policy=policy.default)
    assert mail["To"] == "a@example.com"
    assert mail["Date"].datetime == datetime(2024, 1, 1, tzinfo=UTC)


def test_whole_messages(inbox: Mailbox) -> None:
    mail = EmailMessage()
    mail["Subject"] = "whole"
    mail.set_content("text")
    mail.add_alternative("<p>text</p>", subtype="html")
    assert inbox.add(mail).subject == "whole"
    assert mail.get_boundary() is None
    assert inbox.add(b"Subject: x\n\ny\n").raw == b"Subject: x\r\n\r\ny\r\n"
    assert inbox.add(b"Subject: x\n\ny\n", newlines="keep").raw == b"Subject: x\n\ny\n"


def test_the_same_seed_makes_the_same_messages() -> None:
    def made(seed: int) -> list[bytes]:
        with start_server(seed=seed) as server:
            inbox = server.add_user("anna").inbox
            inbox.add(text="x", html="y", attachments=[Attachment(None, b"z")])
            mail = EmailMessage()
            mail.set_content("text")
            mail.add_alternative("<p>text</p>", subtype="html")
            inbox.add(mail)
            inbox.fake(5, locale="de_DE")
            return [message.raw for message in inbox.messages]

    assert made(1) == made(1)
    assert all(one != other for one, other in zip(made(1), made(2), strict=True))


@pytest.mark.parametrize(
    "parts",
    [
        {"subject": "x"},
        {"text": "x"},
        {"html": ""},
        {"attachments": [Attachment(None, b"")]},
        {"cc": "x"},
        {"to": "x"},
        {"sender": "x"},
        {"charset": "latin1"},
        {"headers": [("X", "y")]},
    ],
)
def test_a_message_is_whole_or_in_parts(inbox: Mailbox, parts: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="whole or in parts"):
        inbox.add(b"x", **parts)  # type: ignore[arg-type]
    assert not inbox.messages


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"flags": ["\\Nonsense"]}, "no system flag"),
        ({"subject": "a\nb"}, "line end"),
        ({"text": "ß", "charset": "us-ascii"}, "can't be encoded"),
        ({"text": "ß", "charset": "nonsense"}, "no charset"),
        ({"headers": [("No Name", "x")]}, "can't be a field's name"),
    ],
)
def test_what_can_t_be_a_message_leaves_nothing(
    inbox: Mailbox, parts: dict[str, object], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        inbox.add(**parts)  # type: ignore[arg-type]
    assert not inbox.messages


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (
            {"date": date(2024, 1, 1)},
            r"date: expected a datetime or None, found datetime\.date\(2024",
        ),
        ({"date": "2024-01-01"}, "date: expected a datetime or None, found '2024-01-01'"),
        ({"flags": "Seen"}, "several names, not one text"),
        ({"attachments": ["a.txt"]}, "an attachment is an Attachment, not str"),
        ({"message": "Subject: x"}, "a message is bytes or an EmailMessage, not str"),
    ],
)
def test_arguments_of_other_types(inbox: Mailbox, arguments: dict[str, object], why: str) -> None:
    with pytest.raises(TypeError, match=why):
        inbox.add(**arguments)  # type: ignore[arg-type]
    assert not inbox.messages


def test_what_an_attachment_can_be() -> None:
    with pytest.raises(TypeError, match="can't be NoneType"):
        Attachment(None, None)  # type: ignore[arg-type]


def test_what_is_taken_for_convenience(inbox: Mailbox) -> None:
    octets = bytearray(b"x\r\n")
    kept = inbox.add(octets)
    octets[0] = 0
    assert kept.raw == b"x\r\n"
    message = inbox.add(headers={"X-A": "1"}, attachments=Attachment("a", b"b"))  # type: ignore[arg-type]
    assert b"\r\nX-A: 1\r\n" in message.raw
    with pytest.raises(ValueError, match="'crlf' or 'keep'"):
        inbox.add(b"x", newlines="lf")  # type: ignore[arg-type]


def test_what_email_mime_makes(inbox: Mailbox) -> None:
    mail = MIMEMultipart()
    mail["Subject"] = Header("Grüße", "utf-8")
    mail.attach(MIMEText("Schöne", _charset="utf-8"))
    mail.attach(MIMEText("plain"))
    read = message_from_bytes(inbox.add(mail).raw, policy=policy.default)
    assert read["Subject"] == "Grüße"
    assert [part.get_content() for part in read.iter_parts()] == ["Schöne", "plain"]
    assert mail.get_boundary() is None
    (inner,) = message_from_bytes(
        inbox.add(attachments=[Attachment(None, mail)]).raw, policy=policy.default
    ).iter_attachments()
    assert inner.get_content()["Subject"] == "Grüße"


def told(mailbox: Mailbox) -> list[tuple[bytes, tuple[str, ...], datetime]]:
    return [(message.raw, message.flags, message.internaldate) for message in mailbox.messages]


@pytest.mark.parametrize("kind", ["mbox", "maildir", "eml"])
def test_saved_and_loaded_is_the_same(
    server: Server, inbox: Mailbox, tmp_path: Path, kind: str
) -> None:
    inbox.fake(12, locale=["de_DE", "ja_JP"], charsets=["utf-8", "iso-2022-jp"])
    path = tmp_path / "mail"
    inbox.save(path, kind)  # type: ignore[arg-type]
    other = server.add_user("ben").inbox
    assert len(other.load(path)) == len(other.messages) == 12
    if kind == "eml":
        assert [raw for raw, _, _ in told(other)] == [raw for raw, _, _ in told(inbox)]
    else:
        assert told(other) == told(inbox)
    with pytest.raises(FileExistsError):
        inbox.save(path, kind)  # type: ignore[arg-type]


def test_the_standard_library_reads_it(inbox: Mailbox, tmp_path: Path) -> None:
    inbox.add(subject="one", text="From here\n", flags=["\\Seen"])
    inbox.save(tmp_path / "x.mbox", "mbox")
    read = library_mbox(tmp_path / "x.mbox")
    (mail,) = read
    assert (mail["Subject"], mail.get_flags()) == ("one", "RO")
    read.close()


def test_a_maildir_with_all_mailboxes(server: Server, tmp_path: Path) -> None:
    user = server.add_user("anna")
    for name, subject in (("INBOX", "here"), ("Entwürfe/2024", "there"), ("Empty", None)):
        stored = user._user.mailbox(name)
        if stored is None:
            stored = user._world.store.create(user._user, name)
        if subject:
            Mailbox(user._world, user._user, stored).add(subject=subject, flags=["$Todo"])
    user.save(tmp_path / "mail")
    assert (tmp_path / "mail" / ".Entw&APw-rfe.2024" / "cur").is_dir()
    other = server.add_user("ben")
    loaded = {mailbox.name: mailbox for mailbox in other.load(tmp_path / "mail")}
    assert loaded.keys() == {"INBOX", "Entwürfe", "Entwürfe/2024", "Empty"}
    assert [message.subject for message in loaded["Entwürfe/2024"].messages] == ["there"]
    assert told(loaded["INBOX"]) == told(user.inbox)
    with pytest.raises(ValueError, match=r"User\.load"):
        other.inbox.load(tmp_path / "mail")


def test_a_kind_that_is_none(inbox: Mailbox, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'mboxx'"):
        inbox.save(tmp_path / "x", "mboxx")  # type: ignore[arg-type]
    assert not (tmp_path / "x").exists()


def test_what_is_no_mail_is_said(inbox: Mailbox, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        inbox.load(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="neither a Maildir"):
        inbox.load(tmp_path)
    assert not inbox.messages


def test_a_name_that_no_mailbox_can_have_loads_nothing(server: Server, tmp_path: Path) -> None:
    for name in ("cur", ".a%b/cur"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "cur" / "1").write_bytes(b"x")
    user = server.add_user("anna")
    with pytest.raises(ValueError, match="wildcards of LIST"):
        user.load(tmp_path)
    assert not user.inbox.messages


def test_sessions_hear_of_what_is_loaded(server: Server, inbox: Mailbox, tmp_path: Path) -> None:
    import imaplib

    (tmp_path / "x.eml").write_bytes(b"Subject: x\n\ny\n")
    client = imaplib.IMAP4(server.imap.host, server.imap.port)
    client.login("anna", "secret")
    client.select()
    inbox.load(tmp_path)
    client.noop()
    assert client.response("EXISTS")[1][-1] == b"1"
    client.logout()
