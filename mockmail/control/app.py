"""The application: a request to its handler, and what comes of it to an answer."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from http import HTTPStatus
from inspect import isawaitable
from urllib.parse import unquote

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockmail.control import look, problem
from mockmail.control.bodies import NewMessage
from mockmail.control.call import Call, Created, Raw, Rfc822, Service
from mockmail.control.catalog import ENDPOINTS
from mockmail.control.endpoint import Endpoint
from mockmail.control.given import from_json, from_query
from mockmail.control.guard import HEADERS, Guard
from mockmail.control.problem import Problem
from mockmail.near import near
from mockmail.scenario.document import Spec
from mockmail.world.message import MessageGone
from mockmail.world.named import NotThere

LARGEST = 67_108_864
"""Octets of a body."""
_JSON = "application/json"


def application(service: Service, guard: Guard) -> ASGIApp:
    """The ASGI application of a server."""
    paths: dict[str, dict[str, Endpoint]] = {}
    for each in ENDPOINTS:
        paths.setdefault(each.path, {})[each.method] = each
    routes = [
        Route(path, _Resource(service, methods).answer, methods=list(methods))
        for path, methods in paths.items()
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _no_such})
    app.router.redirect_slashes = False
    return _Guarded(app, guard)


class _Guarded:
    """Lets in whom the guard lets in."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        try:
            self._guard.check(scope["headers"])
        except Problem as refusal:
            await _problem(refusal)(scope, receive, marked)
            return
        # A name in the path may hold a slash, so it is taken apart before it is decoded.
        path = scope["raw_path"].decode("latin-1")
        await self._app({**scope, "path": path}, receive, marked)


class _Resource:
    """What is at one path, by method."""

    def __init__(self, service: Service, methods: Mapping[str, Endpoint]) -> None:
        self._service = service
        self._methods = methods

    async def answer(self, request: Request) -> Response:
        endpoint = self._methods["GET" if request.method == "HEAD" else request.method]
        try:
            return await self._done(endpoint, request)
        except Problem as found:
            return _problem(found)
        except NotThere as missing:
            return _problem(Problem(HTTPStatus.NOT_FOUND, str(missing)))
        except MessageGone as gone:
            return _problem(Problem(HTTPStatus.GONE, str(gone)))
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody hears it
        except Exception as bug:
            look.world_of(self._service.server).failures.append(bug)
            return _problem(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"mockmail failed: {bug!r}"))

    async def _done(self, endpoint: Endpoint, request: Request) -> Response:
        given: dict[str, Spec] = {}
        if endpoint.query is not None:
            given["query"] = from_query(request.query_params, endpoint.query)
        if endpoint.body is not None:
            given["body"] = await _body(endpoint, endpoint.body, request)

        async def gone() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass

        path = {name: unquote(text) for name, text in request.path_params.items()}
        value = endpoint.handle(Call(self._service, path, gone), **given)
        if isawaitable(value):
            value = await value
        return _response(endpoint, value)


def _response(endpoint: Endpoint, value: object) -> Response:
    headers = {}
    if isinstance(value, Created):
        headers["Location"] = value.url
        value = value.value
    if isinstance(value, Raw):
        return Response(value.octets, media_type=value.media)
    octets = b"" if value is None else msgspec.json.encode(value)
    media = None if value is None else _JSON
    return Response(octets, endpoint.status, headers, media)


async def _body(endpoint: Endpoint, kind: type[Spec], request: Request) -> Spec:
    """What the body says."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    mail = endpoint.takes_mail and media == Rfc822.media
    if media != _JSON and not mail:
        also = f" or {Rfc822.media}" if endpoint.takes_mail else ""
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"the body is {media or 'of no type'}; send Content-Type: {_JSON}{also}"
            " (curl has --json for that)",
        )
    octets = await _octets(request.stream())
    return NewMessage(base64=octets) if mail else from_json(octets, kind)


async def _octets(stream: AsyncGenerator[bytes, None]) -> bytes:
    octets = bytearray()
    async with aclosing(stream):
        async for chunk in stream:
            octets += chunk
            if len(octets) > LARGEST:
                raise Problem(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {LARGEST} octets"
                )
    return bytes(octets)


def _problem(found: Problem) -> Response:
    return Response(msgspec.json.encode(found.value()), found.status, found.headers, problem.MEDIA)


async def _no_such(request: Request, error: Exception) -> Response:
    """The answer to a path, or a method, that there is not."""
    assert isinstance(error, HTTPException)
    path = request.scope["path"]
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(sorted((error.headers or {})["Allow"].split(", ")))
        detail = f"{path} has no {request.method}; it has {allowed}"
        return _problem(Problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, headers={"Allow": allowed}))
    known = dict.fromkeys(endpoint.path for endpoint in ENDPOINTS)
    hint = near(path, known) or f"; there are {', '.join(known)}"
    return _problem(Problem(HTTPStatus.NOT_FOUND, f"no path {path}{hint}"))
