"""SUBSCRIBE and UNSUBSCRIBE (RFC 9051 sections 6.3.7, 6.3.8): ``"SUBSCRIBE" SP mailbox``.

A name may be subscribed that no mailbox has.
"""

from dataclasses import dataclass

from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.rows import LOGGED_IN, Answer, Seqs, command
from mockmail.imap.session import Session
from mockmail.store.names import DELIMITER, canonical, problem
from mockmail.store.store import MAX_MAILBOXES
from mockmail.wire.acts import COMMITTED


@dataclass(frozen=True, slots=True)
class SubscribeCommand:
    mailbox: str


def parse(session: Session, cursor: Cursor) -> SubscribeCommand:
    cursor.space()
    return SubscribeCommand(canonical(cursor.mailbox().removesuffix(DELIMITER)))


def subscribe(session: Session, c: SubscribeCommand) -> Answer:
    session.may_change()
    subscriptions = session.account.subscriptions
    if why := problem(c.mailbox):
        raise No(why, b"CANNOT")
    if len(subscriptions) >= MAX_MAILBOXES:
        raise No(f"A user has at most {MAX_MAILBOXES} subscriptions", b"LIMIT")
    subscriptions[c.mailbox] = None
    yield COMMITTED
    return Done(b"SUBSCRIBE completed")


def unsubscribe(session: Session, c: SubscribeCommand) -> Answer:
    session.may_change()
    session.account.subscriptions.pop(c.mailbox, None)
    yield COMMITTED
    return Done(b"UNSUBSCRIBE completed")


ROWS = (
    command(b"SUBSCRIBE", LOGGED_IN, Seqs.NONE, parse, subscribe),
    command(b"UNSUBSCRIBE", LOGGED_IN, Seqs.NONE, parse, unsubscribe),
)
