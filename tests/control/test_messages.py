"""Messages: put in, looked at, changed, moved, taken away; and the outbox."""

import base64
import smtplib

import pytest

import mockmail
from web import Api

INBOX = "/users/anna/mailboxes/INBOX/messages"
HTML = b"Subject: x\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>\r\n"


def test_a_message_of_parts(api: Api, anna: mockmail.User) -> None:
    body = {
        "subject": "Größe M",
        "text": "Schöne Grüße\n",
        "html": "<p>Hi</p>",
        "from": "Ben <ben@example.org>",
        "to": ["anna@example.org", "Zoë <z@example.org>"],
        "cc": "c@example.org",
        "headers": {"X-Shop": ["7", "8"], "Date": None},
        "attachments": [
            {"filename": "a.txt", "text": "abc"},
            {"filename": "b.bin", "base64": base64.b64encode(b"\0\1").decode()},
        ],
        "charset": "iso-8859-1",
        "flags": [r"\Seen", "$Invoice"],
        "date": "2024-02-03T04:05:06+01:00",
    }
    made = api.post(INBOX, body)
    assert (made.status, made.headers["location"]) == (201, f"/v1{INBOX}/1")
    (message,) = anna.inbox.messages
    assert made.data == {
        "url": f"/v1{INBOX}/1",
        "uid": 1,
        "flags": [r"\Seen", "$Invoice"],
        "subject": "Größe M",
        "from": "Ben <ben@example.org>",
        "to": "anna@example.org, Zoë <z@example.org>",
        "date": "2024-02-03T04:05:06+01:00",
        "size": len(message.raw),
    }
    whole = api.get(f"{INBOX}/1").data
    assert made.data.items() <= whole.items()
    assert (whole["text"], whole["html"]) == ("Schöne Grüße\r\n", "<p>Hi</p>\r\n")
    header = [(each["name"], each["value"]) for each in whole["header"]]
    assert [pair for pair in header if pair[0].startswith("X-")] == [
        ("X-Shop", "7"),
        ("X-Shop", "8"),
    ]
    assert "Date" not in dict(header)
    assert [part.get_filename() for part in message.mail.iter_attachments()] == ["a.txt", "b.bin"]


@pytest.mark.parametrize("form", ["raw", "base64", "rfc822"])
def test_a_message_given_whole(form: str, api: Api, anna: mockmail.User) -> None:
    given = HTML.replace(b"\r\n", b"\n")
    match form:
        case "raw":
            made = api.post(INBOX, {"raw": given.decode(), "flags": ["k"]})
        case "base64":
            made = api.post(INBOX, {"base64": base64.b64encode(given).decode(), "flags": ["k"]})
        case _:
            made = api.post(INBOX, octets=given, media="message/rfc822")
    assert made.status == 201
    (message,) = anna.inbox.messages
    assert message.raw == HTML
    assert message.flags == ([] if form == "rfc822" else ["k"])
    kept = api.post(INBOX, {"raw": given.decode(), "newlines": "keep"})
    assert anna.inbox.by_uid(kept.data["uid"]).raw == given


def test_mail_is_never_a_page(api: Api, anna: mockmail.User) -> None:
    anna.deliver(HTML)
    shown = {
        "": "application/json",
        "/raw": "message/rfc822",
        "/text": "text/plain; charset=utf-8",
    }
    for where, media in shown.items():
        answer = api.get(f"{INBOX}/1{where}")
        assert answer.status == 200
        assert answer.headers["content-type"] == media
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"] == "attachment"
    assert api.get(f"{INBOX}/1/raw").octets == HTML
    assert api.get(f"{INBOX}/1/text").octets == b""


def test_broken_mail_is_shown(api: Api, anna: mockmail.User) -> None:
    broken = (
        b"\xff\xfe: x\r\nno field\r\nSubject: =?x-none?q?=FF?=\r\n"
        b"Content-Type: text/plain; charset=nonsense\r\n\r\n\x00\xff\r\n"
    )
    anna.deliver(broken)
    shown = api.get(f"{INBOX}/1").data
    assert [each["name"] for each in shown["header"]] == ["��", "", "Subject", "Content-Type"]
    assert shown["header"][1]["value"] == "no field"
    assert api.get(f"{INBOX}/1/raw").octets == broken


def test_a_list_in_pages(api: Api, anna: mockmail.User) -> None:
    for number in range(1, 6):
        anna.deliver(subject=str(number))
    everything = api.get(INBOX).data
    assert everything["total"] == 5
    assert [each["uid"] for each in everything["messages"]] == [1, 2, 3, 4, 5]
    page = api.get(f"{INBOX}?after=2&limit=2").data
    assert (page["total"], [each["subject"] for each in page["messages"]]) == (5, ["3", "4"])
    assert api.get(f"{INBOX}?limit=0").data["messages"] == []
    for query, path in (("after=x", "after"), ("limt=2", "limt"), ("after=-1", "after")):
        answer = api.get(f"{INBOX}?{query}")
        assert (answer.status, answer.data["path"]) == (422, path)


