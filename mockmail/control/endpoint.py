"""A row of the catalogue: where a request goes, and what its handler's types say.

A handler takes a `Call`, and perhaps a `body` and a `query`. What it gives back says
what is answered: nothing is 204, `Created` is 201, `Raw` has a media type of its own.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from mockmail.control.bodies import NewMessage
from mockmail.control.call import Created, Raw
from mockmail.scenario.document import Spec

Handler = Callable[..., Any]


@dataclass(frozen=True)
class Endpoint:
    """One method of one path."""

    method: str
    path: str
    handle: Handler
    problems: tuple[HTTPStatus, ...]
    """What its own answers may be when it can't be done, beside what goes for all."""

    @property
    def name(self) -> str:
        return self.handle.__name__

    @property
    def text(self) -> str:
        """What it does."""
        return inspect.getdoc(self.handle) or ""

    @cached_property
    def _types(self) -> dict[str, Any]:
        return get_type_hints(self.handle)

    @property
    def body(self) -> type[Spec] | None:
        """What the body must be."""
        return self._types.get("body")

    @property
    def takes_mail(self) -> bool:
        """Whether the body may be a message as it is."""
        return self.body is NewMessage

    @property
    def query(self) -> type[Spec] | None:
        """What the query must be."""
        return self._types.get("query")

    @property
    def status(self) -> HTTPStatus:
        """What it answers if all is well."""
        answer = self._types["return"]
        if answer is NoneType:
            return HTTPStatus.NO_CONTENT
        return HTTPStatus.CREATED if get_origin(answer) is Created else HTTPStatus.OK

    @property
    def answer(self) -> type[Spec] | None:
        """What it answers in JSON."""
        answer = self._types["return"]
        if get_origin(answer) is Created:
            (answer,) = get_args(answer)
        return answer if issubclass(answer, Spec) else None

    @property
    def media(self) -> str | None:
        """The media type of what it answers if that is no JSON."""
        answer = self._types["return"]
        return answer.media if isinstance(answer, type) and issubclass(answer, Raw) else None
