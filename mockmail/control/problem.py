"""What went wrong with a request, for a person and for a program (RFC 9457)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from types import MappingProxyType

from mockmail.control.values import ProblemValue

MEDIA = "application/problem+json"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Problem(Exception):
    """A request that can't be answered as it was meant; the text says what would do."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        path: str = "",
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> None:
        """`path` is where it is in the body or the query: ``when.point``."""
        super().__init__(detail)
        self.status = status
        self.path = path
        self.headers = headers

    def value(self) -> ProblemValue:
        """The document."""
        return ProblemValue(
            title=self.status.phrase,
            status=int(self.status),
            detail=str(self),
            path=self.path or None,
        )


@contextmanager
def refused() -> Iterator[None]:
    """Let a ``ValueError`` be the client's fault: 422."""
    try:
        yield
    except ValueError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
