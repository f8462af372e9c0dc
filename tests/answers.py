"""IMAP answers as values: what a client reads from FETCH, whoever the server is."""

import re
from collections.abc import Iterator

Value = bytes | int | None | list["Value"]

_TOKEN = re.compile(
    rb"\s*(?:(?P<open>\()|(?P<close>\))|\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|~?\{(?P<literal>\d+)\}\r\n"
    rb"|(?P<atom>[^\s()\[\"]+(?:\[[^\]]*\](?:<\d+>)?)?))",
    re.DOTALL,
)
_FETCH = re.compile(rb"\* (\d+) FETCH (?=\()")


def values(data: bytes, at: int) -> tuple[Value, int]:
    """The parenthesized list that stands at `at`, and where it ends.

    Strings are bytes, numbers numbers, NIL is None, and other atoms bytes.
    """
    stack: list[list[Value]] = [[]]
    while True:
        found = _TOKEN.match(data, at)
        assert found is not None, f"not a list at {data[at : at + 80]!r}"
        at = found.end()
        kind = found.lastgroup
        if kind == "open":
            stack.append([])
            continue
        value: Value
        if kind == "close":
            value = stack.pop()
        elif kind == "quoted":
            value = re.sub(rb"\\(.)", rb"\1", found["quoted"], flags=re.DOTALL)
        elif kind == "literal":
            end = at + int(found["literal"])
            value, at = data[at:end], end
        else:
            atom = found["atom"]
            value = None if atom.upper() == b"NIL" else int(atom) if atom.isdigit() else atom
        stack[-1].append(value)
        if len(stack) == 1:
            return value, at


def fetched(data: bytes) -> Iterator[tuple[int, dict[bytes, Value]]]:
    """Each FETCH of a server's output: the number, and the items by name."""
    at = 0
    while found := _FETCH.search(data, at):
        items, at = values(data, found.end())
        assert isinstance(items, list)
        names = items[::2]
        yield (
            int(found[1]),
            {
                name: value
                for name, value in zip(names, items[1::2], strict=True)
                if isinstance(name, bytes)
            },
        )
