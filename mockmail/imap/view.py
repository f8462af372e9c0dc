"""What one client has been told of its mailbox, and what it has not.

The client's picture of a mailbox is a list of messages by number. It changes
only by what `tell` returns; everything else here is looking. What others did
comes out of the mailbox's journal: `advance` reads it to its end and notes what
there is to tell, in time proportional to the changes.

Laws: 3, a view is the replay of the journal to its cursor; 4, nothing that
moves numbers is told unless the caller allows it.
"""

from bisect import bisect_left, bisect_right
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress, count
from typing import assert_never

from mockmail.imap import reply
from mockmail.imap.reply import Bad, No
from mockmail.numset import Found, ModSeq, Seq, SeqSet, Uid, UidSet, without
from mockmail.store.flags import SYSTEM_FLAGS, Flags, flags
from mockmail.store.journal import Appended, Change, Entry, Expunged, Flagged
from mockmail.store.mailbox import Mailbox
from mockmail.wire.response import Piece, Response

Chosen = tuple[Seq, Entry]
"""A message that a command names: the number by which the client knows it, and the entry."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The messages of a set."""

    seqs: list[Seq]
    """The numbers by which the client knows them."""
    entries: list[Entry]
    complete: bool
    """Whether none of those that were named is gone."""

    def where(self, wanted: Callable[[Entry], bool]) -> "Selection":
        """Those of which this is true."""
        verdicts = [wanted(entry) for entry in self.entries]
        return Selection(
            list(compress(self.seqs, verdicts)),
            list(compress(self.entries, verdicts)),
            self.complete,
        )


