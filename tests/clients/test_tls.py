"""Clients that nobody here wrote, over TLS."""

import imaplib
import poplib
import smtplib
import socket
import ssl
import subprocess

import imapclient
import pytest

import mockmail

PATIENCE = 5.0
NOTE = b"Subject: over TLS\r\n\r\nhello\r\n"


@pytest.fixture
def context(mailserver: mockmail.Server, anna: mockmail.User) -> ssl.SSLContext:
    """What trusts the server; Anna has one message."""
    anna.deliver(NOTE)
    return mailserver.ca.ssl_context()


def fetch_imap(client: imaplib.IMAP4) -> None:
    assert "STARTTLS" not in client.capabilities
    client.login("anna", "apple")
    assert client.select("INBOX") == ("OK", [b"1"])
    assert client.fetch("1", "(BODY[])")[1][0][1] == NOTE  # type: ignore[index]
    client.logout()


def test_imaplib(mailserver: mockmail.Server, context: ssl.SSLContext) -> None:
    host, port = mailserver.imaps.host, mailserver.imaps.port
    fetch_imap(imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=PATIENCE))


def test_imaplib_starttls(mailserver: mockmail.Server, context: ssl.SSLContext) -> None:
    client = imaplib.IMAP4(mailserver.imap.host, mailserver.imap.port, timeout=PATIENCE)
    assert "STARTTLS" in client.capabilities
    client.starttls(context)
    with pytest.raises(imaplib.IMAP4.error, match="TLS is on already"):
        client._simple_command("STARTTLS")  # type: ignore[attr-defined]
    fetch_imap(client)


def test_poplib(mailserver: mockmail.Server, context: ssl.SSLContext) -> None:
    implicit = poplib.POP3_SSL(
        mailserver.pop3s.host, mailserver.pop3s.port, context=context, timeout=PATIENCE
    )
    explicit = poplib.POP3(mailserver.pop3.host, mailserver.pop3.port, timeout=PATIENCE)
    assert "STLS" in explicit.capa()
    explicit.stls(context)
    with pytest.raises(poplib.error_proto, match="TLS is on already"):
        explicit._shortcmd("STLS")  # type: ignore[attr-defined]
    for client in (implicit, explicit):
        assert "STLS" not in client.capa()
        client.user("anna")
        client.pass_("apple")
        assert b"\r\n".join(client.retr(1)[1]) + b"\r\n" == NOTE
        client.quit()


def test_smtplib(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    context = mailserver.ca.ssl_context()
    host = mailserver.smtps.host
    with smtplib.SMTP_SSL(
        host, mailserver.smtps.port, context=context, timeout=PATIENCE
    ) as implicit:
        implicit.ehlo()
        assert not implicit.has_extn("starttls")
        implicit.sendmail("x@far.example", "anna@example.org", NOTE)
    with smtplib.SMTP(host, mailserver.smtp.port, timeout=PATIENCE) as explicit:
        explicit.ehlo()
        assert explicit.has_extn("starttls")
        explicit.starttls(context=context)
        # EHLO before it counts no more (RFC 3207 section 4.2).
        assert explicit.docmd("MAIL", "FROM:<x@far.example>")[0] == 503
        explicit.ehlo()
        assert not explicit.has_extn("starttls")
        assert explicit.docmd("STARTTLS")[0] == 503
        explicit.sendmail("x@far.example", "anna@example.org", NOTE)
    assert [b" with ESMTPS id " in message.raw for message in anna.inbox.messages] == [True, True]


@pytest.mark.parametrize("implicit", [True, False])
def test_imapclient(mailserver: mockmail.Server, context: ssl.SSLContext, implicit: bool) -> None:
    endpoint = mailserver.imaps if implicit else mailserver.imap
    with imapclient.IMAPClient(
        endpoint.host, endpoint.port, ssl=implicit, ssl_context=context, timeout=PATIENCE
    ) as client:
        if not implicit:
            assert client.has_capability("STARTTLS")
            client.starttls(context)
        assert not client.has_capability("STARTTLS")
        client.login("anna", "apple")
        client.select_folder("INBOX")
        assert client.fetch([1], ["BODY[]"])[1][b"BODY[]"] == NOTE
        client.idle()
        mailserver.users["anna"].deliver(subject="more")
        assert (2, b"EXISTS") in client.idle_check(timeout=PATIENCE)
        client.idle_done()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "mail.example.org"])
def test_names_of_the_certificate(mailserver: mockmail.Server, name: str) -> None:
    address = (mailserver.imaps.host, mailserver.imaps.port)
    context = mailserver.ca.ssl_context()
    with (
        socket.create_connection(address, timeout=PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        assert secure.recv(4) == b"* OK"
        # Some clients take no certificate without one, or look for an address there.
        peer = secure.getpeercert()
        assert peer is not None
        assert (("commonName", "127.0.0.1"),) in peer["subject"]


def test_who_does_not_know_the_authority_does_not_come_in(mailserver: mockmail.Server) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL(
            mailserver.imaps.host,
            mailserver.imaps.port,
            ssl_context=ssl.create_default_context(),
            timeout=PATIENCE,
        )
    # Nor does the server mind; the next one is served.
    imaplib.IMAP4_SSL(
        mailserver.imaps.host,
        mailserver.imaps.port,
        ssl_context=ssl.create_default_context(cafile=mailserver.ca.path),
        timeout=PATIENCE,
    ).logout()
    assert "A  *: no TLS: tlsv1 alert unknown ca" in str(mailserver.transcript)


@pytest.mark.program("curl")
@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("protocol", ["imap", "imaps", "pop3", "pop3s"])
def test_curl_reads(mailserver: mockmail.Server, protocol: str) -> None:
    endpoint = getattr(mailserver, protocol)
    assert endpoint.url.startswith(f"{protocol}://")
    path = "/INBOX;UID=1" if protocol.startswith("imap") else "/1"
    done = curl(mailserver, endpoint.url + path, "--user", "anna:apple")
    assert done.stdout == NOTE, done.stderr


@pytest.mark.program("curl")
@pytest.mark.parametrize("protocol", ["smtp", "smtps"])
def test_curl_sends(mailserver: mockmail.Server, anna: mockmail.User, protocol: str) -> None:
    done = curl(
        mailserver,
        getattr(mailserver, protocol).url,
        *("--mail-from", "x@far.example", "--mail-rcpt", "anna@example.org", "--upload-file", "-"),
    )
    assert done.returncode == 0, done.stderr
    (message,) = anna.inbox.messages
    assert message.raw.endswith(NOTE)


def curl(server: mockmail.Server, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Curl that accepts nothing but TLS, and nobody but this server."""
    quiet = ("--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "5")
    secure = ("--ssl-reqd", "--cacert", str(server.ca.path))
    return subprocess.run(["curl", *quiet, *secure, *arguments], input=NOTE, capture_output=True)
