"""The worlds of the dialogues, by the folder their dialogues.txt stands in; its head says more."""

from collections.abc import Callable

from harness import inbox
from mockmail.imap.settings import ImapSettings
from mockmail.message.message import Message
from mockmail.numset import Uid
from mockmail.pop3.settings import Pop3Settings
from mockmail.smtp.settings import SmtpSettings
from mockmail.store.directory import Alias
from mockmail.store.flags import NO_FLAGS, flags
from mockmail.store.settings import AccountSettings
from mockmail.world.world import World

SEEN = flags(("\\Seen",))
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


MIME = (
    b"""\
From: Ben <ben@example.net>
To: "Anna, the first" <anna@example.org>, team: c@example.org, d@example.org;
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
Date: Mon, 1 Jan 2024 23:30:00 -0500
Message-ID: <1@example.net>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Sch=F6ne Gr=FC=DFe
--b
Content-Type: application/octet-stream; name*0="a long "; name*1="name.bin"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="a.bin"

AGFiCg==
--b
Content-Type: message/rfc822

Subject: inside
From: inner@example.net

Content-less
--b--
""",
    b"""\
From: carol@example.com
Subject: the HTML of it
Date: 2 Jan 2024 09:00 +0900
Content-Type: text/html; charset=utf-8
Content-Language: en, de

<html><head><title>no</title></head><body><p>Hello&nbsp;<b>w</b>orld</p></body></html>
""",
    b"""\
Subject: odd
Content-Type: text/plain
Content-Transfer-Encoding: x-odd

coded
""",
    b"To: undisclosed-recipients:;\nCc: , ,\nDate: never\n\n8 bits: \xc3\xa9\n",
)


def with_parts() -> World:
    world = inbox()
    with world.store.transaction("seed") as tx:
        for raw in MIME:
            box = world.store.users["anna"].mailboxes["INBOX"]
            tx.append(box, Message(raw), SEEN, world.clock.now)
    return world


SPECIAL: dict[str, tuple[str, ...]] = {
    "ToDo": (),
    "Projects/x": (),
    "SentMail": ("\\Sent",),
    "MyDrafts": ("\\Drafts",),
    "Trash": ("\\Trash",),
    "Views/All": ("\\All", "\\Important"),
}


def special_uses() -> World:
    world = inbox(2)
    for name, uses in SPECIAL.items():
        world.store.create(world.store.users["anna"], name).special_use = uses
    return world


def several_namespaces() -> World:
    """Ben shares two mailboxes with anna; there are two shared ones and two newsgroups."""
    world = inbox(1)
    store = world.store
    ben = store.add_user("ben", "banana")
    team, archive = store.create(ben, "Team"), store.create(ben, "Team/Archive")
    store.share(team, "anna", write=True)
    store.share(archive, "anna", write=False)
    groups = [
        store.create_shared(name)
        for name in ("Shared/Staff", "Shared/Staff/Plans", "#news.comp.mail.misc", "#news.misc")
    ]
    store.add_user("carol", "cherry")
    with store.transaction("seed") as tx:
        for box in (ben.mailboxes["INBOX"], team, archive, *groups):
            for number in (1, 2):
                raw = f"Subject: {number} in {box.name}\r\n\r\ntext\r\n".encode()
                tx.append(box, Message(raw), NO_FLAGS, world.clock.now)
    return world


def odd_mailboxes() -> World:
    """One without mod-sequences, one without inferiors, one that has forgotten its expunges."""
    world = inbox(3)
    store, anna = world.store, world.store.users["anna"]
    plain, leaf, forgetful = (store.create(anna, name) for name in ("Plain", "Leaf", "Forgetful"))
    plain.keeps_modseqs = False
    leaf.no_inferiors = True
    with store.transaction("seed") as tx:
        for box in (plain, forgetful):
            for _ in range(6):
                tx.append(box, Message(b"Subject: x\r\n\r\n"), NO_FLAGS, world.clock.now)
    with store.transaction("seed") as tx:
        tx.expunge(forgetful, [Uid(2), Uid(5)])
    forgetful.vanished.forget()
    with store.transaction("seed") as tx:
        tx.expunge(forgetful, [Uid(3)])
    return world


def troubled() -> World:
    """Accounts that are not let in or full, mailboxes that can't be opened or deleted."""
    world = inbox(2, world=World(imap=ImapSettings(delete_selected=False, delete_superiors=False)))
    store, anna = world.store, world.store.users["anna"]
    for name in ("Above", "Above/Below", "Broken", "Loose"):
        store.create(anna, name)
    anna.mailboxes["Broken"].damaged = True
    anna.mailboxes["Loose"].sticky = False
    anna.quota = anna.octets() + 100
    store.add_user("ben", "banana").disabled = True
    store.add_user("carol", "cherry").expired = True
    return world


def accounts() -> World:
    """Any user is welcome, but not for ever."""
    settings = AccountSettings(
        any_user=True, max_connections=2, lockout_failures=3, lockout_seconds=60
    )
    world = World(accounts=settings, pop3=Pop3Settings(lock=False), smtp=SmtpSettings(verify=True))
    for name in ("anna", "ben"):
        inbox(2, user=name, world=world)
    world.store.users["ben"].read_only = True
    world.store.add_user("carol", "cherry").expired = True
    world.store.add_user("dan", "date").disabled = True
    world.store.directory.add(Alias("info", ("anna", "ben")))
    world.store.directory.add(Alias("team", ("anna", "ben@example.org"), expands=True))
    with world.store.transaction("seed") as tx:
        news = world.store.create_shared("#news.comp")
        tx.append(news, Message(b"news"), NO_FLAGS, world.clock.now)
    return world


DIALOGUE_WORLDS: dict[str, Callable[[], World]] = {
    "imap": five_messages,
    "imap/accounts": accounts,
    "imap/ext": five_messages,
    "imap/list": special_uses,
    "imap/mime": with_parts,
    "imap/namespaces": several_namespaces,
    "imap/odd": odd_mailboxes,
    "imap/ghosts": lambda: inbox(5, world=World(imap=ImapSettings(fetch_expunged=True))),
    "imap/rev2": five_messages,
    "imap/trouble": troubled,
    "pop3": maildrops,
    "pop3/accounts": accounts,
    "smtp": two_users,
    "smtp/submission": two_users,
    "smtp/lmtp": two_users,
    "smtp/accounts": accounts,
}
