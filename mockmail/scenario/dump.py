"""Scenarios out: YAML, with the mail in files beside it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from mockmail.corpus import files
from mockmail.corpus.item import Item

_ODD = re.compile(r"[^\w.-]+", re.ASCII)
_KIND = ".mbox.gz"


class MailBeside:
    """The mail of a scenario that is written: a compressed mbox for each mailbox."""

    def __init__(self, scenario: Path) -> None:
        self._folder = scenario.parent
        self._stem = scenario.stem
        self._taken: set[str] = set()

    def save(self, mailbox: str, items: Iterable[Item]) -> str:
        """Write the messages; what stands in the scenario for them. ``FileExistsError``."""
        name = next(each for each in self._names(mailbox) if each.lower() not in self._taken)
        self._taken.add(name.lower())
        files.save(self._folder / name, "mbox", items)
        return name

    def _names(self, mailbox: str) -> Iterator[str]:
        """Names for a file: they must differ on file systems that know no capitals, too."""
        plain = f"{self._stem}-{_ODD.sub('_', mailbox)}" if mailbox else self._stem
        yield plain + _KIND
        number = 2
        while True:
            yield f"{plain}-{number}{_KIND}"
            number += 1


def write(path: Path, data: object, comment: str = "") -> None:
    """Write the YAML; ``FileExistsError`` if something is there."""
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(head + text)
