"""The groups of rows, in the table's order."""

from collections.abc import Callable, Iterator

from . import (
    beside,
    delivering,
    fetching,
    growth,
    memory,
    parsing,
    popping,
    starting,
    talking,
)
from .contest import Measured
from .rows import Row, Scale

GROUPS: dict[str, Callable[[Scale], Iterator[Row]]] = {
    "servers": starting.servers,
    "worlds": starting.worlds,
    "noop": talking.noop,
    "flags": fetching.flags,
    "bodies": fetching.bodies,
    "parsing": parsing.fresh,
    "structures": parsing.structures,
    "searching": parsing.searching,
    "memory": memory.rows,
    "growth": growth.rows,
    "rules": fetching.rules,
    "processes": starting.processes,
    "beside": beside.rows,
    "popping": popping.rows,
    "delivering": delivering.rows,
}
BESIDE: dict[str, Callable[[Scale], Measured]] = {
    "beside": beside.measured,
    "popping": popping.measured,
    "delivering": delivering.measured,
}
"""Those that are of other servers, of which there are tables."""
