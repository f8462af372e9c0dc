"""Reports on delivery: who gets one, and what is in it, as others' parsers read it."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from flufl.bounce import all_failures, scan_message

from mockmail.clock import EPOCH
from mockmail.delivery.envelope import DeliverBy, Recipient
from mockmail.message.message import Message
from posting import LETTER, TRACE, Post, groups, read, wants


def test_a_report_has_all_that_rfc_3464_asks_for() -> None:
    post = Post()
    post.says("y.example", 550, "5.1.1", "No such user here")
    recipient = Recipient("b@y.example", original="rfc822;bee@z.example")
    post.send(recipient, envid="QQ+1")
    report = post.report()
    assert report["From"] == "Mail Delivery System <MAILER-DAEMON@mail.example.org>"
    assert report["To"] == "anna@example.org"
    assert report["Return-Path"] == "<>"
    assert report["Auto-Submitted"] == "auto-replied"
    assert report["In-Reply-To"] == report["References"] == "<lunch@example.org>"
    assert report["Date"] == "Mon, 01 Jan 2024 00:00:00 +0000"
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    text, status, returned = report.iter_parts()
    assert isinstance(text, EmailMessage)
    assert "b@y.example\r\n    y.example said: 550 5.1.1 No such user here" in text.get_content()
    assert status.get_content_type() == "message/delivery-status"
    assert groups(report) == [
        {
            "Original-Envelope-Id": "QQ+1",
            "Reporting-MTA": "dns; mail.example.org",
            "Arrival-Date": "Mon, 01 Jan 2024 00:00:00 +0000",
        },
        {
            "Original-Recipient": "rfc822; bee@z.example",
            "Final-Recipient": "rfc822; b@y.example",
            "Action": "failed",
            "Status": "5.1.1",
            "Remote-MTA": "dns; y.example",
            "Diagnostic-Code": "smtp; 550 5.1.1 No such user here",
            "Last-Attempt-Date": "Mon, 01 Jan 2024 00:00:00 +0000",
        },
    ]
    assert returned.get_content_type() == "message/rfc822"
    assert isinstance(returned, EmailMessage)
    assert returned.get_content()["Message-ID"] == "<lunch@example.org>"
    assert TRACE + LETTER in post.box()[0].raw
    (logged,) = [each for each in post.world.delivery.log if each.sender]
    assert logged.original == "bee@z.example"
    assert logged.report is not None
    assert logged.report.raw in post.box()[0].raw


def test_mailing_list_software_finds_the_bad_addresses() -> None:
    post = Post()
    post.says("y.example", 550)
    post.says("z.example", 450)
    post.send("b@y.example", "c@y.example", "d@z.example", "e@x.example")
    post.wait(86_400)
    failed, delayed = post.reports()
    assert scan_message(failed) == {b"b@y.example", b"c@y.example"}
    temporary, permanent = all_failures(delayed)
    assert (set(temporary), set(permanent)) == ({b"d@z.example"}, set())


@pytest.mark.parametrize(
    ("notify", "code", "told"),
    [
        (None, 250, None),
        (None, 550, "failed"),
        (wants("NEVER"), 550, None),
        (wants("SUCCESS"), 550, None),
        (wants("DELAY"), 550, None),
        (wants("FAILURE"), 550, "failed"),
        (wants("FAILURE"), 250, None),
        (wants("SUCCESS"), 250, "relayed"),
        (wants("SUCCESS", "FAILURE"), 250, "relayed"),
        (wants("NEVER"), 250, None),
        (None, 450, "delayed"),
        (wants("DELAY"), 450, "delayed"),
        (wants("FAILURE"), 450, None),
        (wants("NEVER"), 450, None),
    ],
)
def test_the_sender_is_told_what_he_asked_for(
    notify: frozenset[str] | None, code: int, told: str | None
) -> None:
    post = Post()
    post.says("y.example", code)
    post.send(Recipient("b@y.example", notify))
    post.wait(20_000)
    assert [groups(each)[1]["Action"] for each in post.reports()] == ([told] if told else [])


@pytest.mark.parametrize(
    ("notify", "told"), [(None, []), (wants("SUCCESS"), ["delivered"]), (wants("FAILURE"), [])]
)
def test_what_is_delivered_here_is_told_if_asked_for(
    notify: frozenset[str] | None, told: list[str]
) -> None:
    post = Post()
    post.send(Recipient("ben@example.org", notify), ret="FULL")
    reports = post.reports()
    assert [groups(each)[1]["Action"] for each in reports] == told
    for each in reports:
        assert groups(each)[1]["Status"] == "2.1.5"  # RFC 3463 section 3.2
        assert "Remote-MTA" not in groups(each)[1]
        # Without a failure only the header comes back (RFC 3461 section 4.3).
        assert each.get_payload(2).get_content_type() == "text/rfc822-headers"


def test_several_recipients_are_told_in_one_report_for_each_action() -> None:
    post = Post()
    post.says("y.example", 550)
    both = wants("SUCCESS", "FAILURE")
    names = ("b@y.example", "ben@example.org", "c@y.example", "d@x.example")
    post.send(*(Recipient(name, both) for name in names))
    failed, done = post.reports()
    assert [group["Final-Recipient"] for group in groups(failed)[1:]] == [
        "rfc822; b@y.example",
        "rfc822; c@y.example",
    ]
    assert [group["Action"] for group in groups(done)[1:]] == ["delivered", "relayed"]


@pytest.mark.parametrize(
    ("ret", "media"),
    [("", "message/rfc822"), ("FULL", "message/rfc822"), ("HDRS", "text/rfc822-headers")],
)
def test_ret_says_how_much_comes_back(ret: str, media: str) -> None:
    post = Post()
    post.says("y.example", 550)
    post.send("b@y.example", ret=ret)
    returned = post.report().get_payload(2)
    assert returned.get_content_type() == media
    assert (b"At noon?" in post.box()[0].raw) == (media == "message/rfc822")


@pytest.mark.parametrize("ret", ["", "FULL", "HDRS"])
def test_what_may_only_go_by_tls_comes_back_so_and_without_its_text(ret: str) -> None:
    post = Post()
    post.says("y.example", 550, "5.7.30", "REQUIRETLS support required")
    post.send("b@y.example", ret=ret, require_tls=True)
    assert post.report().get_payload(2).get_content_type() == "text/rfc822-headers"
    post.send("b@y.example", sender="c@x.example", require_tls=True)
    (sent,) = post.world.delivery.outbox
    assert sent.envelope.require_tls
    assert b"At noon?" not in sent.raw


def test_a_report_is_never_answered() -> None:
    post = Post()
    post.says("y.example", 550)
    post.says("x.example", 550)
    post.send("b@y.example", sender="a@x.example")
    post.send("b@y.example", sender="")
    post.send("b@y.example", sender="nobody@example.org")
    assert [(each.sender, each.action) for each in post.world.delivery.log] == [
        ("a@x.example", "failed"),
        ("", "failed"),
        ("", "failed"),
        ("nobody@example.org", "failed"),
        ("", "failed"),
    ]
    assert not post.world.delivery.outbox


def test_a_report_to_somebody_elsewhere_is_in_the_outbox() -> None:
    post = Post()
    post.says("y.example", 550)
    post.send("b@y.example", sender="a@x.example")
    (report,) = post.world.delivery.outbox
    assert (report.sender, report.recipients) == ("", ("a@x.example",))
    assert report.mail.get_content_type() == "multipart/report"
    assert report.envelope.recipients[0].notify == {"NEVER"}
    assert repr(report) == "<Sent 'Mail could not be delivered' from <> to a@x.example>"


def test_reports_are_the_same_each_time_and_no_two_alike() -> None:
    raws = []
    for _ in range(2):
        post = Post()
        post.says("y.example", 550)
        post.send("b@y.example")
        post.send("b@y.example")
        raws.append([each.raw for each in post.box()])
    assert raws[0] == raws[1]
    assert raws[0][0] != raws[0][1]
    first, second = map(read, map(Message, raws[0]))
    assert first["Message-ID"] != second["Message-ID"]
    assert first.get_boundary() != second.get_boundary()


@pytest.mark.parametrize(
    ("letter", "encoding"),
    [
        (LETTER, None),
        (b"Subject: x\r\n\r\n\xe4\r\n", "8bit"),
        (b"Subject: x\r\n\r\na\0b\r\n", "binary"),
        (b"Subject: x\r\n\r\na\nb\r\n", "binary"),
        (b"Subject: x\r\n\r\n" + b"a" * 999 + b"\r\n", "binary"),
        (b"Content-Transfer-Encoding: binary\r\n\r\na\r\n", None),
        (b"", None),
    ],
)
def test_the_message_comes_back_as_it_was(letter: bytes, encoding: str | None) -> None:
    post = Post()
    post.says("y.example", 550)
    post.send("b@y.example", letter=letter)
    raw = post.box()[0].raw
    assert TRACE + letter in raw
    report = post.report()
    assert report["Content-Transfer-Encoding"] == encoding
    assert report.get_payload(2)["Content-Transfer-Encoding"] == encoding


def test_what_was_said_can_t_break_out_of_its_field() -> None:
    post = Post()
    post.says("y.example", 550)
    evil = "x\r\nAction: delivered\r\n\r\n"
    post.send(Recipient("b@y.example", original=f"rfc822;{evil}"), envid=evil)
    whole, recipient = groups(post.report())
    assert whole["Original-Envelope-Id"] == "x??Action: delivered????"
    assert recipient["Original-Recipient"] == "rfc822; x??Action: delivered"
    assert recipient["Action"] == "failed"


# RFC 6533


def test_addresses_outside_us_ascii_are_reported_in_utf_8() -> None:
    post = Post()
    post.says("y.example", 550)
    letter = "Subject: Größe\r\n\r\n".encode()
    recipient = Recipient("bjørn@y.example", original="utf-8;bj\\x{F8}rn@y.example")
    post.send(recipient, utf8=True, letter=letter)
    report = post.report()
    types = [part.get_content_type() for part in report.iter_parts()]
    assert types == ["text/plain", "message/global-delivery-status", "message/global"]
    raw = post.box()[0].raw.decode()
    assert "\r\nOriginal-Recipient: utf-8; bjørn@y.example\r\n" in raw
    assert "\r\nFinal-Recipient: utf-8; bjørn@y.example\r\n" in raw
    assert report["Content-Transfer-Encoding"] == "8bit"


def test_who_did_not_ask_for_utf_8_gets_none() -> None:
    post = Post()
    post.says("y.example", 550)
    post.send(Recipient("b@y.example", original="utf-8;bj\\x{F8}rn@y.example"))
    assert groups(post.report())[1]["Original-Recipient"] == "utf-8; bj\\x{F8}rn@y.example"
    assert post.box()[0].raw.isascii()


def test_in_us_ascii_the_types_stay_the_old_ones() -> None:
    post = Post()
    post.says("y.example", 550)
    post.send("b@y.example", utf8=True, ret="HDRS")
    types = [part.get_content_type() for part in post.report().iter_parts()]
    assert types == ["text/plain", "message/delivery-status", "text/rfc822-headers"]
    post.send("b@y.example", utf8=True, ret="HDRS", letter="Subject: ü\r\n\r\n".encode())
    assert post.reports()[1].get_payload(2).get_content_type() == "message/global-headers"


# What other extensions add


def test_deliverby_and_futurerelease_have_fields_of_their_own() -> None:
    post = Post()
    post.says("y.example", 550)
    release, by = EPOCH + timedelta(hours=1), EPOCH + timedelta(hours=2)
    post.send("b@y.example", release=release, hold="for;3600", deliver_by=DeliverBy(by, "R"))
    post.wait(3_600)
    whole, _ = groups(post.report())
    assert whole["Future-Release-Request"] == "for;3600"
    assert whole["Deliver-By-Date"] == "Mon, 01 Jan 2024 02:00:00 +0000"
    assert whole["Arrival-Date"] == "Mon, 01 Jan 2024 00:00:00 +0000"


def test_a_trace_of_relays_is_told_to_all_but_never() -> None:
    post = Post()
    by = DeliverBy(EPOCH + timedelta(hours=1), "N", trace=True)
    names = Recipient("b@y.example"), Recipient("c@y.example", wants("NEVER"))
    post.send(*names, deliver_by=by)
    assert [group["Final-Recipient"] for group in groups(post.report())[1:]] == [
        "rfc822; b@y.example"
    ]
