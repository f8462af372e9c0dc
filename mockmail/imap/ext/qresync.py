"""QRESYNC (RFC 7162 section 3.2): what a client missed while it was away, VANISHED for EXPUNGE."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from mockmail.imap import reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Bad
from mockmail.imap.rows import (
    AfterOpen,
    CapabilityRow,
    Extension,
    FetchModifier,
    FetchModifierRow,
    SelectParameterRow,
)
from mockmail.imap.session import Session
from mockmail.imap.view import Tellings, View, vanished
from mockmail.numset import STAR, NumSet, SeqSet, Uid, UidSet
from mockmail.store.journal import Entry
from mockmail.store.mailbox import Mailbox
from mockmail.wire.response import Response

NAME = b"QRESYNC"


def _tellings(before: Tellings, mailbox: Mailbox) -> Tellings:
    return replace(before, expunged=vanished) if mailbox.keeps_modseqs else before


def _highest(modseq: int) -> bytes:
    return b"HIGHESTMODSEQ %d" % modseq


@dataclass(slots=True)
class _Caution:
    """Says how far a client may trust mod-sequences while an EXPUNGE is kept from it.

    It may have been told of higher ones, and would not ask for the EXPUNGE after
    it lost the connection (section 3.2; example in section 6).
    """

    session: Session
    cautious: View | None = None
    """The view that was told so."""

    def tell(self) -> list[Response]:
        view = self.session.view
        if view is None or not view.mailbox.keeps_modseqs or not (view.gone or self.cautious):
            return []
        relieved = self.cautious is view and not view.gone
        self.cautious = view if view.gone else None
        if not (view.gone or relieved):
            return []
        text = b"All is told" if relieved else b"Not all is told yet"
        return [reply.status(b"OK", text, _highest(view.safe_modseq))]


def _enable(session: Session) -> Sequence[Response]:
    said = session.enable(b"CONDSTORE")
    session.tell_by(_tellings)
    session.tellers.append(_Caution(session).tell)
    return said


def _departure_code(session: Session, view: View) -> bytes | None:
    if NAME not in session.enabled or not view.mailbox.keeps_modseqs:
        return None
    return _highest(view.mailbox.modseq)


def _enabled(session: Session, what: str) -> None:
    if NAME not in session.enabled:
        raise Bad(f"{what} needs ENABLE QRESYNC first")


def _earlier(view: View, since: int, known: UidSet) -> list[Response]:
    """What has vanished since then, of those that the client asks about (section 3.2.10.1)."""
    mailbox = view.mailbox
    known = known.resolve(mailbox.uidnext - 1) & UidSet([(1, mailbox.uidnext - 1)])
    gone = mailbox.vanished.since(since)
    gone = known - UidSet.of(mailbox.uids) if gone is None else known & gone
    # What this session is still to be told of as its own is told without EARLIER.
    gone -= UidSet.of(sorted(view.gone))
    return [reply.untagged(b"VANISHED", b"(EARLIER)", bytes(gone))] if gone.ranges else []


def _fetch_vanished(session: Session, cursor: Cursor, ids: SeqSet | UidSet) -> FetchModifier:
    """``"VANISHED"``, with UID FETCH and CHANGEDSINCE only (section 3.2.6)."""
    _enabled(session, "VANISHED")
    if isinstance(ids, SeqSet):
        raise Bad("VANISHED is for UID FETCH")

    def before(view: View, since: int) -> Iterable[Response]:
        if not since:
            raise Bad("VANISHED needs CHANGEDSINCE")
        return _earlier(view, since, ids)

    return FetchModifier(before=before)


def _numbers(ids: NumSet[Uid] | SeqSet) -> Iterator[int]:
    return (number for low, high in ids.ranges for number in range(low, high + 1))


def _fixed(ids: NumSet[Uid] | SeqSet, *, ascending: bool) -> None:
    ends = [end for pair in ids.ranges for end in pair]
    if STAR in ends:
        raise Bad('"*" is not allowed here')
    if ascending and ends != sorted(ends):
        raise Bad("The sets to be matched ascend")


def _sync(session: Session, cursor: Cursor) -> AfterOpen:
    """``"QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"``.

    Section 3.2.5.
    """
    _enabled(session, "QRESYNC")
    cursor.space()
    cursor.expect(b"(")
    uidvalidity = cursor.number()
    cursor.space()
    since = cursor.number()
    if not (uidvalidity and since):
        raise Bad("UIDVALIDITY and mod-sequence are at least 1")
    known: UidSet | None = None
    seqs, uids = SeqSet(()), UidSet(())
    more = cursor.skip(b" ")
    if more and not cursor.peek(b"("):
        known = cursor.uid_set()
        _fixed(known, ascending=False)
        more = cursor.skip(b" ")
    if more:
        cursor.expect(b"(")
        seqs = cursor.seq_set()
        cursor.space()
        uids = cursor.uid_set()
        cursor.expect(b")")
        _fixed(seqs, ascending=True)
        _fixed(uids, ascending=True)
        if _size(seqs) != _size(uids):
            raise Bad("There are not as many sequence numbers as UIDs")
    cursor.expect(b")")

    def after_open(session: Session, view: View) -> Iterable[Response]:
        mailbox = view.mailbox
        if mailbox.uidvalidity != uidvalidity or not mailbox.keeps_modseqs:
            return []
        asked = UidSet([(1, mailbox.uidnext - 1)]) if known is None else known.resolve(0)
        changed: list[Entry] = []
        if since < mailbox.modseq:
            changed += (e for e in mailbox if e.modseq > since and e.uid in asked)
        unknown = asked - UidSet([(1, _matched(view, seqs, uids))])
        return [*_earlier(view, since, unknown), *view.tellings.flagged(view, changed)]

    return after_open


def _size(ids: NumSet[Uid] | SeqSet) -> int:
    return sum(high - low + 1 for low, high in ids.ranges)


def _matched(view: View, seqs: SeqSet, uids: UidSet) -> int:
    """Up to which UID the client knows of each EXPUNGE; 0 for none (section 3.2.5.2)."""
    pairs = zip(_numbers(seqs), _numbers(uids), strict=True)
    in_view = takewhile(lambda pair: pair[0] <= len(view.uids), pairs)
    return max((uid for seq, uid in in_view if view.uids[seq - 1] == uid), default=0)


EXTENSION = Extension(
    "QRESYNC",
    rfc=7162,
    requires=(
        "CONDSTORE",
        "ENABLE",
    ),
    capabilities=(CapabilityRow(NAME, enable=_enable),),
    fetch_modifiers=(FetchModifierRow(b"VANISHED", _fetch_vanished, modseqs=True),),
    select_parameters=(SelectParameterRow(NAME, _sync),),
    departure_code=_departure_code,
    tells_closed=True,
)
