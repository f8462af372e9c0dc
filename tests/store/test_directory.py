"""Whose mail an address is."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockmail.message.message import Message
from mockmail.store import directory as module
from mockmail.store.directory import Alias, Route, Stop, Taken
from mockmail.store.flags import NO_FLAGS
from mockmail.store.newcomers import mailbox_of, newcomer
from mockmail.store.refusal import NoMailbox
from mockmail.store.settings import AccountSettings
from mockmail.store.store import Store
from mockmail.store.user import User


@pytest.fixture
def store() -> Store:
    """Anna and Ben, each with an address in the one local domain; Anna has another elsewhere."""
    made = Store()
    made.directory.domains = ("example.org", "second.example")
    made.add_user("anna", "apple", ["Anna@example.org", "anna@far.example"])
    made.add_user("ben", "banana", ["ben@example.org"])
    made.create(made.users["anna"], "Work")
    return made


def reached(store: Store, address: str) -> list[str]:
    """Who gets mail for it, and in which mailbox if that isn't INBOX."""
    route = store.directory.resolve(address)
    stops = [
        stop.login if stop.mailbox == "INBOX" else f"{stop.login}/{stop.mailbox}"
        for stop in route.stops
    ]
    return [*stops, *(f"-> {each}" for each in route.elsewhere)]


def settle(store: Store, **settings: object) -> None:
    store.directory.settings = AccountSettings(**settings)  # type: ignore[arg-type]


def alias(store: Store, address: str, *targets: str, expands: bool = False) -> None:
    store.directory.add(Alias(address, targets, expands))


# Addresses


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("anna@example.org", ["anna"]),
        ("ANNA@EXAMPLE.org", ["anna"]),
        ('"anna"@example.org', ["anna"]),
        ('"an\\na"@example.org', ["anna"]),
        ("anna@far.example", ["anna"]),
        ("anna+lists@example.org", ["anna"]),
        ("anna+@example.org", ["anna"]),
        ('"anna+x y"@example.org', ["anna"]),
        ("anna+a+b@far.example", ["anna"]),
        ("anna", ["anna"]),
        ("anna@second.example", []),
        ("+anna@example.org", []),
        ("nobody@example.org", []),
        ("nobody", []),
        ("", []),
        ("@", ["-> @"]),
        ("x@elsewhere.example", ["-> x@elsewhere.example"]),
        ("postmaster@example.org", ["-> postmaster@example.org"]),
        ("PostMaster@second.example", ["-> PostMaster@second.example"]),
        ("postmaster@elsewhere.example", ["-> postmaster@elsewhere.example"]),
    ],
)
def test_addresses(store: Store, address: str, who: list[str]) -> None:
    assert reached(store, address) == who
    assert store.directory.resolve(address).unknown == (not who)


def test_postmaster_who_is_somebody(store: Store) -> None:
    store.add_user("postmaster", "secret", ["postmaster@example.org"])
    assert reached(store, "POSTMASTER@example.org") == ["postmaster"]
    assert reached(store, "postmaster@second.example") == ["postmaster"]
    store.directory.give(store.users["postmaster"], [])
    alias(store, "Postmaster@example.org", "ben")
    assert reached(store, "postmaster@example.org") == ["ben"]
    assert reached(store, "postmaster@second.example") == ["postmaster"]


def test_addresses_are_given_and_taken(store: Store) -> None:
    directory, (anna, ben) = store.directory, store.users.values()
    directory.give(ben, ["b@example.org", "ben@second.example"])
    assert [reached(store, f"{each}@example.org") for each in ("ben", "b")] == [[], ["ben"]]
    with pytest.raises(Taken, match=r"^ANNA@example.org is an address of 'anna' already$"):
        directory.give(ben, ["ben@example.org", "ANNA@example.org"])
    with pytest.raises(Taken, match=r"^B@x.example stands there twice$"):
        directory.give(ben, ["b@x.example", "B@x.example"])
    assert ben.addresses == ("b@example.org", "ben@second.example")
    directory.give(anna, ["anna@example.org", "ben@example.org"])
    assert reached(store, "ben@example.org") == ["anna"]


def test_an_exact_address_goes_before_a_plus_address(store: Store) -> None:
    store.add_user("lists", "secret", ["anna+lists@example.org"])
    assert reached(store, "anna+lists@example.org") == ["lists"]
    assert reached(store, "anna+list@example.org") == ["anna"]


@pytest.mark.parametrize(
    ("plus", "address", "who"),
    [
        ("-", "anna-x", ["anna"]),
        ("-", "anna+x", []),
        ("+-", "anna-x+y", ["anna"]),
        ("+-", "anna+x-y", ["anna"]),
        ("", "anna+x", []),
    ],
)
def test_another_separator(store: Store, plus: str, address: str, who: list[str]) -> None:
    settle(store, plus=plus)
    assert reached(store, f"{address}@example.org") == who


