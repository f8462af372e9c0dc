"""Mail put straight into a world's delivery, and what became of it."""

from collections.abc import Iterable
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from harness import WORLDS
from mockmail.delivery.envelope import Envelope, Recipient
from mockmail.delivery.remote import remote_reply
from mockmail.delivery.settings import DeliverySettings
from mockmail.delivery.verdict import Verdict
from mockmail.message.message import Message
from mockmail.world.world import World

LETTER = (
    b"From: Anna <anna@example.org>\r\nTo: b@y.example\r\nSubject: Lunch\r\n"
    b"Message-ID: <lunch@example.org>\r\n\r\nAt noon?\r\n"
)
TRACE = b"Received: by mail.example.org with ESMTP id A1;\r\n\tMon, 1 Jan 2024 00:00:00 +0000\r\n"


class Post:
    """A world with the users anna and ben, and mail that is given to it."""

    def __init__(self, *domains: str, **settings: Any) -> None:
        self.world = World(
            domains=domains or ("example.org",), delivery=DeliverySettings(**settings)
        )
        WORLDS.append(self.world)
        for login in ("anna", "ben"):
            self.world.store.add_user(login, "apple", [f"{login}@{self.world.delivery.domains[0]}"])

    def send(
        self,
        *to: str | Recipient,
        sender: str = "anna@example.org",
        letter: bytes = LETTER,
        **envelope: Any,
    ) -> tuple[Verdict, ...]:
        """Send a letter; what was said of each recipient."""
        recipients = tuple(each if isinstance(each, Recipient) else Recipient(each) for each in to)
        made = replace(Envelope(sender, recipients), **envelope)
        message = Message(TRACE + letter, submitted=letter, newlines="keep")
        with self.world.engine.turn():
            return self.world.delivery.accept(made, message, "A")

    def says(self, place: str, code: int, *rest: Any, times: int | None = None) -> None:
        """Let a far server say that."""
        self.world.delivery.remotes.set(place, remote_reply(code, *rest, times=times))

    def wait(self, seconds: float) -> None:
        self.world.engine.advance(seconds)

    def log(self, start: int = 0) -> list[tuple[str, str, str]]:
        """Action, recipient and status of what became of mail that is no report."""
        log = self.world.delivery.log[start:]
        return [(each.action, each.recipient, each.status) for each in log if each.sender]

    def box(self, login: str = "anna", mailbox: str = "INBOX") -> list[Message]:
        box = self.world.store.users[login].mailboxes[mailbox]
        return [entry.message for entry in box]

    def reports(self, login: str = "anna") -> list[EmailMessage]:
        """The reports in a user's INBOX."""
        return [read(each) for each in self.box(login) if each.raw.startswith(b"Return-Path: <>")]

    def report(self) -> EmailMessage:
        """The only one that anna has."""
        (report,) = self.reports()
        return report


def read(message: Message) -> EmailMessage:
    """The standard library's reading of it, which finds no defect."""
    mail = message_from_bytes(message.raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not [part.defects for part in mail.walk() if part.defects]
    return mail


def groups(report: EmailMessage) -> list[dict[str, str]]:
    """The fields for programs: those of the message, then those of each recipient."""
    status = report.get_payload(1)
    assert isinstance(status, EmailMessage)
    found: Iterable[Any] = status.get_payload()
    return [{name: str(value) for name, value in group.items()} for group in found]


def wants(*notify: str) -> frozenset[str]:
    return frozenset(notify)
