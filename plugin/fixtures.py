"""Fixtures for everybody: the servers run on a thread that the whole run shares."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from os import PathLike
from typing import TYPE_CHECKING, Any, Unpack, cast

import pytest

from pytest_mockmail.servers import RUN_SERVERS, SERVERS, Asked, asked, the_only

if TYPE_CHECKING:  # imported when a fixture is used: a run without mail pays nothing
    from mockmail import Conflict, Faults, Server, ServerThread, Settings

    MakeServer = Callable[..., Server]

_MAKERS = ("mailserver", "mailserver_trio", "make_mailserver", "mailserver_factory")


@pytest.fixture(scope="session")
def _mockmail_thread() -> "Iterator[ServerThread]":
    """The thread on which all servers of this run live."""
    from mockmail import ServerThread

    with ServerThread() as thread:
        yield thread


@pytest.fixture
def mailserver(make_mailserver: "MakeServer") -> "Server":
    """A fresh mail server: IMAP, POP3 and SMTP over one set of in-memory mailboxes.

    ``mailserver.add_user("anna", password="secret")`` makes an account,
    ``user.deliver(subject=…, text=…)`` puts mail into its INBOX, and
    ``mailserver.imap.host``, ``.port`` and ``.url`` (and ``.pop3``, ``.smtp``)
    are where clients connect, from sync code, asyncio or subprocesses;
    ``mailserver.imaps`` (and ``.pop3s``, ``.smtps``) for TLS from the start, which
    clients trust with ``mailserver.ca.ssl_context()`` or ``mailserver.ca.path``.
    ``mailserver.outbox`` holds what was sent elsewhere, and
    ``mailserver.wait_for(subject=…)`` waits for what is yet to come (inside asyncio
    ``await mailserver.aio.wait_for(…)``).

    ``@pytest.mark.mockmail(scenario="demo", capabilities="-MOVE", seed=1)`` says what
    it starts with: a shipped scenario or a YAML file (beside the test's), capabilities
    to be switched, and what all chance comes from. So do ``--mockmail-scenario`` and
    its like for a whole run, and ``mockmail_scenario`` in the ini file.

    When the test has passed the server is checked: a rule that never fired, or a
    broken law of the store, fails it after all. Then its clients are dropped. When the
    test fails, its report shows what was said.
    """
    return make_mailserver()


@pytest.fixture
def make_mailserver(
    request: pytest.FixtureRequest, _mockmail_thread: "ServerThread"
) -> "Iterator[MakeServer]":
    """A function that makes mail servers, each like ``mailserver``, and checked like it.

    ``make_mailserver("demo")``, or ``make_mailserver(scenario=None, capabilities="-MOVE",
    seed=1, imap=ImapSettings(…), pop3=Pop3Settings(…), smtp=SmtpSettings(…),
    delivery=DeliverySettings(…))``; what is left out is as the test's marker, the command line or the ini file has it. All of them are closed with the test.
    """
    servers = request.node.stash.setdefault(SERVERS, [])

    def check() -> None:
        if servers and "mailserver_faults" in request.fixturenames:
            pytest.fail(
                "mailserver_faults is for a test's only server: with two use server.faults",
                pytrace=False,
            )

    with ExitStack() as stack:
        default = asked(request.config, request.node)
        yield _maker(stack, _mockmail_thread, default, servers, check)


@pytest.fixture(scope="session")
def mailserver_factory(
    request: pytest.FixtureRequest, _mockmail_thread: "ServerThread"
) -> "Iterator[MakeServer]":
    """A function that makes mail servers for the whole run, for tests of an app that runs on.

    It is called like ``make_mailserver``, from fixtures of any scope. Each test begins
    with ``server.reset()``: the same ports, connections dropped, all as at the start
    (or at the last ``server.snapshot()``)::

        @pytest.fixture(scope="session")
        def live(mailserver_factory):
            return mailserver_factory("demo")

        @pytest.fixture(autouse=True)
        def fresh(live):
            live.reset()

    After each test that can use them they are checked like ``mailserver``.
    """
    servers = request.config.stash.setdefault(RUN_SERVERS, [])
    with ExitStack() as stack:
        yield _maker(stack, _mockmail_thread, asked(request.config), servers)


def _maker(
    stack: ExitStack,
    thread: "ServerThread",
    default: Asked,
    servers: "list[Server]",
    check: Callable[[], None] = lambda: None,
) -> "MakeServer":
    from mockmail import start_server

    def make(
        scenario: str | PathLike[str] | None = default.scenario,
        *,
        capabilities: str = default.capabilities,
        seed: int = default.seed,
        **settings: "Unpack[Settings]",
    ) -> "Server":
        check()
        started = start_server(
            scenario, capabilities=capabilities, seed=seed, thread=thread, **settings
        )
        servers.append(stack.enter_context(started))
        return servers[-1]

    return make


def _begin(request: pytest.FixtureRequest) -> None:
    """Have a server, unless the test makes its own."""
    if not any(name in request.fixturenames for name in _MAKERS):
        request.getfixturevalue("mailserver")


@pytest.fixture
def mailserver_clients(request: pytest.FixtureRequest) -> Callable[..., Any]:
    r"""Scripted clients of the test's server: ``mailserver_clients("imap", 2)``.

    They are the other people in a test, at protocol level; the app that is tested is
    somebody else. See `Server.clients`::

        def test_x(mailserver, mailserver_clients):
            mailserver.add_user("anna").deliver(subject="hello")
            phone, laptop = mailserver_clients("imap", 2)
            phone.store(1, r"+FLAGS (\Seen)")
            assert laptop.noop().fetched[1]["flags"] == (r"\Seen",)

    With ``mailserver_trio`` it is awaited, and so are their commands. A test with two
    servers uses ``server.clients`` itself.
    """
    _begin(request)

    def clients(protocol: str, count: int = 1, **options: Any) -> Any:
        server: Any = the_only(request.node, "clients")
        make = server.aio.clients if "mailserver_trio" in request.fixturenames else server.clients
        return make(protocol, count, **options)

    return clients


@pytest.fixture
def mailserver_conflict(request: pytest.FixtureRequest) -> "Callable[..., Conflict]":
    r"""Sessions of the test's server that have the same message selected, to be raced.

    ``mailserver_conflict(uid=1).race(r"STORE 1 FLAGS (\Seen)", "STORE 1 FLAGS ($Junk)")``
    runs the commands in each order, each on a copy of the server's state; ``print`` of
    it is a table of what each session was told and of what is true in the end. See
    `Server.conflict`.
    """
    _begin(request)

    def conflict(**options: Any) -> "Conflict":
        return the_only(request.node, "conflict").conflict(**options)

    return conflict


class _LateFaults:
    """The rules of a server that is not there before the test runs."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item

    def __getattr__(self, name: str) -> Any:
        return getattr(the_only(self._item, "faults").faults, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(the_only(self._item, "faults").faults)


@pytest.fixture
def mailserver_faults(request: pytest.FixtureRequest) -> "Faults":
    """The rules of the test's server, by which it misbehaves.

    ``mailserver_faults.add(When("received", command="SELECT"), Answer(status="NO",
    code="UNAVAILABLE"))``. A rule that never fired fails a test that passed otherwise,
    and says what came nearest; ``optional=True`` lifts that. A test with two servers
    uses ``server.faults`` itself.
    """
    _begin(request)
    if "mailserver" in request.fixturenames or request.node.stash.get(SERVERS, []):
        request.getfixturevalue("mailserver")
        return the_only(request.node, "faults").faults
    return cast("Faults", _LateFaults(request.node))
