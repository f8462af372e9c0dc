"""What is wrong with a value, where, and what was expected: msgspec's findings in our words.

msgspec says where a value is wrong but for the keys of mappings that the author
names himself (logins, mailboxes): ``$.users[...].password``. Which key it was is
found by converting the document with one of them at a time.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec
from msgspec import inspect

from mockmail.near import choice, near

Path = tuple[str | int, ...]

_AT = re.compile(r" - at `\$(.*)`$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\[(\.\.\.)\]")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")
_LONGEST = 60
"""Characters of a value that are shown."""


class Mistake(NamedTuple):
    """One of an author's."""

    path: Path
    problem: str
    key: str | None = None
    """A key at `path`, where it is the key that is wrong."""


class _Found(NamedTuple):
    """What msgspec says."""

    problem: str
    steps: tuple[str | int | None, ...]
    """None for a key of the author's."""


def first(value: object, kind: object) -> Mistake | None:
    """The first mistake in a value that should be a `kind`."""
    found = _failure(value, kind)
    if found is None:
        return None
    path = _path(value, kind, found)
    wanted = [inspect.type_info(kind)]
    for step in path:
        wanted = [each for outer in wanted for each in _inside(outer, step)]
        value = _get(value, step)
    wanted = [each for outer in wanted for each in _alternatives(outer)]
    if unknown := _UNKNOWN.match(found.problem):
        return Mistake(path, _unknown(unknown[1], wanted), unknown[1])
    if missing := _MISSING.match(found.problem):
        return Mistake(path, f"the key {missing[1]!r} is missing")
    return Mistake(path, _wrong(value, wanted))


def _failure(value: object, kind: object) -> _Found | None:
    try:
        msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        text = str(error)
        at = _AT.search(text)
        if at is None:
            return _Found(text, ())
        steps = (
            name or (None if number is None else int(number)) for name, number in _steps(at[1])
        )
        return _Found(text[: at.start()], tuple(steps))
    return None


def _steps(path: str) -> list[tuple[str | None, str | None]]:
    return [(found[1], found[2]) for found in _STEP.finditer(path)]


def _path(value: object, kind: object, found: _Found) -> Path:
    """Where it is, with the author's keys."""
    path: Path = ()
    for step in found.steps:
        if step is None:
            mapping = value
            for each in path:
                mapping = _get(mapping, each)
            assert isinstance(mapping, dict)
            alone = ((key, _replaced(value, path, {key: mapping[key]})) for key in mapping)
            step, value = next(pair for pair in alone if _failure(pair[1], kind) == found)
        path = (*path, step)
    return path


def _replaced(value: object, path: Path, new: object) -> object:
    """A copy of `value` with `new` at `path`."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    copy: dict[object, object] | list[object]
    copy = dict(value) if isinstance(value, dict) else list(value)  # type: ignore[call-overload]
    copy[step] = _replaced(copy[step], rest, new)
    return copy


def _get(value: object, step: str | int) -> object:
    return value[step]  # type: ignore[index]  # msgspec has been there


def _alternatives(wanted: inspect.Type) -> Sequence[inspect.Type]:
    if isinstance(wanted, inspect.UnionType):
        return [each for inner in wanted.types for each in _alternatives(inner)]
    return [wanted.type] if isinstance(wanted, inspect.Metadata) else [wanted]


def _inside(outer: inspect.Type, step: str | int) -> list[inspect.Type]:
    """What is wanted one step inside."""
    found: list[inspect.Type] = []
    for each in _alternatives(outer):
        match each:
            case inspect.StructType(fields=fields):
                found += [field.type for field in fields if field.encode_name == step]
            case inspect.DictType(value_type=inner) if isinstance(step, str):
                found.append(inner)
            case inspect.ListType(item_type=inner) | inspect.VarTupleType(item_type=inner):
                found += [inner] if isinstance(step, int) else []
    return found


def _unknown(name: str, wanted: Sequence[inspect.Type]) -> str:
    words = [
        field.encode_name
        for each in wanted
        if isinstance(each, inspect.StructType)
        for field in each.fields
    ]
    hint = near(name, words) or f"; expected one of {', '.join(words)}"
    return f"unknown key {name!r}{hint}"


def _wrong(value: object, wanted: Sequence[inspect.Type]) -> str:
    words = [
        word for each in wanted if isinstance(each, inspect.LiteralType) for word in each.values
    ]
    if len(words) > 1 and isinstance(value, str):
        return choice(value, map(str, words))
    expected = " or ".join(dict.fromkeys(map(_expected, sorted(wanted, key=_is_nothing))))
    quote = isinstance(value, bool | int | float | date) and any(
        isinstance(each, inspect.StrType) for each in wanted
    )
    return f"expected {expected}, found {_found(value)}{': quote it' if quote else ''}"


def _is_nothing(wanted: inspect.Type) -> bool:
    return isinstance(wanted, inspect.NoneType)


def _expected(wanted: inspect.Type) -> str:
    match wanted:
        case inspect.NoneType():
            return "nothing"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=low, le=high):
            return f"a whole number{_range(low, high)}"
        case inspect.FloatType(ge=low, le=high):
            return f"a number{_range(low, high)}"
        case inspect.StrType():
            return "text"
        case inspect.BytesType():
            return "base64"
        case inspect.DateTimeType():
            return "a date with a time, as in 2024-03-04T09:00:00Z"
        case inspect.LiteralType(values=values):
            return " or ".join(map(str, values))
        case inspect.ListType(min_length=least) | inspect.VarTupleType(min_length=least):
            return "a list that is not empty" if least else "a list"
        case inspect.StructType() | inspect.DictType():
            return "a mapping"
    raise AssertionError(f"no word for {wanted}")


def _range(low: float | None, high: float | None) -> str:
    if high is not None:
        return f" from {low or 0} to {high}"
    return "" if low is None else f" of at least {low}"


def _found(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping"
        case list():
            return "a list" if value else "an empty list"
        case date():
            return value.isoformat()
    shown = repr(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
