"""Which differences between mockmail's and Dovecot's answers are right, by the sentence that says so.

In most of them both servers are; where Dovecot is wrong, the sentence says what is right.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from told import Key


@dataclass
class Circumstances:
    """What a session had been through when two servers answered it differently."""

    behind: bool = False
    """Others may have changed the mailbox since it was told all."""
    shared: bool = False
    """Which messages are recent depends on the server: another session has selected the same
    mailbox meanwhile, or only one of the servers had told of new messages when it was left."""
    aware: bool = False
    """It has said something that enables CONDSTORE."""
    tagged: tuple[Any, Any] = ((), ())
    """How the answers ended, ours and theirs: ``OK``, ``NO`` or ``BAD``, and the code."""
    sent: str = ""
    """What we were sent: the line with everything filled in."""
    named: set[bytes] = field(default_factory=set)
    """Keywords that were searched for, or taken away."""


class Difference(NamedTuple):
    """Two answers to one line: what one fact was."""

    line: str
    about: Key
    ours: object
    """None where it was not told."""
    theirs: object
    was: Circumstances

    @property
    def text(self) -> str:
        """What was said, without the name of who said it."""
        return self.line[3:]

    def __str__(self) -> str:
        about = " ".join(map(str, self.about))
        behind = " (behind)" if self.was.behind else ""
        return f"{self.line}{behind}\n  {about}\n    ours:   {self.ours}\n    theirs: {self.theirs}"


def _sets(d: Difference) -> tuple[frozenset[bytes], frozenset[bytes]] | None:
    """Both, if they are sets."""
    if isinstance(d.ours, frozenset) and isinstance(d.theirs, frozenset):
        return d.ours, d.theirs
    return None


def _code(d: Difference) -> bool:
    if d.about != ("tagged",):
        return False
    assert isinstance(d.ours, tuple)
    assert isinstance(d.theirs, tuple)
    if d.ours[0] != d.theirs[0]:
        return False
    if d.ours[0] == b"OK":
        return not d.ours[1:] and d.theirs[1:] == (b"CLIENTBUG",)
    return not (d.ours[1:] and d.theirs[1:])


_MARKS = {b"\\marked", b"\\unmarked"}
_CHILDREN = {b"\\haschildren", b"\\hasnochildren"}
_USES = {b"\\sent"}


def _attributes(d: Difference) -> set[bytes]:
    """Attributes of a mailbox that one of them tells of unasked; none if anything else differs."""
    if d.about[0] != "LIST" or not (isinstance(d.ours, tuple) and isinstance(d.theirs, tuple)):
        return set()
    free = _MARKS.union(*(
        names
        for option, names in (("CHILDREN", _CHILDREN), ("SPECIAL-USE", _USES))
        if option not in d.text
    ))  # fmt: skip
    differing = set(d.ours[0] ^ d.theirs[0])
    return differing if d.ours[1:] == d.theirs[1:] and differing <= free else set()


def _marked(d: Difference) -> bool:
    return bool(_attributes(d) & _MARKS)


def _children(d: Difference) -> bool:
    return bool(_attributes(d) & _CHILDREN)


def _uses(d: Difference) -> bool:
    return bool(_attributes(d) & _USES)


def _recent(d: Difference) -> bool:
    if not d.was.shared:
        return False
    sets = _sets(d)
    differing = sets is not None and sets[0] ^ sets[1] == {b"\\recent"}
    only_that = d.about[-1] == b"FLAGS" and differing
    return d.about == ("RECENT",) or d.about[-1] == b"RECENT" or only_that


def _told_of(d: Difference) -> object:
    """The item of a FETCH that is about, if it is one."""
    if d.about[0] == "FETCH":
        return d.about[2]
    return b"MODSEQ" if d.about[:2] == ("MODSEQ", "FETCH") else None


def _unchanged(d: Difference) -> bool:
    """Dovecot is silent where a STORE changed nothing."""
    item = _told_of(d)
    if item is None or d.theirs is not None or not re.match(r"(?i)(UID )?STORE ", d.text):
        return False
    return ".SILENT" not in d.text or item != b"FLAGS"


def _failed(d: Difference) -> bool:
    stored = re.match(r"(?i)(UID )?STORE .*UNCHANGEDSINCE", d.text)
    return _told_of(d) is not None and d.theirs is None and bool(stored)


def _keywords(d: Difference) -> bool:
    """A keyword that was named, and that no message need have."""
    if d.about not in (("FLAGS",), ("PERMANENTFLAGS",)):
        return False
    sets = _sets(d)
    if sets is None:
        told = d.ours if d.theirs is None else d.theirs
        assert isinstance(told, frozenset)
        # An EXAMINE has no PERMANENTFLAGS.
        return bool((told or d.was.named) & d.was.named)
    return sets[0] ^ sets[1] <= d.was.named


def _untold(d: Difference) -> bool:
    """The one tells of changes at once, the other when the session is told of them."""
    if not d.was.behind:
        return False
    if "CHANGEDSINCE" in d.text and d.about[0] == "FETCH":
        return True
    return d.about[0] in NEWS or _told_of(d) in (b"FLAGS", b"MODSEQ", b"UID")


def _unasked(d: Difference) -> bool:
    """Dovecot tells of what others did without the UID, in the answer to a UID command."""
    return d.was.behind and _told_of(d) == b"UID" and d.theirs is None


def _searched(d: Difference) -> bool:
    """Dovecot searches what the client knows, with flags as it knows them."""
    if d.was.behind and d.about == ("tagged",) and "SEARCH" in d.text:
        return (d.ours, d.theirs) == ((b"OK",), (b"OK", b"EXPUNGEISSUED"))
    return d.was.behind and (d.about[0] in ("SEARCH", "ESEARCH") or d.about[1:] in _SEARCHES)


_SEARCHES = (("SEARCH",), ("ESEARCH",))


def _ghost(d: Difference) -> bool:
    """Dovecot has little to tell of messages that are gone."""
    fetched = re.match(r"(?i)(UID )?FETCH", d.text)
    if not (fetched and d.was.behind and d.was.tagged[1][1:] == (b"EXPUNGEISSUED",)):
        return False
    return d.about == ("tagged",) or d.about[0] == "FETCH"


def _stored_to_ghosts(d: Difference) -> bool:
    stored = re.match(r"(?i)STORE (?!.*\.SILENT)", d.text)
    kinds = (d.was.tagged[0][0], d.was.tagged[1][0])
    return d.was.behind and d.about == ("tagged",) and bool(stored) and kinds == (b"NO", b"OK")


def _modified_ghosts(d: Difference) -> bool:
    """Dovecot says of messages that are gone that they are modified."""
    stored = re.search(r"UNCHANGEDSINCE \S+ FLAGS", d.text)
    if d.about != ("tagged",) or not (d.was.behind and stored):
        return False
    ours, theirs = ((each[2] if b"MODIFIED" in each else ()) for each in d.was.tagged)
    return set(ours) < set(theirs)


def _copied_ghosts(d: Difference) -> bool:
    copied = re.match(r"(?i)UID (COPY|MOVE)", d.text)
    if d.about != ("tagged",) or not (d.was.behind and copied):
        return False
    assert isinstance(d.ours, tuple)
    return d.ours[0] == b"OK" and d.theirs == (b"NO", b"EXPUNGEISSUED")


def _selected(d: Difference) -> bool:
    return d.about[0] == "STATUS" and d.was.behind


def _more(d: Difference) -> bool:
    """A HIGHESTMODSEQ that nobody has to tell."""
    if d.about != ("MODSEQ", "HIGHESTMODSEQ"):
        return False
    if "EXPUNGE" in d.text.upper():
        return d.ours is None and d.was.behind
    return d.ours is None or d.was.tagged[0][0] != b"OK" or d.was.behind


def _saved(d: Difference) -> bool:
    return "RETURN (SAVE)" in d.text and "ESEARCH" in d.about and d.ours is None


def _optimised(d: Difference) -> bool:
    """Dovecot forgets a MODSEQ that it need not look at, where something else may match."""
    return d.about[0] == "MODSEQ" and bool(OPTIMISED.search(d.text)) and d.theirs is None


OPTIMISED = re.compile(r"SEARCH .*(OR |NOT \().*MODSEQ")


def _known(d: Difference) -> bool:
    """Dovecot tells of what the client says it knows: all below a UID that matched."""
    found = re.search(r"QRESYNC \(.*\(\S+ (\S+)\)\)\)", d.was.sent)
    if d.about != ("VANISHED (EARLIER)",) or found is None:
        return False
    assert isinstance(d.theirs, tuple)
    ours = d.ours if isinstance(d.ours, tuple) else ()
    more = set(d.theirs) - set(ours)
    highest = max(map(int, re.findall(r"\d+", found[1])))
    return set(ours) < set(d.theirs) and max(more) < highest


def _either(d: Difference) -> bool:
    """Dovecot finds nothing where no message matches one of these keys."""
    keys = re.search(r"OR .*\bUN(DELETED|SEEN)\b.*\bUN(DELETED|SEEN)\b", d.text)
    return bool(keys) and bool({"SEARCH", "ESEARCH"} & {*d.about})


def _not_modseq(d: Difference) -> bool:
    """Dovecot finds nothing if no message has so high a mod-sequence."""
    return bool(re.search(r"NOT .*MODSEQ", d.text)) and bool({"SEARCH", "ESEARCH"} & {*d.about})


def _unsure(d: Difference) -> bool:
    """What enables CONDSTORE stood in a command that was refused."""
    return d.about[0] == "MODSEQ" and not d.was.aware and d.theirs is None


def _spurious(d: Difference) -> bool:
    if d.about != ("tagged",) or not re.search(r"UNCHANGEDSINCE .* [-+]FLAGS", d.text):
        return False
    assert isinstance(d.ours, tuple)
    assert isinstance(d.theirs, tuple)
    ours = d.ours[2] if b"MODIFIED" in d.ours else ()
    return b"MODIFIED" in d.theirs and set(ours) < set(d.theirs[2])


def _beyond(d: Difference) -> bool:
    """A set of numbers, one of which is too high, that Dovecot takes if there is a "*" in it."""
    if d.about != ("tagged",):
        return False
    assert isinstance(d.ours, tuple)
    assert isinstance(d.theirs, tuple)
    numbered = re.match(r"(?i)(FETCH|STORE|COPY|MOVE) [0-9:,]*\*|(UID )?SEARCH", d.text)
    return bool(numbered) and (d.ours[0], d.theirs[0]) == (b"BAD", b"OK")


NEWS = ("EXISTS", "RECENT", "EXPUNGE", "VANISHED", "FLAGS", "PERMANENTFLAGS", "VANISHED (EARLIER)")
"""What a session is told of what others did."""

_AVOID = (
    "RFC 7162 section 3.1.3: a server implementation SHOULD avoid generating spurious MODIFIED"
    " responses for +FLAGS/-FLAGS STORE operations"
)
_NOT = (
    "RFC 3501 section 6.4.4: NOT <search-key>: Messages that do not match the specified search key."
)
_OR = (
    "RFC 3501 section 6.4.4: OR <search-key1> <search-key2>: Messages that match either search key."
)
PARTING = (_AVOID, _NOT, _OR)
"""Behind these differences the servers have not the same messages any more."""

RIGHT: dict[str, Callable[[Difference], bool]] = {
    'RFC 3501 section 7.1: Status responses MAY include an OPTIONAL "response code".': _code,
    "RFC 6154 section 2: The extended LIST command MAY return SPECIAL-USE attributes even if the"
    " client does not specify the return option.": _uses,
    "RFC 5258 section 4: Although these attributes MAY be returned in response to any LIST command,"
    " the CHILDREN return option is provided to indicate that the client particularly wants this"
    " information.": _children,
    "RFC 3501 section 7.2.2: If it is not feasible for the server to determine whether or not the"
    " mailbox is \"interesting\", the server SHOULD NOT send either \\Marked or \\Unmarked.": _marked,
    "RFC 3501 section 2.3.2: If multiple connections have the same mailbox selected"
    " simultaneously, it is undefined which of these connections will see newly-arrived messages"
    " with \\Recent set.": _recent,
    "RFC 3501 section 6.4.6: The new value of the flags is returned as if a FETCH of those flags"
    " was done.": _unchanged,
    "RFC 7162 section 3.1.3: It is RECOMMENDED that the server avoids the need for the client to do"
    " that by sending an unsolicited FETCH response.": _failed,
    "RFC 3501 section 7.2.6: Flags other than the system flags can also exist, depending on server"
    " implementation.": _keywords,
    "RFC 3501 section 6.4.8: Server implementations MUST implicitly include the UID message data item"
    " as part of any FETCH response caused by a UID command.": _unasked,
    "RFC 9051 section 5.2: A server SHOULD send message flag updates automatically, without"
    " requiring the client to request such updates explicitly.": _untold,
    "RFC 2180 section 4.3: A server MAY simply not return a search response for messages that have"
    " been expunged and it has not been able to inform the client about.": _searched,
    'RFC 2180 section 4.1.3: The server MAY … return … "NIL FETCH Responses" for expunged messages.':
        _ghost,
    "RFC 2180 section 4.2.3: the server MAY set the flags and return a FETCH response for the"
    " non-expunged messages along with a tagged NO.": _stored_to_ghosts,
    "RFC 7162 section 3.1.3, example 11: the MODIFIED response code names no message that is gone":
        _modified_ghosts,
    "RFC 7162 section 3.1.6: If a client specifies a MODSEQ criterion … the server MUST also append"
    " … the highest mod-sequence for all messages being returned.": _optimised,
    "RFC 3501 section 6.4.8: A non-existent unique identifier is ignored without any error message"
    " generated.": _copied_ghosts,
    "RFC 3501 section 6.3.10: The STATUS command SHOULD NOT be used on the currently selected"
    " mailbox.": _selected,
    "RFC 7162 section 3.1: A client … indicates its willingness to receive mod-sequence updates … by"
    " issuing one of the following.": _unsure,
    _NOT: _not_modseq,
    _OR: _either,
    "RFC 7162 section 3.2.5.2: If a pair matches, then the client knows of any expunges up to, and"
    " including, the message; thus, it will not include that range in the VANISHED response.":
        _known,
    "RFC 5182 section 1: In absence of any other SEARCH result option, the SAVE result option also"
    " suppresses any SEARCH response.": _saved,
    _AVOID: _spurious,
    "RFC 3501 section 7.1: The response code contains additional information or status codes for"
    " client software.": _more,
    "RFC 9051 section 9, seq-number: The server should respond with a tagged BAD response to a"
    " command that uses a message sequence number greater than the number of messages in the"
    " selected mailbox.": _beyond,
}  # fmt: skip
"""The sentences that decide differences, with what each of them looks like."""


def deciding(difference: Difference) -> str | None:
    """The sentence that decides a difference, or None."""
    return next((sentence for sentence, test in RIGHT.items() if test(difference)), None)
