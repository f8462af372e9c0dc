"""Sentences of a grammar, at random. The grammars are text files beside this one."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from random import Random  # noqa: TID251

DEPTH = 12
"""Rules inside one another, from which on the first alternative is taken."""
WORDS = (
    *(b"", b"x", b"anna", b"INBOX", b"*", b"%", b"=", b"+", b"~", b"\\", b'"', b"(", b")", b"[]"),
    *(b"{", b"}", b"<", b">", b"@", b":", b";", b"NIL", b"\xc3\xbc", b"\xff", b"\t", b"  ", b"%s"),
    *(b"Subject", b"a.b.c", b"x-y_z", b"0", b"-1", b"x" * 70, b"x" * 600, b"&AOk-", b"!", b"$"),
)
NUMBERS = (
    *(b"0", b"1", b"2", b"3", b"4", b"5", b"7", b"99", b"01", b"-1", b"+1", b"1.5", b""),
    *(b"4294967295", b"4294967296", b"9223372036854775807", b"9223372036854775808"),
    *(b"18446744073709551616", b"9" * 30, b"9" * 300, b"\xd9\xa1", b"1e3", b"0x10", b"1_0"),
)
LINES = (
    *(b"", b"text", b".", b"..", b"...", b". ", b".x", b" .", b"From x", b"Subject: y", b"QUIT"),
    *(b"a\tb", b"\xc3\xa9\xff", b"x" * 1_200, b"--b", b"To: anna@example.org"),
)


def _word(random: Random) -> bytes:
    return random.choice(WORDS)


def _number(random: Random) -> bytes:
    return random.choice(NUMBERS)


def _base64(random: Random) -> bytes:
    data = base64.b64encode(random.choice((b"", b"anna", b"\0anna\0apple", b"\0", b"x" * 500)))
    if random.random() < 0.5:
        at = random.randrange(len(data) + 1)
        data = data[:at] + random.choice((b"=", b"*", b" ", b"\0", b"====", b"%", b"")) + data[at:]
    return random.choice((data, data[1:], b"*", b"=", data))


def lines(random: Random) -> bytes:
    """Some lines of a message, not stuffed."""
    return b"".join(random.choice(LINES) + b"\r\n" for _ in range(random.randrange(6)))


def _literal(random: Random) -> bytes:
    return counted(random, random.choice((b"", b"x", b"INBOX", b"a\r\nb", b"\0", b"\xff" * 5)))


def _message(random: Random) -> bytes:
    return counted(random, b"Subject: x\r\n\r\n" + lines(random))


def counted(random: Random, data: bytes) -> bytes:
    """A literal, of one kind or the other (RFC 7888, RFC 3516)."""
    form = random.choice((b"{%d}", b"{%d+}", b"{%d+}", b"~{%d}", b"~{%d+}", b"{%d-}"))
    return form % len(data) + b"\r\n" + data


def _chunk(random: Random) -> bytes:
    """BDAT with its octets (RFC 3030), of which there may be more or fewer."""
    data = lines(random)
    size = len(data) + random.choice((0, 0, 0, 0, 1, -1, 1_000))
    last = random.choice((b"", b" LAST", b" LAST", b" last", b" FIRST"))
    return b"BDAT %d%b\r\n%b" % (max(size, 0), last, data)


MAKERS: dict[str, Callable[[Random], bytes]] = {
    "WORD": _word,
    "NUMBER": _number,
    "BASE64": _base64,
    "LINES": lines,
    "LITERAL": _literal,
    "MESSAGE": _message,
    "CHUNK": _chunk,
    "EOL": lambda random: b"\r\n",
}
_NAME = re.compile(r"<([A-Za-z0-9]+)>")


class Grammar:
    """Rules by name."""

    def __init__(self, name: str) -> None:
        self._rules: dict[str, list[list[bytes | str]]] = {}
        for line in (Path(__file__).parent / f"{name}.txt").read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                rule, _, rest = line.partition(" = ")
                self._rules[rule] = [list(self._parts(each)) for each in rest.split(" | ")]
        for rule, alternatives in self._rules.items():
            for part in (part for parts in alternatives for part in parts):
                known = not isinstance(part, str) or part in self._rules or part in MAKERS
                assert known, f"{rule} names {part}, which is nowhere"

    @staticmethod
    def _parts(text: str) -> "list[bytes | str]":
        pieces = _NAME.split("" if text == "~" else text)
        # Every second piece is a name.
        return [
            piece if number % 2 else piece.encode()
            for number, piece in enumerate(pieces)
            if piece or number % 2
        ]

    def make(self, random: Random, rule: str = "commands", depth: int = 0) -> bytes:
        """A sentence of a rule."""
        maker = MAKERS.get(rule)
        if maker is not None:
            return maker(random)
        alternatives = self._rules[rule]
        parts = alternatives[0] if depth > DEPTH else random.choice(alternatives)
        return b"".join(
            [
                part if isinstance(part, bytes) else self.make(random, part, depth + 1)
                for part in parts
            ]
        )
