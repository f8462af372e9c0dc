"""The worlds of the dialogues, by the folder their dialogues.txt stands in; its head says more."""

from collections.abc import Callable

from harness import inbox
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS
from mockmail.world.world import World

UGLY = (
    b".dot: at the start\r\nSubject: three\r\n\r\na . in it\r\n",
    b"Subject: four\r\n\r\n.\r\n..\r\n. stuffed\r\n .not this one\r\n.the last line",
    b"Subject: five",
    b"",
)


def five_messages() -> World:
    return inbox(5)


def maildrops() -> World:
    world = inbox(2)
    for name, password in (("ben", "banana"), ("carol", " correct  horse "), ("jörg", "wörd")):
        world.store.add_user(name, password)
    with world.store.transaction("seed") as tx:
        for raw in UGLY:
            box = world.store.users["anna"].mailboxes["INBOX"]
            tx.append(box, Message(raw), NO_FLAGS, world.clock.now)
    return world


def two_users() -> World:
    world = inbox()
    world.store.add_user("ben", "banana", ["ben@example.org", "b@example.org"])
    return world


DIALOGUE_WORLDS: dict[str, Callable[[], World]] = {
    "imap": five_messages,
    "pop3": maildrops,
    "smtp": two_users,
}
