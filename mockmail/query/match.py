"""Which messages match: criteria compiled to a function of one message."""

from collections.abc import Callable, Container
from typing import assert_never

from mockmail.numset import Seq, Uid
from mockmail.query.criteria import All, And, Criterion, HasFlag, InSeqs, InUids, Not, Or, Recent
from mockmail.store.journal import Entry

Matcher = Callable[[Seq, Entry], bool]


def matcher(criterion: Criterion, recent: Container[Uid]) -> Matcher:
    """A function that says whether a message matches; `recent` are the session's own."""
    match criterion:
        case All():
            return lambda seq, entry: True
        case HasFlag(flag):
            return lambda seq, entry: flag in entry.flags
        case Recent():
            return lambda seq, entry: entry.uid in recent
        case InSeqs(seqs):
            return lambda seq, entry: seq in seqs
        case InUids(uids):
            return lambda seq, entry: entry.uid in uids
        case Not(inner):
            wrong = matcher(inner, recent)
            return lambda seq, entry: not wrong(seq, entry)
        case Or(left, right):
            first, second = matcher(left, recent), matcher(right, recent)
            return lambda seq, entry: first(seq, entry) or second(seq, entry)
        case And(parts):
            each = tuple(matcher(part, recent) for part in parts)
            return lambda seq, entry: all(test(seq, entry) for test in each)
    assert_never(criterion)
