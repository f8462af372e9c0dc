"""What there is, time, checks, snapshots, resets, and what was said."""

import imaplib
import json

import mockmail
from mockmail.imap.catalog import EXTENSIONS
from web import Api


def test_state(api: Api, anna: mockmail.User, mailserver: mockmail.Server) -> None:
    anna.deliver(subject="one", flags=[r"\Seen"])
    anna.deliver(subject="two")
    state = api.get("/state").data
    assert state["host"] == "127.0.0.1"
    assert state["ports"] == {"imap": mailserver.imap.port, "smtp": mailserver.smtp.port}
    assert state["now"] == "2024-01-01T00:00:00Z"
    assert [state[what] for what in ("connections", "waiting", "outbox", "rules")] == [0, 0, 0, 0]
    (user,) = state["users"]
    assert (user["login"], user["password"]) == ("anna", "apple")
    assert user["address"] == "anna@example.org"
    assert user["mailboxes"] == [
        {
            "url": "/v1/users/anna/mailboxes/INBOX",
            "name": "INBOX",
            "messages": 2,
            "unseen": 1,
            "uidvalidity": anna.inbox.uidvalidity,
            "uidnext": 3,
        }
    ]
    (client,) = mailserver.clients("imap")
    assert api.get("/state").data["connections"] == 1
    client.disconnect()


def test_capabilities(api: Api) -> None:
    told = {each["name"]: each for each in api.get("/capabilities").data["capabilities"]}
    assert list(told) == [each.name for each in EXTENSIONS]
    assert told["QRESYNC"] == {
        "name": "QRESYNC",
        "rfc": 7162,
        "on": True,
        "default": True,
        "requires": ["CONDSTORE", "ENABLE"],
    }
    assert not told["LITERAL-"]["on"]


def test_time_moves_when_it_is_told_to(api: Api) -> None:
    assert api.get("/clock").data == {"now": "2024-01-01T00:00:00Z"}
    assert api.post("/clock/advance", {"seconds": 90.5}).data == {"now": "2024-01-01T00:01:30Z"}
    late = api.post("/clock/advance", {"seconds": 1e18})
    assert late.problem == (422, "time ends before that: advance(1e+18)")
    back = api.post("/clock/advance", {"seconds": -1})
    assert back.problem == (422, "expected a number of at least 0, found -1")
    assert back.data["path"] == "seconds"


def test_check(api: Api, mailserver: mockmail.Server) -> None:
    good = api.get("/check")
    assert (good.status, good.octets) == (204, b"")
    when = mockmail.When("data", command="FETCH")
    rule = mailserver.faults.add(when, mockmail.Cut(), name="never")
    status, detail = api.get("/check").problem
    assert status == 409
    assert detail.startswith("never fired: never: when {point: data, command: FETCH}")
    mailserver.faults.remove(rule)
    assert api.get("/check").status == 204


def test_reset_keeps_the_ports(api: Api, mailserver: mockmail.Server) -> None:
    mailserver.add_user("ben")
    before = api.get("/state").data["ports"]
    client = imaplib.IMAP4("127.0.0.1", before["imap"])
    client.login("ben", "secret")
    assert api.post("/reset").status == 204
    # Its connection is gone, whatever TCP says of that.
    assert client.sock.recv(1) == b""
    client.shutdown()
    state = api.get("/state").data
    assert (state["users"], state["ports"]) == ([], before)
    assert api.post("/users", {"login": "ben", "password": "banana"}).status == 201
    with imaplib.IMAP4("127.0.0.1", before["imap"]) as again:
        assert again.login("ben", "banana")[0] == "OK"


def test_reset_goes_back_to_the_snapshot(api: Api, anna: mockmail.User) -> None:
    messages = "/users/anna/mailboxes/INBOX/messages"
    anna.deliver(subject="one")
    assert api.post("/snapshot").status == 204
    assert api.post(messages, {"subject": "two"}).status == 201
    assert api.post("/reset").status == 204
    (only,) = api.get(messages).data["messages"]
    assert only["subject"] == "one"


def test_transcript(api: Api, anna: mockmail.User, mailserver: mockmail.Server) -> None:
    with imaplib.IMAP4(mailserver.imap.host, mailserver.imap.port) as client:
        client.login("anna", "apple")
    text = api.get("/transcript")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.octets.decode() == f"{mailserver.transcript}\n"
    lines = api.get("/transcript/lines")
    assert lines.headers["content-type"] == "application/jsonl"
    told = [json.loads(line) for line in lines.octets.splitlines()]
    assert len(told) == len(list(mailserver.transcript.lines()))
    assert told[0] == {
        "time": 0.0,
        "session": "A",
        "protocol": "imap",
        "who": "server",
        "text": next(mailserver.transcript.lines()).text,
    }
