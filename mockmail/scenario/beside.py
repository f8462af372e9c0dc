"""Files of mail that a scenario names; relative paths start from the scenario's folder.

A path is its author's own and may lead anywhere. What was read is remembered with
its size and time of change, so that a scenario can be built again when it changes.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from mockmail.corpus import files
from mockmail.corpus.item import Item
from mockmail.near import near
from mockmail.scenario import mistakes
from mockmail.scenario.document import Document
from mockmail.scenario.spec import Loads, LoadSpec, Newlines

T = TypeVar("T")


class Beside:
    """The files beside one scenario."""

    def __init__(self, document: Document, folder: Path) -> None:
        self._document = document
        self._folder = folder
        self.stamps: dict[Path, object] = {}
        """Of all that was read, as it was then."""

    def mailboxes(self, loads: Loads, path: mistakes.Path) -> Iterator[dict[str, list[Item]]]:
        """The mail that `loads` names, which stands at `path`: items by mailbox."""
        for spec, where in _each(loads, path):
            yield self._read(files.load, spec, where)

    def items(
        self, loads: Loads, path: mistakes.Path
    ) -> Iterator[tuple[list[Item], mistakes.Path]]:
        """The mail for one mailbox, and where it is named."""
        for spec, where in _each(loads, path):
            yield self._read(files.load_one, spec, where), where

    def message(self, name: str, newlines: Newlines, path: mistakes.Path) -> Item:
        """The one message of a file."""
        items = self._read(files.load_one, LoadSpec(path=name, newlines=newlines), path)
        if len(items) != 1:
            raise self._document.error(
                path, f"{self._folder / name} has {len(items)} messages; expected one"
            )
        return items[0]

    def octets(self, name: str, path: mistakes.Path) -> bytes:
        """What is in a file."""
        return self._guarded(Path.read_bytes, self._folder / name, path)

    def _read(self, load: Callable[[Path, Newlines], T], spec: LoadSpec, path: mistakes.Path) -> T:
        return self._guarded(
            lambda place: load(place, spec.newlines), self._folder / spec.path, path
        )

    def _guarded(self, read: Callable[[Path], T], place: Path, path: mistakes.Path) -> T:
        try:
            self.stamps[place] = stamp(place)
            return read(place)
        except OSError as error:
            hint = ""
            if not place.exists() and place.parent.is_dir():
                hint = near(place.name, (each.name for each in place.parent.iterdir()))
            problem = f"{place} can't be read: {error.strerror or error}{hint}"
            raise self._document.error(path, problem) from None
        except ValueError as error:
            raise self._document.error(path, str(error)) from None


def _each(loads: Loads, path: mistakes.Path) -> Iterator[tuple[LoadSpec, mistakes.Path]]:
    listed = list(enumerate(loads)) if isinstance(loads, list) else [(None, loads)]
    for number, each in listed:
        spec = LoadSpec(path=each) if isinstance(each, str) else each
        yield spec, path if number is None else (*path, number)


def stamp(place: Path) -> object:
    """Size and time of change, of a folder with all that is in it; None if nothing is there."""
    if not place.exists():
        return None
    inside = sorted(place.rglob("*")) if place.is_dir() else ()
    return [
        (each, facts.st_mtime_ns, facts.st_size)
        for each in (place, *inside)
        for facts in (each.stat(),)
    ]
