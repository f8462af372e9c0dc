"""What comes of a scenario file: a world that is forked for each test."""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from mockmail.clock import Clock
from mockmail.delivery.remote import RemoteReply
from mockmail.store.store import Store
from mockmail.world.rule import Rule
from mockmail.world.settings import Settings
from mockmail.world.world import World


class Scenario:
    """A world to be forked."""

    def __init__(
        self,
        store: Store,
        epoch: datetime,
        domains: Sequence[str],
        rules: Sequence[Rule],
        capabilities: str = "",
        remote: Sequence[tuple[str, RemoteReply]] = (),
        **settings: Unpack[Settings],
    ) -> None:
        self._store = store
        self._epoch = epoch
        self._domains = tuple(domains)
        self._rules = tuple(rules)
        self._capabilities = capabilities
        self._remote = tuple(remote)
        self._settings = settings

    def world(
        self,
        seed: int = 0,
        capabilities: str = "",
        **settings: Unpack[Settings],
    ) -> World:
        """A fresh world; `capabilities` come after the scenario's own, settings in their place."""
        world = World(
            store=self._store.fork(),
            clock=Clock(self._epoch),
            seed=seed,
            domains=self._domains,
            rules=[rule.copy() for rule in self._rules],
            capabilities=f"{self._capabilities} {capabilities}",
            **(self._settings | settings),
        )
        for place, reply in self._remote:
            world.delivery.remotes.set(place, reply)
        return world
