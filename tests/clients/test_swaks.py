"""The program swaks, which testers of SMTP servers use: pipelining, AUTH, LMTP."""

import pytest

import mockmail
from programs import Laptop, Run

pytestmark = pytest.mark.program("swaks")

BODY = "Subject: Note\\n\\n.\\n..x\\nSee you.\\n"
# swaks's exit codes.
OK, RCPT_REFUSED, NO_AUTH = 0, 24, 28


def swaks(laptop: Laptop, endpoint: mockmail.Endpoint, *options: str) -> Run:
    return laptop.run(
        *(
            "swaks",
            "--server",
            "localhost",
            "--port",
            str(endpoint.port),
            "--helo",
            "laptop.example",
        ),
        *("--from", "anna@example.org", "--data", BODY, "--timeout", "20", *options),
    )


@pytest.mark.parametrize("pipelining", [(), ("--pipeline",)])
def test_sends(laptop: Laptop, ben: mockmail.User, pipelining: tuple[str, ...]) -> None:
    server = laptop.server
    run = swaks(laptop, server.smtp, "--to", f"{ben.address},dora@far.example", *pipelining)
    assert run.status == OK, run.output
    (message,) = ben.inbox.messages
    assert message.raw.endswith(b"Subject: Note\r\n\r\n.\r\n..x\r\nSee you.\r\n\r\n")
    assert server.outbox[0].recipients == ("dora@far.example",)


def test_a_recipient_is_refused(laptop: Laptop) -> None:
    run = swaks(laptop, laptop.server.smtp, "--to", "nobody@example.org")
    assert run.status == RCPT_REFUSED
    assert "550 5.1.1" in run.output


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_logs_in(laptop: Laptop, mechanism: str) -> None:
    settings = mockmail.SmtpSettings(capabilities="+AUTH=CRAM-MD5")
    with mockmail.start_server(smtp=settings) as server:
        laptop.server = server
        ben = server.add_user("ben", password="banana")
        login = ("--to", ben.address, "--auth", mechanism, "--auth-user", "ben")
        wrong = swaks(laptop, server.submission, *login, "--auth-password", "pear")
        assert wrong.status == NO_AUTH, wrong.output
        right = swaks(laptop, server.submission, *login, "--auth-password", "banana")
        assert right.status == OK, right.output
        assert b" with ESMTPA id " in ben.inbox.messages[0].raw


def test_delivers_by_lmtp(laptop: Laptop, anna: mockmail.User, ben: mockmail.User) -> None:
    to = f"{anna.address},{ben.address}"
    run = swaks(laptop, laptop.server.lmtp, "--protocol", "LMTP", "--to", to)
    assert run.status == OK, run.output
    assert [len(user.inbox.messages) for user in (anna, ben)] == [1, 1]
    assert {each.partition(" ")[0] for each in run.commands("lmtp")} >= {"LHLO", "MAIL", "RCPT"}
