"""Messages that have lain in a maildrop for too long (EXPIRE; RFC 2449 section 6.7)."""

from datetime import datetime, timedelta

from mockmail.pop3.settings import Pop3Settings
from mockmail.store.store import Store
from mockmail.store.user import User

ORIGIN = "EXPIRE"
"""Who has removed them, in the transcript."""


def remove_old(store: Store, user: User, now: datetime, settings: Pop3Settings) -> None:
    """Remove what has come too many days ago, unless a session has the maildrop open.

    The lock keeps messages from being removed (RFC 1939 section 4).
    """
    if not settings.expire or user.maildrop_lock:
        return
    mailbox = store.mailbox(user, settings.mailbox)
    if mailbox is None or not store.may_change(user, mailbox):
        return
    limit = now - timedelta(days=settings.expire)
    old = [entry.uid for entry in mailbox if entry.internaldate <= limit]
    if old:
        with store.transaction(ORIGIN) as tx:
            tx.expunge(mailbox, old)
