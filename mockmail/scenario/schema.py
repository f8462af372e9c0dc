"""The JSON Schema of scenario files, for editors: `mockmail.scenario.spec` in another language.

Descriptions are the docstrings of the types and of their fields. Those of fields are
read from the source, for Python doesn't keep them.
"""

import ast
import inspect
from typing import Any

import msgspec

from mockmail.scenario.document import Spec
from mockmail.scenario.rules import DOCUMENTED
from mockmail.scenario.spec import SETTINGS, ScenarioSpec

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema, as JSON has it."""
    made: dict[str, Any] = msgspec.json.schema(ScenarioSpec)
    describe(made["$defs"])
    return {"$schema": DIALECT, "title": "A scenario of mockmail", **made}


def describe(definitions: dict[str, Any]) -> None:
    """Put the descriptions of their fields into schemas, which stand under the types' names."""
    documented = {**SETTINGS, **DOCUMENTED}
    for kind in _all(Spec):
        definition = definitions.get(kind.__name__)
        if definition is not None:
            _describe(definition, documented.get(kind, kind), kind)


def _all(kind: type[Spec]) -> list[type[Spec]]:
    return [each for inner in kind.__subclasses__() for each in (inner, *_all(inner))]


def _describe(definition: dict[str, Any], documented: type, kind: type[Spec]) -> None:
    names = {field.name: field.encode_name for field in msgspec.structs.fields(kind)}
    for ancestor in reversed(documented.__mro__):
        if ancestor.__module__.startswith("mockmail.") and ancestor is not Spec:
            for name, text in _docstrings(ancestor).items():
                if name in names:
                    definition["properties"][names[name]]["description"] = text


def _docstrings(kind: type) -> dict[str, str]:
    """What stands under each field."""
    (node,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(node, ast.ClassDef)
    found = {}
    for field, below in zip(node.body, node.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = inspect.cleandoc(text)
    return found
