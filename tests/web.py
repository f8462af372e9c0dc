"""A client of the control port: the standard library's, one connection for each request."""

import http.client
import json
from dataclasses import dataclass
from typing import Any

TOKEN = "swordfish"
PATIENCE = 30
"""Seconds until a request that hangs is given up."""
ROUNDS = 10_000
JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    octets: bytes

    @property
    def data(self) -> Any:
        """The JSON in it."""
        assert self.headers["content-type"] in (JSON, PROBLEM)
        return json.loads(self.octets)

    @property
    def problem(self) -> tuple[int, str]:
        """Status and detail of a problem document."""
        assert self.headers["content-type"] == PROBLEM
        assert self.data["status"] == self.status
        return self.status, self.data["detail"]


class Api:
    """Asks one server."""

    def __init__(self, host: str, port: int, token: str = TOKEN) -> None:
        self.host = host
        self.port = port
        self._token = token

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        octets: bytes | None = None,
        media: str | None = JSON,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """`body` goes as JSON, `octets` as they are."""
        sent = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        if body is not None:
            octets = json.dumps(body).encode()
        if octets is not None and media is not None:
            sent["Content-Type"] = media
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        try:
            connection.request(method, f"/v1{path}", octets, sent)
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, fields, answer.read())
        finally:
            connection.close()

    def until_waiting(self, count: int) -> None:
        """Ask until so many requests wait for mail: nobody is told when one begins or ends."""
        for _ in range(ROUNDS):
            if self.get("/state").data["waiting"] == count:
                return
        raise AssertionError(f"there never were {count} requests that wait")

    def get(self, path: str, **options: Any) -> Answer:
        return self.ask("GET", path, **options)

    def post(self, path: str, body: object = None, **options: Any) -> Answer:
        return self.ask("POST", path, body, **options)

    def patch(self, path: str, body: object = None, **options: Any) -> Answer:
        return self.ask("PATCH", path, body, **options)

    def delete(self, path: str) -> Answer:
        return self.ask("DELETE", path)
