"""Users and their mailboxes."""

from http import HTTPStatus

from msgspec import UNSET

from mockmail.control import look
from mockmail.control.bodies import MailboxName, NewMailbox, NewUser, UserChange
from mockmail.control.call import Call, Created
from mockmail.control.problem import Problem, refused
from mockmail.control.values import MailboxesValue, MailboxValue, UsersValue, UserValue
from mockmail.world.account import User
from mockmail.world.mailbox import Mailbox


def user_of(call: Call) -> User:
    """The user in the path."""
    return call.server.users[call.path["login"]]


def mailbox_of(call: Call) -> Mailbox:
    """The mailbox in the path."""
    return user_of(call).mailboxes[call.path["mailbox"]]


def list_users(call: Call) -> UsersValue:
    """All users with their mailboxes."""
    return UsersValue(users=[look.user(each) for each in call.server.users.values()])


def create_user(call: Call, body: NewUser) -> Created[UserValue]:
    """A new user, who has an empty INBOX."""
    if body.login in call.server.users:
        raise Problem(HTTPStatus.CONFLICT, f"there is a user {body.login!r}", path="login")
    with refused():
        made = call.server.add_user(body.login, password=body.password, address=body.address)
    value = look.user(made)
    return Created(value, value.url)


def show_user(call: Call) -> UserValue:
    """A user with his mailboxes."""
    return look.user(user_of(call))


def change_user(call: Call, body: UserChange) -> UserValue:
    """Change what he logs in with, whose mail is his, and what he may do."""
    user = user_of(call)
    with refused():
        if body.addresses is not None:
            user.addresses = tuple(body.addresses)
        if body.quota is not UNSET:
            user.quota = body.quota
        for name in ("password", "disabled", "expired", "read_only", "locked_for"):
            value = getattr(body, name)
            if value is not None:
                setattr(user, name, value)
    return look.user(user)


def disconnect_user(call: Call) -> None:
    """End his sessions: BYE, 421, or no word at all."""
    user_of(call).disconnect()


def list_mailboxes(call: Call) -> MailboxesValue:
    """A user's own mailboxes."""
    user = user_of(call)
    boxes = [look.mailbox(user.login, each) for each in user.mailboxes.values()]
    return MailboxesValue(mailboxes=boxes)


def create_mailbox(call: Call, body: NewMailbox) -> Created[MailboxValue]:
    """A new mailbox of a user."""
    user = user_of(call)
    if body.name in user.mailboxes:
        raise Problem(HTTPStatus.CONFLICT, f"there is a mailbox {body.name!r}", path="name")
    with refused():
        made = user.create_mailbox(
            body.name,
            special_use=body.special_use,
            subscribed=body.subscribed,
            no_inferiors=body.no_inferiors,
            modseqs=body.modseqs,
        )
    value = look.mailbox(user.login, made)
    return Created(value, value.url)


def show_mailbox(call: Call) -> MailboxValue:
    """A mailbox: how much is in it."""
    return look.mailbox(user_of(call).login, mailbox_of(call))


def rename_mailbox(call: Call, body: MailboxName) -> MailboxValue:
    """Give a mailbox, and those below it, another name."""
    box = mailbox_of(call)
    with refused():
        box.rename(body.name)
    return look.mailbox(user_of(call).login, user_of(call).mailboxes[body.name])


def delete_mailbox(call: Call) -> None:
    """Remove a mailbox with its messages; those below it stay."""
    box = mailbox_of(call)
    with refused():
        box.delete()
