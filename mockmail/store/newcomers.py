"""Users and mailboxes that are made when somebody logs in or mail comes."""

from contextlib import suppress

from mockmail.store.directory import Stop, Taken
from mockmail.store.mailbox import Mailbox
from mockmail.store.refusal import NoMailbox, Refused
from mockmail.store.store import Store
from mockmail.store.user import User


def newcomer(store: Store, login: str) -> User | None:
    """A new user; None if strangers are not welcome (`AccountSettings.any_user`).

    He has the address of his name, unless it is somebody's.
    """
    directory = store.directory
    if not directory.welcomes(login):
        return None
    user = store.add_user(login, "")
    user.unclaimed = True
    with suppress(Taken):
        directory.give(user, [directory.full(login)])
    return user


def mailbox_of(store: Store, stop: Stop) -> Mailbox:
    """Where a route leads, made if need be. `NoMailbox` if the user has gone, or can't be made."""
    user = store.users.get(stop.login) or newcomer(store, stop.login)
    if user is None:
        raise NoMailbox(f"There is no user {stop.login}")
    mailbox = user.mailbox(stop.mailbox)
    if mailbox is None:
        try:
            mailbox = store.create(user, stop.mailbox)
        except Refused:  # a name that others have, or one too many
            mailbox = user.mailboxes["INBOX"]
    return mailbox
