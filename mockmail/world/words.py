"""The words of rules, checked when they are given: YAML's and Python's alike."""

import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from mockmail.near import choice

LANGUAGES = {
    "imap": "imap",
    "pop3": "pop3",
    "smtp": "smtp",
    "submission": "smtp",
    "lmtp": "smtp",
}
"""What is spoken by each protocol: whose replies it has."""
PROTOCOLS = tuple(LANGUAGES)
SECURE = ("imap", "pop3", "smtp", "submission")
"""Those that have a port with TLS from the start, too."""
YAML_NAMES = {"inside": "in", "sender": "from"}
"""Words that are others in YAML, for Python has taken those."""


class RuleError(ValueError):
    """A rule can't do what it says; its author's mistake."""


class UnfitError(RuleError):
    """A word of a rule can't have that value."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


def check(given: object) -> None:
    """Whether each field of a dataclass is of its type; `UnfitError` names one that isn't.

    A list in the place of a tuple becomes one.
    """
    types = get_type_hints(type(given))
    for name in (field.name for field in fields(given)):  # type: ignore[arg-type]
        value, wanted = getattr(given, name), types[name]
        if isinstance(value, list) and get_origin(wanted) is tuple:
            value = tuple(value)
            object.__setattr__(given, name, value)  # such dataclasses are frozen
        if problem := wrong(value, wanted):
            raise UnfitError(name, problem)


def wrong(value: object, wanted: Any) -> str:  # noqa: ANN401  # a type, as annotations have it
    """What is wrong with a value of that type, or nothing."""
    if _fits(value, wanted):
        return ""
    words = [
        word for each in _each(wanted) if get_origin(each) is Literal for word in get_args(each)
    ]
    if words and isinstance(value, str):
        return choice(value, words)
    return f"expected {' or '.join(map(_expected, _each(wanted)))}, found {value!r}"


def at_least(least: float, value: float, field: str) -> None:
    """`UnfitError` for a number that is less."""
    if not value >= least:
        raise UnfitError(field, f"expected {least} or more, found {value}")


def _each(wanted: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return get_args(wanted) if isinstance(wanted, UnionType) else (wanted,)


def _fits(value: object, wanted: Any) -> bool:  # noqa: ANN401
    if isinstance(wanted, UnionType):
        return any(_fits(value, each) for each in get_args(wanted))
    if get_origin(wanted) is Literal:
        return value in get_args(wanted)
    if get_origin(wanted) is tuple:
        return isinstance(value, tuple) and all(isinstance(each, str) for each in value)
    if isinstance(value, bool):
        return wanted is bool
    return isinstance(value, int | float if wanted is float else wanted)


def _expected(wanted: Any) -> str:  # noqa: ANN401
    if get_origin(wanted) is Literal:
        return " or ".join(get_args(wanted))
    if get_origin(wanted) is tuple:
        return "a list of texts"
    named = {
        NoneType: "None",
        bool: "True or False",
        int: "a whole number",
        float: "a number",
        str: "text",
        Iterable: "several in a list",
        Callable: "a function",
        re.Pattern: "a compiled pattern",
    }
    return (
        named.get(wanted) or f"{'an' if wanted.__name__[0] in 'AEIOU' else 'a'} {wanted.__name__}"
    )
