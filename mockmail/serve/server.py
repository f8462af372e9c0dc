"""A server: a world behind ports on the loopback, and the handles a test needs.

Everything here is a look at the world between two inputs, or a change of it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Literal, TypeVar, Unpack, overload

from mockmail.client.conflict import Conflict
from mockmail.client.drivers import (
    AsyncImapClient,
    AsyncPop3Client,
    AsyncSmtpClient,
    ImapClient,
    Pop3Client,
    SmtpClient,
)
from mockmail.client.opening import ClientProtocol, Options
from mockmail.client.waiting import in_thread
from mockmail.delivery.queued import Queued
from mockmail.delivery.remote import check_place, remote_reply
from mockmail.delivery.sent import Sent
from mockmail.delivery.status import DeliveryStatus
from mockmail.serve.aio import Aio
from mockmail.serve.endpoint import Endpoint
from mockmail.serve.hosting import Hosting
from mockmail.serve.loop import Loop
from mockmail.serve.people import People
from mockmail.serve.tls import Authority, authority
from mockmail.serve.waiting import TIMEOUT, Wait
from mockmail.store.directory import Alias, key
from mockmail.store.refusal import Refused
from mockmail.world.account import User
from mockmail.world.arguments import check_arguments
from mockmail.world.faults import Faults
from mockmail.world.mailbox import Mailbox
from mockmail.world.message import Message
from mockmail.world.named import Named
from mockmail.world.transcript import Transcript
from mockmail.world.wanted import Conditions
from mockmail.world.words import PROTOCOLS, SECURE
from mockmail.world.world import World

T = TypeVar("T")

LOOPBACK = "127.0.0.1"
_RESET = "the server was reset"
_CLOSED = "the server was closed"


class Server:
    """A mail server that lives in a test. Made by `start_server`, `open_server` and the fixtures."""

    def __init__(
        self,
        world: World,
        loop: Loop,
        anew: Callable[[], World] | None = None,
        *,
        host: str = LOOPBACK,
        ports: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Listens on `host`, and on `ports` by scheme (``imaps``); else the system chooses one.

        `anew` makes what `reset` goes back to; without it that is the world as it is now.
        """
        self._hosting = Hosting(world, loop, host, ports)
        self._anew = world.fork().fork if anew is None else anew
        self._endpoints = {name: Endpoint(self._hosting, name) for name in PROTOCOLS}
        self._tls_endpoints = {name: Endpoint(self._hosting, name, tls=True) for name in SECURE}
        self.aio = Aio(self)
        """The calls that wait, for asyncio and Trio: ``await server.aio.wait_for(…)``."""
        loop.servers[self] = self.cancel
        self._use(world)

    def _use(self, world: World) -> None:
        self._hosting.use(world)
        self._world = world
        self._faults = Faults(world)
        self._people = People(world, self._hosting)

    @property
    def imap(self) -> Endpoint:
        """IMAP4rev1 (RFC 3501)."""
        return self._endpoints["imap"]

    @property
    def pop3(self) -> Endpoint:
        """POP3 (RFC 1939)."""
        return self._endpoints["pop3"]

    @property
    def smtp(self) -> Endpoint:
        """SMTP (RFC 5321): takes mail for its users, keeps the rest in `outbox`."""
        return self._endpoints["smtp"]

    @property
    def submission(self) -> Endpoint:
        """Submission (RFC 6409): takes mail from users who have said AUTH."""
        return self._endpoints["submission"]

    @property
    def lmtp(self) -> Endpoint:
        """LMTP (RFC 2033): delivers at once, and says for each recipient how that went."""
        return self._endpoints["lmtp"]

    @property
    def imaps(self) -> Endpoint:
        """IMAP with TLS from the start (RFC 8314). ``ImportError`` without the extra ``tls``."""
        return self._tls_endpoints["imap"]

    @property
    def pop3s(self) -> Endpoint:
        """POP3 with TLS from the start."""
        return self._tls_endpoints["pop3"]

    @property
    def smtps(self) -> Endpoint:
        """SMTP with TLS from the start."""
        return self._tls_endpoints["smtp"]

    @property
    def submissions(self) -> Endpoint:
        """Submission with TLS from the start (RFC 8314 section 3.3)."""
        return self._tls_endpoints["submission"]

    @property
    def ca(self) -> Authority:
        """Who signed the servers' certificates: ``path`` and ``ssl_context()`` are for clients.

        Certificates are good for ``localhost``, ``127.0.0.1``, ``::1`` and the server's
        own name, and made when TLS is first used. From the moment that this is asked
        for, STARTTLS and STLS are offered to new connections; before, they are not: many
        clients take them whenever they see them, and would not trust the certificate.
        ``ImportError`` without the extra ``tls``.
        """
        made = authority()
        self._world.offers_tls = True
        return made

    @property
    def users(self) -> Mapping[str, User]:
        """The users by login name; a missing one is `NotThere`, a ``KeyError``."""
        with self._world.engine.turn():
            users = self._world.store.users.items()
            return Named("user", {name: User(self._world, user) for name, user in users})

    @property
    def outbox(self) -> tuple[Sent, ...]:
        """What was sent to addresses elsewhere, oldest first. It has not left the machine."""
        with self._world.engine.turn():
            return tuple(self._world.delivery.outbox)

    @property
    def deliveries(self) -> tuple[DeliveryStatus, ...]:
        """What became of mail, oldest first: a line for each recipient and attempt."""
        with self._world.engine.turn():
            return tuple(self._world.delivery.log)

    @property
    def queue(self) -> tuple[Queued, ...]:
        """Mail that waits until it may go, or for another attempt; what is due first comes first."""
        with self._world.engine.turn():
            return self._world.delivery.waiting()

    def set_remote_reply(
        self,
        address_or_domain: str,
        code: int,
        status: str = "",
        text: str = "",
        times: int | None = None,
    ) -> None:
        """Let a far server say this of mail that is relayed to it; otherwise it takes all.

        `code` is the reply to a recipient: after 5xx the mail goes back to its sender as a
        report, after 4xx it is tried again as time passes. `status` (``5.1.1``, RFC 3463)
        and `text` are what is usual with the code. `times` is how many attempts are
        answered so, all of them by default; ``set_remote_reply("x.example", 250)`` ends
        it. An address goes before its domain. ``ValueError`` for what no reply can be,
        and for an address that is local here.
        """
        world = self._world
        with world.engine.turn():
            check_place(address_or_domain, world.delivery.domains)
            reply = remote_reply(code, status, text, times)
            world.delivery.remotes.set(address_or_domain, reply)

    @property
    def transcript(self) -> Transcript:
        """What was said so far; ``str()`` of it is the normalised form."""
        return self._world.transcript

    @property
    def faults(self) -> Faults:
        """The rules of this server."""
        return self._faults

    def add_user(self, login: str, *, password: str = "secret", address: str | None = None) -> User:
        """A new user with an empty INBOX.

        `address` is ``login@`` the first local domain by default. ``ValueError`` if
        the name or the address is taken, empty, or has control characters in it.
        """
        world = self._world
        check_arguments(login=(login, str), password=(password, str), address=(address, str | None))
        with world.engine.turn():
            if address is None:
                address = login if "@" in login else f"{login}@{world.delivery.domains[0]}"
            try:
                return User(world, world.store.add_user(login, password, [address]))
            except Refused as error:
                raise ValueError(str(error)) from None

    @property
    def aliases(self) -> Mapping[str, tuple[str, ...]]:
        """The aliases by address, with what they stand for."""
        return self._aliases("alias", expands=False)

    @property
    def lists(self) -> Mapping[str, tuple[str, ...]]:
        """The mailing lists by address, with who is on them."""
        return self._aliases("list", expands=True)

    def _aliases(self, what: str, *, expands: bool) -> Mapping[str, tuple[str, ...]]:
        with self._world.engine.turn():
            found = [
                each for each in self._world.store.directory.aliases if each.expands == expands
            ]
        return Named(what, {each.address: each.targets for each in found})

    def add_alias(self, address: str, *targets: str) -> None:
        """Let mail for an address come to others, each an address or a login.

        An address without a domain is at the first local one; ``@second.example``
        gets all that is nobody's in that domain. ``ValueError`` if the address is
        somebody's.
        """
        self._add_alias(address, targets, expands=False)

    def add_list(self, address: str, members: Iterable[str]) -> None:
        """The same for a mailing list: EXPN tells who is on it (RFC 5321 section 3.5.2)."""
        self._add_alias(address, members, expands=True)

    def _add_alias(self, address: str, targets: Iterable[str], *, expands: bool) -> None:
        if isinstance(targets, str):
            raise TypeError(f"the members of a list are several, not one text: [{targets!r}]")
        with self._world.engine.turn():
            self._world.store.directory.add(Alias(address, tuple(targets), expands))

    def remove_alias(self, address: str) -> None:
        """Without that alias or list. `NotThere`, a ``KeyError``, if there is none."""
        directory = self._world.store.directory
        with self._world.engine.turn():
            known = {key(each.address): each.address for each in directory.aliases}
            found = Named("alias or list", known, lambda name: key(directory.full(name)))
            directory.remove(found[address])

    def create_shared_mailbox(self, name: str) -> Mailbox:
        """A new mailbox that all users have: ``Shared/…``, or a newsgroup, ``#news.…``.

        Readers of a newsgroup can't add or take away messages, and each has flags
        of his own. ``ValueError`` for other names, and for one that is taken.
        """
        world = self._world
        check_arguments(name=(name, str))
        with world.engine.turn():
            try:
                return Mailbox(world, None, world.store.create_shared(name))
            except Refused as error:
                raise ValueError(str(error)) from None

    @overload
    def clients(
        self, protocol: Literal["imap"], count: int = 1, **options: Unpack[Options]
    ) -> list[ImapClient]: ...
    @overload
    def clients(
        self, protocol: Literal["pop3"], count: int = 1, **options: Unpack[Options]
    ) -> list[Pop3Client]: ...
    @overload
    def clients(
        self,
        protocol: Literal["smtp", "submission", "lmtp"],
        count: int = 1,
        **options: Unpack[Options],
    ) -> list[SmtpClient]: ...
    def clients(
        self, protocol: ClientProtocol, count: int = 1, **options: Unpack[Options]
    ) -> Sequence[ImapClient | Pop3Client | SmtpClient]:
        """Scripted clients: the other people in a test, without a port. They end with the server.

        They are logged in, and over IMAP have the INBOX selected, unless the
        options say otherwise:

        - `user` is whose clients they are; without it the server's only user.
        - `password` is what they say, the right one by default.
        - `select` is another mailbox, or None for none; IMAP only.
        - `enable` names capabilities that they enable before that: ``"QRESYNC"``.
        - `login=False` leaves them where the server has greeted them.
        - `tls=True` makes the server take them for clients that came over TLS.
        - `timeout` is how many seconds they wait for an answer, 5 by default.

        SMTP and LMTP take mail from everybody: their clients have no user, and say EHLO
        or LHLO. Those of ``"submission"`` say AUTH after it.
        ``ValueError`` if the server refuses them. Inside a running loop
        ``await server.aio.clients(…)`` makes some whose commands are awaited; here, what has
        to be waited for is a ``RuntimeError`` there, and in the server's own loop all is.
        """
        if self._hosting.loop.here:
            raise RuntimeError("inside the server's own loop, `await server.aio.clients(…)`")
        return self._people.blocking(protocol, count, options)

    def conflict(
        self,
        *,
        user: str | None = None,
        uid: int | None = None,
        mailbox: str = "INBOX",
        sessions: int = 2,
        enable: str | None = None,
    ) -> Conflict:
        r"""A message that several sessions have selected, for races of their commands.

        ``server.conflict(uid=1).race(r"STORE 1 FLAGS (\Seen)", r"STORE 1 FLAGS (\Flagged)")``
        runs them in each order, each on a copy of what is stored, and says how it
        ends; this server isn't changed. Without `user` it is the only user's, and
        without `uid` the only message. `enable` names capabilities that the sessions
        enable: ``"QRESYNC"``. ``ValueError`` for what there is not.
        """
        return Conflict(
            self._world, user=user, uid=uid, mailbox=mailbox, sessions=sessions, enable=enable
        )

    def advance(self, time: float | timedelta) -> None:
        """Move the server's clock on by so many seconds; what is due happens before it returns."""
        check_arguments(time=(time, float | timedelta))
        seconds = time.total_seconds() if isinstance(time, timedelta) else time
        self._world.engine.advance(seconds)

    @overload
    def wait_for(
        self, *, count: None = None, timeout: float = TIMEOUT, **wanted: Unpack[Conditions]
    ) -> Message | Sent: ...
    @overload
    def wait_for(
        self, *, count: int, timeout: float = TIMEOUT, **wanted: Unpack[Conditions]
    ) -> tuple[Message | Sent, ...]: ...
    def wait_for(
        self, *, count: int | None = None, timeout: float = TIMEOUT, **wanted: Unpack[Conditions]
    ) -> Message | Sent | tuple[Message | Sent, ...]:
        r"""Wait until there is mail as it is wanted, in a mailbox or in `outbox`, and return it.

        All conditions that are given must hold:

        - ``subject="Hello"`` (all of it), or a compiled pattern that is found in it;
        - ``sender="a@x.example"`` and ``to="b@y.example"``: addresses of the envelope
          or of the header, `sender` empty for a report; `to` is the user's own address, too;
        - ``user="anna"``, ``mailbox="Work"``: whose it is and where; what is in
          ``Shared/Team`` is nobody's, and mail in the outbox has neither;
        - ``flags=[r"\Seen"]``: flags that it has, perhaps beside others.

        With `count` it waits for so many, and returns them all. What was there before
        counts, too. After `timeout` seconds `WaitTimeout`, an ``AssertionError``, shows
        what is there instead, nearest first. ``RuntimeError`` if the server is closed or
        reset meanwhile, and inside a running loop: there its twin is awaited,
        ``await server.aio.wait_for(…)``.
        """
        wait = Wait.for_mail(self._world, wanted, count, timeout)
        found = wait.here(self._hosting.loop.time)
        return found[0] if count is None else found

    def wait_until(
        self, condition: Callable[[], T | None], *, what: str = "", timeout: float = TIMEOUT
    ) -> T:
        """Wait until `condition()` is true, and return what it returned.

        It is called whenever something has happened on the server, and may look at
        all its handles: ``server.wait_until(lambda: "IDLE" in str(server.transcript))``.
        After `timeout` seconds `WaitTimeout` says what it is, called `what`. ``RuntimeError``
        if the server is closed or reset meanwhile; ``TypeError`` if the condition is async:
        it is looked at, and never awaited.
        """
        return Wait.until(self._world, condition, what, timeout).here(self._hosting.loop.time)

    def snapshot(self) -> None:
        """Let `reset` come back to how things are now."""
        with self._world.engine.turn():
            self._anew = self._world.fork().fork

    def reset(self) -> None:
        """Go back to the start, or to the last `snapshot`: the same ports, other things as they were.

        All connections are dropped; rules haven't fired. Handles from before can't be
        used any more, and who waits is told. ``RuntimeError`` inside the server's own loop:
        there ``await server.aio.reset()``.
        """
        if self._hosting.loop.here:
            raise RuntimeError("inside the server's own loop, `await server.aio.reset()`")
        self._renew()
        self._hosting.run(self._hosting.drop)

    async def _awaiting(
        self, protocol: ClientProtocol, count: int, options: Options
    ) -> Sequence[AsyncImapClient | AsyncPop3Client | AsyncSmtpClient]:
        return await self._people.awaiting(protocol, count, options)

    async def _reset(self) -> None:
        if not self._hosting.loop.here:
            await in_thread(self.reset)
            return
        self._renew()
        await self._hosting.drop()

    def _renew(self) -> None:
        if self._hosting.closed:
            raise RuntimeError("the server is closed")
        old = self._world
        self._people.drop(_RESET)
        new = self._anew()
        new.offers_tls = old.offers_tls
        self._use(new)
        old.engine.end(_RESET, retired="this belongs to the time before the server's reset()")

    def __repr__(self) -> str:
        endpoints = (*self._endpoints.values(), *self._tls_endpoints.values())
        ports = " ".join(each.url for each in endpoints if each._address) or "no ports"
        users = len(self._world.store.users)
        state = "closed" if self._hosting.closed else ports
        return f"<Server, {users} user{'s' * (users != 1)}, {state}>"

    def check(self) -> None:
        """The laws, and that no rule was left over; `Broken` says which is not so."""
        self._world.check()

    def close(self) -> None:
        """Stop listening and drop all clients; from a thread other than the loop's.

        Who waits is told. What was stored, sent and said can still be looked at.
        """
        if self._hosting.closed:
            return
        if self._hosting.loop.here:
            raise RuntimeError("inside the server's own loop, `await server.aclose()`")
        self._end()
        self._hosting.run(self._hosting.close)
        self._hosting.closed = True

    async def aclose(self) -> None:
        """The same, awaited in the loop or in another."""
        if not self._hosting.loop.here:
            await in_thread(self.close)
            return
        self.cancel()
        await self._hosting.close()

    def cancel(self) -> None:
        """Begin to close, from inside the loop; the tasks end at the loop's next turn."""
        self._end()
        self._hosting.cancel()

    def _end(self) -> None:
        self._hosting.loop.servers.pop(self, None)
        self._people.drop(_CLOSED)
        self._world.engine.end(_CLOSED)