class View:
    """One session's view of its selected mailbox."""

    __slots__ = (
        "arrived",
        "cursor",
        "first_gone",
        "fixed",
        "flagged",
        "found",
        "gone",
        "keywords",
        "mailbox",
        "name",
        "number",
        "origin",
        "read_only",
        "recent",
        "tellings",
        "uids",
    )

    def __init__(
        self,
        name: str,
        mailbox: Mailbox,
        *,
        number: int,
        origin: str,
        read_only: bool,
        fixed: bool,
        tellings: "Tellings",
    ) -> None:
        self.name = name
        """What the mailbox was called by whoever selected it."""
        self.mailbox = mailbox
        self.number = number
        """The session's number: ``\\Recent`` messages go to the lowest."""
        self.origin = origin
        """The session's name: what it did itself is answered, not told."""
        self.read_only = read_only
        """No flags can be changed, nor messages taken away."""
        self.fixed = fixed
        """The user may not take messages away, but may have flags of his own."""
        self.tellings = tellings
        self.uids = mailbox.uids.copy()
        """The messages the client knows of, by sequence number less one."""
        self.keywords = len(mailbox.keywords)
        """How many of the mailbox's keywords the client has been told."""
        self.cursor = mailbox.journal.open(self.advance)
        self.recent: set[Uid] = set()
        if tellings.shows_recent:
            self.recent.update(self.uids[bisect_left(self.uids, mailbox.first_recent) :])
        if not read_only and tellings.shows_recent:
            mailbox.claim_recent(number)
        self.gone: dict[Uid, Entry] = {}
        """Expunged, and the client doesn't know."""
        self.first_gone = ModSeq(0)
        """The mod-sequence of the first of these expunges."""
        self.arrived: dict[Uid, None] = {}
        """New, and the client doesn't know."""
        self.flagged: dict[Uid, None] = {}
        """With flags that the client doesn't know."""
        self.found = UidSet(())
        """What a SEARCH has saved (RFC 5182)."""

    def close(self) -> None:
        """The session has this mailbox selected no longer."""
        self.advance()
        self.cursor.close()
        if not self.read_only and self.tellings.shows_recent:
            untold = self.recent.intersection(self.arrived)
            self.mailbox.release_recent(self.number, untold)

    # Looking

    def seq_of(self, uid: Uid) -> Seq:
        """The number by which the client knows a message."""
        return Seq(bisect_left(self.uids, uid) + 1)

    def select(self, ids: SeqSet | UidSet, *, gone: bool = False) -> "Selection":
        """The messages of a set that the client knows and that still exist, in order.

        With `gone` those, too, that don't exist any more and are still to be told of.

        `Bad` for a sequence number the client can't know (RFC 9051 section 9,
        seq-number); a UID that isn't there is passed over (section 6.4.9).
        """
        if isinstance(ids, Found):
            # What is gone is not in it any more (RFC 5182 section 2.1).
            return replace(self.select(ids.uids, gone=gone), complete=True)
        self.advance()
        known = self.uids
        if isinstance(ids, SeqSet):
            resolved = ids.resolve(len(known))
            if resolved.highest > len(known) or not known:
                raise Bad(f"There are {len(known)} messages, {bytes(ids).decode()} was asked for")
            return self._slices(((low - 1, high) for low, high in resolved.ranges), gone=gone)
        if not known:
            return Selection([], [], complete=True)
        slices = (
            (bisect_left(known, low), bisect_right(known, high))
            for low, high in ids.resolve(known[-1]).ranges
        )
        return self._slices(slices, gone=gone)

    def known(self) -> Iterator[Chosen]:
        """All messages that the client knows and that still exist, in order."""
        self.advance()
        numbered = zip(count(1), map(self.mailbox.entries.get, self.uids), strict=False)
        if self.gone:
            return ((Seq(seq), entry) for seq, entry in numbered if entry is not None)
        # Nothing the client knows is gone: the journal was read just now.
        return numbered  # type: ignore[return-value]

    def _slices(self, slices: Iterable[tuple[int, int]], *, gone: bool = False) -> "Selection":
        find: Callable[[Uid], Entry | None] = self.mailbox.entries.get
        if gone and self.gone:
            find = ChainMap(self.mailbox.entries, self.gone).get
        # Two lists: a pair for each message would keep the garbage collector busy.
        seqs: list[Seq] = []
        found: list[Entry] = []
        for start, stop in slices:
            seqs += range(start + 1, stop + 1)  # type: ignore[arg-type]
            found += map(find, self.uids[start:stop])  # type: ignore[arg-type]
        if not self.gone:
            # The journal was read just now.
            return Selection(seqs, found, complete=True)
        kept = [entry is not None for entry in found]
        return Selection(
            list(compress(seqs, kept)), list(compress(found, kept)), complete=all(kept)
        )

    @property
    def safe_modseq(self) -> int:
        """The mod-sequence up to which nothing is kept from the client for long.

        A client that lost the connection and asks for what came later misses no
        EXPUNGE that could not be told in time (RFC 7162 section 3.2).
        """
        return self.first_gone - 1 if self.gone else self.mailbox.modseq

    def flags_wire(self, entry: Entry) -> bytes:
        """The flags as this session sees them: ``\\Recent`` is its own affair."""
        wire = entry.flags.wire
        if self.recent and entry.uid in self.recent:
            return b"(\\Recent)" if wire == b"()" else wire[:-1] + b" \\Recent)"
        return wire

    # Changing

    def must_be_changeable(self) -> None:
        """`No` if the session may not take messages away."""
        self.must_take_flags()
        if self.fixed:
            raise No("Messages can't be taken away here", b"NOPERM")

    def must_take_flags(self) -> None:
        """`No` if the session may not change flags."""
        if self.read_only:
            raise No("The mailbox is selected read-only", b"NOPERM" if self.fixed else None)

    def settable(self, wanted: Flags) -> Flags:
        """The flags that can be set; others are passed over (RFC 9051 section 7.1, PERMANENTFLAGS)."""
        if self.fixed and wanted.deleted:
            return flags(name for name in wanted if name != "\\Deleted")
        return wanted

    def rows(
        self, entries: Sequence[Entry], renders: Iterable["Render"]
    ) -> list[tuple[Piece, ...]]:
        """The items of each of these messages."""
        columns = [[render(self, entry) for entry in entries] for render in renders]
        return list(zip(*columns, strict=True))

    # Advancing

    def advance(self) -> None:
        """Read the journal to its end and note what is to be told."""
        if self.cursor.behind:
            for change in self.cursor.read():
                self._note(change)

    def _note(self, change: Change) -> None:
        match change:
            case Appended(entries=entries, recent=recent):
                shows_recent = self.tellings.shows_recent
                for entry in entries:
                    self.arrived[entry.uid] = None
                    if recent == self.number or (recent == 0 and self.read_only and shows_recent):
                        self.recent.add(entry.uid)
            case Flagged(entries=entries, origin=origin):
                if origin != self.origin:
                    for entry in entries:
                        if entry.uid not in self.arrived:
                            self.flagged[entry.uid] = None
            case Expunged(modseq=modseq, entries=entries):
                if not self.gone:
                    self.first_gone = modseq
                for entry in entries:
                    self.flagged.pop(entry.uid, None)
                    if entry.uid in self.arrived:
                        del self.arrived[entry.uid]
                        self.recent.discard(entry.uid)
                    else:
                        self.gone[entry.uid] = entry
            case _:
                assert_never(change)

    def told_flags(self, entry: Entry) -> None:
        """The client was given this entry's flags in an answer."""
        if self.flagged and self.mailbox.entries.get(entry.uid) is entry:
            self.flagged.pop(entry.uid, None)

    def owe_flags(self, uids: Iterable[Uid]) -> None:
        """The session changed these flags itself, and its client has not been told."""
        self.flagged.update((uid, None) for uid in uids)

    # Telling

    def tell(self, *, expunges: bool) -> list[Response]:
        """Everything the client has not been told yet; EXPUNGE only if `expunges`."""
        self.advance()
        keywords = len(self.mailbox.keywords)
        responses: list[Response] = []
        if not (self.gone or self.arrived or self.flagged or keywords > self.keywords):
            return responses
        tellings = self.tellings
        recent = len(self.recent)
        if self.gone and expunges:
            responses += tellings.expunged(self, sorted(self.gone))
            self.uids = without(self.uids, self.gone)
            self.recent.difference_update(self.gone)
            self.gone.clear()
        if self.arrived:
            self.uids.extend(self.arrived)
            responses += tellings.arrived(self)
        if self.arrived or len(self.recent) != recent:
            self.arrived.clear()
            responses += tellings.recent(self)
        if keywords > self.keywords:
            self.keywords = keywords
            responses += tellings.keywords(self)
        if self.flagged:
            entries = [self.mailbox.entries[uid] for uid in sorted(self.flagged)]
            self.flagged.clear()
            responses += tellings.flagged(self, entries)
        return responses

    def check(self) -> None:
        """Law 3: told, less gone, plus arrived, plus the unread journal, is the mailbox."""
        uids = [uid for uid in self.uids if uid not in self.gone] + list(self.arrived)
        for change in self.cursor.unread():
            if isinstance(change, Appended):
                uids += [entry.uid for entry in change.entries]
            elif isinstance(change, Expunged):
                gone = {entry.uid for entry in change.entries}
                uids = [uid for uid in uids if uid not in gone]
        assert uids == self.mailbox.uids, (
            f"session {self.origin}: the view of {self.mailbox.name} is not the journal's replay"
        )


