"""The OpenAPI document (3.1), made from the catalogue and its handlers' types."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec
from msgspec import inspect

from mockmail.control import problem
from mockmail.control.call import Rfc822
from mockmail.control.catalog import ENDPOINTS
from mockmail.control.endpoint import Endpoint
from mockmail.control.values import ProblemValue
from mockmail.scenario.schema import describe

_REF = "#/components/schemas/{name}"
_IN_PATH = re.compile(r"\{(\w+)\}")
_NUMBERS = {"uid": 1, "number": 0}
"""What stands in a path and is a number, and the least it can be."""
_JSON = "application/json"
_WORDS = {
    "login": "The user's login.",
    "mailbox": "The mailbox's name; ``/`` is ``%2F``.",
    "uid": "The message's UID.",
    "number": "The place in the outbox, or in the delivery log, from 0.",
    "rule": "The rule's name: ``rule-1``, or the one that it was given.",
    "address": "The address of an alias or a list.",
}


def document() -> dict[str, Any]:
    """The document, as JSON has it."""
    kinds: set[type] = {ProblemValue}
    for each in ENDPOINTS:
        kinds.update(kind for kind in (each.body, each.query, each.answer) if kind is not None)
    ordered = sorted(kinds, key=lambda kind: kind.__name__)
    schemas, definitions = msgspec.json.schema_components(ordered, ref_template=_REF)
    describe(definitions)
    references: dict[type, Any] = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for each in ENDPOINTS:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(
            each, references, definitions
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockmail",
            "version": version("mockmail"),
            "description": "A mail server that lives in a test, asked and told by HTTP.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(
    endpoint: Endpoint, references: dict[type, Any], definitions: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.text,
        "responses": {
            str(int(endpoint.status)): _answer(endpoint, references),
            **{
                str(int(status)): {
                    "description": status.phrase,
                    "content": {problem.MEDIA: {"schema": references[ProblemValue]}},
                }
                for status in _problems(endpoint)
            },
        },
    }
    if parameters := [*_in_path(endpoint), *_in_query(endpoint, definitions)]:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        content: dict[str, Any] = {_JSON: {"schema": references[endpoint.body]}}
        if endpoint.takes_mail:
            content[Rfc822.media] = {}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _answer(endpoint: Endpoint, references: dict[type, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": endpoint.status.phrase}
    if endpoint.answer is not None:
        answer["content"] = {_JSON: {"schema": references[endpoint.answer]}}
    elif endpoint.media is not None:
        answer["content"] = {endpoint.media: {}}
    if endpoint.status is HTTPStatus.CREATED:
        answer["headers"] = {"Location": {"required": True, "schema": {"type": "string"}}}
    return answer


def _problems(endpoint: Endpoint) -> list[HTTPStatus]:
    """What may be answered in place of it."""
    found = {HTTPStatus.UNAUTHORIZED, HTTPStatus.MISDIRECTED_REQUEST, *endpoint.problems}
    if endpoint.body is not None:
        found |= {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
        found |= {HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.UNPROCESSABLE_ENTITY}
    if endpoint.query is not None:
        found.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    return sorted(found)


def _in_path(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    for name in _IN_PATH.findall(endpoint.path):
        schema: dict[str, Any] = {"type": "string", "minLength": 1}
        if name in _NUMBERS:
            schema = {"type": "integer", "minimum": _NUMBERS[name]}
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": _WORDS[name],
            "schema": schema,
        }


def _in_query(endpoint: Endpoint, definitions: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if endpoint.query is None:
        return
    kind = inspect.type_info(endpoint.query)
    assert isinstance(kind, inspect.StructType)
    properties = definitions[endpoint.query.__name__]["properties"]
    for each in kind.fields:
        schema = dict(properties[each.encode_name])
        described = schema.pop("description")
        yield {
            "name": each.encode_name,
            "in": "query",
            "required": each.required,
            "description": described,
            "schema": schema,
        }
