"""Flags as fields of a header: Status, X-Status and X-Keywords, as mbox files have them."""

from collections.abc import Iterable
from functools import lru_cache

from mockmail.corpus.item import is_keyword, keywords
from mockmail.message.header import Field, unfold
from mockmail.store.flags import Flags, flags

_LETTERS = {
    b"status": {"R": "\\Seen"},  # "O", for old, is no flag
    b"x-status": {"A": "\\Answered", "F": "\\Flagged", "D": "\\Deleted", "T": "\\Draft"},
    b"x-keywords": {},
}
_NAMES = list(_LETTERS)


def tells(fields: Iterable[Field]) -> bool:
    """Whether one of the fields tells flags."""
    return any(name in _LETTERS for name, _, _, _ in fields)


def read(raw: bytes, fields: Iterable[Field]) -> Flags:
    """What these fields of `raw` tell."""
    names: list[str] = []
    for name, _, start, end in fields:
        if name in _LETTERS:
            value = unfold(raw[start:end]).decode("ascii", "replace")
            if name == b"x-keywords":
                names += filter(is_keyword, value.split())
            letters = _LETTERS[name]
            names += [letters[letter] for letter in value if letter in letters]
    return flags(names)


@lru_cache(maxsize=1024)
def written(told: Flags) -> bytes:
    """The three fields that tell the flags; ``ValueError`` for a flag that can't be one."""
    marks = "".join(mark for mark, name in _LETTERS[b"x-status"].items() if name in told)
    values = ("RO" if told.seen else "O", marks, " ".join(keywords(told)))
    names = ("Status:", "X-Status:", "X-Keywords:")
    lines = (f"{name} {value}".rstrip() for name, value in zip(names, values, strict=True))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def last(raw: bytes, fields: tuple[Field, ...]) -> tuple[int, int, Flags] | None:
    """Where the last fields are the three, just as `written` spells them, and what they tell."""
    three = fields[-len(_NAMES) :]
    if [name for name, _, _, _ in three] != _NAMES:
        return None
    start, end, told = three[0][1], three[-1][3], read(raw, three)
    if raw[start:end].replace(b"\r\n", b"\n") != written(told):
        return None
    return start, end, told
