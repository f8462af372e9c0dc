"""Who is answered, and what is answered to a request that is none."""

import http.client
import socket

import pytest

import mockmail
from mockmail.control import app
from mockmail.control.guard import Guard, new_token
from mockmail.control.problem import Problem
from web import PROBLEM, TOKEN, Api


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ({"Authorization": ""}, "this is not the token; send 'Authorization: Bearer TOKEN'"),
        ({"Authorization": "Bearer x"}, "this is not the token"),
        ({"Authorization": f"Basic {TOKEN}"}, "this is not the token"),
        ({"Authorization": f"Bearer {TOKEN}x"}, "this is not the token"),
    ],
)
def test_a_wrong_token(given: dict[str, str], detail: str, api: Api) -> None:
    answer = api.get("/state", headers=given)
    assert answer.problem[0] == 401
    assert answer.data["detail"].startswith(detail)
    assert answer.headers["www-authenticate"] == 'Bearer realm="mockmail"'


def test_no_token(api: Api) -> None:
    connection = http.client.HTTPConnection(api.host, api.port)
    for path in ("/v1/state", "/", "/v1/nothing"):
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 401
        assert b"there is no token" in answer.read()
    connection.close()


def test_tokens_differ() -> None:
    assert len({new_token() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:1", "127.9.9.9", "[::1]:80", "box:9"],
)
def test_names_of_ours(host: str) -> None:
    headers = ((b"host", host.encode()), (b"authorization", b"bearer  " + TOKEN.encode()))
    Guard("Box", TOKEN).check(headers)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "localhost.evil.example", "192.0.2.1", "localhost:80@evil", "[::1", "::1"],
)
def test_names_of_others(host: str) -> None:
    headers = ((b"host", host.encode()), (b"authorization", b"Bearer " + TOKEN.encode()))
    with pytest.raises(Problem, match="ask localhost") as refusal:
        Guard("127.0.0.1", TOKEN).check(headers)
    assert refusal.value.status == 421


def test_any_address_of_a_machine_that_listens_on_all() -> None:
    token = (b"authorization", b"Bearer " + TOKEN.encode())
    Guard("0.0.0.0", TOKEN).check(((b"host", b"192.0.2.1:80"), token))
    with pytest.raises(Problem):
        Guard("0.0.0.0", TOKEN).check(((b"host", b"evil.example"), token))


def test_dns_rebinding(api: Api) -> None:
    answer = api.get("/state", headers={"Host": f"evil.example:{api.port}"})
    assert answer.problem == (
        421,
        f"this is not evil.example:{api.port}; ask localhost or an address of the loopback",
    )


def test_no_other_origin_is_let_in(api: Api) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = api.ask("OPTIONS", "/users", headers=asked)
    assert answer.status == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_paths_and_methods_that_are_none(api: Api) -> None:
    assert api.get("/user").problem == (
        404,
        "no path /v1/user; did you mean /v1/users or /v1/state or /v1/reset?",
    )
    assert "; there are /v1/state, " in api.get("/xyzzy/plugh/xyzzy/plugh").data["detail"]
    assert api.get("/users/").status == 404
    refused = api.delete("/users")
    assert refused.problem == (405, "/v1/users has no DELETE; it has GET, HEAD, POST")
    assert refused.headers["allow"] == "GET, HEAD, POST"
    head = api.ask("HEAD", "/state")
    assert (head.status, head.octets) == (200, b"")


@pytest.mark.parametrize(
    ("octets", "media", "status", "detail"),
    [
        (b"login=x", "application/x-www-form-urlencoded", 415, "curl has --json for that"),
        (b"{}", None, 415, "the body is of no type; send Content-Type: application/json"),
        (b"", "application/json", 400, "the body is empty; expected JSON"),
        (b"{", "application/json", 400, "the body is no JSON: "),
        (b"\xff", "application/json", 400, "the body is no JSON: "),
        (b'"\\ud800"', "application/json", 400, "the body is no JSON: "),
        (b"[" * 100_000, "application/json", 400, "the body is no JSON: "),
        (b"null", "application/json; charset=utf-8", 422, "expected a mapping, found nothing"),
    ],
)
def test_bodies_that_are_none(
    octets: bytes, media: str | None, status: int, detail: str, api: Api
) -> None:
    answer = api.post("/users", octets=octets, media=media)
    assert answer.status == status
    assert detail in answer.data["detail"]


def test_bodies_are_bounded(api: Api, anna: mockmail.User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "LARGEST", 1_000)
    where = "/users/anna/mailboxes/INBOX/messages"
    assert api.post(where, octets=b"x" * 1_000, media="message/rfc822").status == 201
    large = api.post(where, octets=b"x" * 1_001, media="message/rfc822")
    assert large.problem == (413, "a body has at most 1000 octets")
    assert len(anna.inbox) == 1


def test_a_mistake_of_ours_is_told_and_remembered(
    api: Api, mailserver: mockmail.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailserver._world.clock, "epoch", None)
    answer = api.get("/clock")
    assert answer.headers["content-type"] == PROBLEM
    assert answer.status == 500
    monkeypatch.undo()
    (failure,) = mailserver._world.failures
    assert isinstance(failure, TypeError)
    mailserver._world.failures.clear()


def test_no_websockets(api: Api) -> None:
    with socket.create_connection((api.host, api.port)) as client:
        client.sendall(
            b"GET /v1/state HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert client.recv(1_000).startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 403 "))
