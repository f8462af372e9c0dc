"""Which messages match: criteria compiled to a function of one message."""

from collections.abc import Callable, Container
from typing import assert_never

from mockmail.message import date
from mockmail.message.message import Message
from mockmail.message.text import body_text, folded, header_text, header_texts
from mockmail.numset import Seq, Uid
from mockmail.query.criteria import (
    All,
    And,
    BodyHas,
    Criterion,
    Days,
    HasFlag,
    HeaderHas,
    InSeqs,
    InUids,
    ModifiedSince,
    Not,
    Or,
    Received,
    Recent,
    Sent,
    Sized,
    TextHas,
)
from mockmail.store.journal import Entry

Matcher = Callable[[Seq, Entry], bool]


def matcher(criterion: Criterion, recent: Container[Uid]) -> Matcher:
    """A function that says whether a message matches; `recent` are the session's own."""
    match criterion:
        case All():
            return lambda seq, entry: True
        case HasFlag(flag):
            return _has_flag(flag, wanted=True)
        case Not(HasFlag(flag)):
            return _has_flag(flag, wanted=False)
        case Recent():
            return lambda seq, entry: entry.uid in recent
        case InSeqs(seqs):
            return lambda seq, entry: seq in seqs
        case InUids(uids):
            return lambda seq, entry: entry.uid in uids
        case Sized(least, most):
            return lambda seq, entry: (
                least <= entry.message.size and (most is None or entry.message.size <= most)
            )
        case Received(Days(first, last)):
            return lambda seq, entry: first <= entry.internaldate.toordinal() <= last
        case Sent(Days(first, last)):
            return lambda seq, entry: first <= entry.message.view(_sent_day) <= last
        case HeaderHas(name, text):
            return _header(name, folded(text))
        case BodyHas(text):
            return _body(folded(text))
        case TextHas(text):
            return _text(folded(text))
        case ModifiedSince(modseq, of):
            return _modified_since(modseq, of)
        case Not(inner):
            wrong = matcher(inner, recent)
            return lambda seq, entry: not wrong(seq, entry)
        case Or(parts):
            return _any_of([matcher(part, recent) for part in parts])
        case And(parts):
            return _all_of([matcher(part, recent) for part in parts])
    assert_never(criterion)


def _modified_since(modseq: int, flag: str | None) -> Matcher:
    if flag is None:
        return lambda seq, entry: entry.modseq >= modseq
    return lambda seq, entry: entry.flag_modseq(flag) >= modseq


def _has_flag(flag: str, *, wanted: bool) -> Matcher:
    # Many messages have few sets of flags: each set is asked once.
    verdicts: dict[bytes, bool] = {}

    def test(seq: Seq, entry: Entry) -> bool:
        flags = entry.flags
        try:
            return verdicts[flags.wire]
        except KeyError:
            verdict = verdicts[flags.wire] = (flag in flags) is wanted
            return verdict

    return test


def _any_of(tests: list[Matcher]) -> Matcher:
    def test_any(seq: Seq, entry: Entry) -> bool:
        for test in tests:  # noqa: SIM110 - a generator would take twice the time
            if test(seq, entry):
                return True
        return False

    return test_any


def _all_of(tests: list[Matcher]) -> Matcher:
    def test_all(seq: Seq, entry: Entry) -> bool:
        for test in tests:  # noqa: SIM110
            if not test(seq, entry):
                return False
        return True

    return test_all


def _sent_day(message: Message) -> int:
    """The day of the Date field, 0 if it tells none."""
    found = date.parse(message.field("Date") or "")
    return 0 if found is None else found.toordinal()


def _header(name: bytes, text: bytes) -> Matcher:
    def test(seq: Seq, entry: Entry) -> bool:
        # What is no field has no name that could be asked for.
        value = header_texts(entry.message).get(name) if name else None
        return value is not None and text in value

    return test


def _body(text: bytes) -> Matcher:
    return lambda seq, entry: text in body_text(entry.message)


def _text(text: bytes) -> Matcher:
    return lambda seq, entry: text in header_text(entry.message) or text in body_text(entry.message)
