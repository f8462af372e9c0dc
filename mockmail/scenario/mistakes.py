"""What is wrong with a value, where, and what was expected; and what is left of it without that.

msgspec knows whether a value is as it must be, and names one mistake. Here all are
named: what is wrong is taken apart until the pieces are right, or can't be taken apart.
"""

from collections.abc import Sequence
from datetime import date
from types import UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin

import msgspec
from msgspec import inspect

from mockmail.near import choice, near

Path = tuple[str | int, ...]

_LONGEST = 60
"""Characters of a value that are shown."""
_WRONG: Final = object()
"""In the place of a value of which nothing is left."""


class Mistake(NamedTuple):
    """One of an author's."""

    path: Path
    problem: str
    key: str | None = None
    """A key at `path`, where it is the key that is wrong."""


class Sound(NamedTuple):
    """A value without its mistakes."""

    value: object
    """What is left; nothing of use if not `usable`."""
    usable: bool
    mistakes: list[Mistake]


def first(value: object, kind: object) -> Mistake | None:
    """The first mistake in a value that should be a `kind`."""
    return next(iter(sound(value, kind).mistakes), None)


def sound(value: object, kind: object) -> Sound:
    """All mistakes in a value that should be a `kind`, and the value without them.

    What is wrong in it, and can be left out, is left out; in a list something empty
    stands in its place, so that the others keep theirs.
    """
    found: list[Mistake] = []
    left = _left(value, kind, (), found)
    return Sound(left, left is not _WRONG, found)


def _left(value: object, kind: Any, path: Path, found: list[Mistake]) -> object:  # noqa: ANN401
    if _is(value, kind):
        return value
    before = len(found)
    left: object = _WRONG
    for each in _alternatives(kind):
        if isinstance(value, dict) and isinstance(each, type) and issubclass(each, msgspec.Struct):
            left = _left_of_struct(value, each, path, found)
        elif isinstance(value, dict) and get_origin(each) is dict:
            left = _left_of_mapping(value, get_args(each)[1], path, found)
        elif isinstance(value, list) and get_origin(each) in (list, tuple):
            left = _left_of_list(value, get_args(each)[0], path, found)
    if len(found) == before:  # it is no mistake in it
        found.append(Mistake(path, _wrong(value, kind)))
        return _WRONG
    return left


def _left_of_struct(
    value: dict[str, object], kind: type[msgspec.Struct], path: Path, found: list[Mistake]
) -> object:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    left = {}
    for key, each in value.items():
        if key not in fields:
            found.append(Mistake(path, _unknown(key, list(fields)), key))
        elif (kept := _left(each, fields[key].type, (*path, key), found)) is not _WRONG:
            left[key] = kept
    missing = [name for name, field in fields.items() if field.required and name not in value]
    found += [Mistake(path, f"the key {name!r} is missing") for name in missing]
    whole = all(name in left for name, field in fields.items() if field.required)
    return left if whole else _WRONG


def _left_of_mapping(
    value: dict[str, object], kind: object, path: Path, found: list[Mistake]
) -> object:
    left = {key: _left(each, kind, (*path, key), found) for key, each in value.items()}
    none = None if _is(None, kind) else _WRONG
    left = {key: none if each is _WRONG else each for key, each in left.items()}
    return {key: each for key, each in left.items() if each is not _WRONG}


def _left_of_list(value: list[object], kind: object, path: Path, found: list[Mistake]) -> object:
    left = [_left(each, kind, (*path, at), found) for at, each in enumerate(value)]
    empty: object = {} if _is({}, kind) else _WRONG
    left = [empty if each is _WRONG else each for each in left]
    return _WRONG if _WRONG in left else left


def _is(value: object, kind: object) -> bool:
    try:
        msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError:
        return False
    return True


def _alternatives(kind: Any) -> list[Any]:  # noqa: ANN401
    if get_origin(kind) in (Union, UnionType):
        return [each for inner in get_args(kind) for each in _alternatives(inner)]
    return _alternatives(get_args(kind)[0]) if get_origin(kind) is Annotated else [kind]


def _types(wanted: inspect.Type) -> Sequence[inspect.Type]:
    if isinstance(wanted, inspect.UnionType):
        return [each for inner in wanted.types for each in _types(inner)]
    return [wanted.type] if isinstance(wanted, inspect.Metadata) else [wanted]


def _unknown(name: str, words: list[str]) -> str:
    hint = near(name, words) or f"; expected one of {', '.join(words)}"
    return f"unknown key {name!r}{hint}"


def _wrong(value: object, kind: object) -> str:
    words = [
        word
        for each in _alternatives(kind)
        if get_origin(each) is Literal
        for word in get_args(each)
    ]
    if len(words) > 1 and isinstance(value, str):
        return choice(value, map(str, words))
    wanted = _types(inspect.type_info(kind))
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
