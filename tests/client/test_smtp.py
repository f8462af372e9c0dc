"""Scripted clients of SMTP, submission and LMTP, and what they are answered."""

import pytest

from mockmail import Answer, Match, Server, SmtpSettings, When, start_server


def test_submission_logs_in(mailserver: Server) -> None:
    anna = mailserver.add_user("anna")
    (client,) = mailserver.clients("submission")
    assert client.send_mail(anna.address, anna.address, "Subject: x\n").ok
    assert b" with ESMTPA id A1\r\n" in anna.inbox.messages[0].raw
    (stranger,) = mailserver.clients("submission", login=False)
    assert stranger.told().lines[0].startswith(b"220 ")
    assert stranger.ehlo().ok
    assert str(stranger.mail(anna.address)).startswith("530 [5.7.0]")
    assert str(stranger.auth_plain("anna", "wrong")).startswith("535 [5.7.8]")
    assert stranger.auth_plain("anna", "secret").ok
    assert stranger.mail(anna.address).ok


def test_who_is_not_let_in_is_an_error(mailserver: Server) -> None:
    mailserver.add_user("anna")
    with pytest.raises(ValueError, match=r"session A \(submission\) was refused as anna"):
        mailserver.clients("submission", password="wrong")


def test_over_tls(mailserver: Server) -> None:
    anna = mailserver.add_user("anna")
    (client,) = mailserver.clients("submission", tls=True)
    assert client.send_mail(anna.address, anna.address, "Subject: x\n").ok
    assert b" with ESMTPSA id A1\r\n" in anna.inbox.messages[0].raw


@pytest.mark.parametrize("chunks", [False, True])
def test_lmtp_has_a_reply_for_each_recipient(mailserver: Server, chunks: bool) -> None:
    anna, full = mailserver.add_user("anna"), mailserver.add_user("full")
    (client,) = mailserver.clients("lmtp")
    for _ in range(2):
        assert client.mail("x@far.example").ok
        assert client.rcpt(anna.address).ok
        assert not client.rcpt("nobody@example.org").ok
        assert client.rcpt(full.address).ok
        # He was not full when he was asked for.
        full.quota = 10
        answer = (
            client.bdat(b"Subject: x\r\n", last=True) if chunks else client.data("Subject: x\n")
        )
        assert [reply.status[0] for reply in answer.replies] == ["2", "5"]
        assert (answer.status, answer.ok) == (answer.replies[1].status, False)
        full.quota = None
    assert len(anna.inbox.messages) == 2
    assert full.inbox.messages == ()
    assert client.send_mail("x@far.example", full.address, "Subject: y\n").ok


def test_one_of_lmtp_s_replies_can_be_another(mailserver: Server) -> None:
    anna, ben = mailserver.add_user("anna"), mailserver.add_user("ben")
    (client,) = mailserver.clients("lmtp")
    mailserver.faults.add(
        When(point="before-ok", protocol="lmtp", command="DATA", response=Match(index=2)),
        Answer(status="451", code="4.3.0", text="later"),
    )
    answer = client.send_mail("x@far.example", [anna.address, ben.address], "Subject: x\n")
    assert [reply.status for reply in answer.replies] == ["250", "451"]


def test_each_protocol_is_itself_alone(mailserver: Server) -> None:
    anna = mailserver.add_user("anna")
    rule = mailserver.faults.add(
        When(point="received", protocol="smtp", command="MAIL"), Answer(status="451")
    )
    for protocol in ("submission", "lmtp"):
        (client,) = mailserver.clients(protocol)
        assert client.mail(anna.address).ok
    assert not rule.fired
    (client,) = mailserver.clients("smtp")
    assert client.mail(anna.address).status == "451"


def test_chunks(mailserver: Server) -> None:
    anna = mailserver.add_user("anna")
    (client,) = mailserver.clients("smtp")
    client.mail("x@far.example", "BODY=BINARYMIME")
    client.rcpt(anna.address)
    assert client.data("x").status == "503"
    assert client.bdat(b"Subject: \0").ok
    assert client.bdat(b"", last=True).ok
    assert anna.inbox.messages[0].raw.endswith(b"\r\nSubject: \0")


def test_settings_are_for_all_three() -> None:
    with start_server(smtp=SmtpSettings(banner="here", auth_required=True)) as server:
        server.add_user("anna")
        for protocol in ("smtp", "submission", "lmtp"):
            (client,) = server.clients(protocol, login=False)
            assert client.told().lines == (b"220 mail.example.org here",)
            assert (client.lhlo if protocol == "lmtp" else client.ehlo)().ok
            assert client.mail("anna@example.org").status == "530"


async def test_awaited(mailserver_trio: Server) -> None:
    anna, ben = mailserver_trio.add_user("anna"), mailserver_trio.add_user("ben")
    (client,) = await mailserver_trio.aio.clients("lmtp")
    answer = await client.send_mail("x@far.example", [anna.address, ben.address], "Subject: x\n")
    assert [reply.status for reply in answer.replies] == ["250", "250"]
    (user,) = await mailserver_trio.aio.clients("submission", user="anna")
    assert (await user.send_mail(anna.address, ben.address, "Subject: x\n")).ok