@pytest.mark.parametrize(
    ("setting", "detail", "where"),
    [
        ("inbox", "Work", "anna"),
        ("existing", "Work", "anna/Work"),
        ("existing", "work", "anna"),
        ("existing", "inbox", "anna"),
        ("existing", "New", "anna"),
        ("create", "New/Er", "anna/New/Er"),
        ("create", "", "anna"),
        ("create", "a//b", "anna"),
        ("create", "50%", "anna"),
    ],
)
def test_the_mailbox_of_a_plus_address(store: Store, setting: str, detail: str, where: str) -> None:
    settle(store, plus_mailbox=setting)
    assert reached(store, f"ANNA+{detail}@example.org") == [where]


def test_the_mailbox_is_made_when_mail_comes(store: Store) -> None:
    settle(store, plus_mailbox="create")
    anna = store.users["anna"]
    (stop,) = store.directory.resolve("anna+New@example.org").stops
    assert anna.mailbox("New") is None
    assert mailbox_of(store, stop) is mailbox_of(store, stop) is anna.mailbox("New")
    # A name in a namespace that others share can't be had.
    store.create_shared("Shared/all")
    assert mailbox_of(store, Stop("anna", "", "Shared/mine")) is anna.mailbox("INBOX")


# Aliases and lists


def test_aliases(store: Store) -> None:
    alias(store, "info@Example.org", "anna", "Ben@example.org", "x@far.example", "nobody")
    assert reached(store, "INFO@example.org") == ["anna", "ben", "-> x@far.example"]
    assert reached(store, "info+tag@example.org") == ["anna", "ben", "-> x@far.example"]
    assert store.directory.resolve("info@example.org").kind == "alias"
    for taken in ("info@example.org", "anna@example.org"):
        with pytest.raises(Taken):
            alias(store, taken, "ben")
    with pytest.raises(Taken, match=r"^info@example.org is an alias already$"):
        store.directory.give(store.users["ben"], ["info@example.org"])
    store.directory.remove("Info@example.org")
    assert store.directory.resolve("info@example.org") == Route("unknown")
    with pytest.raises(KeyError):
        store.directory.remove("info@example.org")


def test_whoever_is_reached_twice_gets_it_once(store: Store) -> None:
    alias(store, "all@example.org", "team@example.org", "anna@far.example", "X@far.example")
    alias(store, "team@example.org", "anna", "x@far.example", expands=True)
    assert reached(store, "all@example.org") == ["anna", "-> x@far.example"]


def test_lists_are_expanded(store: Store) -> None:
    alias(store, "team@example.org", "ben", "anna@example.org", expands=True)
    alias(store, "info@example.org", "ben")
    assert store.directory.resolve("team@example.org").kind == "list"
    for name in ("team", "TEAM@Example.org"):
        assert store.directory.expand(name) == ["ben@example.org", "anna@example.org"]
    ben = Stop("ben", "ben@example.org")
    assert store.directory.resolve("team@example.org").stops[0] == ben
    store.directory.give(store.users["ben"], [])
    assert store.directory.expand("team") == ["ben", "anna@example.org"]
    assert store.directory.resolve("team@example.org").stops[0] == Stop("ben", "ben")
    for name in ("info", "anna", "nobody", ""):
        with pytest.raises(KeyError):
            store.directory.expand(name)


def test_loops_lead_nowhere(store: Store) -> None:
    alias(store, "a@example.org", "b@example.org")
    alias(store, "b@example.org", "A", "b@example.org")
    assert store.directory.resolve("a@example.org") == Route("alias")
    assert store.directory.resolve("a@example.org").unknown
    store.directory.remove("b@example.org")
    alias(store, "b@example.org", "a@example.org", "ben")
    assert reached(store, "a@example.org") == ["ben"]


def test_a_long_way(store: Store) -> None:
    for number in range(5_000):
        alias(store, f"a{number}@example.org", f"a{number + 1}@example.org")
    alias(store, "a5000@example.org", "ben")
    assert reached(store, "a0@example.org") == ["ben"]


# What is nobody's


def test_a_domain_of_its_own(store: Store) -> None:
    alias(store, "@second.example", "ben")
    alias(store, "@third.example", "anna", "@second.example")
    assert reached(store, "whoever@second.example") == ["ben"]
    assert reached(store, "postmaster@second.example") == ["ben"]
    assert reached(store, "whoever@third.example") == ["anna", "ben"]
    assert reached(store, "whoever@example.org") == []


def test_catch_all(store: Store) -> None:
    settle(store, catch_all="ben")
    assert reached(store, "whoever@example.org") == ["ben"]
    assert reached(store, "whoever@second.example") == ["ben"]
    assert reached(store, "postmaster@example.org") == ["ben"]
    assert reached(store, "anna+x@example.org") == ["anna"]
    assert reached(store, "x@far.example") == ["-> x@far.example"]
    settle(store, catch_all="nobody@example.org")
    assert reached(store, "whoever@example.org") == []