def test_flags(api: Api, anna: mockmail.User, mailserver: mockmail.Server) -> None:
    message = anna.deliver(subject="one", flags=["a", "b"])
    (client,) = mailserver.clients("imap")
    client.idle()
    changed = api.patch(f"{INBOX}/1", {"add": [r"\Flagged"], "remove": ["A"]})
    assert changed.data["flags"] == [r"\Flagged", "b"]
    assert client.told().fetched == {1: {"flags": (r"\Flagged", "b", r"\Recent")}}
    assert api.patch(f"{INBOX}/1", {"flags": []}).data["flags"] == []
    wrong = api.patch(f"{INBOX}/1", {"add": ["$Good", "\\Sen"]})
    assert wrong.status == 422
    assert wrong.data["path"] == "add[1]"
    assert wrong.data["detail"].endswith(r"did you mean \Seen?")
    assert message.flags == []
    client.done()
    client.disconnect()


def test_move_copy_and_delete(api: Api, anna: mockmail.User) -> None:
    archive = anna.create_mailbox("Archive")
    anna.deliver(subject="one", flags=["k"])
    anna.deliver(subject="two")
    moved = api.post(f"{INBOX}/1/move", {"mailbox": "Archive"})
    there = "/v1/users/anna/mailboxes/Archive/messages/1"
    assert (moved.status, moved.headers["location"], moved.data["flags"]) == (201, there, ["k"])
    copied = api.post(f"{INBOX}/2/copy", {"mailbox": "Archive"})
    assert (copied.status, copied.data["uid"]) == (201, 2)
    assert [each.subject for each in archive.messages] == ["one", "two"]
    assert api.delete(f"{INBOX}/2").status == 204
    assert anna.inbox.messages == ()
    status, detail = api.get(f"{INBOX}/1").problem
    assert (status, detail) == (410, "message 1 is gone from INBOX, expunged by test")
    assert api.delete(f"{INBOX}/2").status == 410
    assert api.get(f"{INBOX}/9").problem == (404, "no message 9 in INBOX; there are no UIDs")
    assert api.get(f"{INBOX}/one").problem == (404, "uid is a number, not 'one'")
    near = api.post("/users/anna/mailboxes/Archive/messages/1/move", {"mailbox": "INBX"})
    assert near.problem == (404, "no mailbox of anna 'INBX'; did you mean INBOX?")
    assert api.delete("/users/anna/mailboxes/Archive/messages").status == 204
    assert archive.messages == ()


@pytest.mark.parametrize(
    ("body", "path", "detail"),
    [
        ({"raw": "x", "text": "y"}, None, "a message is raw, or base64, or made from parts"),
        ({"raw": "x", "base64": ""}, None, "a message is raw, or base64, or made from parts"),
        ({"newlines": "keep"}, "newlines", "goes with raw and base64 only"),
        ({"attachments": [{}]}, "attachments[0]", "an attachment has one of text and base64"),
        ({"attachments": [{"load": "/etc/passwd"}]}, "attachments[0].load", "unknown key 'load'"),
        ({"attachments": [{"text": "", "type": "x"}]}, "attachments[0]", "is not a type and"),
        ({"subject": "a\nb"}, None, "line end"),
        ({"headers": {"a b": "x"}}, None, "a b"),
        ({"text": "ß", "charset": "us-ascii"}, None, "us-ascii"),
        ({"base64": "ß"}, "base64", "expected base64"),
        ({"flags": ["a b"]}, "flags[0]", "a b"),
        ({"date": "yesterday"}, "date", "expected a date with a time"),
        ({"to": [1]}, "to[0]", "expected text, found 1"),
        ([], None, "expected a mapping, found an empty list"),
    ],
)
def test_messages_that_cannot_be(
    body: object, path: str | None, detail: str, api: Api, anna: mockmail.User
) -> None:
    answer = api.post(INBOX, body)
    assert answer.status == 422
    assert answer.data.get("path") == path
    assert detail in answer.data["detail"]
    assert anna.inbox.messages == ()


def test_the_outbox(api: Api, mailserver: mockmail.Server) -> None:
    assert api.get("/outbox").data == {"messages": []}
    assert api.get("/outbox/0").problem == (404, "no message 0 in the outbox; it is empty")
    letter = b"From: A <a@x.example>\r\nTo: f@y.example\r\nSubject: Hi\r\n\r\nNoon?\r\n"
    with smtplib.SMTP(mailserver.smtp.host, mailserver.smtp.port) as client:
        client.sendmail("bounce@x.example", ["f@y.example", "g@y.example"], letter)
    (sent,) = api.get("/outbox").data["messages"]
    assert sent == {
        "url": "/v1/outbox/0",
        "number": 0,
        "subject": "Hi",
        "from": "A <a@x.example>",
        "to": "f@y.example",
        "size": len(letter),
        "envelope_from": "bounce@x.example",
        "envelope_to": ["f@y.example", "g@y.example"],
        "envelope": {
            "sender": "bounce@x.example",
            "recipients": [
                {"address": "f@y.example", "notify": None, "original": ""},
                {"address": "g@y.example", "notify": None, "original": ""},
            ],
            "ret": "",
            "envid": "",
            "body": "7BIT",
            "utf8": False,
            "release": None,
            "deliver_by": None,
            "priority": 0,
            "require_tls": False,
            "tls_optional": False,
            "size": len(letter),
            "user": "",
            "protocol": "ESMTP",
        },
    }
    whole = api.get("/outbox/0").data
    assert sent.items() <= whole.items()
    assert (whole["text"], whole["html"]) == ("Noon?\r\n", None)
    assert api.get("/outbox/0/raw").octets == letter
    assert api.get("/outbox/1").problem == (404, "no message 1 in the outbox; there are 1, from 0")
