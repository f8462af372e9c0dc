"""Files and folders of mail, of whatever kind they are.

| what is there | what is read |
|---|---|
| a folder with a folder ``cur`` | a Maildir, all its mailboxes |
| a folder with ``*.eml`` files | INBOX: each file a message, by name |
| a file that begins with "From " | INBOX: an mbox |
| an empty file | INBOX: an mbox of no messages |
| a file that begins with a header field, or is called ``*.eml`` | INBOX: one message |

eml files tell no flags and no date. A file that is compressed with gzip is taken for
what is in it.
"""

import gzip
import os
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from mockmail.corpus import folder, maildir, mbox
from mockmail.corpus.item import Item
from mockmail.corpus.newlines import Read
from mockmail.message.message import Message

Kind = Literal["eml", "mbox", "maildir"]

_GZIP = b"\x1f\x8b"  # RFC 1952 section 2.3.1
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")  # RFC 5322 sections 2.2 and 4.5
_SHOWN = 5
"""Names in an error."""


def load(path: str | os.PathLike[str], newlines: Read = "crlf") -> dict[str, list[Item]]:
    """The messages by mailbox; ``ValueError`` for what holds no mail."""
    path = Path(path)
    if (path / "cur").is_dir():
        return maildir.load(path, newlines)
    if path.is_dir():
        return {"INBOX": [_message(file.read_bytes(), newlines) for file in _eml_files(path)]}
    data = _octets(path)
    if not data or data.lstrip(b"\r\n").startswith(b"From "):
        return {"INBOX": list(mbox.parse(data, newlines))}
    if not _FIELD.match(data) and ".eml" not in path.suffixes:
        raise ValueError(
            f"{path} is no mail: it begins with no header field, nor with 'From ' as an mbox does"
            " (a message that is meant to be so is called *.eml)"
        )
    return {"INBOX": [_message(data, newlines)]}


def load_one(path: str | os.PathLike[str], newlines: Read = "crlf") -> list[Item]:
    """The messages for one mailbox; ``ValueError`` for a Maildir of several, too."""
    found = load(path, newlines)
    if len(found) > 1:
        raise ValueError(
            f"{path} has the mailboxes {', '.join(found)}: load them for a user (User.load)"
        )
    return found["INBOX"]


def _octets(path: Path) -> bytes:
    data = path.read_bytes()
    if not data.startswith(_GZIP):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is compressed with gzip, and not whole: {error}") from None


def _message(raw: bytes, newlines: Read) -> Item:
    return Item(Message(raw, newlines=newlines))


def _eml_files(path: Path) -> list[Path]:
    """The files in order of their names."""
    entries = sorted(path.iterdir(), key=lambda entry: entry.name)
    found = [entry for entry in entries if entry.suffix.lower() == ".eml" and entry.is_file()]
    if not found:
        names = [entry.name for entry in entries[:_SHOWN]] + ["…"] * (len(entries) > _SHOWN)
        raise ValueError(
            f"{path} is neither a Maildir (a folder with a folder cur) nor a folder of *.eml "
            f"files: there is {', '.join(names) or 'nothing'} in it"
        )
    return found


def save(path: str | os.PathLike[str], kind: Kind, items: Iterable[Item]) -> None:
    """Write the messages to a new place; ``FileExistsError`` if something is there.

    eml files have the bytes that are stored, in the order of their numbers; mbox
    files and Maildirs have LF at the end of lines, and flags and dates. An mbox whose
    name ends in ``.gz`` is compressed.
    """
    path = Path(path)
    if kind == "eml":
        _save_eml(path, list(items))
    elif kind == "mbox":
        data = b"".join(mbox.render(items))  # all of it, before there is a file
        if path.suffix == ".gz":
            data = gzip.compress(data, mtime=0)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
    elif kind == "maildir":
        maildir.save(path, {"INBOX": items})
    else:
        raise ValueError(f"kind is 'eml', 'mbox' or 'maildir', not {kind!r}")


def _save_eml(path: Path, items: list[Item]) -> None:
    folder.make(path)
    digits = max(4, len(str(len(items))))
    for number, item in enumerate(items, 1):
        (path / f"{number:0{digits}d}.eml").write_bytes(item.message.raw)
