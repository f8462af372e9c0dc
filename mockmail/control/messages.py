"""Messages in mailboxes, and those that were sent elsewhere."""

import re
from http import HTTPStatus
from itertools import islice

from mockmail.control import look
from mockmail.control.bodies import FlagChange, NewMessage, Page, Target, Wanted
from mockmail.control.call import Call, Created, Plain, Rfc822
from mockmail.control.given import Given
from mockmail.control.problem import Problem, refused
from mockmail.control.users import mailbox_of, user_of
from mockmail.control.values import (
    FoundValue,
    MessageSummary,
    MessagesValue,
    MessageValue,
    OutboxValue,
    SentValue,
)
from mockmail.delivery.sent import Sent
from mockmail.message.attachment import Attachment
from mockmail.near import near
from mockmail.scenario.spec import AttachedSpec, aware
from mockmail.serve.waiting import WaitTimeout
from mockmail.store.flags import SYSTEM_FLAGS, problem
from mockmail.world.message import Message
from mockmail.world.wanted import Conditions


def message_of(call: Call) -> Message:
    """The message in the path."""
    return mailbox_of(call).by_uid(call.number("uid"))


def _shared(call: Call) -> Message:
    """The message in the path, in a mailbox that is shared by all."""
    return look.shared(call.server)[call.path["mailbox"]].by_uid(call.number("uid"))


def list_messages(call: Call, query: Page) -> MessagesValue:
    """The messages of a mailbox, in UID order."""
    messages = mailbox_of(call).messages
    wanted = (each for each in messages if each.uid > query.after)
    return MessagesValue(
        total=len(messages), messages=[look.summary(each) for each in islice(wanted, query.limit)]
    )


def deliver(call: Call, body: NewMessage) -> Created[MessageSummary]:
    """Put a message into a mailbox, as a test does with `Mailbox.add`."""
    box = mailbox_of(call)
    _check_flags(body.flags, "flags")
    whole = _whole(body)
    attachments = [_attachment(each, number) for number, each in enumerate(body.attachments)]
    date = None if body.date is None else aware(body.date)
    with refused():
        if whole is not None:
            added = box.add(whole, newlines=body.newlines, flags=body.flags, date=date)
        else:
            added = box.add(
                subject=body.subject,
                text=body.text,
                html=body.html,
                attachments=attachments,
                sender=body.sender,
                to=body.to,
                cc=body.cc,
                headers=body.fields(),
                charset=body.charset,
                flags=body.flags,
                date=date,
            )
    value = look.summary(added)
    return Created(value, value.url)


def _whole(body: NewMessage) -> bytes | None:
    """The message, where it is given whole."""
    if body.raw is None and body.base64 is None:
        if body.newlines != "crlf":
            raise Given().error(("newlines",), "goes with raw and base64 only")
        return None
    alone = NewMessage(raw=body.raw, newlines=body.newlines, flags=body.flags, date=body.date)
    if body.base64 is not None:
        alone = NewMessage(
            base64=body.base64, newlines=body.newlines, flags=body.flags, date=body.date
        )
    if body != alone:
        raise Given().error((), "a message is raw, or base64, or made from parts")
    return body.base64 if body.raw is None else body.raw.encode("utf-8")


def _attachment(spec: AttachedSpec, number: int) -> Attachment:
    contents = [each for each in (spec.text, spec.base64) if each is not None]
    if len(contents) != 1:
        what = f"an attachment has one of text and base64; found {len(contents)}"
        raise Given().error(("attachments", number), what)
    try:
        return Attachment(
            spec.filename, contents[0], spec.type, inline=spec.inline, content_id=spec.content_id
        )
    except ValueError as error:
        raise Given().error(("attachments", number), str(error)) from None


def _check_flags(names: list[str], where: str) -> None:
    for place, name in enumerate(names):
        if why := problem(name):
            hint = near(name, SYSTEM_FLAGS) if name.startswith("\\") else ""
            raise Given().error((where, place), f"{why}{hint}")


def empty_mailbox(call: Call) -> None:
    """Expunge all messages of a mailbox."""
    for message in mailbox_of(call).messages:
        message.expunge()


def show_message(call: Call) -> MessageValue:
    """A message: its flags, header fields and texts."""
    return look.message(message_of(call))


def raw_message(call: Call) -> Rfc822:
    """A message, octet by octet as it is stored."""
    return Rfc822(message_of(call).raw)


def text_of_message(call: Call) -> Plain:
    """The first plain text of a message, decoded; empty if it has none."""
    return _text(message_of(call))


