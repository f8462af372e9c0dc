"""What a message and a fork weigh, apart from the message's own bytes."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator

from mockmail.clock import EPOCH
from mockmail.scenario.scenario import Scenario
from mockmail.store.flags import FlagOp
from mockmail.world.world import World

from .rows import Row, Scale
from .worlds import FLAGS, LOGIN, SEEN, SELECT, Talker, raw, scenario_of


def _weigh(make: Callable[[], object]) -> int:
    """Octets that `make` has taken and that its result still holds."""
    gc.collect()
    tracemalloc.start()
    try:
        kept = make()
        gc.collect()
        octets = tracemalloc.get_traced_memory()[0]
        del kept
        return octets
    finally:
        tracemalloc.stop()


def _tuples(raws: list[bytes]) -> object:
    """The floor: the same five things about each message, in a dict by UID."""
    return {uid: (uid, each, FLAGS[uid % 4], uid, EPOCH) for uid, each in enumerate(raws, 1)}


def _written(base: Scenario) -> World:
    world = base.world()
    inbox = world.store.users["anna"].mailboxes["INBOX"]
    with world.store.transaction("test") as tx:
        tx.store_flags(inbox, inbox.uids[:1], FlagOp.ADD, SEEN[0])
    return world


def rows(scale: Scale) -> Iterator[Row]:
    """Octets per message."""
    count = scale.middle
    raws = [raw(number) for number in range(1, count + 1)]
    base = scenario_of(raws)
    _written(base)  # what is made once per process
    store = _weigh(lambda: scenario_of(raws)) / count
    tuples = _weigh(lambda: _tuples(raws)) / count
    name = f"memory: a store of {count:,} without the raw bytes"
    yield Row(name, store, tuples, "a dict of tuples", "B", "message")
    parts = [
        ("a fork", base.world),
        ("a fork after its first write", lambda: _written(base)),
        ("a fork with a first session in it", lambda: Talker(base.world(), LOGIN, SELECT)),
    ]
    for what, make in parts:
        octets = _weigh(make) / count
        yield Row(f"memory: {what}, {count:,}", octets, store, "the store", "B", "message")
