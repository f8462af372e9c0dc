"""Things by name, in a test's hands: one that is missing is an error that knows near names."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from mockmail.near import near

T = TypeVar("T")
SHOWN = 10
"""Names that are shown where none is near."""


class NotThere(KeyError):
    """There is nothing of that name or number; the text says what there is."""

    def __str__(self) -> str:
        return str(self.args[0])


class Named(Mapping[str, T]):
    """The things of one moment, by name."""

    def __init__(
        self, what: str, things: Mapping[str, T], spelled: Callable[[str], str] = str
    ) -> None:
        self._what = what
        self._things = dict(things)
        self._spelled = spelled

    def __getitem__(self, name: str) -> T:
        try:
            return self._things[self._spelled(str(name))]
        except KeyError:
            raise NotThere(f"no {self._what} {name!r}{_instead(name, self._things)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def __repr__(self) -> str:
        return repr(self._things)


def _instead(name: str, names: Mapping[str, object]) -> str:
    """What might have been meant: near names, or all of a few."""
    if found := near(str(name), names):
        return found
    if not names:
        return "; there are none"
    shown = ", ".join(list(names)[:SHOWN])
    return f"; there are {shown}" + (
        f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    )
