"""Whose mail an address is: users' addresses, aliases, lists, and what is left over.

Addresses are compared without case, and a quoted local part is the same as one
without quotes (RFC 5321 section 4.1.2). Asking changes nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from mockmail.saslprep import prepared
from mockmail.store import names
from mockmail.store.settings import AccountSettings
from mockmail.store.user import User, problem

MAX_USERS = 10_000
"""Users of a world, beyond which none is made by logging in or getting mail."""
MAX_LOGIN = 254
"""Characters of a login that is made so."""
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)

Kind = Literal["user", "alias", "list", "elsewhere", "unknown"]


class Taken(ValueError):
    """An address is somebody's already."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where one copy of a message goes: a user's mailbox.

    With `AccountSettings.any_user` there may be no such user yet, and with
    `plus_mailbox` no such mailbox: `mockmail.store.newcomers` makes them.
    """

    login: str
    address: str
    """By which address he was found: the last one, behind aliases and lists. His login if a
    target was that, and he has none."""
    mailbox: str = "INBOX"


@dataclass(frozen=True, slots=True)
class Route:
    """Where mail for an address goes; nowhere if it is local, and nobody's."""

    kind: Kind
    """What the address itself is."""
    stops: tuple[Stop, ...] = ()
    """Each mailbox once, in the order of aliases and lists."""
    elsewhere: tuple[str, ...] = ()
    """Addresses that are not this server's."""

    @property
    def unknown(self) -> bool:
        """Whether nobody would get it."""
        return not (self.stops or self.elsewhere)


@dataclass(frozen=True, slots=True)
class Alias:
    """A name that stands for others."""

    address: str
    """Without a local part it is for all that is nobody's in its domain."""
    targets: tuple[str, ...]
    """Addresses, or logins."""
    expands: bool = False
    """Whether it is a list: EXPN tells who is on it (RFC 5321 section 3.5.2)."""


@dataclass(frozen=True, slots=True)
class _Step:
    """What one address is: a user's mailbox, or what it stands for, or neither."""

    kind: Kind
    stop: Stop | None = None
    targets: tuple[str, ...] = ()


def plain(address: str) -> str:
    """The address without needless quotes."""
    local, at, domain = address.rpartition("@")
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = _QUOTED_PAIR.sub(r"\1", local[1:-1])
    return f"{local}{at}{domain}"


def key(address: str) -> str:
    """What is the same for all spellings of an address."""
    return plain(address).lower()


