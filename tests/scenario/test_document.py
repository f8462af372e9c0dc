"""A YAML document with its line numbers."""

from contextlib import suppress
from pathlib import Path

import pytest

from mockmail.scenario.document import Document, spelled
from mockmail.scenario.errors import ScenarioError


def refusal(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        Document("f.yaml", text)
    return str(caught.value)


def test_plain_types_only() -> None:
    text = "a: 1\nb: [x, 'y', null, true]\nc: {d: 2024-03-04T09:00:00Z}\n"
    data = Document("f.yaml", text).data
    assert isinstance(data, dict)
    assert list(data) == ["a", "b", "c"]
    assert data["b"] == ["x", "y", None, True]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("users",), "users"),
        (("users", "anna", "mailboxes", "INBOX", 0, "flags"), "users.anna.mailboxes.INBOX[0].flags"),
        (("rules", 3), "rules[3]"),
        ((2, "a"), "[2].a"),
    ],
)  # fmt: skip
def test_paths(path: tuple[str | int, ...], text: str) -> None:
    assert spelled(path) == text


# Of a path that is not there, the line of what is nearest to it.
@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("a",), 2),
        (("b", "c"), 4),
        (("b", "d", 0), 6),
        (("b", "d", 1, "e"), 7),
        (("b", "d", 1, "nowhere"), 7),
        (("b", "nowhere", "at", "all"), 4),
        (("nowhere",), 2),
    ],
)
def test_the_line_of_a_path(path: tuple[str | int, ...], line: int) -> None:
    text = "# head\na: 1\nb:\n  c: 2\n  d:\n    - x\n    - e: 3\n"
    error = Document("f.yaml", text).error(path, "wrong")
    assert error.line == line
    assert str(error) == f"f.yaml:{line}: {spelled(path) + ': ' if path else ''}wrong"


def test_the_line_of_a_key() -> None:
    document = Document("f.yaml", "a:\n  b:\n    1\n")
    assert document.error(("a",), "wrong").line == 2
    assert document.error(("a",), "wrong", key="b").line == 2
    assert document.error(("a", "b"), "wrong").line == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: the key 'a' stands here twice"),
        ("a: 1\n'a': 3\n", "f.yaml:2: the key 'a' stands here twice"),
        ("x:\n  - {a: 1}\n  - {a: 1, b: 2, a: 3}\n", "f.yaml:3: x[1]: the key 'a' stands"),
    ],
)
def test_a_key_stands_once(text: str, message: str) -> None:
    assert refusal(text).startswith(message)


@pytest.mark.parametrize("key", ["1", "1.5", "true", "False", "null", "2024-03-04", "~"])
def test_a_key_is_text(key: str) -> None:
    assert (
        refusal(f"a:\n  b: 1\n  {key}: 2\n") == f"f.yaml:3: a: the key {key} must be text: quote it"
    )
    assert Document("f.yaml", f"'{key}': 2\n").data == {key: 2}


@pytest.mark.parametrize("key", ["[x]", "{x: y}", "? [x]\n"])
def test_a_key_of_several_parts(key: str) -> None:
    found = refusal(f"a: 1\n{key}: 2\n")
    assert found.startswith("f.yaml:2: ")
    assert "Node" not in found  # how the parser calls it


def test_a_merge_key() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n"
    assert Document("f.yaml", text).data == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}}


def test_an_alias_is_the_same_thing_again() -> None:
    data = Document("f.yaml", "a: &x {b: 1}\nc: *x\nd: [*x, *x]\n").data
    assert data == {"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}, {"b": 1}]}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1,\n", 2),
        ("a: 1\n\t- b\n", 2),
        ("a: 'x\n", 2),
        ("a: 1\n b: 2\n", 2),
        ("a: *nowhere\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: %x\n", 1),
    ],
)
def test_what_is_not_yaml(text: str, line: int) -> None:
    found = refusal(text)
    assert ": is not YAML: " in found
    # The parser may notice at the end of the line before, or behind it.
    assert found.startswith((f"f.yaml:{line}:", f"f.yaml:{line + 1}:"))


# `ScenarioError.line`: "None where the whole file is meant".
@pytest.mark.parametrize(
    "value",
    ["2024-13-45T00:00:00Z", "2024-01-01T00:00:00+99:00", "\x01"]
    + ["!!int x", "!!int ''", "!!float x", "!!bool x", "!!timestamp x", "!!binary ü", "!!map x"],
)
def test_a_wrong_value_has_its_line_too(value: str) -> None:
    text = f"# {'ü' * 20}\na: {value}\nb: 1\nc: 2\n"
    assert refusal(text).startswith("f.yaml:2: is not YAML: ")


@pytest.mark.parametrize("text", ["", "\n", "# nothing but a comment\n"])
def test_an_empty_file(text: str) -> None:
    assert refusal(text) == "f.yaml:1: the file is empty"


@pytest.mark.parametrize("deep", ["[" * 5_000, "[" * 400 + "]" * 400, "{a: " * 3_000])
def test_deep_nesting_ends_nothing(deep: str) -> None:
    with suppress(ScenarioError):
        Document("f.yaml", f"a: {deep}\n")


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:pathlib.Path.touch [{path}]",
        "!!python/object/new:pathlib.Path [{path}]",
        "!!python/object:pathlib.Path {{}}",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!python/tuple [1, 2]",
        "!other {{}}",
    ],
)
def test_tags_of_python_are_refused_and_nothing_runs(value: str, tmp_path: Path) -> None:
    path = tmp_path / "ran"
    found = refusal("a: 1\nb: " + value.format(path=path) + "\n")
    assert found.startswith("f.yaml:2: is not YAML: could not determine a constructor for the tag")
    assert not path.exists()


@pytest.mark.parametrize("text", ["NO", "no", "yes", "On", "off", "y", "N"])
def test_there_are_two_truth_values(text: str) -> None:
    assert Document("f.yaml", f"a: {text}\n").data == {"a": text}
    assert Document("f.yaml", "a: [true, False, TRUE]\n").data == {"a": [True, False, True]}
