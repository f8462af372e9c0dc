"""Maildirs: a file for each message, its flags in the name; Maildir++ for more mailboxes.

The folder itself is INBOX, and a folder ``.A.B`` in it is the mailbox ``A/B``;
names are in modified UTF-7 (RFC 3501 section 5.1.3).

Messages of ``cur`` and ``new`` are read in one order: by the number that their
names begin with (without one: first), then by the unique name. So the same folder
has the same order each time, whatever happens to flags. What `save` writes comes
back in the order it was given: names begin with the INTERNALDATE, or with a later
one that was there before.

The INTERNALDATE is the file's mtime, as exact as the file system keeps it in
seconds. A message without one gets the clock's EPOCH, and has it from then on.
For line ends see `mockmail.corpus.newlines`.
"""

import os
import re
from calendar import timegm
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mockmail.clock import EPOCH
from mockmail.corpus import folder as folders
from mockmail.corpus import info
from mockmail.corpus.info import Letters
from mockmail.corpus.item import Item
from mockmail.corpus.newlines import Read, Written, written
from mockmail.message.message import Message
from mockmail.store.names import DELIMITER, canonical, problem
from mockmail.store.utf7 import from_utf7, to_utf7

_NUMBER = re.compile(r"[0-9]+")
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


def load(folder: Path, newlines: Read = "crlf") -> dict[str, list[Item]]:
    """The mailboxes by name, INBOX first; ``ValueError`` if two have one name."""
    mailboxes = {"INBOX": _load(folder, newlines)}
    for path in sorted(folder.glob(".*")):
        if (path / "cur").is_dir():
            name = canonical(_name(path))
            if name in mailboxes:
                raise ValueError(f"{path} is a second {name}")
            mailboxes[name] = _load(path, newlines)
    return mailboxes


def _name(path: Path) -> str:
    """The mailbox of a folder; a name that is no modified UTF-7 is taken as it is."""
    coded = path.name[1:].replace(".", DELIMITER)
    try:
        return from_utf7(coded.encode("utf-8", "surrogateescape"))
    except ValueError:
        return coded


def _load(folder: Path, newlines: Read) -> list[Item]:
    """The messages of one mailbox."""
    letters = info.load(folder)
    paths = list((folder / "cur").iterdir())
    if (folder / "new").is_dir():
        paths += (folder / "new").iterdir()
    messages = [path for path in paths if not path.name.startswith(".") and path.is_file()]
    return [_read(path, letters, newlines) for path in sorted(messages, key=_place)]


def _place(path: Path) -> tuple[int, str]:
    number = _NUMBER.match(path.name)
    return -1 if number is None else int(number[0]), info.unique(path.name)


def _read(path: Path, letters: Letters, newlines: Read) -> Item:
    message = Message(path.read_bytes(), newlines=newlines)
    date = _ZERO + timedelta(seconds=path.stat().st_mtime_ns // 10**9)
    return Item(message, letters.flags(path.name), date)


def save(folder: Path, mailboxes: Mapping[str, Iterable[Item]], newlines: Written = "lf") -> None:
    """Write the mailboxes into a new or empty folder; INBOX is made in any case.

    ``FileExistsError`` if something is there; ``ValueError``, and nothing is
    written, for a name that a Maildir can't have or keywords that it can't.
    """
    contents: dict[Path, tuple[list[Item], Letters]] = {}
    for name, items in mailboxes.items():
        path, listed = _path(folder, name), list(items)
        if path in contents:
            raise ValueError(f"{canonical(name)} is there twice")
        contents[path] = listed, info.assign(listed)
    contents.setdefault(folder, ([], Letters({})))
    folders.make(folder)
    for path, (listed, letters) in contents.items():
        for part in ("cur", "new", "tmp"):
            (path / part).mkdir(parents=True)
        if path != folder:
            (path / "maildirfolder").touch()  # tells a mailbox from a Maildir of its own
        info.save(path, letters)
        _write(path / "cur", listed, letters, newlines)


def _path(folder: Path, name: str) -> Path:
    """The folder of the mailbox."""
    name = canonical(name)
    refusal = problem(name)
    if "." in name:
        refusal = "A dot parts the levels of a name in a Maildir"
    if refusal is not None:
        raise ValueError(f"{refusal}: {name!r}")
    coded = to_utf7(name.replace(DELIMITER, ".")).decode("ascii")
    return folder if name == "INBOX" else folder / f".{coded}"


def _write(cur: Path, items: Iterable[Item], letters: Letters, newlines: Written) -> None:
    latest = 0
    for number, item in enumerate(items, 1):
        seconds = timegm((item.internaldate or EPOCH).utctimetuple())
        latest = max(latest, seconds)
        path = cur / f"{latest:010d}.M{number:08d}.mockmail{letters.info(item.flags)}"
        path.write_bytes(written(item.message.raw, newlines))
        os.utime(path, (seconds, seconds))
