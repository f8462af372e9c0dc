"""Routes: users, aliases, lists, several domains, what nobody has, full mailboxes."""

import pytest

from mockmail.delivery.envelope import Recipient
from mockmail.message.message import Message
from mockmail.store.directory import Alias
from mockmail.store.settings import AccountSettings
from posting import LETTER, TRACE, Post, groups, wants


def test_mail_goes_between_domains_of_one_world_and_nowhere_else() -> None:
    post = Post("one.example", "two.example")
    post.world.store.add_user("dora", "apple", ["dora@two.example"])
    post.send("dora@TWO.example", "anna@one.example", sender="anna@one.example")
    post.send("anna@one.example", sender="dora@two.example")
    assert [len(post.box(login)) for login in ("dora", "anna")] == [1, 2]
    assert post.box("dora")[0].raw.startswith(b"Return-Path: <anna@one.example>\r\nReceived: ")
    assert not post.world.delivery.outbox
    assert post.world.delivery.verify("nobody@two.example").code == 550
    assert post.world.delivery.verify("nobody@three.example").code == 250
    assert post.world.delivery.is_local("two.example")
    assert not post.world.delivery.is_local("x.two.example")


def test_return_path_stands_once_and_only_where_mail_ends() -> None:
    post = Post()
    post.send("ben@example.org", "b@y.example", letter=b"Subject: x\r\n\r\n")
    raw = post.world.delivery.outbox[0].message.raw
    assert b"Return-Path" not in raw
    assert post.box("ben")[0].raw == b"Return-Path: <anna@example.org>\r\n" + raw
    assert post.box("ben")[0].submitted == b"Subject: x\r\n\r\n"
    with post.world.engine.turn():
        post.world.delivery.accept(
            post.world.delivery.outbox[0].envelope.__class__("", (Recipient("ben@example.org"),)),
            Message(b"Return-Path: <old@x.example>\r\n" + LETTER),
            "A",
        )
    assert post.box("ben")[1].raw == b"Return-Path: <>\r\n" + LETTER


def test_a_mailbox_gets_a_message_once() -> None:
    post = Post()
    said = post.send("ben@example.org", "BEN@example.org", "ben@example.org")
    assert [each.code for each in said] == [250] * 3
    assert len(post.box("ben")) == 1
    assert len(post.log()) == 3


@pytest.mark.parametrize(
    ("unknown", "code", "reports"), [("refuse", 550, 1), ("bounce", 250, 1), ("drop", 250, 0)]
)
def test_what_happens_to_mail_for_nobody_is_a_setting(
    unknown: str, code: int, reports: int
) -> None:
    post = Post(unknown=unknown)
    assert post.world.delivery.verify("no@example.org").code == code
    # RCPT may have been asked while there was such a user.
    (said,) = post.send("no@example.org")
    assert (said.code, said.status) == (550, "5.1.1")
    assert len(post.reports()) == reports
    assert post.log() == [("failed", "no@example.org", "5.1.1")]


def test_postmaster_is_always_somebody() -> None:
    post = Post()
    assert post.world.delivery.verify("PostMaster@example.org").ok
    post.send("postmaster@example.org")
    assert post.world.delivery.outbox[0].recipients == ("postmaster@example.org",)


# Aliases and lists (RFC 3461 section 5.2.7)


def test_an_alias_of_one_address_hands_on_what_was_asked() -> None:
    post = Post()
    post.world.store.directory.add(Alias("info@example.org", ("ben@example.org",)))
    post.world.store.directory.add(Alias("sales@example.org", ("s@y.example",)))
    asked = wants("SUCCESS")
    post.send(Recipient("info@example.org", asked), Recipient("sales@example.org", asked))
    (sent,) = post.world.delivery.outbox
    assert sent.envelope.recipients == (
        Recipient("s@y.example", asked, "rfc822;sales@example.org"),
    )
    delivered, relayed = groups(post.report())[1:]
    # As it was in the envelope (RFC 3464 section 2.3.2).
    assert (delivered["Action"], delivered["Final-Recipient"]) == (
        "delivered",
        "rfc822; info@example.org",
    )
    assert (relayed["Action"], relayed["Remote-MTA"]) == ("relayed", "dns; y.example")
    assert len(post.box("ben")) == 1


def test_an_alias_of_several_is_expanded() -> None:
    post = Post()
    post.says("y.example", 550)
    targets = ("ben@example.org", "s@y.example", "t@x.example")
    post.world.store.directory.add(Alias("info@example.org", targets))
    said = post.send(Recipient("info@example.org", wants("SUCCESS", "FAILURE")))
    assert [each.code for each in said] == [250]
    assert [entry[:2] for entry in post.log()] == [
        ("expanded", "info@example.org"),
        ("delivered", "ben@example.org"),
        ("failed", "s@y.example"),
        ("relayed", "t@x.example"),
    ]
    failed, expanded = post.reports()
    assert groups(failed)[1]["Final-Recipient"] == "rfc822; s@y.example"
    assert [group["Action"] for group in groups(expanded)[1:]] == ["expanded"]
    (sent,) = post.world.delivery.outbox
    assert sent.envelope.recipients[0].notify == {"FAILURE"}


