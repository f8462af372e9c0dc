"""What a request says, checked against types; a mistake is a problem with its place."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeVar

import msgspec

from mockmail.control.problem import Problem
from mockmail.scenario import mistakes
from mockmail.scenario.document import spelled
from mockmail.scenario.mistakes import Path

T = TypeVar("T")


class Given:
    """The data of a request."""

    def error(self, path: Path, problem: str, *, key: str | None = None) -> Problem:
        """An error at `path`, or at the key `key` below it."""
        where = path if key is None else (*path, key)
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, problem, path=spelled(where))

    def convert(self, value: object, kind: type[T], path: Path) -> T:
        """`value`, which stands at `path`, as a `kind`; `Problem` where it is none."""
        try:
            return msgspec.convert(value, kind, strict=True)
        except msgspec.ValidationError:
            mistake = mistakes.first(value, kind)
            assert mistake is not None
            raise self.error((*path, *mistake.path), mistake.problem, key=mistake.key) from None


def from_json(octets: bytes, kind: type[T]) -> T:
    """The body of a request as a `kind`."""
    try:
        value = msgspec.json.decode(octets)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"the body is no JSON: {error}" if octets else "the body is empty; expected JSON"
        raise Problem(HTTPStatus.BAD_REQUEST, problem) from None
    return Given().convert(value, kind, ())


def from_query(texts: Mapping[str, str], kind: type[T]) -> T:
    """The query of a request as a `kind`; what looks like a number is one."""
    values = {
        name: int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else text
        for name, text in texts.items()
    }
    return Given().convert(values, kind, ())


_DIGITS = 18