def _text(message: Message) -> Plain:
    return Plain((look.text(look.message_of(message)) or "").encode("utf-8", "replace"))


def show_shared_message(call: Call) -> MessageValue:
    """A message in a mailbox that is shared by all: its flags, header fields and texts."""
    return look.message(_shared(call))


def raw_shared_message(call: Call) -> Rfc822:
    """A message in a mailbox that is shared by all, octet by octet as it is stored."""
    return Rfc822(_shared(call).raw)


def text_of_shared_message(call: Call) -> Plain:
    """The first plain text of a message in a shared mailbox, decoded; empty if it has none."""
    return _text(_shared(call))


def change_flags(call: Call, body: FlagChange) -> MessageSummary:
    """Change the flags of a message, as another client's STORE would."""
    message = message_of(call)
    for where, names in (("flags", body.flags or []), ("add", body.add), ("remove", body.remove)):
        _check_flags(names, where)
    start = message.flags.names if body.flags is None else body.flags
    away = {name.lower() for name in body.remove}
    with refused():
        message.flags.set(name for name in (*start, *body.add) if name.lower() not in away)
    return look.summary(message)


def delete_message(call: Call) -> None:
    """Expunge a message, whatever its flags are."""
    message_of(call).expunge()


def move_message(call: Call, body: Target) -> Created[MessageSummary]:
    """Move a message to another mailbox of the same user, where it has a new UID."""
    target = user_of(call).mailboxes[body.mailbox]
    value = look.summary(message_of(call).move_to(target))
    return Created(value, value.url)


def copy_message(call: Call, body: Target) -> Created[MessageSummary]:
    """Copy a message to a mailbox of the same user."""
    target = user_of(call).mailboxes[body.mailbox]
    value = look.summary(message_of(call).copy_to(target))
    return Created(value, value.url)


def list_outbox(call: Call) -> OutboxValue:
    """What was sent to addresses elsewhere, oldest first."""
    sent = enumerate(call.server.outbox)
    return OutboxValue(messages=[look.sent_summary(number, each) for number, each in sent])


def show_sent(call: Call) -> SentValue:
    """A message that was sent elsewhere: its envelope, header fields and texts."""
    return look.sent(call.number("number"), _sent(call))


def raw_sent(call: Call) -> Rfc822:
    """A message that was sent elsewhere, octet by octet as it was submitted."""
    return Rfc822(_sent(call).raw)


def _sent(call: Call) -> Sent:
    number, outbox = call.number("number"), call.server.outbox
    if number >= len(outbox):
        there = f"there are {len(outbox)}, from 0" if outbox else "it is empty"
        raise Problem(HTTPStatus.NOT_FOUND, f"no message {number} in the outbox; {there}")
    return outbox[number]


async def wait(call: Call, body: Wanted) -> FoundValue:
    """Wait until there is mail as it is wanted; 504 says what is there instead."""
    conditions = _conditions(body)
    count = 1 if body.count is None else body.count
    try:
        found = await call.service.waits.run(
            lambda: call.server.aio.wait_for(count=count, timeout=body.timeout, **conditions),
            call.gone,
        )
    except WaitTimeout as late:
        raise Problem(HTTPStatus.GATEWAY_TIMEOUT, str(late)) from late
    if body.count is None:
        found = found[:1]
    outbox = call.server.outbox
    numbers = {id(sent): number for number, sent in enumerate(outbox)}
    return FoundValue(
        messages=[look.summary(each) for each in found if isinstance(each, Message)],
        outbox=[
            look.sent_summary(numbers[id(each)], each) for each in found if isinstance(each, Sent)
        ],
    )


def _conditions(body: Wanted) -> Conditions:
    _check_flags(body.flags, "flags")
    conditions: Conditions = {"flags": body.flags}
    if body.subject is not None and body.subject_matches is not None:
        raise Given().error(("subject_matches",), "goes without subject only")
    if body.subject is not None:
        conditions["subject"] = body.subject
    if body.subject_matches is not None:
        try:
            conditions["subject"] = re.compile(body.subject_matches)
        except (re.error, OverflowError, RecursionError, Warning) as error:
            raise Given().error(("subject_matches",), f"no regular expression: {error}") from None
    for name, value in (
        ("sender", body.sender),
        ("to", body.to),
        ("user", body.user),
        ("mailbox", body.mailbox),
    ):
        if value is not None:
            conditions[name] = value  # type: ignore[literal-required]  # they are its words
    return conditions
