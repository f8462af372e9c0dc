"""Two people and three letters, for clients that nobody here wrote."""

import imaplib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import mockmail
from programs import Laptop

NOON = (
    b"From: Ben <ben@example.org>\r\n"
    b"To: Anna <anna@example.org>\r\n"
    b"Subject: Noon\r\n"
    b"\r\n"
    b"Shall we eat at noon?\r\n"
    b"The soup is good today.\r\n"
)
DOTS = (
    b"From: Carol <carol@example.net>\r\n"
    b"To: Anna <anna@example.org>\r\n"
    b"Subject: Dots\r\n"
    b"\r\n"
    b".\r\n"
    b"..\r\n"
    b".profile is yours to keep\r\n"
    b"\r\n"
    b"That was all.\r\n"
)
# More than one read of any client, and not US-ASCII.
LONG = (
    b"From: Ben <ben@example.org>\r\n"
    b"To: Anna <anna@example.org>\r\n"
    b"Subject: Minutes\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n"
    b"\r\n" + b"".join(f"{number:05} schöne Grüße\r\n".encode() for number in range(6_000))
)


@pytest.fixture
def anna(mailserver: mockmail.Server) -> mockmail.User:
    return mailserver.add_user("anna", password="apple")


@pytest.fixture
def ben(mailserver: mockmail.Server) -> mockmail.User:
    return mailserver.add_user("ben", password="banana")


@pytest.fixture
def letters(anna: mockmail.User) -> tuple[bytes, bytes, bytes]:
    """What lies in Anna's INBOX as UIDs 1 (read), 2 (flagged) and 3 (new)."""
    anna.deliver(NOON, flags=[r"\Seen"])
    anna.deliver(DOTS, flags=[r"\Flagged"])
    anna.deliver(LONG)
    return NOON, DOTS, LONG


@pytest.fixture
def laptop(mailserver: mockmail.Server) -> Iterator[Laptop]:
    """Where Anna's mail programs run."""
    with tempfile.TemporaryDirectory(prefix="mockmail-") as home:
        yield Laptop(mailserver, Path(home))


@pytest.fixture
def phone(mailserver: mockmail.Server, anna: mockmail.User) -> Iterator[imaplib.IMAP4]:
    """Anna at her INBOX with another client, for what happens behind a program's back."""
    with imaplib.IMAP4(mailserver.imap.host, mailserver.imap.port, timeout=5.0) as client:
        client.login(anna.login, anna.password)
        client.select("INBOX")
        yield client