Render = Callable[[View, Entry], Piece]
"""What FETCH says of one message: an item, with its name."""
AT_ONCE = 100
"""Messages of which FETCH speaks at once: what is made for each time is soon free again."""


@dataclass(frozen=True, slots=True)
class Tellings:
    """How each kind of change is told; an extension that is enabled brings its own."""

    fetch: reply.Fetch
    by_uid: Mapping[bytes, "Render"]
    """The items that come with the answer to a UID command, asked for or not."""
    unseen: Callable[[View], list[Response]]
    """The first unseen message, when the mailbox is opened."""
    expunged: Callable[[View, Sequence[Uid]], list[Response]]
    arrived: Callable[[View], list[Response]]
    recent: Callable[[View], list[Response]]
    keywords: Callable[[View], list[Response]]
    flagged: Callable[[View, Sequence[Entry]], list[Response]]
    flags: Mapping[bytes, Render]
    """The items of a FETCH that tells of changed flags, whoever changed them."""
    silent: Mapping[bytes, Render]
    """The items of the FETCH that answers a ``.SILENT`` STORE; none for no answer."""
    shows_recent: bool = True
    """Whether there is ``\\Recent`` for the session, from the moment it selects."""


def _expunged(view: View, uids: Sequence[Uid]) -> list[Response]:
    # Each EXPUNGE lowers the numbers above it at once (RFC 9051 section 7.5.1).
    return [
        reply.untagged(b"EXPUNGE", number=view.seq_of(uid) - told, uid=uid)
        for told, uid in enumerate(uids)
    ]


def vanished(view: View, uids: Sequence[Uid]) -> list[Response]:
    """``* VANISHED 405,407`` for them all (RFC 7162 section 3.2.10.2)."""
    return [reply.untagged(b"VANISHED", bytes(UidSet.of(uids)))]


def _arrived(view: View) -> list[Response]:
    return [reply.untagged(b"EXISTS", number=len(view.uids))]


def _recent(view: View) -> list[Response]:
    return [reply.untagged(b"RECENT", number=len(view.recent))]


def keywords(view: View) -> list[Response]:
    """The flags of the mailbox, and those that can be changed (RFC 9051 section 7.1)."""
    names = (*SYSTEM_FLAGS, *view.mailbox.keywords.values())
    known = " ".join(names).encode("ascii")
    if view.read_only:
        text, permanent = b"No flags can be changed", b""
    else:
        settable = view.settable(flags(names)).wire[1:-1]
        text, permanent = b"Keywords are free", settable + b" \\*"
    return [
        reply.untagged(b"FLAGS", b"(" + known + b")"),
        reply.status(b"OK", text, b"PERMANENTFLAGS (" + permanent + b")"),
    ]


def _flagged(view: View, entries: Sequence[Entry]) -> list[Response]:
    fetch = view.tellings.fetch.one
    renders = view.tellings.flags.values()
    return [
        fetch(view.seq_of(entry.uid), entry.uid, [render(view, entry) for render in renders])
        for entry in entries
    ]


def _unseen(view: View) -> list[Response]:
    uid = view.mailbox.first_unseen()
    if uid is None:
        return []
    return [reply.status(b"OK", b"First unseen message", b"UNSEEN %d" % view.seq_of(uid))]


def flags_item(view: View, entry: Entry) -> Piece:
    """``FLAGS (\\Seen)``: what FETCH says of the flags."""
    return b"FLAGS " + view.flags_wire(entry) if view.recent else entry.flags.item


def uid_item(view: View, entry: Entry) -> Piece:
    """``UID 7``."""
    return b"UID %d" % entry.uid


BASE_TELLINGS = Tellings(
    reply.Fetch(),
    {b"UID": uid_item},  # RFC 3501 section 6.4.8
    _unseen,
    _expunged,
    _arrived,
    _recent,
    keywords,
    _flagged,
    {b"FLAGS": flags_item},
    {},
)
"""RFC 3501's: FETCH, UNSEEN, EXPUNGE, EXISTS, RECENT, FLAGS with PERMANENTFLAGS."""
