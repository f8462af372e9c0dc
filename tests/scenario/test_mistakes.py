"""Whatever is wrong with a scenario, it is said where, in words and not in an exception of ours."""

import copy
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockmail.scenario import mistakes
from mockmail.scenario.document import spelled
from mockmail.scenario.files import shipped
from mockmail.scenario.spec import ScenarioSpec

RULED = """
mockmail: 1
imap: {line: 100, autologout: 2.5}
domains: [a.example]
users: {anna: {load: [a, {path: b}], quota: 5}, ben: }
rules: [{when: {point: data, response: {kind: FETCH}}, do: {cut: {in: literal}}, times: 3}]
shared: {Shared/x: {fake: {count: 1, flags: {a: 0.5}}}}
"""
SCENARIOS = [
    yaml.safe_load(text)
    for text in (RULED, *(each.read_text(encoding="utf-8") for each in shipped().values()))
]
ODD = st.sampled_from([None, True, -1, 0.5, "", "x", b"x", [], [None], {}, {"x": 1}])


def places(value: object, path: mistakes.Path = ()) -> list[mistakes.Path]:
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [path, *(place for key, each in items for place in places(each, (*path, key)))]


def inside(value: Any, path: mistakes.Path) -> Any:
    for step in path:
        value = value[step]
    return value


@given(st.data())
def test_one_wrong_value_or_key(data: st.DataObject) -> None:
    right = data.draw(st.sampled_from(SCENARIOS))
    *outer, last = data.draw(st.sampled_from(places(right)[1:]))
    wrong = copy.deepcopy(right)
    box = inside(wrong, tuple(outer))
    if isinstance(box, dict) and data.draw(st.booleans()):
        box["unheard-of"] = box.pop(last)
        last = "unheard-of"
    else:
        box[last] = data.draw(ODD)
    try:
        msgspec.convert(wrong, ScenarioSpec, strict=True)
    except msgspec.ValidationError:
        mistake = mistakes.first(wrong, ScenarioSpec)
        assert mistake is not None
        # What is named is there, and it is what was changed, or around it, or in it.
        inside(wrong, mistake.path)
        both = zip(mistake.path, (*outer, last), strict=False)
        assert all(one == other for one, other in both), spelled(mistake.path)
        assert "`" not in mistake.problem
        assert "..." not in mistake.problem
    else:
        assert mistakes.first(wrong, ScenarioSpec) is None


@pytest.mark.parametrize("right", SCENARIOS)
def test_nothing_is_wrong(right: object) -> None:
    assert mistakes.first(right, ScenarioSpec) is None


def test_the_key_of_several_is_found() -> None:
    users: dict[str, Any] = {f"u{number}": {"mailboxes": {"A": [], "B": []}} for number in range(9)}
    users["u5"]["mailboxes"]["B"] = [{}, {"headers": {"X": "1", "Y": 2}}]
    mistake = mistakes.first({"mockmail": 1, "users": users}, ScenarioSpec)
    assert mistake == mistakes.Mistake(
        ("users", "u5", "mailboxes", "B", 1, "headers", "Y"),
        "expected text or a list or nothing, found 2: quote it",
    )
