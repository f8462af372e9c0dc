"""Mail that waits: for its release, for another attempt, until it is too late."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.clock import EPOCH
from mockmail.delivery.envelope import DeliverBy, Recipient
from mockmail.world.rule import RuleError
from posting import Post, groups, wants

DAY = 86_400


def test_4xx_is_tried_again_at_longer_and_longer_intervals() -> None:
    post = Post()
    post.says("y.example", 451, "4.7.1", "Greylisted")
    post.send("b@y.example")
    post.wait(20_000)
    attempts = [
        (each.at - EPOCH).total_seconds() for each in post.world.delivery.log if each.sender
    ]
    assert attempts == [0, 300, 900, 2100, 4500, 8500, 12500, 16500]
    assert {entry[0] for entry in post.log()} == {"delayed"}
    assert post.world.delivery.log[0].text == "Greylisted"
    assert not post.world.delivery.outbox


def test_it_goes_when_the_far_server_takes_it() -> None:
    post = Post()
    post.says("y.example", 451, times=2)
    post.send("b@y.example", "c@x.example")
    (sent,) = post.world.delivery.outbox
    assert sent.recipients == ("c@x.example",)
    post.wait(299)
    assert len(post.log()) == 2
    post.wait(1)
    assert post.log()[2:] == [("delayed", "b@y.example", "4.3.0")]
    post.wait(600)
    assert post.log()[3:] == [("relayed", "b@y.example", "2.0.0")]
    assert [sent.recipients for sent in post.world.delivery.outbox[1:]] == [("b@y.example",)]
    assert len(post.world.delivery.queue) == 0
    post.wait(10 * DAY)
    assert len(post.log()) == 4
    assert not post.reports()


def test_an_address_goes_before_its_domain_and_has_a_count_of_its_own() -> None:
    post = Post()
    post.says("y.example", 550)
    post.says("B@Y.example", 250, times=1)
    post.send("b@y.example")
    post.send("b@y.example", "c@Y.EXAMPLE")
    assert [entry[:2] for entry in post.log()] == [
        ("relayed", "b@y.example"),
        ("failed", "b@y.example"),
        ("failed", "c@Y.EXAMPLE"),
    ]


def test_a_delay_is_told_once_and_the_end_too() -> None:
    post = Post()
    post.says("y.example", 421)
    post.send("b@y.example")
    post.wait(10 * DAY)
    delayed, failed = post.reports()
    assert delayed["Subject"] == "Mail is delayed"
    fields = groups(delayed)[1]
    assert fields["Action"] == "delayed"
    assert fields["Status"] == "4.3.2"
    assert fields["Will-Retry-Until"] == "Sat, 06 Jan 2024 00:00:00 +0000"
    fields = groups(failed)[1]
    assert (fields["Action"], fields["Status"]) == ("failed", "4.3.2")
    assert fields["Last-Attempt-Date"] == "Sat, 06 Jan 2024 00:00:00 +0000"
    assert "Will-Retry-Until" not in fields
    assert post.log()[-1] == ("failed", "b@y.example", "4.3.2")
    assert len(post.world.delivery.queue) == 0


def test_intervals_and_ends_are_settings() -> None:
    post = Post(retry=10, retry_most=25, warn_after=None, give_up=100)
    post.says("y.example", 451)
    post.send("b@y.example")
    post.wait(DAY)
    attempts = [
        (each.at - EPOCH).total_seconds() for each in post.world.delivery.log if each.sender
    ]
    assert attempts == [0, 10, 30, 55, 80, 100]
    assert [groups(each)[1]["Action"] for each in post.reports()] == ["failed"]


def test_many_attempts_are_no_trouble() -> None:
    post = Post(retry=60, retry_most=60)
    post.says("y.example", 451)
    post.send("b@y.example")
    post.wait(5 * DAY)
    assert len(post.log()) == 5 * 24 * 60 + 1
    assert post.log()[-1][0] == "failed"


# FUTURERELEASE


def test_mail_is_held_until_its_release() -> None:
    post = Post()
    said = post.send("b@y.example", "ben@example.org", release=EPOCH + timedelta(hours=1))
    assert [each.code for each in said] == [250, 250]
    post.wait(3_599)
    assert (post.log(), post.box("ben"), post.world.delivery.outbox) == ([], [], [])
    post.wait(1)
    assert [entry[:2] for entry in post.log()] == [
        ("relayed", "b@y.example"),
        ("delivered", "ben@example.org"),
    ]
    (entry,) = post.world.store.users["ben"].mailboxes["INBOX"]
    assert entry.internaldate == EPOCH + timedelta(hours=1)
    assert len(post.world.delivery.outbox) == 1


def test_what_is_released_in_one_leap_goes_in_the_order_of_its_times() -> None:
    post = Post()
    for minutes in (30, 10, 20, 10):
        letter = b"Subject: %d\r\n\r\n" % minutes
        at = EPOCH + timedelta(minutes=minutes)
        post.send("ben@example.org", letter=letter, release=at)
    post.wait(DAY)
    assert [each.field("Subject") for each in post.box("ben")] == ["10", "10", "20", "30"]
    dates = [entry.internaldate for entry in post.world.store.users["ben"].mailboxes["INBOX"]]
    assert dates == [EPOCH + timedelta(minutes=each) for each in (10, 10, 20, 30)]


def test_a_release_that_has_passed_is_none() -> None:
    post = Post()
    post.wait(10)
    post.send("ben@example.org", release=EPOCH + timedelta(seconds=10))
    assert len(post.box("ben")) == 1


def test_retries_are_counted_from_the_release() -> None:
    post = Post(give_up=1_000)
    post.says("y.example", 451)
    post.send("b@y.example", release=EPOCH + timedelta(days=1))
    post.wait(DAY + 999)
    assert [entry[0] for entry in post.log()] == ["delayed", "delayed", "delayed"]
    post.wait(1)
    assert post.log()[-1][0] == "failed"


# DELIVERBY


def test_mail_that_is_late_comes_back_in_mode_r() -> None:
    post = Post()
    post.says("y.example", 451)
    by = EPOCH + timedelta(seconds=700)
    post.send(
        "b@y.example", Recipient("c@y.example", wants("NEVER")), deliver_by=DeliverBy(by, "R")
    )
    post.wait(699)
    assert len(post.log()) == 4
    post.wait(1)
    assert post.log(4) == [
        ("failed", "b@y.example", "5.4.7"),
        ("failed", "c@y.example", "5.4.7"),
    ]
    (fields,) = groups(post.report())[1:]
    assert (fields["Action"], fields["Status"]) == ("failed", "5.4.7")
    assert fields["Final-Recipient"] == "rfc822; b@y.example"
    assert len(post.world.delivery.queue) == 0


def test_mail_that_is_late_is_told_of_once_in_mode_n_and_tried_on() -> None:
    post = Post()
    post.says("y.example", 451, times=5)
    post.send("b@y.example", deliver_by=DeliverBy(EPOCH + timedelta(seconds=700), "N"))
    post.wait(700)
    (fields,) = groups(post.report())[1:]
    assert (fields["Action"], fields["Status"]) == ("delayed", "4.4.7")
    post.wait(10 * DAY)
    assert post.log()[-1][0] == "relayed"
    assert len(post.reports()) == 1


def test_mail_that_comes_in_time_is_not_late() -> None:
    post = Post()
    for mode in ("R", "N"):
        by: Any = DeliverBy(EPOCH + timedelta(seconds=60), mode)  # type: ignore[arg-type]
        post.send("b@y.example", "ben@example.org", deliver_by=by)
    post.wait(DAY)
    assert [entry[0] for entry in post.log()] == ["relayed", "delivered"] * 2
    assert not post.reports()


# Local mailboxes that can't take it now


def test_a_local_mailbox_is_tried_again_too() -> None:
    post = Post()
    inbox = post.world.store.users["ben"].mailboxes["INBOX"]
    inbox.damaged = True
    (said,) = post.send("ben@example.org")
    assert (said.code, said.status) == (451, "4.2.0")
    inbox.damaged = False
    post.wait(300)
    assert [entry[0] for entry in post.log()] == ["delayed", "delivered"]


# Forks


def test_a_fork_has_the_same_mail_on_its_way() -> None:
    post = Post()
    post.says("y.example", 451, times=1)
    post.send("b@y.example")
    post.send("ben@example.org", release=EPOCH + timedelta(hours=1))
    post.wait(100)
    twin = post.world.fork()
    twin.engine.advance(200)
    assert [sent.recipients for sent in twin.delivery.outbox] == [("b@y.example",)]
    twin.engine.advance(3_300)
    assert len(twin.store.users["ben"].mailboxes["INBOX"]) == 1
    assert not post.world.delivery.outbox
    post.wait(3_600)
    assert [each.action for each in post.world.delivery.log] == [
        each.action for each in twin.delivery.log
    ]


def test_waiting_brings_it_as_an_advance_does() -> None:
    post = Post()
    seconds = 1_000.0
    post.world.clock.driver = lambda: seconds
    post.says("y.example", 451, times=1)
    post.send("b@y.example", release=EPOCH + timedelta(seconds=60))
    assert post.world.engine.next_deadline() == pytest.approx(60)
    seconds += 59
    post.world.engine.tick()
    assert not post.log()
    seconds += 1
    post.world.engine.tick()
    assert [entry[0] for entry in post.log()] == ["delayed"]
    seconds += 300
    post.world.engine.tick()
    assert [entry[0] for entry in post.log()] == ["delayed", "relayed"]
    # Stamps don't depend on how long a test takes.
    assert {each.at for each in post.world.delivery.log} == {EPOCH}
    assert post.world.engine.next_deadline() is None


def test_a_bug_in_it_does_not_stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post()
    post.send("b@y.example", release=EPOCH + timedelta(seconds=60))

    def broken(*given: object) -> None:
        raise RuleError("broken")

    monkeypatch.setattr(post.world.delivery.remotes, "ask", broken)
    post.wait(60)
    assert [str(each) for each in post.world.failures] == ["broken"]
    post.world.failures.clear()


# Whatever happens

CODES = st.sampled_from([250, 450, 451, 550, 554])
NOTIFY = st.sampled_from([None, wants("NEVER"), wants("SUCCESS", "DELAY"), wants("FAILURE")])
TO = st.sampled_from(
    ["b@y.example", "c@y.example", "ben@example.org", "no@example.org", "d@x.example"]
)


@given(
    codes=st.lists(st.tuples(CODES, st.integers(1, 4)), max_size=4),
    mails=st.lists(
        st.tuples(
            st.lists(st.builds(Recipient, TO, NOTIFY), min_size=1, max_size=3),
            st.integers(0, 5_000),
            st.sampled_from([None, DeliverBy(EPOCH + timedelta(hours=3), "R")]),
            st.sampled_from(["anna@example.org", "a@x.example", ""]),
            st.sampled_from(["", "LMTP"]),
        ),
        max_size=4,
    ),
    steps=st.lists(st.integers(0, 9_000), max_size=5),
)
@settings(deadline=None, max_examples=100)
def test_each_recipient_ends_once_and_nothing_stays(
    codes: list[tuple[int, int]], mails: list[Any], steps: list[int]
) -> None:
    post = Post()
    for code, times in codes:
        post.says("y.example", code, times=times)
    for recipients, release, by, sender, protocol in mails:
        post.send(
            *recipients,
            sender=sender,
            release=EPOCH + timedelta(seconds=release),
            deliver_by=by,
            protocol=protocol,
        )
    for step in steps:
        post.wait(step)
    post.wait(20 * DAY)
    assert len(post.world.delivery.queue) == 0
    log = post.world.delivery.log
    final = [each for each in log if each.action != "delayed" or each.message.envelope.protocol]
    # Reports have a recipient and an end of their own.
    reports = {id(each.report): each.report for each in log if each.report is not None}
    assert len(final) == sum(len(mail[0]) for mail in mails) + len(reports)
    for each in log:
        if each.report is not None:
            assert each.sender
            asked = [
                r.notify for r in each.message.envelope.recipients if r.address == each.recipient
            ]
            assert any(notify is None or "NEVER" not in notify for notify in asked)
    post.world.check()