def test_any_user(store: Store) -> None:
    settle(store, any_user=True, plus_mailbox="create")
    assert reached(store, "Zoe+Work@example.org") == ["zoe/work"]
    assert reached(store, "zoe@second.example") == ["zoe@second.example"]
    assert reached(store, "postmaster@example.org") == ["postmaster"]
    assert reached(store, "@example.org") == []
    assert list(store.users) == ["anna", "ben"]
    (stop,) = store.directory.resolve("zoe@example.org").stops
    assert mailbox_of(store, stop).owner == "zoe"
    zoe = store.users["zoe"]
    assert (zoe.addresses, zoe.unclaimed) == (("zoe@example.org",), True)
    assert mailbox_of(store, Stop("zoe", "", "Work")).name == "Work"


def test_newcomers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert newcomer(store, "zoe") is None
    with pytest.raises(NoMailbox):
        mailbox_of(store, Stop("zoe", "zoe@example.org"))
    settle(store, any_user=True)
    alias(store, "info@example.org", "anna")
    info = newcomer(store, "info")
    assert info is not None
    assert info.addresses == ()
    for name in ("", "a\0b", "a\nb", "x" * 255):
        assert newcomer(store, name) is None
    monkeypatch.setattr(module, "MAX_USERS", 4)
    assert newcomer(store, "zoe@elsewhere.example") is not None
    assert newcomer(store, "yan") is None
    assert store.directory.resolve("yan@example.org").unknown


# Forks, and properties


def test_a_fork_has_a_directory_of_its_own(store: Store) -> None:
    alias(store, "info@example.org", "anna")
    twin = store.fork()
    twin.directory.give(twin.users["anna"], ["a@example.org"])
    twin.directory.remove("info@example.org")
    alias(twin, "new@example.org", "ben")
    assert twin.directory.domains == store.directory.domains
    assert [reached(twin, f"{x}@example.org") for x in ("anna", "a", "info", "new")] == [
        *([], ["anna"], [], ["ben"])
    ]
    assert [reached(store, f"{x}@example.org") for x in ("anna", "a", "info", "new")] == [
        *(["anna"], [], ["anna"], [])
    ]
    with twin.transaction("test") as tx:
        (stop,) = twin.directory.resolve("a@example.org").stops
        tx.append(mailbox_of(twin, stop), Message(b""), NO_FLAGS, datetime(2024, 1, 1, tzinfo=UTC))
    assert len(twin.users["anna"].mailboxes["INBOX"]) == 1
    assert len(store.users["anna"].mailboxes["INBOX"]) == 0


LOCALS = st.text(st.sampled_from('ab+-."\\ßİ'), max_size=4)
DOMAINS = st.sampled_from(["x.example", "X.Example", "y.example", ""])
ADDRESSES = st.builds("{}@{}".format, LOCALS, DOMAINS) | LOCALS
SETTINGS = st.builds(
    AccountSettings,
    any_user=st.booleans(),
    plus=st.sampled_from(["+", "", "+-"]),
    plus_mailbox=st.sampled_from(["inbox", "existing", "create"]),
    catch_all=st.just("") | ADDRESSES,
)


@given(
    settings=SETTINGS,
    users=st.lists(ADDRESSES.filter(bool), max_size=3),
    aliases=st.lists(st.tuples(ADDRESSES, st.lists(ADDRESSES, max_size=3)), max_size=4),
    address=ADDRESSES,
)
def test_each_address_leads_somewhere_or_nowhere(
    settings: AccountSettings,
    users: list[str],
    aliases: list[tuple[str, list[str]]],
    address: str,
) -> None:
    store = Store()
    directory = store.directory
    directory.domains = ("x.example",)
    directory.settings = settings
    for number, each in enumerate(users):
        if directory.user_of(each) is None:
            store.add_user(f"user{number}", "", [each])
    for name, targets in aliases:
        with suppress(ValueError):
            directory.add(Alias(name, tuple(targets)))
    version, count = store.version, len(store.users)
    route = directory.resolve(address)
    assert directory.resolve(address) == route
    assert (store.version, len(store.users)) == (version, count)
    assert len({(stop.login, stop.mailbox) for stop in route.stops}) == len(route.stops)
    owner = directory.user_of(directory.full(address))
    if owner is not None and address not in store.users:
        assert [stop.login for stop in route.stops] == [owner.name]
    if "@" in address:
        local, at, domain = address.rpartition("@")
        assert directory.resolve(f"{local}{at}{domain.swapcase()}").kind == route.kind
    for stop in route.stops:
        mailbox_of(store, stop)
    assert all(stop.login in store.users for stop in route.stops)
    store.check()


def test_ten_thousand_users_are_found_at_once() -> None:
    """Each question asks a dictionary a few times, whoever is asked for."""
    store = Store()
    store.directory.domains = ("example.org",)
    for number in range(10_000):
        store.add_user(f"u{number}", "", [f"u{number}@example.org"])
    asked = 0

    class Counting(dict[str, User]):
        def get(self, *args: Any) -> Any:
            nonlocal asked
            asked += 1
            return super().get(*args)

        def __iter__(self) -> Any:
            raise AssertionError("all users are looked at")

        items = values = keys = __iter__

    store.directory._owners = Counting(store.directory._owners)
    for address in ("U9999+x@example.org", "nobody+x@example.org"):
        store.directory.resolve(address)
    assert asked == 6
