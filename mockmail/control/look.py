"""Handles as values: what is told of users, mailboxes and messages."""

from mockmail.control.call import url
from mockmail.control.values import (
    DeliverByValue,
    DeliveryValue,
    EnvelopeValue,
    FieldValue,
    MailboxValue,
    MessageSummary,
    MessageValue,
    QueuedValue,
    RecipientValue,
    SentSummary,
    SentValue,
    UserValue,
)
from mockmail.delivery.envelope import Envelope
from mockmail.delivery.queued import Queued
from mockmail.delivery.sent import Sent
from mockmail.delivery.status import DeliveryStatus
from mockmail.message.encoded import decode
from mockmail.message.header import unfold
from mockmail.message.message import Message as StoredMessage
from mockmail.message.text import part_text
from mockmail.serve.server import Server
from mockmail.world.account import User
from mockmail.world.mailbox import Mailbox
from mockmail.world.message import Message
from mockmail.world.named import Named
from mockmail.world.world import World


def world_of(server: Server) -> World:
    """Its world, for what no handle tells."""
    return server._world


def message_of(handle: Message) -> StoredMessage:
    """What lies in the mailbox."""
    return handle._last.message


def user(user: User) -> UserValue:
    """A user with his mailboxes."""
    return UserValue(
        url=url("users", user.login),
        login=user.login,
        password=user.password,
        address=user.address,
        addresses=list(user.addresses),
        disabled=user.disabled,
        expired=user.expired,
        read_only=user.read_only,
        quota=user.quota,
        locked_for=user.locked_for,
        mailboxes=[mailbox(user.login, each) for each in user.mailboxes.values()],
    )


def shared(server: Server) -> Named[Mailbox]:
    """The mailboxes that are shared by all, by full name."""
    world = world_of(server)
    with world.engine.turn():
        boxes = {name: Mailbox(world, None, box) for name, box in world.store.shared.items()}
    return Named("shared mailbox", boxes)


def mailbox(login: str, box: Mailbox) -> MailboxValue:
    """A mailbox of that user."""
    return MailboxValue(
        url=url("users", login, "mailboxes", box.name),
        name=box.name,
        messages=len(box),
        unseen=sum(not entry.flags.seen for entry in box._mailbox),
        uidvalidity=box.uidvalidity,
        uidnext=box.uidnext,
    )


def summary(message: Message) -> MessageSummary:
    """A message in a mailbox, but for what it says."""
    stored = message_of(message)
    box = message._mailbox
    of = ("shared",) if box.owner is None else ("users", box.owner, "mailboxes")
    return MessageSummary(
        url=url(*of, box.name, "messages", message.uid),
        uid=message.uid,
        flags=list(message.flags.names),
        subject=message.subject,
        sender=stored.field("From"),
        to=stored.field("To"),
        date=message.internaldate,
        size=stored.size,
    )


def message(message: Message) -> MessageValue:
    """A message in a mailbox."""
    stored = message_of(message)
    told = summary(message)
    return MessageValue(
        **{name: getattr(told, name) for name in MessageSummary.__struct_fields__},
        header=_header(stored),
        text=text(stored),
        html=text(stored, b"html"),
    )


def sent_summary(number: int, sent: Sent) -> SentSummary:
    """What was sent elsewhere, but for what it says."""
    submitted = StoredMessage(sent.raw, newlines="keep")
    return SentSummary(
        url=url("outbox", number),
        number=number,
        subject=sent.subject,
        sender=submitted.field("From"),
        to=submitted.field("To"),
        size=submitted.size,
        envelope_from=sent.sender,
        envelope_to=list(sent.recipients),
        envelope=envelope(sent.envelope),
    )


def sent(number: int, sent: Sent) -> SentValue:
    """What was sent elsewhere."""
    submitted = StoredMessage(sent.raw, newlines="keep")
    told = sent_summary(number, sent)
    return SentValue(
        **{name: getattr(told, name) for name in SentSummary.__struct_fields__},
        header=_header(submitted),
        text=text(submitted),
        html=text(submitted, b"html"),
    )


def envelope(envelope: Envelope) -> EnvelopeValue:
    """What a mail transaction said."""
    by = envelope.deliver_by
    return EnvelopeValue(
        sender=envelope.sender,
        recipients=[
            RecipientValue(
                address=each.address,
                notify=None if each.notify is None else sorted(each.notify),
                original=each.original,
            )
            for each in envelope.recipients
        ],
        ret=envelope.ret,
        envid=envelope.envid,
        body=envelope.body,
        utf8=envelope.utf8,
        release=envelope.release,
        deliver_by=None if by is None else DeliverByValue(at=by.at, mode=by.mode, trace=by.trace),
        priority=envelope.priority,
        require_tls=envelope.require_tls,
        tls_optional=envelope.tls_optional,
        size=envelope.size,
        user=envelope.user,
        protocol=envelope.protocol,
    )


def delivery(number: int, status: DeliveryStatus) -> DeliveryValue:
    """A line of the delivery log."""
    return DeliveryValue(
        subject=status.subject,
        envelope_from=status.sender,
        recipient=status.recipient,
        original=status.original,
        action=status.action,
        code=status.code,
        status=status.status,
        text=status.text,
        at=status.at,
        user=status.user,
        mailbox=status.mailbox,
        report=None if status.report is None else url("deliveries", number, "report"),
    )


def queued(waiting: Queued) -> QueuedValue:
    """Mail that waits."""
    return QueuedValue(
        subject=waiting.subject,
        envelope_from=waiting.sender,
        recipients=list(waiting.recipients),
        due=waiting.due,
        attempts=waiting.attempts,
    )


def _header(message: StoredMessage) -> list[FieldValue]:
    return [
        FieldValue(
            name=_name(message.raw[start:value]),
            value=decode(unfold(message.raw[value:end])),
        )
        for _, start, value, end in message.fields
    ]


def _name(octets: bytes) -> str:
    return octets.rstrip(b": \t").decode("utf-8", "replace")


def text(message: StoredMessage, subtype: bytes = b"plain") -> str | None:
    """The first text of that kind that is shown, decoded; None if there is none."""
    for part in message.root.walk():
        attached = part.disposition is not None and part.disposition[0].lower() == b"attachment"
        if part.is_text and part.subtype.lower() == subtype and not attached:
            return part_text(message, part)
    return None
