"""aiosmtplib: SMTP, submission and LMTP in asyncio."""

import asyncio
import gc
from email.message import EmailMessage

import aiosmtplib
import pytest

import mockmail

PATIENCE = 5.0
NOTE = b"From: ben@example.org\r\nTo: anna@example.org\r\nSubject: Note\r\n\r\nSee you.\r\n"


def dialled(endpoint: mockmail.Endpoint, **options: object) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=endpoint.host,
        port=endpoint.port,
        local_hostname="laptop.example",
        timeout=PATIENCE,
        **{"start_tls": False, **options},
    )


def test_sends_to_several_people(
    mailserver: mockmail.Server, anna: mockmail.User, ben: mockmail.User
) -> None:
    async def send() -> None:
        async with dialled(mailserver.smtp) as client:
            refused, said = await client.sendmail(
                "carol@example.net",
                [anna.address, "nobody@example.org", ben.address, "dora@far.example"],
                NOTE,
            )
            assert refused.keys() == {"nobody@example.org"}
            assert refused["nobody@example.org"].code == 550
            assert said == "2.0.0 Accepted as A1"

    asyncio.run(send())
    for user in (anna, ben):
        (message,) = user.inbox.messages
        assert message.raw.endswith(NOTE)
    (out,) = mailserver.outbox
    assert (out.sender, out.recipients) == ("carol@example.net", ("dora@far.example",))


@pytest.mark.parametrize("mechanism", ["plain", "login", "crammd5"])
def test_logs_in_and_submits(anna: mockmail.User, mechanism: str) -> None:
    settings = mockmail.SmtpSettings(capabilities="+AUTH=CRAM-MD5")
    with mockmail.start_server(smtp=settings) as server:
        user = server.add_user("anna", password="apple")

        async def send() -> None:
            async with dialled(server.submission) as client:
                with pytest.raises(aiosmtplib.SMTPSenderRefused) as refused:
                    await client.sendmail(user.address, [user.address], NOTE)
                assert refused.value.code == 530
                with pytest.raises(aiosmtplib.SMTPAuthenticationError) as wrong:
                    await getattr(client, f"auth_{mechanism}")("anna", "pear")
                assert wrong.value.code == 535
                await getattr(client, f"auth_{mechanism}")("anna", "apple")
                await client.sendmail(user.address, [user.address], NOTE)

        asyncio.run(send())
        (message,) = user.inbox.messages
        assert b" with ESMTPA id A1\r\n" in message.raw


def test_addresses_in_utf8(mailserver: mockmail.Server) -> None:
    user = mailserver.add_user("jörg", address="jörg@example.org")
    mail = EmailMessage()
    mail["From"] = "anna@example.org"
    mail["To"] = "jörg@example.org"
    mail["Subject"] = "Grüße"
    mail.set_content("Schön hier.\n")

    async def send() -> None:
        async with dialled(mailserver.smtp) as client:
            await client.send_message(mail)

    asyncio.run(send())
    (message,) = user.inbox.messages
    assert message.subject == "Grüße"
    assert b" with UTF8SMTP id A1\r\n" in message.raw
    assert "To: jörg@example.org\r\n".encode() in message.raw


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_starttls_and_tls_from_the_start(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    trust = mailserver.ca.ssl_context()

    async def send() -> None:
        ways = (
            (mailserver.submission, {"start_tls": True}),
            (mailserver.submissions, {"use_tls": True}),
        )
        for endpoint, way in ways:
            async with dialled(endpoint, tls_context=trust, **way) as client:
                await client.login("anna", "apple")
                await client.sendmail(anna.address, [anna.address], NOTE)

    asyncio.run(send())
    gc.collect()  # the loop ends before its transports have said goodbye, which is warned of
    assert [b" with ESMTPSA id " in message.raw for message in anna.inbox.messages] == [True, True]


def test_many_at_once(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    async def send(number: int) -> None:
        async with dialled(mailserver.smtp) as client:
            await client.sendmail("b@far.example", [anna.address], b"Subject: %d\r\n\r\n" % number)

    async def all_of_them() -> None:
        await asyncio.gather(*map(send, range(20)))

    asyncio.run(all_of_them())
    assert {message.subject for message in anna.inbox.messages} == set(map(str, range(20)))