def test_a_list_sends_in_its_own_name() -> None:
    post = Post()
    post.says("y.example", 550)
    members = ("ben@example.org", "s@y.example", "t@x.example")
    post.world.store.directory.add(Alias("team@example.org", members, expands=True))
    post.world.store.add_user("owner", "apple", ["team-bounces@example.org"])
    assert post.world.delivery.expand("team") == list(members)
    post.send(Recipient("team@example.org", wants("SUCCESS", "FAILURE")), envid="1", ret="HDRS")
    assert groups(post.report())[1]["Action"] == "delivered"
    assert post.box("ben")[0].raw.startswith(b"Return-Path: <team-bounces@example.org>\r\n")
    (sent,) = post.world.delivery.outbox
    assert (sent.sender, sent.recipients) == ("team-bounces@example.org", ("t@x.example",))
    assert (sent.envelope.envid, sent.envelope.ret) == ("", "")
    assert sent.envelope.recipients[0].notify is None
    (report,) = post.reports("owner")
    assert groups(report)[1]["Final-Recipient"] == "rfc822; s@y.example"


# Quotas


@pytest.mark.parametrize(
    ("over_quota", "code", "status", "action"),
    [("fail", 552, "5.2.2", "failed"), ("retry", 452, "4.2.2", "delayed")],
)
def test_a_full_mailbox(over_quota: str, code: int, status: str, action: str) -> None:
    post = Post(over_quota=over_quota)
    ben = post.world.store.users["ben"]
    ben.quota = 300
    assert post.world.delivery.verify("ben@example.org").ok
    said = [post.send("ben@example.org")[0] for _ in range(2)]
    assert [(each.code, each.status) for each in said] == [(250, "2.1.5"), (code, status)]
    assert post.log()[-1] == (action, "ben@example.org", status)
    assert len(post.reports()) == (action == "failed")
    ben.quota = None
    post.wait(300)
    assert len(post.box("ben")) == (1 if action == "failed" else 2)


def test_rcpt_may_look_at_quotas() -> None:
    post = Post(check_quota=True)
    ben = post.world.store.users["ben"]
    ben.quota = len(b"Return-Path: <anna@example.org>\r\n" + TRACE + LETTER)
    assert post.world.delivery.verify("ben@example.org").ok
    post.send("ben@example.org")
    assert post.world.delivery.verify("ben@example.org").code == 552


# LMTP (RFC 2033)


@pytest.mark.parametrize(
    ("over_quota", "action", "subjects"),
    [("fail", "failed", ["Mail could not be delivered"]), ("retry", "delayed", [])],
)
def test_what_lmtp_is_not_told_is_reported_or_tried_again(
    over_quota: str, action: str, subjects: list[str]
) -> None:
    post = Post(over_quota=over_quota)
    users, directory = post.world.store.users, post.world.store.directory
    post.world.store.add_user("cleo", "apple", ["cleo@example.org"])
    directory.add(Alias("both", ("ben", "cleo")))
    users["ben"].quota = 1
    (verdict,) = post.send("both@example.org", protocol="LMTP")
    assert verdict.code == 250
    assert [each[0] for each in post.log()] == ["expanded", action, "delivered"]
    assert [str(each["Subject"]) for each in post.reports()] == subjects
    users["ben"].quota = None
    post.wait(86_400)
    assert len(post.box("ben")) == (action == "delayed")
    assert len(post.box("cleo")) == 1
    assert len(post.world.delivery.queue) == 0


def test_lmtp_is_told_and_nobody_gets_a_report_of_a_failure() -> None:
    post = Post()
    ben = post.world.store.users["ben"]
    ben.quota = 0
    both = wants("SUCCESS", "FAILURE", "DELAY")
    said = post.send(
        Recipient("anna@example.org", both),
        Recipient("ben@example.org", both),
        Recipient("no@example.org", both),
        protocol="LMTP",
    )
    assert [each.code for each in said] == [250, 552, 550]
    assert [groups(each)[1:][0]["Action"] for each in post.reports()] == ["delivered"]
    ben.quota, ben.mailboxes["INBOX"].damaged = None, True
    (verdict,) = post.send("ben@example.org", protocol="LMTPS")
    assert verdict.code == 451
    assert len(post.world.delivery.queue) == 0


# Users as they are (`AccountSettings`)


@pytest.mark.parametrize("state", ["disabled", "expired", "read_only"])
def test_who_can_t_log_in_or_change_anything_gets_mail_all_the_same(state: str) -> None:
    post = Post()
    setattr(post.world.store.users["ben"], state, True)
    assert post.send("ben@example.org")[0].ok
    assert len(post.box("ben")) == 1


def test_the_log_says_who_got_it_and_where() -> None:
    post = Post()
    directory = post.world.store.directory
    directory.settings = AccountSettings(any_user=True, plus_mailbox="create")
    post.send("ben+Shop@example.org", "zoe@example.org")
    assert [(each.recipient, each.user, each.mailbox) for each in post.world.delivery.log] == [
        ("ben+Shop@example.org", "ben", "Shop"),
        ("zoe@example.org", "zoe", "INBOX"),
    ]
    assert len(post.box("ben", "Shop")) == len(post.box("zoe")) == 1


def test_a_catch_all_gets_what_is_nobody_s() -> None:
    post = Post()
    post.world.store.directory.settings = AccountSettings(catch_all="ben")
    post.send(Recipient("what@example.org", wants("SUCCESS")))
    assert groups(post.report())[1]["Final-Recipient"] == "rfc822; what@example.org"
    assert len(post.box("ben")) == 1
