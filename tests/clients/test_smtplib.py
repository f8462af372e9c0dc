"""The standard library's SMTP client, and one that types by hand."""

import contextlib
import imaplib
import poplib
import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

import mockmail

PATIENCE = 5.0
NOTE = b"From: ben@example.org\r\nTo: anna@example.org\r\nSubject: Note\r\n\r\nSee you.\r\n"


def dialled(server: mockmail.Server) -> smtplib.SMTP:
    """A connection; as a context it ends with QUIT."""
    # The name is given: looking it up may ask the network.
    return smtplib.SMTP(
        server.smtp.host, server.smtp.port, local_hostname="laptop.example", timeout=PATIENCE
    )


def submitted(message: mockmail.Message) -> bytes:
    """The message without the trace fields of the server."""
    trace, from_, rest = message.raw.partition(b"From: ")
    assert trace.startswith(b"Return-Path: <")
    assert b"\r\nReceived: from laptop.example\r\n" in trace
    return from_ + rest


class Typist:
    """Somebody who types SMTP into a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.file = sock.makefile("rb")

    def reply(self) -> bytes:
        """The last line of the next reply, without its CRLF."""
        while (line := self.file.readline())[3:4] == b"-":
            pass
        return line.removesuffix(b"\r\n")

    def codes(self, count: int) -> list[bytes]:
        return [self.reply()[:3] for _ in range(count)]


@pytest.fixture
def typist(mailserver: mockmail.Server) -> Iterator[Typist]:
    with contextlib.ExitStack() as stack:
        address = (mailserver.smtp.host, mailserver.smtp.port)
        sock = stack.enter_context(socket.create_connection(address, timeout=PATIENCE))
        typist = Typist(sock)
        stack.callback(typist.file.close)
        assert typist.reply().startswith(b"220 mail.example.org")
        yield typist


def test_says_what_it_can_do(mailserver: mockmail.Server) -> None:
    with dialled(mailserver) as client:
        code, text = client.ehlo()
        assert code == 250
        assert text.splitlines()[0] == b"mail.example.org greets laptop.example"
        features = ("size", "8bitmime", "pipelining", "enhancedstatuscodes")
        assert all(map(client.has_extn, features))
        assert client.noop() == (250, b"2.0.0 OK")
        assert client.verify("anna@example.org")[0] == 252
        assert b"RCPT TO:<address>" in client.help()


def test_an_old_client_says_helo(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with dialled(mailserver) as client:
        assert client.helo() == (250, b"mail.example.org")
        assert client.mail("ben@example.org")[0] == 250
        assert client.rcpt("anna@example.org")[0] == 250
        assert client.data(NOTE)[0] == 250
    (message,) = anna.inbox.messages
    assert submitted(message) == NOTE


def test_sends_to_several_people_one_of_whom_is_unknown(
    mailserver: mockmail.Server, anna: mockmail.User, ben: mockmail.User
) -> None:
    with dialled(mailserver) as client:
        refused = client.sendmail(
            "carol@example.net",
            ["anna@example.org", "nobody@example.org", "BEN@Example.ORG"],
            NOTE,
        )
    assert refused.keys() == {"nobody@example.org"}
    code, text = refused["nobody@example.org"]
    assert (code, text[:5]) == (550, b"5.1.1")
    assert [submitted(message) for message in anna.inbox.messages] == [NOTE]
    assert [submitted(message) for message in ben.inbox.messages] == [NOTE]
    assert anna.inbox.messages[0].raw.startswith(b"Return-Path: <carol@example.net>\r\n")
    assert mailserver.outbox == ()


def test_sends_to_nobody_who_exists(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with dialled(mailserver) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
            client.sendmail("ben@example.org", ["x@example.org", "y@example.org"], NOTE)
        assert [code for code, _ in caught.value.recipients.values()] == [550, 550]
        # The session goes on.
        assert client.sendmail("ben@example.org", ["anna@example.org"], NOTE) == {}
    assert len(anna.inbox.messages) == 1


def test_the_outbox_has_what_goes_elsewhere(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    with dialled(mailserver) as client:
        client.sendmail(
            "ben@example.org",
            ["dora@elsewhere.example", "anna@example.org", "emil@elsewhere.example"],
            NOTE,
        )
        client.sendmail("", ["dora@elsewhere.example"], NOTE.replace(b"Note", b"Failure"))
    first, second = mailserver.outbox
    assert first.sender == "ben@example.org"
    assert first.recipients == ("dora@elsewhere.example", "emil@elsewhere.example")
    assert (first.subject, first.raw) == ("Note", NOTE)
    assert (second.sender, second.subject) == ("", "Failure")
    assert [submitted(message) for message in anna.inbox.messages] == [NOTE]


def test_sends_a_message_of_the_standard_library(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    mail = EmailMessage()
    mail["From"] = "Ben <ben@example.org>"
    mail["To"] = "Anna <anna@example.org>"
    mail["Cc"] = "dora@elsewhere.example"
    mail["Subject"] = "Grüße aus dem Süden"
    mail.set_content("Schön hier.\n")
    with dialled(mailserver) as client:
        assert client.send_message(mail) == {}
    assert [message.subject for message in anna.inbox.messages] == ["Grüße aus dem Süden"]
    assert [sent.recipients for sent in mailserver.outbox] == [("dora@elsewhere.example",)]


def test_sends_eight_bits(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    every_octet = bytes(octet for octet in range(1, 256) if octet not in b"\r\n")
    note = NOTE + "Schöne Grüße\r\n".encode() + every_octet + b"\r\n"
    with dialled(mailserver) as client:
        assert (
            client.sendmail(
                "ben@example.org", ["anna@example.org"], note, mail_options=["BODY=8BITMIME"]
            )
            == {}
        )
    assert [submitted(message) for message in anna.inbox.messages] == [note]


def test_sends_lines_that_begin_with_a_dot(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    note = NOTE + b".\r\n..\r\n.hidden\r\n\r\n.\r\n"
    with dialled(mailserver) as client:
        client.sendmail("ben@example.org", ["anna@example.org", "dora@elsewhere.example"], note)
    assert [submitted(message) for message in anna.inbox.messages] == [note]
    assert [sent.raw for sent in mailserver.outbox] == [note]


def test_sends_a_large_message(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    line = b"0123456789" * 7 + b"\r\n"
    note = NOTE + line * (1_048_576 // len(line) + 1)
    with dialled(mailserver) as client:
        assert client.sendmail("ben@example.org", ["anna@example.org"], note) == {}
    assert [submitted(message) == note for message in anna.inbox.messages] == [True]


def test_a_message_that_is_too_large_is_refused_before_it_is_sent(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    with dialled(mailserver) as client:
        client.ehlo()
        limit = int(client.esmtp_features["size"])
        with pytest.raises(smtplib.SMTPSenderRefused) as caught:
            client.sendmail("ben@example.org", ["anna@example.org"], b"x" * (limit + 1))
        assert (caught.value.smtp_code, caught.value.smtp_error[:5]) == (552, b"5.3.4")
        assert client.mail("ben@example.org", [f"SIZE={limit}"])[0] == 250
        assert client.rset()[0] == 250
        assert client.sendmail("ben@example.org", ["anna@example.org"], NOTE) == {}
    assert len(anna.inbox.messages) == 1


def test_rset_forgets_the_transaction(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with dialled(mailserver) as client:
        client.ehlo()
        client.mail("ben@example.org")
        client.rcpt("anna@example.org")
        assert client.rset()[0] == 250
        assert client.rcpt("anna@example.org")[0] == 503
        with pytest.raises(smtplib.SMTPDataError):
            client.data(NOTE)
        client.mail("carol@example.net")
        client.rcpt("anna@example.org")
        assert client.data(NOTE)[0] == 250
    (message,) = anna.inbox.messages
    assert message.raw.startswith(b"Return-Path: <carol@example.net>\r\n")


def test_commands_out_of_order_are_refused(mailserver: mockmail.Server) -> None:
    with dialled(mailserver) as client:
        assert client.mail("ben@example.org")[0] == 503
        client.ehlo()
        assert client.rcpt("anna@example.org")[0] == 503
        assert client.mail("ben@example.org")[0] == 250
        assert client.mail("ben@example.org")[0] == 503
        assert client.docmd("FROBNICATE")[0] == 500
        assert client.docmd("MAIL", "FROM:ben")[0] == 501


def test_what_was_sent_is_read_by_imap_and_pop3(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    with dialled(mailserver) as client:
        client.sendmail("ben@example.org", ["anna@example.org"], NOTE)
        client.sendmail("ben@example.org", ["anna@example.org"], NOTE.replace(b"you", b"them"))
    first, second = (message.raw for message in anna.inbox.messages)
    with imaplib.IMAP4(mailserver.imap.host, mailserver.imap.port, timeout=PATIENCE) as reader:
        reader.login("anna", "apple")
        assert reader.select("INBOX") == ("OK", [b"2"])
        _, data = reader.fetch("1:2", "(BODY[])")
        literals = [part[1] for part in data if isinstance(part, tuple)]
        assert literals == [first, second]
        assert first.endswith(NOTE)
    with contextlib.closing(
        poplib.POP3(mailserver.pop3.host, mailserver.pop3.port, timeout=PATIENCE)
    ) as reader:
        reader.user("anna")
        reader.pass_("apple")
        assert b"".join(line + b"\r\n" for line in reader.retr(2)[1]) == second


def test_an_imap_client_is_told_of_mail_that_comes_in(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    with imaplib.IMAP4(mailserver.imap.host, mailserver.imap.port, timeout=PATIENCE) as reader:
        reader.login(anna.login, anna.password)
        reader.select("INBOX")
        reader.response("EXISTS")
        with dialled(mailserver) as client:
            client.sendmail("ben@example.org", ["anna@example.org"], NOTE)
        reader.noop()
        assert reader.response("EXISTS")[1] == [b"1"]


def test_pipelined_commands_are_answered_in_order(
    typist: Typist, mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    typist.sock.sendall(b"EHLO laptop.example\r\n")
    assert typist.reply()[:3] == b"250"
    typist.sock.sendall(
        b"MAIL FROM:<ben@example.org>\r\n"
        b"RCPT TO:<anna@example.org>\r\n"
        b"RCPT TO:<nobody@example.org>\r\n"
        b"RCPT TO:<dora@elsewhere.example>\r\n"
        b"DATA\r\n"
    )
    assert typist.codes(5) == [b"250", b"250", b"550", b"250", b"354"]
    # The end of one message, the next one's transaction and the farewell in one piece.
    typist.sock.sendall(
        NOTE + b".\r\nMAIL FROM:<>\r\nRCPT TO:<anna@example.org>\r\nRSET\r\nNOOP\r\nQUIT\r\n"
    )
    assert typist.codes(6) == [b"250", b"250", b"250", b"250", b"250", b"221"]
    assert typist.file.read() == b""
    assert [submitted(message) for message in anna.inbox.messages] == [NOTE]
    assert [sent.recipients for sent in mailserver.outbox] == [("dora@elsewhere.example",)]


def test_pipelined_data_is_refused_when_all_recipients_were(
    typist: Typist, anna: mockmail.User
) -> None:
    typist.sock.sendall(
        b"EHLO laptop.example\r\n"
        b"MAIL FROM:<ben@example.org>\r\n"
        b"RCPT TO:<nobody@example.org>\r\n"
        b"DATA\r\n"
    )
    assert typist.codes(4) == [b"250", b"250", b"550", b"554"]
    typist.sock.sendall(b"QUIT\r\n")
    assert typist.codes(1) == [b"221"]
    assert anna.inbox.messages == ()


def test_a_message_whose_end_never_comes_is_not_delivered(
    typist: Typist, anna: mockmail.User
) -> None:
    typist.sock.sendall(
        b"EHLO laptop.example\r\n"
        b"MAIL FROM:<ben@example.org>\r\n"
        b"RCPT TO:<anna@example.org>\r\n"
        b"DATA\r\n"
    )
    assert typist.codes(4) == [b"250", b"250", b"250", b"354"]
    typist.sock.sendall(NOTE)
    typist.sock.shutdown(socket.SHUT_WR)
    assert typist.file.read() == b""
    assert anna.inbox.messages == ()


def test_a_lost_reply_makes_a_client_send_twice(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    mailserver.faults.add(
        mockmail.When(point="before-ok", protocol="smtp", command="DATA"),
        mockmail.Cut(offset=0, how="reset"),
    )
    cut_off = pytest.raises(smtplib.SMTPServerDisconnected)
    with contextlib.closing(dialled(mailserver)) as client, cut_off:
        client.sendmail("ben@example.org", ["anna@example.org"], NOTE)
    with dialled(mailserver) as client:
        assert client.sendmail("ben@example.org", ["anna@example.org"], NOTE) == {}
    assert [submitted(message) for message in anna.inbox.messages] == [NOTE, NOTE]


def test_a_reset_before_data_leaves_nothing_behind(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    mailserver.faults.add(
        mockmail.When(point="received", protocol="smtp", command="DATA"), mockmail.Cut()
    )
    cut_off = pytest.raises(smtplib.SMTPServerDisconnected)
    with contextlib.closing(dialled(mailserver)) as client, cut_off:
        client.sendmail("ben@example.org", ["anna@example.org"], NOTE)
    with dialled(mailserver) as client:
        assert client.sendmail("ben@example.org", ["anna@example.org"], NOTE) == {}
    assert [submitted(message) for message in anna.inbox.messages] == [NOTE]


# Submission and LMTP


def test_submits_as_a_user(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    endpoint = mailserver.submission
    with smtplib.SMTP(
        endpoint.host, endpoint.port, local_hostname="laptop.example", timeout=PATIENCE
    ) as client:
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            client.sendmail(anna.address, [anna.address], NOTE)
        assert (refused.value.smtp_code, refused.value.smtp_error[:5]) == (530, b"5.7.0")
        with pytest.raises(smtplib.SMTPAuthenticationError) as wrong:
            client.login("anna", "pear")
        assert wrong.value.smtp_code == 535
        assert client.login("anna", "apple")[0] == 235
        assert client.sendmail(anna.address, [anna.address], NOTE) == {}
    assert b" with ESMTPA id A1\r\n" in anna.inbox.messages[0].raw


def test_submits_with_tls_from_the_start(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with smtplib.SMTP_SSL(
        "localhost",
        mailserver.submissions.port,
        local_hostname="laptop.example",
        timeout=PATIENCE,
        context=mailserver.ca.ssl_context(),
    ) as client:
        client.login("anna", "apple")
        client.sendmail(anna.address, [anna.address], NOTE)
    assert b" with ESMTPSA id A1\r\n" in anna.inbox.messages[0].raw


def test_lmtp_tells_of_each_recipient(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    endpoint = mailserver.lmtp
    full = mailserver.add_user("full")
    full.quota = 1
    with smtplib.LMTP(endpoint.host, endpoint.port, local_hostname="laptop.example") as client:
        client.ehlo()
        client.mail("ben@example.org")
        assert client.rcpt(anna.address)[0] == 250
        assert client.rcpt("nobody@example.org")[0] == 550
        assert client.docmd("DATA")[0] == 354
        client.send(NOTE + b".\r\n")
        assert client.getreply()[0] == 250
    (message,) = anna.inbox.messages
    assert b" with LMTP id A1\r\n" in message.raw
    assert message.raw.endswith(NOTE)
