"""Waiting for mail by HTTP, beside other requests."""

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

import mockmail
from mockmail.control.listener import Control
from web import TOKEN, Answer, Api


@contextmanager
def waiting(api: Api, body: dict[str, object], count: int = 1) -> Iterator[Callable[[], Answer]]:
    """A wait under way, the one with that number; what is lent gives its answer."""
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(api.post("/wait", body)))
    thread.start()

    def answer() -> Answer:
        thread.join()
        return answers[0]

    api.until_waiting(count)
    yield answer
    thread.join()


def send(server: mockmail.Server, subject: str, to: str) -> None:
    with smtplib.SMTP(server.smtp.host, server.smtp.port) as client:
        client.sendmail("me@x.example", [to], f"From: me@x.example\r\nSubject: {subject}\r\n\r\n")


def test_mail_that_is_there(api: Api, anna: mockmail.User, mailserver: mockmail.Server) -> None:
    anna.deliver(subject="Hello", flags=["k"])
    send(mailserver, "Hello", "f@y.example")
    found = api.post("/wait", {"subject": "Hello", "user": "anna", "flags": ["K"]}).data
    assert [each["url"] for each in found["messages"]] == [
        "/v1/users/anna/mailboxes/INBOX/messages/1"
    ]
    assert found["outbox"] == []
    both = api.post("/wait", {"subject_matches": "^Hel", "count": 2}).data
    assert [each["uid"] for each in both["messages"]] == [1]
    assert [each["url"] for each in both["outbox"]] == ["/v1/outbox/0"]
    out = api.post("/wait", {"from": "me@x.example", "to": "f@y.example"}).data
    assert (out["messages"], len(out["outbox"])) == ([], 1)


def test_mail_that_all_share(api: Api, mailserver: mockmail.Server) -> None:
    team = mailserver.create_shared_mailbox("Shared/Team")
    team.add(subject="Hello", text="Tea?", flags=["k"])
    (found,) = api.post("/wait", {"mailbox": "Shared/Team", "timeout": 0}).data["messages"]
    path = "/shared/Shared%2FTeam/messages/1"
    assert (found["url"], found["uid"], found["flags"]) == (f"/v1{path}", 1, ["k"])
    told = api.get(path).data
    assert (told["text"].rstrip(), {**told, **found}) == ("Tea?", told)
    assert api.get(f"{path}/raw").octets == team.messages[0].raw
    assert api.get(f"{path}/text").octets.rstrip() == b"Tea?"
    missing = "no shared mailbox 'Shared/Taem'; did you mean Shared/Team?"
    assert api.get("/shared/Shared%2FTaem/messages/1").problem == (404, missing)
    team.messages[0].expunge()
    assert api.get(path).status == 410


def test_mail_that_comes_while_others_ask(
    api: Api, anna: mockmail.User, mailserver: mockmail.Server
) -> None:
    wanted = {"subject": "Hello", "mailbox": "INBOX", "timeout": 30}
    with waiting(api, wanted) as first, waiting(api, wanted, 2) as second:
        assert api.get("/state").status == 200
        send(mailserver, "Hello", "anna@example.org")
        assert first().data == second().data
        assert first().data["messages"][0]["from"] == "me@x.example"


def test_mail_that_does_not_come(api: Api, anna: mockmail.User) -> None:
    anna.deliver(subject="Hullo")
    status, detail = api.post("/wait", {"subject": "Hello", "timeout": 0}).problem
    assert status == 504
    assert detail == (
        "after 0 s there is no mail with subject 'Hello'; nearest of what is there:\n"
        "  INBOX of anna, UID 1: subject: 'Hullo'"
    )
    status, detail = api.post("/wait", {"subject": "Hullo", "timeout": 0, "count": 2}).problem
    assert status == 504
    assert detail.startswith("after 0 s there are 1 of 2 messages")


@pytest.mark.parametrize(
    ("body", "path", "detail"),
    [
        ({"subject_matches": "("}, "subject_matches", "no regular expression: missing )"),
        ({"subject": "x", "subject_matches": "x"}, "subject_matches", "goes without subject only"),
        ({"timeout": 601}, "timeout", "expected a number from 0 to 600"),
        ({"count": 0}, "count", "expected a whole number of at least 1 or nothing, found 0"),
        ({"flags": "k"}, "flags", "expected a list, found 'k'"),
        ({"sender": "x"}, "sender", "unknown key 'sender'"),
    ],
)
def test_conditions_that_cannot_be(body: object, path: str, detail: str, api: Api) -> None:
    answer = api.post("/wait", body)
    assert (answer.status, answer.data["path"]) == (422, path)
    assert answer.data["detail"].startswith(detail)


def test_a_reset_ends_a_wait(api: Api) -> None:
    with waiting(api, {"subject": "never", "timeout": 600}) as answer:
        assert api.post("/reset").status == 204
        assert answer().problem == (409, "the server was reset meanwhile")


def test_the_end_of_the_server_ends_a_wait(api: Api, control: Control) -> None:
    with waiting(api, {"subject": "never", "timeout": 600}) as answer:
        assert control.close()
        assert answer().problem == (503, "the server stops")
    with pytest.raises(ConnectionRefusedError):
        api.get("/state")


def test_who_leaves_waits_no_more(api: Api) -> None:
    body = b'{"subject": "never", "timeout": 600}'
    with socket.create_connection((api.host, api.port)) as client:
        client.sendall(
            b"POST /v1/wait HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b"
            % (TOKEN.encode(), len(body), body)
        )
        api.until_waiting(1)
    api.until_waiting(0)
