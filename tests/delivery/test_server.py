"""Delivery as a test has it: the server's handles, scenarios, waiting, and clients over sockets."""

import smtplib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import mockmail
from mockmail import DeliverySettings, ScenarioError, Server, start_server
from mockmail.clock import EPOCH

LETTER = "Subject: Lunch\r\n\r\nAt noon?\r\n"


def send(server: Server, *to: str, sender: str = "anna@example.org", **options: object) -> None:
    with smtplib.SMTP(server.smtp.host, server.smtp.port) as client:
        mail = [str(each) for each in options.get("mail", ())]  # type: ignore[attr-defined]
        rcpt = [str(each) for each in options.get("rcpt", ())]  # type: ignore[attr-defined]
        client.sendmail(sender, to, LETTER, mail, rcpt)


def test_what_a_client_asks_for_is_in_the_outbox_and_in_the_report(mailserver: Server) -> None:
    mailserver.add_user("anna")
    mailserver.set_remote_reply("y.example", 550, text="Gone")
    rcpt = ["NOTIFY=FAILURE,SUCCESS", "ORCPT=rfc822;bee+2Bx@z.example"]
    send(mailserver, "b@y.example", "c@x.example", mail=["RET=HDRS", "ENVID=QQ+2B1"], rcpt=rcpt)
    (sent,) = mailserver.outbox
    assert (sent.envelope.ret, sent.envelope.envid) == ("HDRS", "QQ+1")
    (recipient,) = sent.envelope.recipients
    assert recipient.original == "rfc822;bee+x@z.example"
    failed, relayed = [each for each in mailserver.deliveries if each.sender]
    assert failed.report is not None
    report = failed.report.mail
    assert report.get_content_type() == "multipart/report"
    text = failed.report.raw.decode()
    assert "\r\nOriginal-Envelope-Id: QQ+1\r\n" in text
    assert "\r\nOriginal-Recipient: rfc822; bee+x@z.example\r\n" in text
    assert "At noon?" not in text
    assert (relayed.action, relayed.original) == ("relayed", "bee+x@z.example")
    assert repr(failed) == (
        "<DeliveryStatus 'Lunch' from anna@example.org failed to b@y.example:"
        " 550 5.1.1 Gone; reported>"
    )


def test_the_queue_shows_what_waits(mailserver: Server) -> None:
    mailserver.add_user("anna")
    mailserver.set_remote_reply("y.example", 451)
    send(mailserver, "b@y.example", "c@x.example", "d@y.example")
    mailserver.advance(60)
    send(mailserver, "e@y.example", sender="f@x.example")
    first, second = mailserver.queue
    assert (first.recipients, first.attempts) == (("b@y.example", "d@y.example"), 1)
    assert (first.due - EPOCH, second.due - EPOCH) == (timedelta(0, 300), timedelta(0, 360))
    assert first.message.mail["Subject"] == first.subject == "Lunch"
    assert repr(second) == (
        "<Queued 'Lunch' from f@x.example to e@y.example: due 2024-01-01 00:06:00, attempts: 1>"
    )
    mailserver.set_remote_reply("y.example", 250)
    mailserver.advance(300)
    assert mailserver.queue == ()


def test_mail_may_wait_for_longer_than_there_are_dates() -> None:
    settings = DeliverySettings(retry=1e300, retry_most=1e300, give_up=1e300, warn_after=1)
    with start_server(delivery=settings) as server:
        anna = server.add_user("anna")
        server.set_remote_reply("y.example", 451)
        send(server, "b@y.example")
        assert server.queue[0].due.year == 9999
        assert server._world.failures == []
    forever = replace(settings, retry=60.0, retry_most=60.0)
    with start_server(delivery=forever) as server:
        anna = server.add_user("anna")
        server.set_remote_reply("y.example", 451)
        send(server, "b@y.example")
        server.advance(60)
        assert anna.inbox.messages[0].subject == "Mail is delayed"
        assert len(server.queue) == 1


