"""The JSON Schema of scenario files, read by a validator that nobody here wrote."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mockmail.scenario.files import shipped
from mockmail.scenario.schema import schema
from mockmail.scenario.spec import SpecialUse
from mockmail.store.mailbox import SPECIAL_USES

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
VALIDATOR = jsonschema.Draft202012Validator(schema())
RIGHT = {
    "all of it": "mockmail: 1\nseed: 3\nusers:\n  anna:\n    load: [a, {path: b, newlines: keep}]\n"
    "    mailboxes:\n      INBOX:\n        load: c\n        fake: {count: 3, locale: [de_DE], html: 1}\n"
    "        messages:\n          - {headers: {A: b, C: [d], E: null}, to: [f], attachments: [{text: g}]}\n"
    "      Sent: {special_use: ['\\Sent']}\n      Empty:\n  ben:\nshared: {Shared/x: [], '#news.x': {}}\n"
    "imap: {line: 100}\n",
    "nothing": "mockmail: 1\n",
}
WRONG = {
    "another version": "mockmail: 2\n",
    "no version": "users: {}\n",
    "an unknown key": "mockmail: 1\nuser: {}\n",
    "an unknown key of a user": "mockmail: 1\nusers: {anna: {pasword: x}}\n",
    "an unknown key of a mailbox": "mockmail: 1\nusers: {a: {mailboxes: {b: {subject: x}}}}\n",
    "an unknown key of a message": "mockmail: 1\nusers: {a: {mailboxes: {b: [{subjekt: x}]}}}\n",
    "a user that is a list": "mockmail: 1\nusers: {anna: []}\n",
    "a password that is a number": "mockmail: 1\nusers: {anna: {password: 1}}\n",
    "a special use that is none": "mockmail: 1\nusers: {a: {mailboxes: {b: {special_use: [Sent]}}}}\n",
    "a quota below 0": "mockmail: 1\nusers: {a: {quota: -1}}\n",
    "more than certain": "mockmail: 1\nusers: {a: {mailboxes: {b: {fake: {count: 1, html: 2}}}}}\n",
    "no domains": "mockmail: 1\ndomains: []\n",
    "a limit that is a text": "mockmail: 1\nimap: {line: long}\n",
    "a rule without an effect": "mockmail: 1\nrules: [{when: {point: data}}]\n",
}


def as_json(text: str) -> Any:
    """A document as JSON has it: dates are texts."""
    return json.loads(json.dumps(yaml.safe_load(text), default=lambda date: date.isoformat()))


def problems(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(as_json(text))]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", list(shipped()))
def test_shipped_seeds_are_right(name: str) -> None:
    assert problems(shipped()[name].read_text(encoding="utf-8")) == []


def test_the_readme_s_scenarios_are_right() -> None:
    blocks = [part.partition("```")[0] for part in README.split("```yaml\n")[1:]]
    found = [block for block in blocks if block.startswith("mockmail: ")]
    assert found
    for text in found:
        assert problems(text) == []


@pytest.mark.parametrize("text", list(RIGHT.values()), ids=list(RIGHT))
def test_what_is_right(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize("text", list(WRONG.values()), ids=list(WRONG))
def test_what_is_wrong(text: str) -> None:
    assert problems(text)


def parts(node: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """All that describes a value."""
    if isinstance(node, dict):
        if path.rpartition("/")[2] not in ("properties", "$defs", "default"):
            yield path, node
        for key, value in node.items():
            if key not in ("default", "enum"):
                yield from parts(value, f"{path}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from parts(value, f"{path}/{number}")


def test_it_leaves_no_holes_and_describes_each_key() -> None:
    told = {"type", "enum", "const", "anyOf", "$ref"}
    for path, part in parts(schema()):
        assert told & part.keys(), path
        if part.get("type") == "object":
            assert part.keys() & {"properties", "additionalProperties"}, path
        if part.get("type") == "array":
            assert "items" in part, path
    for name, definition in schema()["$defs"].items():
        assert definition["description"], name
        if name != "DoSpec":
            for key, part in definition["properties"].items():
                assert part["description"], f"{name}.{key}"


def test_special_uses_are_the_store_s() -> None:
    assert SpecialUse.__args__ == SPECIAL_USES  # type: ignore[attr-defined]