class Directory:
    """The addresses and logins of one store."""

    def __init__(self, users: Mapping[str, User]) -> None:
        self._users = users
        self._owners: dict[str, User] = {}
        """Who has an address, by its key."""
        self._logins: dict[str, str] = {}
        """Users' names as they are compared (RFC 4013), with how they are spelled."""
        self._aliases: dict[str, Alias] = {}
        self.settings = AccountSettings()
        self.domains: tuple[str, ...] = ("localhost",)
        """Local domains, lower-cased; the first one is the server's own."""

    def fork(self, users: Mapping[str, User]) -> "Directory":
        """The same directory for a fork of the store, which has these users."""
        twin = Directory(users)
        twin._owners = {address: users[user.name] for address, user in self._owners.items()}
        twin._aliases, twin._logins = self._aliases.copy(), self._logins.copy()
        twin.settings, twin.domains = self.settings, self.domains
        return twin

    @property
    def aliases(self) -> tuple[Alias, ...]:
        """Aliases and lists, in the order in which they were added."""
        return tuple(self._aliases.values())

    def full(self, name: str) -> str:
        """An address; at the first local domain if it names none."""
        return name if "@" in name else f"{name}@{self.domains[0]}"

    def called(self, login: str) -> User | None:
        """The user of that name, or of one that looks the same (RFC 4013); None if there is none."""
        if (user := self._users.get(login)) is not None:
            return user
        wanted = prepared(login)
        return None if wanted is None else self._users.get(self._logins.get(wanted, wanted))

    def user_of(self, address: str) -> User | None:
        """Who has exactly that address, or None."""
        return self._owners.get(key(address))

    def welcomes(self, login: str) -> bool:
        """Whether a user of that name may be made by logging in or getting mail."""
        return (
            self.settings.any_user
            and 0 < len(login) <= MAX_LOGIN
            and login.isprintable()
            and len(self._users) < MAX_USERS
        )

    def check_laws(self) -> None:
        """Each user is found by his addresses, and by no others; ``AssertionError`` otherwise."""
        index = {key(address): user for user in self._users.values() for address in user.addresses}
        assert self._owners == index, "the index of addresses is not right"

    def check(self, addresses: Iterable[str], user: User | None = None) -> None:
        """`Taken` if an address is somebody's, unless it is that user's, or stands there twice."""
        seen: dict[str, None] = {}
        for address in addresses:
            normal = key(address)
            owner = self._owners.get(normal)
            if owner is not None and owner is not user:
                raise Taken(f"{address} is an address of {owner.name!r} already")
            if (alias := self._aliases.get(normal)) is not None:
                raise Taken(f"{address} is {'a list' if alias.expands else 'an alias'} already")
            if normal in seen:
                raise Taken(f"{address} stands there twice")
            seen[normal] = None

    def give(self, user: User, addresses: Iterable[str]) -> None:
        """Let a user have these addresses and no others. ``ValueError`` for one that can't be."""
        addresses = tuple(addresses)
        if why := problem(user.name, addresses):
            raise ValueError(why)
        self.check(addresses, user)
        for address in user.addresses:
            self._owners.pop(key(address), None)
        user.addresses = addresses
        self._owners.update((key(address), user) for address in addresses)
        if (compared := prepared(user.name)) is not None:
            self._logins.setdefault(compared, user.name)

    def add(self, alias: Alias) -> None:
        """A further alias or list; at the first local domain if its address names none.

        ``ValueError`` if the address is somebody's, or can't be one, or has no targets.
        """
        alias = replace(alias, address=self.full(alias.address))
        for each in (alias.address, *alias.targets):
            if not each or each.endswith("@"):
                raise ValueError(f"{each!r} is no address")
        if not alias.targets:
            raise ValueError(f"{alias.address} stands for nobody")
        self.check([alias.address])
        self._aliases[key(alias.address)] = alias

    def remove(self, address: str) -> None:
        """Have that alias or list no longer; ``KeyError`` if there is none."""
        del self._aliases[key(self.full(address))]

    def expand(self, name: str) -> list[str]:
        """The addresses on a list; ``KeyError`` if there is none of that name."""
        alias = self._aliases[key(self.full(name))]
        if not alias.expands:
            raise KeyError(name)
        return [self._address(each) for each in alias.targets]

    def _address(self, target: str) -> str:
        """Where mail for a target of an alias can be sent, too: a login has an address."""
        user = self._users.get(target)
        if "@" in target or user is None:
            return self.full(target)
        return user.addresses[0] if user.addresses else target

    def resolve(self, address: str) -> Route:
        """Where mail for an address goes. A loop of aliases leads nowhere."""
        if (owner := self._owners.get(address.lower())) is not None:  # as most are
            return Route("user", (Stop(owner.name, address),))
        first = self._step(address)
        if first.stop is not None:
            return Route("user", (first.stop,))
        if first.kind == "elsewhere":
            return Route("elsewhere", elsewhere=(self.full(address),))
        stops: dict[tuple[str, str], Stop] = {}
        elsewhere: dict[str, str] = {}
        seen = {key(self.full(address)): None}
        left = list(reversed(first.targets))
        while left:
            target = left.pop()
            name = target if target in self._users else key(self.full(target))
            if name in seen:
                continue
            seen[name] = None
            step = self._step(target)
            if step.stop is not None:
                stops.setdefault((step.stop.login, step.stop.mailbox), step.stop)
            elif step.kind == "elsewhere":
                elsewhere[name] = self.full(target)
            left.extend(reversed(step.targets))
        return Route(first.kind, tuple(stops.values()), tuple(elsewhere.values()))

    def _step(self, target: str) -> _Step:
        if "@" not in target and target in self._users:
            return _Step("user", Stop(target, self._address(target)))
        address = self.full(target)
        local, _, domain = plain(address).rpartition("@")
        domain = domain.lower()
        for name, detail in self._divided(local):
            found = f"{name.lower()}@{domain}"
            if (owner := self._owners.get(found)) is not None:
                return _Step("user", Stop(owner.name, address, self._mailbox(owner, detail)))
            if (alias := self._aliases.get(found)) is not None:
                return _Step("list" if alias.expands else "alias", None, alias.targets)
        return self._left_over(address, local, domain)

    def _left_over(self, address: str, local: str, domain: str) -> _Step:
        """What an address is that nobody has."""
        postmaster = local.lower() == "postmaster" and domain in self.domains
        if postmaster and "postmaster" in self._users:
            return _Step("user", Stop("postmaster", address))
        if (alias := self._aliases.get(f"@{domain}")) is not None:
            return _Step("alias", None, alias.targets)
        if domain not in self.domains:
            return _Step("elsewhere")
        if self.settings.catch_all:
            return _Step("alias", None, (self.settings.catch_all,))
        *_, (name, detail) = self._divided(local.lower())
        login = name if domain == self.domains[0] else f"{name}@{domain}"
        if name and self.welcomes(login):
            return _Step("user", Stop(login, address, self._mailbox(None, detail)))
        # There is always one (RFC 5321 section 4.5.1).
        return _Step("elsewhere" if postmaster else "unknown")

    def _divided(self, local: str) -> Iterator[tuple[str, str]]:
        """A local part as it is, then without what stands behind the separator."""
        yield local, ""
        places = [at for each in self.settings.plus if (at := local.find(each)) > 0]
        if places:
            yield local[: min(places)], local[min(places) + 1 :]

    def _mailbox(self, user: User | None, detail: str) -> str:
        """Where a user wants the mail for a plus-address."""
        wanted = names.canonical(detail)
        match self.settings.plus_mailbox:
            case "existing" if user is not None and wanted in user.mailboxes:
                return wanted
            case "create" if names.problem(wanted) is None:
                return wanted
        return "INBOX"