def test_a_line_of_the_log_says_where_mail_lies(mailserver: Server) -> None:
    mailserver.add_user("ben")
    send(mailserver, "ben@example.org")
    (status,) = mailserver.deliveries
    assert (status.user, status.mailbox, status.code) == ("ben", "INBOX", 250)
    assert status.message.envelope.protocol == "ESMTP"
    assert status.message.mail["Subject"] == status.subject == "Lunch"
    assert repr(status) == (
        "<DeliveryStatus 'Lunch' from anna@example.org delivered to ben@example.org"
        " (INBOX of ben): 250 2.1.5 Delivered>"
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("y.example", 250, "5.1.1"), "a status of 250 begins with 2: 5.1.1"),
        (("y.example", 354), "2xx, 4xx or 5xx"),
        (("y.example", 99), "2xx, 4xx or 5xx"),
        (("y.example", 550, "5.1"), "a status is like 5.1.1, not '5.1'"),
        (("y.example", 550, "5.1.1", "No\r\n250 ok"), "printable US-ASCII"),
        (("y.example", 550, "5.1.1", "x" * 501), "up to 500 characters"),
        (("y.example", 550, "", "", 0), "times is 0"),
        (("@y.example", 550), "expected an address or a domain, found '@y.example'"),
        (("", 550), "expected an address or a domain"),
        (("anna@example.org", 550), "anna@example.org is no far server's"),
        (("example.org", 550), "is no far server's"),
    ],
)
def test_what_no_far_server_says_is_refused(
    mailserver: Server, given: tuple[str, int], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        mailserver.set_remote_reply(*given)


def test_a_reply_lasts_until_there_is_another(mailserver: Server) -> None:
    mailserver.set_remote_reply("y.example", 550)
    send(mailserver, "b@y.example", sender="a@x.example")
    mailserver.set_remote_reply("y.example", 250)
    send(mailserver, "b@y.example", sender="a@x.example")
    assert [sent.recipients for sent in mailserver.outbox] == [("a@x.example",), ("b@y.example",)]


# Waiting


def test_reports_and_later_mail_are_waited_for(mailserver: Server) -> None:
    mailserver.add_user("anna")
    mailserver.set_remote_reply("y.example", 451, times=1)
    mailserver.set_remote_reply("z.example", 550)
    app = threading.Thread(target=send, args=[mailserver, "b@y.example", "c@z.example"])
    app.start()
    report = mailserver.wait_for(subject="Mail could not be delivered", user="anna")
    assert isinstance(report, mockmail.Message)
    delayed = mailserver.wait_until(
        lambda: [each for each in mailserver.deliveries if each.action == "delayed"]
    )
    assert delayed[0].recipient == "b@y.example"
    app.join()
    later = threading.Thread(target=mailserver.advance, args=[300])
    later.start()
    assert mailserver.wait_for(to="b@y.example").sender == "anna@example.org"
    later.join()


def test_what_did_not_happen_is_shown(mailserver: Server) -> None:
    send(mailserver, "b@y.example")
    with pytest.raises(mockmail.WaitTimeout, match=r"outbox\[0\]: .*subject: 'Lunch'"):
        mailserver.wait_for(subject="Dinner", to="b@y.example", timeout=0)
    with pytest.raises(AssertionError, match=r"<Sent 'Lunch' from anna@example\.org"):
        assert not mailserver.outbox, mailserver.outbox


def test_real_waits_bring_it_too() -> None:
    with start_server(delivery=DeliverySettings(retry=0.05, retry_most=0.05)) as server:
        server.set_remote_reply("y.example", 451, times=2)
        send(server, "b@y.example")
        assert server.wait_for(to="b@y.example", timeout=10) == server.outbox[0]
        assert [each.action for each in server.deliveries] == ["delayed", "delayed", "relayed"]


@pytest.mark.trio
async def test_time_that_nobody_waits_for(autojump_clock: object, mailserver_trio: Server) -> None:
    mailserver_trio.set_remote_reply("y.example", 451, times=3)
    (client,) = await mailserver_trio.aio.clients("smtp")
    await client.mail("a@x.example")
    await client.rcpt("b@y.example")
    await client.data(LETTER)
    await mailserver_trio.aio.wait_for(to="b@y.example", timeout=10_000)
    assert [each.action for each in mailserver_trio.deliveries] == ["delayed"] * 3 + ["relayed"]


# Back to the start


def test_a_reset_forgets_mail_and_far_servers(mailserver: Server) -> None:
    mailserver.set_remote_reply("y.example", 451)
    mailserver.snapshot()
    send(mailserver, "b@y.example", "c@x.example")
    mailserver.reset()
    assert (mailserver.outbox, mailserver.deliveries) == ((), ())
    mailserver.advance(300)
    assert mailserver.deliveries == ()
    send(mailserver, "b@y.example")
    assert [each.action for each in mailserver.deliveries] == ["delayed"]


def test_a_snapshot_keeps_mail_on_its_way(mailserver: Server) -> None:
    mailserver.set_remote_reply("y.example", 451, times=1)
    send(mailserver, "b@y.example")
    mailserver.snapshot()
    for _ in range(2):
        mailserver.advance(299)
        assert mailserver.outbox == ()
        mailserver.advance(1)
        assert len(mailserver.outbox) == 1
        mailserver.reset()


# Scenarios


@pytest.fixture
def scenario(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "world.yaml"
        path.write_text(f"mockmail: 1\n{text}", encoding="utf-8")
        return str(path)

    return write


def test_a_scenario_has_far_servers_and_settings(scenario: Callable[[str], str]) -> None:
    file = scenario(
        "domains: [example.org, example.net]\nusers: {anna: {}, ben: {addresses: [b@example.net]}}\n"
        "remote:\n  - {to: y.example, code: 550}\n  - {to: z.example, code: 451, times: 1}\n"
        "delivery: {unknown: bounce, retry: 10}\n"
    )
    with start_server(file) as server:
        to = ("b@example.net", "no@example.net", "c@y.example", "d@z.example")
        send(server, *to)
        server.advance(10)
        assert [(each.action, each.recipient) for each in server.deliveries if each.sender] == [
            ("delivered", "b@example.net"),
            ("failed", "no@example.net"),
            ("failed", "c@y.example"),
            ("delayed", "d@z.example"),
            ("relayed", "d@z.example"),
        ]
        assert len(server.users["ben"].inbox) == len(server.users["anna"].inbox) == 1
        server.reset()
        send(server, "d@z.example")
        assert server.outbox == ()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("remote: [{to: y.example, code: 99}]", r":2: remote\[0\].code: expected a whole number"),
        ("remote: [{code: 550}]", r":2: remote\[0\]: the key 'to' is missing"),
        (
            "remote:\n  - {to: y.example, code: 550, status: 4.1.1}",
            r":3: remote\[0\]: a status of 550 begins with 5: 4.1.1",
        ),
        ("remote: [{to: example.org, code: 550}]", r"remote\[0\]: example.org is no far"),
        ("remote: [{to: y.example, code: 550, tims: 1}]", "did you mean times"),
        ("delivery: {unknown: bounces}", "delivery.unknown: .* did you mean bounce"),
        ("delivery: {retry: 0}", "delivery.retry: retry must be above 0, not 0"),
    ],
)
def test_mistakes_say_where_they_are(scenario: Callable[[str], str], text: str, error: str) -> None:
    with pytest.raises(ScenarioError, match=error), start_server(scenario(text)):
        pass
