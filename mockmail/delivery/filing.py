"""Sent mail in its sender's own mailboxes, where a server sees to that."""

from datetime import datetime

from mockmail.delivery.sent import Sent
from mockmail.message.message import Message
from mockmail.store.flags import flags
from mockmail.store.mailbox import Mailbox
from mockmail.store.refusal import Refused
from mockmail.store.store import Store
from mockmail.store.user import User

ORIGIN = "filing"
SENT = "Sent"
"""Its name where no mailbox of the user is for sent mail."""
_SEEN = flags(["\\Seen"])


def _sent_mailbox(store: Store, user: User) -> Mailbox:
    """The mailbox that is for sent mail (RFC 6154), or the one called so, new perhaps.

    `Refused` if there is none and none can be made.
    """
    for mailbox in user.mailboxes.values():
        if "\\Sent" in mailbox.special_use:
            return mailbox
    found = user.mailbox(SENT)
    if found is None:
        found = store.create(user, SENT)
        found.special_use = ("\\Sent",)
    return found


def has_room(user: User, octets: int) -> bool:
    """Whether the user's quota lets in so many more."""
    return user.quota is None or user.octets() + octets <= user.quota


def file_sent(store: Store, login: str, sent: Sent, now: datetime) -> str:
    """Put what a user has sent where he looks for it; what became of it, for the transcript."""
    user = store.users.get(login)
    if user is None:
        return f"not filed: there is no user {login}"
    try:
        mailbox = _sent_mailbox(store, user)
    except Refused as refused:
        return f"not filed: {refused}"
    # As it was submitted: with Bcc, and without trace fields.
    message = Message(sent.raw, newlines="keep")
    if mailbox.damaged or not has_room(user, message.size):
        return f"not filed: {mailbox.name} of {login} takes nothing"
    with store.transaction(ORIGIN) as tx:
        tx.append(mailbox, message, _SEEN, now)
    return f"filed in {mailbox.name} of {login}"
