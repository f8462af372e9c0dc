"""The entrances: a server in a thread, or in a Trio loop of the caller's."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from functools import partial
from os import PathLike
from typing import Unpack

import trio

from mockmail.client.waiting import running
from mockmail.serve.loop import Loop, ServerThread
from mockmail.serve.server import Server
from mockmail.world.arguments import check_arguments
from mockmail.world.settings import Settings, check_settings
from mockmail.world.world import World

Scenario = str | PathLike[str]


def _world(
    scenario: Scenario | None,
    seed: int,
    capabilities: str,
    settings: Settings,
) -> World:
    check_settings(settings)
    check_arguments(
        scenario=(scenario, str | PathLike | None),
        seed=(seed, int),
        capabilities=(capabilities, str),
    )
    if scenario is None:
        return World(seed=seed, capabilities=capabilities, **settings)
    # Only who has a scenario pays for reading YAML.
    from mockmail.scenario.load import load

    return load(scenario).world(seed, capabilities, **settings)


@contextlib.contextmanager
def start_server(
    scenario: Scenario | None = None,
    *,
    seed: int = 0,
    capabilities: str = "",
    thread: ServerThread | None = None,
    **settings: Unpack[Settings],
) -> Iterator[Server]:
    """A server in a thread: for sync code, asyncio, subprocesses.

    `scenario` is the name of a shipped one, or a path to a YAML file; without it
    there are no users yet. `seed` is what all chance comes from. `capabilities`
    switches IMAP's on and off: ``"+LITERAL- -MOVE"``; ``mockmail capabilities``
    lists them. `imap`, `pop3`, `smtp`, `delivery` and `accounts` have other
    settings, in place of the scenario's.
    The thread ends with the block unless it is lent as `thread`.

    ``ScenarioError`` if the file is not as it must be, ``ValueError`` for an
    unknown capability.

    At the end of the block the ports are closed and the clients dropped.
    """
    check_arguments(thread=(thread, ServerThread | None))
    anew = partial(_world, scenario, seed, capabilities, settings)
    world = anew()
    with contextlib.ExitStack() as stack:
        server = Server(world, (thread or stack.enter_context(ServerThread())).loop, anew)
        stack.callback(server.close)
        yield server


@contextlib.asynccontextmanager
async def open_server(
    scenario: Scenario | None = None,
    *,
    seed: int = 0,
    capabilities: str = "",
    **settings: Unpack[Settings],
) -> AsyncIterator[Server]:
    """The same in the caller's Trio loop, on that loop's clock.

    ``RuntimeError`` where none runs: asyncio takes `start_server`.
    """
    if (library := running()) != "trio":
        raise RuntimeError(
            f"open_server() needs a Trio loop, and {library or 'none'} runs here: use"
            " start_server(), and in asyncio await what waits: server.aio"
        )
    anew = partial(_world, scenario, seed, capabilities, settings)
    world = anew()
    try:
        async with trio.open_nursery() as nursery:
            server = Server(world, Loop(nursery), anew)
            try:
                yield server
            finally:
                await server.aclose()
    except BaseExceptionGroup as group:
        # The nursery is ours: what the block raised should come out of it as it was.
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from group.exceptions[0].__cause__
        raise


@contextlib.contextmanager
def server_in_nursery(
    nursery: trio.Nursery,
    scenario: Scenario | None = None,
    *,
    seed: int = 0,
    capabilities: str = "",
    **settings: Unpack[Settings],
) -> Iterator[Server]:
    """The same for a caller that has a nursery and can't wait: the server's tasks run in it.

    At the end of the block they are cancelled, and end at the loop's next turn.
    """
    anew = partial(_world, scenario, seed, capabilities, settings)
    server = Server(anew(), Loop(nursery), anew)
    try:
        yield server
    finally:
        server.cancel()
