"""Which extensions a server speaks: those that all do, after a test's changes."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from mockmail.near import near


class Switch(Protocol):
    """An extension, as far as it can be switched on and off."""

    @property
    def name(self) -> str: ...
    @property
    def default(self) -> bool:
        """Whether a server speaks it that was not asked to."""

    @property
    def requires(self) -> tuple[str, ...]:
        """Extensions that it can't be without."""

    @property
    def excludes(self) -> tuple[str, ...]:
        """Extensions that it can't be with."""


S = TypeVar("S", bound=Switch)


def switched(extensions: Sequence[S], changes: str) -> list[S]:
    """Those that are on after `changes` of what all speak: ``"+LITERAL- -MOVE"``.

    What is switched on brings along what it requires and takes away what it
    excludes; what is switched off takes along what requires it. ``ValueError``
    for an unknown name, and for the first one, which can't be switched off.
    """
    by_name = {extension.name.upper(): extension for extension in extensions}
    on = {extension.name for extension in extensions if extension.default}

    def switch_on(extension: S) -> None:
        on.add(extension.name)
        switch_off(extension.excludes)
        for name in extension.requires:
            switch_on(by_name[name.upper()])

    def switch_off(names: Iterable[str]) -> None:
        for name in names:
            on.discard(name)
            switch_off([e.name for e in extensions if name in e.requires and e.name in on])

    for word in changes.split():
        sign, name = word[:1], word[1:]
        extension = by_name.get(name.upper())
        if sign not in ("+", "-"):
            raise ValueError(f"capabilities are switched by +NAME and -NAME: {word!r}")
        if extension is None:
            raise ValueError(f"there is no capability {name!r}{near(name, by_name)}")
        if extension is extensions[0]:
            raise ValueError(f"{extension.name} is what all else is built upon")
        if sign == "+":
            switch_on(extension)
        else:
            switch_off((extension.name,))
    return [extension for extension in extensions if extension.name in on]
