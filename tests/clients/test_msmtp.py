"""The program msmtp: mail from a terminal, by SMTP, submission and LMTP."""

import pytest

import mockmail
from programs import Laptop, Run, unix

pytestmark = pytest.mark.program("msmtp")

NOTE = b"From: anna@example.org\r\nTo: ben@example.org\r\nSubject: Note\r\n\r\n.\r\n..x\r\nSee you.\r\n"
# msmtp's exit codes: those of sysexits.h.
OK, DATA_ERROR, NO_PERMISSION = 0, 65, 77


class Msmtp:
    """Anna's account."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop

    def send(
        self,
        *recipients: str,
        port: int,
        lines: tuple[str, ...] = (),
        options: tuple[str, ...] = (),
    ) -> Run:
        settings = self.laptop.file(
            "msmtprc",
            "\n".join(
                (
                    *("account default", "host localhost", f"port {port}", "from anna@example.org"),
                    *("domain laptop.example", "timeout 20", *lines, ""),
                )
            ),
        )
        return self.laptop.run(
            *("msmtp", f"--file={settings}", *options, "--", *recipients), given=unix(NOTE)
        )


@pytest.fixture
def msmtp(laptop: Laptop) -> Msmtp:
    return Msmtp(laptop)


def test_sends(msmtp: Msmtp, ben: mockmail.User) -> None:
    server = msmtp.laptop.server
    run = msmtp.send("ben@example.org", "dora@far.example", port=server.smtp.port)
    assert run.status == OK, run.output
    (message,) = ben.inbox.messages
    assert message.raw.endswith(NOTE)
    (out,) = server.outbox
    assert out.recipients == ("dora@far.example",)
    # What was missing msmtp has added.
    assert out.raw.endswith(NOTE)


def test_a_recipient_is_refused(msmtp: Msmtp, ben: mockmail.User) -> None:
    run = msmtp.send("nobody@example.org", ben.address, port=msmtp.laptop.server.smtp.port)
    assert run.status == DATA_ERROR
    assert "recipient address nobody@example.org not accepted" in run.output
    assert ben.inbox.messages == ()


@pytest.mark.parametrize("method", ["plain", "login", "cram-md5"])
def test_logs_in(laptop: Laptop, method: str) -> None:
    settings = mockmail.SmtpSettings(capabilities="+AUTH=CRAM-MD5")
    with mockmail.start_server(smtp=settings) as server:
        laptop.server = server
        anna, ben = server.add_user("anna", password="apple"), server.add_user("ben")
        login = (f"auth {method}", "user anna", "tls off")
        port = server.submission.port
        right = Msmtp(laptop).send(ben.address, port=port, lines=(*login, "password apple"))
        assert right.status == OK, right.output
        assert any(
            each.startswith(f"AUTH {method.upper()}") for each in right.commands("submission")
        )
        wrong = Msmtp(laptop).send(ben.address, port=port, lines=(*login, "password pear"))
        assert wrong.status == NO_PERMISSION
        assert len(ben.inbox.messages) == 1
        assert anna.login == "anna"


@pytest.mark.parametrize("port", ["submission", "submissions"])
def test_over_tls(msmtp: Msmtp, anna: mockmail.User, ben: mockmail.User, port: str) -> None:
    trust = f"tls_trust_file {msmtp.laptop.trust}"
    starttls = f"tls_starttls {'on' if port == 'submission' else 'off'}"
    run = msmtp.send(
        ben.address,
        port=getattr(msmtp.laptop.server, port).port,
        lines=("auth on", f"user {anna.login}", "password apple", "tls on", starttls, trust),
    )
    assert run.status == OK, run.output
    assert b" with ESMTPSA id " in ben.inbox.messages[0].raw


@pytest.mark.parametrize(
    ("notify", "found"), [("never", {"NEVER"}), ("success,delay", {"SUCCESS", "DELAY"})]
)
def test_asks_for_reports(msmtp: Msmtp, notify: str, found: set[str]) -> None:
    server = msmtp.laptop.server
    run = msmtp.send(
        "dora@far.example",
        port=server.smtp.port,
        options=(f"--dsn-notify={notify}", "--dsn-return=hdrs"),
    )
    assert run.status == OK, run.output
    envelope = server.outbox[0].envelope
    assert envelope.ret == "HDRS"
    assert [recipient.notify for recipient in envelope.recipients] == [found]


def test_delivers_by_lmtp(msmtp: Msmtp, anna: mockmail.User, ben: mockmail.User) -> None:
    run = msmtp.send(
        *(ben.address, anna.address),
        port=msmtp.laptop.server.lmtp.port,
        options=("--protocol=lmtp",),
    )
    assert run.status == OK, run.output
    assert [user.inbox.messages[0].raw.endswith(NOTE) for user in (anna, ben)] == [True, True]
