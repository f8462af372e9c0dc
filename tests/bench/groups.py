"""The groups of rows, in the table's order."""

from collections.abc import Callable, Iterator

from . import beside, fetching, growth, memory, parsing, starting, talking
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
}
