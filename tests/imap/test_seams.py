"""The seams hold: an extension made of rows alone, one for each seam, and no handler touched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from harness import Client, inbox
from mockmail.imap import dispatch, reply
from mockmail.imap.catalog import catalogue
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Done, No
from mockmail.imap.rows import (
    LOGGED_IN,
    Answer,
    CapabilityRow,
    Catalogue,
    CreateParameter,
    CreateParameterRow,
    Extension,
    FetchItem,
    FetchItemRow,
    FetchModifier,
    FetchModifierRow,
    Listed,
    ListReturn,
    ListReturnRow,
    ListSelectRow,
    MechanismRow,
    SearchKeyRow,
    SelectParameterRow,
    Seqs,
    Shown,
    Split,
    StatusItemRow,
    StoreModifier,
    StoreModifierRow,
    command,
)
from mockmail.imap.session import Session
from mockmail.imap.view import Selection, View
from mockmail.numset import SeqSet, Uid, UidSet
from mockmail.query.criteria import HasFlag
from mockmail.sasl.mechanism import Exchange, Realm
from mockmail.store.flags import FlagOp, Flags
from mockmail.store.journal import Entry
from mockmail.store.mailbox import Mailbox
from mockmail.wire.acts import Talk
from mockmail.wire.response import Response
from mockmail.world.engine import Connection
from mockmail.world.stage import Person
from mockmail.world.world import World


@dataclass
class News:
    """What the extension has to tell beside the view."""

    lines: list[bytes]

    def tell(self) -> list[Response]:
        told = [reply.untagged(b"NEWS", line) for line in self.lines]
        self.lines.clear()
        return told


def x_news(session: Session, _: None) -> Answer:
    session.tellers.append(News([b"first", b"second"]).tell)
    session.tell_by(lambda before, mailbox: replace(before, flagged=_told_loudly))
    yield from ()
    return Done(b"XNEWS completed")


def _told_loudly(view: View, entries: Sequence[Entry]) -> list[Response]:
    return [reply.untagged(b"LOUD", b"%d" % entry.uid) for entry in entries]


def _no_arguments(session: Session, cursor: Cursor) -> None:
    pass


def _above(session: Session, cursor: Cursor, ids: SeqSet | UidSet) -> FetchModifier:
    cursor.space()
    limit = cursor.number()
    return FetchModifier(
        lambda view, selection: selection.where(lambda entry: entry.uid > limit),
        items=(b"XTWICE",),
        since=limit,
    )


def _said_before(session: Session, cursor: Cursor, ids: SeqSet | UidSet) -> FetchModifier:
    def before(view: View, since: int) -> list[Response]:
        return [reply.untagged(b"ABOVE", b"%d" % since, bytes(ids))]

    return FetchModifier(before=before)


def _refuse_above(cursor: Cursor, ids: SeqSet | UidSet) -> StoreModifier:
    cursor.space()
    limit = cursor.number()

    def split(view: View, selection: Selection, op: FlagOp, flags: Flags) -> Split:
        kept = selection.where(lambda entry: entry.uid <= limit)
        refused = selection.where(lambda entry: entry.uid > limit).entries
        uids = b",".join(b"%d" % entry.uid for entry in refused)
        return Split(kept, b"REFUSED " + uids if refused else None)

    return split


def _flagged_key(session: Session, cursor: Cursor, inner: object) -> HasFlag:
    return HasFlag("\\Flagged")


def _anybody(realm: Realm) -> Exchange:
    name = yield b"who?"
    return realm.store.users[name.decode()]


def _long(listed: Listed) -> set[str]:
    return {name for name in listed.mailboxes if len(name) > 5}


def _length(session: Session, cursor: Cursor) -> ListReturn:
    cursor.space()
    unit = cursor.word("a unit")
    return ListReturn(
        lambda listed: lambda name: b"\\X%d%b" % (len(name), unit),
        lambda name, mailbox: [reply.untagged(b"LISTED", b"%d" % mailbox.uidvalidity)],
    )


def _first_uid(cursor: Cursor) -> CreateParameter:
    cursor.space()
    uid = cursor.number()

    def check() -> Callable[[Mailbox], None]:
        if uid == 0:
            raise No("Not 0", b"XZERO")
        return lambda mailbox: setattr(mailbox, "uidnext", Uid(uid))

    return check


TOY = Extension(
    "XTOY",
    rfc=9999,
    commands=(command(b"XNEWS", LOGGED_IN, Seqs.BREAKS, _no_arguments, x_news),),
    capabilities=(
        CapabilityRow(b"XTOY", Shown("selected", lambda session: session.view is not None)),
    ),
    mechanisms=(MechanismRow(b"XANY", _anybody),),
    fetch_items=(
        FetchItemRow(
            b"XTWICE",
            lambda name, cursor: FetchItem(name, lambda view, e: b"XTWICE %d" % (2 * e.uid)),
        ),
    ),
    fetch_modifiers=(
        FetchModifierRow(b"XABOVE", _above),
        FetchModifierRow(b"XBEFORE", _said_before),
    ),
    store_modifiers=(StoreModifierRow(b"XUPTO", _refuse_above),),
    select_parameters=(
        SelectParameterRow(
            b"XHELLO", lambda session, cursor: lambda s, view: [reply.status(b"OK", b"hello")]
        ),
    ),
    after_open=(lambda session, view: [reply.status(b"OK", b"opened", b"XOPEN")],),
    status_items=(StatusItemRow(b"XNAME", lambda mailbox: mailbox.name.encode()),),
    search_keys=(SearchKeyRow(b"XSTAR", _flagged_key),),
    list_selects=(ListSelectRow(b"XLONG", _long, base=True, returns=(b"XSIX",)),),
    list_returns=(
        ListReturnRow(b"XLENGTH", _length),
        ListReturnRow(
            b"XSIX",
            lambda session, cursor: ListReturn(
                lambda listed: lambda name: b"\\XSIX" if len(name) == 6 else None
            ),
        ),
    ),
    create_parameters=(CreateParameterRow(b"XFIRST", _first_uid),),
    departure_code=lambda session, view: b"XLEFT %d" % len(view.mailbox),
)


class ToyWorld(World):
    """A world whose IMAP speaks XTOY."""

    def _converse(self, connection: Connection) -> tuple[Person, Talk]:
        session = Session(
            connection.number,
            connection.name,
            self.store,
            self.clock,
            Catalogue((*catalogue().extensions, TOY)),
            self.host,
            buffer=connection.buffer,
        )
        return session, dispatch.converse(session, self.failures.append)


def test_every_seam_takes_a_row() -> None:
    world = inbox(3, world=ToyWorld())
    client = Client(world)
    client.send(b"a AUTHENTICATE XANY\r\n")
    assert client.said().endswith(b"+ d2hvPw==\r\n")
    client.send(b"YW5uYQ==\r\n")
    assert b"XTOY" not in client.said()
    answer = client.command("SELECT INBOX (XHELLO)")
    assert answer[-3:] == [
        "* OK [XOPEN] opened",
        "* OK hello",
        "t1 OK [READ-WRITE] SELECT completed",
    ]
    assert client.command("CAPABILITY")[0].endswith(" XTOY")
    assert client.command("FETCH 1:3 (XTWICE) (XABOVE 2)") == [
        "* 3 FETCH (XTWICE 6)",
        "t3 OK FETCH completed",
    ]
    assert client.command("STORE 1:3 (XUPTO 1) +FLAGS (\\Flagged)") == [
        "* 1 FETCH (FLAGS (\\Flagged \\Recent))",
        "t4 OK [REFUSED 2,3] STORE completed",
    ]
    assert client.command("SEARCH XSTAR")[0] == "* SEARCH 1"
    assert client.command("STATUS INBOX (XNAME)")[0] == "* STATUS INBOX (XNAME INBOX)"
    assert client.command("XNEWS") == ["* NEWS first", "* NEWS second", "t7 OK XNEWS completed"]
    assert client.command("CREATE a/later (XFIRST 7)") == ["t8 OK CREATE completed"]
    assert client.command("CREATE a/never (XFIRST 0)")[0].startswith("t9 NO [XZERO]")
    assert client.command("STATUS a/later (UIDNEXT)")[0] == "* STATUS a/later (UIDNEXT 7)"
    assert client.command('LIST (XLONG RECURSIVEMATCH) "" % RETURN (XLENGTH in)')[:-1] == [
        '* LIST (\\HasChildren \\X1IN) "/" a ("CHILDINFO" ("XLONG"))'
    ]
    assert client.command('LIST (XLONG) "" * RETURN (XLENGTH in)')[:-1] == [
        '* LIST (\\HasNoChildren \\X7IN) "/" a/later',
        f"* LISTED {world.store.users['anna'].mailboxes['a/later'].uidvalidity}",
    ]
    other = Client(world).open()
    other.command("STORE 2 +FLAGS (\\Seen)")
    assert client.command("NOOP")[0] == "* LOUD 2"
    assert client.command("FETCH 1:3 (XTWICE) (XBEFORE XABOVE 2)")[:2] == [
        "* ABOVE 2 1:3",
        "* 3 FETCH (XTWICE 6)",
    ]
    client.command("STORE 2 +FLAGS.SILENT (\\Deleted)")
    assert client.command("EXPUNGE")[-1].endswith(" OK [XLEFT 2] EXPUNGE completed")
    assert client.command("EXPUNGE")[-1].endswith(" OK EXPUNGE completed")
    world.check()


def test_without_the_extension_its_words_are_unknown() -> None:
    client = Client(inbox(1)).open()
    for text in ("XNEWS", "FETCH 1 (XTWICE)", "FETCH 1 (UID) (XABOVE 2)", "SEARCH XSTAR"):
        assert " BAD " in client.command(text)[-1]
    assert " BAD " in client.command("SELECT INBOX (XHELLO)")[-1]
    assert " BAD " in client.command("STATUS INBOX (XNAME)")[-1]
    assert " BAD " in client.command("STORE 1 (XUPTO 1) FLAGS ()")[-1]
    assert " BAD " in client.command("CREATE x (XFIRST 7)")[-1]
    assert " BAD " in client.command('LIST (XLONG) "" *')[-1]
    assert " BAD " in client.command('LIST "" * RETURN (XLENGTH in)')[-1]
