"""What becomes of mail, as clients in other languages see it."""

import smtplib

import mockmail
from web import Api


def test_the_delivery_log_and_its_reports(
    api: Api, mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    assert api.get("/deliveries").data == {"deliveries": []}
    assert api.get("/deliveries/0/report").problem == (404, "there is no report of delivery 0")
    assert api.post("/remote", {"to": "y.example", "code": 550, "text": "Gone"}).status == 204
    assert api.post("/remote", {"to": "z.example", "code": 451, "times": 1}).status == 204
    with smtplib.SMTP(mailserver.smtp.host, mailserver.smtp.port) as client:
        rcpt = ["NOTIFY=FAILURE", "ORCPT=rfc822;f@x.example"]
        to = ["f@y.example", "g@z.example"]
        client.sendmail("anna@example.org", to, "Subject: Hi\r\n\r\n", [], rcpt)
    (waiting,) = api.get("/queue").data["queue"]
    assert waiting == {
        "subject": "Hi",
        "envelope_from": "anna@example.org",
        "recipients": ["g@z.example"],
        "due": "2024-01-01T00:05:00Z",
        "attempts": 1,
    }
    assert api.post("/clock/advance", {"seconds": 300}).status == 200
    assert api.get("/queue").data == {"queue": []}
    failed, delayed, report, relayed = api.get("/deliveries").data["deliveries"]
    assert failed == {
        "subject": "Hi",
        "envelope_from": "anna@example.org",
        "recipient": "f@y.example",
        "original": "f@x.example",
        "action": "failed",
        "code": 550,
        "status": "5.1.1",
        "text": "Gone",
        "at": "2024-01-01T00:00:00Z",
        "user": None,
        "mailbox": None,
        "report": "/v1/deliveries/0/report",
    }
    assert (report["user"], report["mailbox"], report["envelope_from"]) == ("anna", "INBOX", "")
    assert [each["action"] for each in (delayed, relayed)] == ["delayed", "relayed"]
    assert relayed["at"] == "2024-01-01T00:05:00Z"
    octets = api.get("/deliveries/0/report").octets
    assert b"Final-Recipient: rfc822; f@y.example\r\n" in octets
    assert octets in anna.inbox.messages[0].raw
    (sent,) = api.get("/outbox").data["messages"]
    assert sent["envelope"]["recipients"] == [
        {"address": "g@z.example", "notify": ["FAILURE"], "original": "rfc822;f@x.example"}
    ]


def test_what_no_far_server_says_is_refused(api: Api) -> None:
    answer = api.post("/remote", {"to": "y.example", "code": 550, "status": "4.1.1"})
    assert answer.problem == (422, "a status of 550 begins with 5: 4.1.1")
    answer = api.post("/remote", {"to": "example.org", "code": 550})
    assert answer.status == 422
