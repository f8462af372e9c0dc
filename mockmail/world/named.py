"""Things by name, in a test's hands: one that is missing is an error that knows near names."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


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
            return self._things[self._spelled(name)]
        except KeyError:
            raise NotThere(f"no {self._what} {name!r}; {near(name, self._things)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def __repr__(self) -> str:
        return repr(self._things)


def near(name: str, names: Mapping[str, object]) -> str:
    """What might have been meant: near names, or all of a few."""
    found = difflib.get_close_matches(name, list(names), n=3, cutoff=0.6)
    if found:
        return f"did you mean {' or '.join(map(repr, found))}?"
    if not names:
        return "there are none"
    shown = ", ".join(map(repr, list(names)[:10]))
    return f"there are {shown}" + (f" and {len(names) - 10} more" if len(names) > 10 else "")
