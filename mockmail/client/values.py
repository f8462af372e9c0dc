"""IMAP's responses as octets and as values: what a client reads, whoever the server is."""

import re
from collections.abc import Iterator

Value = bytes | int | None | list["Value"]
"""Strings and atoms are bytes, numbers numbers, NIL is None."""

_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")
_TOKEN = re.compile(
    rb"\s*(?:(?P<open>\()|(?P<close>\))|\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|~?\{(?P<literal>\d+)\}\r\n"
    rb"|(?P<atom>[^\s()\[\"]+(?:\[[^\]]*\](?:<\d+>)?)?))",
    re.DOTALL,
)


def response_end(data: bytes, start: int = 0) -> int | None:
    """Where the response ends that begins at `start`, its literals and its CRLF included.

    None if it is not all there.
    """
    line = start
    while (at := data.find(b"\r\n", line)) >= 0:
        end = at + 2
        literal = _LITERAL.search(data, line, end)
        if literal is None:
            return end
        line = end + int(literal[1])
    return None


def responses(data: bytes) -> Iterator[bytes]:
    """Each response of a server's output, with its literals, without its CRLF."""
    start = 0
    while (end := response_end(data, start)) is not None:
        yield data[start : end - 2]
        start = end


def values(data: bytes, at: int = 0) -> tuple[Value, int]:
    """The value that stands at `at`, a parenthesized list or another, and where it ends.

    ``ValueError`` if there is none.
    """
    stack: list[list[Value]] = [[]]
    while True:
        found = _TOKEN.match(data, at)
        if found is None:
            raise ValueError(f"there is no value in {data[at : at + 80]!r}")
        at = found.end()
        kind = found.lastgroup
        if kind == "open":
            stack.append([])
            continue
        value: Value
        if kind == "close":
            if len(stack) == 1:
                raise ValueError(f"a list ends that didn't begin in {data[:80]!r}")
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


def words(data: bytes) -> list[Value]:
    """All values of a text that is a sequence of them."""
    found, _ = values(b"(" + data + b")")
    assert isinstance(found, list)
    return found
