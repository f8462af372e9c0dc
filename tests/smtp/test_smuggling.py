"""What some servers take for the end of a message, in all its published forms, ends none here."""

import re

import pytest

from harness import Client, inbox
from inputs.changes import ENDS
from mockmail import SmtpSettings
from mockmail.smtp.settings import LineEnds
from mockmail.world.world import World

ENVELOPE = b"MAIL FROM:<a@far.example>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\n"
BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")


@pytest.mark.parametrize("octets", [False, True])
@pytest.mark.parametrize("line_ends", ["refuse", "keep"])
@pytest.mark.parametrize("end", ENDS)
def test_one_message_at_most(end: bytes, line_ends: LineEnds, octets: bool) -> None:
    world = inbox(world=World(smtp=SmtpSettings(line_ends=line_ends)))
    client = Client(world, "smtp", octets=octets)
    client.send(b"EHLO me\r\n" + ENVELOPE)
    assert client.said().endswith(b"\r\n354 Go ahead; end with a dot on a line\r\n")
    client.send(
        b"Subject: x\r\n\r\nhello" + end + ENVELOPE + b"Subject: smuggled\r\n\r\nx\r\n.\r\n"
    )
    refused = line_ends == "refuse" and BARE.search(end) is not None
    # The commands were text; there is one answer, to the whole.
    (reply,) = client.said().splitlines()
    assert reply[:3] == (b"554" if refused else b"250")
    assert len(world.store.users["anna"].mailboxes["INBOX"]) == (0 if refused else 1)
