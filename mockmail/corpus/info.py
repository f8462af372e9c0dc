"""Flags as letters: what stands behind a Maildir file's unique name, ``:2,FS`` or ``:2,Sab``.

Small letters are keywords, and a file in the mailbox's folder says which.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from mockmail.corpus.item import Item, is_keyword, keywords
from mockmail.store.flags import Flags, flags

KEYWORDS = "dovecot-keywords"
"""The file of keywords; ``0 $Junk`` in it says what the letter a means."""

_SYSTEM = {
    "D": "\\Draft",
    "F": "\\Flagged",
    "P": "$Forwarded",
    "R": "\\Answered",
    "S": "\\Seen",
    "T": "\\Deleted",
}
_KEYWORDS = "abcdefghijklmnopqrstuvwxyz"

# Other characters take the colon's place where file names can't have it.
_INFO = re.compile(r"[:;!]2,([^:;!]*)\Z")
_COLON = ";" if os.name == "nt" else ":"
_LINE = re.compile(r"([0-9]{1,2}) (\S+)")


class Letters:
    """The letters of one mailbox: the usual ones, and those of its keywords."""

    def __init__(self, of_keywords: Mapping[str, str]) -> None:
        self.of_keywords = of_keywords
        self._flags = {**_SYSTEM, **of_keywords}
        self._letters = {name.lower(): letter for letter, name in self._flags.items()}

    def flags(self, name: str) -> Flags:
        """What the file's name tells; letters that mean nothing here are passed over."""
        found = _INFO.search(name)
        letters = "" if found is None else found[1]
        return flags(self._flags[letter] for letter in letters if letter in self._flags)

    def info(self, told: Flags) -> str:
        """What tells the flags, letters in ASCII order."""
        return f"{_COLON}2,{''.join(sorted(self._letters[name.lower()] for name in told))}"


def unique(name: str) -> str:
    """The name without its info: it stays when flags change."""
    return _INFO.sub("", name)


def assign(items: Iterable[Item]) -> Letters:
    """Letters for the keywords in the order in which they come, in the spelling of the first.

    ``ValueError`` if there are more than letters, or for a flag that can't be one.
    """
    usual = {name.lower() for name in _SYSTEM.values()}
    found: dict[str, str] = {}
    for item in items:
        for name in keywords(item.flags):
            if name.lower() not in usual:
                found.setdefault(name.lower(), name)
    if len(found) > len(_KEYWORDS):
        raise ValueError(f"a Maildir has letters for {len(_KEYWORDS)} keywords, not {len(found)}")
    return Letters(dict(zip(_KEYWORDS, found.values(), strict=False)))


def load(folder: Path) -> Letters:
    """The letters of the mailbox in the folder; lines that say nothing are passed over."""
    path, found = folder / KEYWORDS, {}
    if path.exists():
        for line in path.read_text(encoding="ascii", errors="replace").splitlines():
            said = _LINE.fullmatch(line)
            if said and int(said[1]) < len(_KEYWORDS) and is_keyword(said[2]):
                found[_KEYWORDS[int(said[1])]] = said[2]
    return Letters(found)


def save(folder: Path, letters: Letters) -> None:
    """Write the file of keywords, if there are any."""
    if letters.of_keywords:
        lines = (f"{number} {name}\n" for number, name in enumerate(letters.of_keywords.values()))
        (folder / KEYWORDS).write_text("".join(lines), encoding="ascii", newline="\n")
