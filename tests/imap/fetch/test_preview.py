"""PREVIEW shows what a reader would see first (RFC 8970 section 3)."""

import pytest

from harness import Client, inbox
from mockmail.message.message import Message
from mockmail.store.flags import NO_FLAGS

HTML = b"Content-Type: text/html\n\n"
ATTACHED = b"Content-Disposition: attachment\n"


def mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    whole = b"".join(b"--b\n%b\n" % part for part in parts)
    return b"Content-Type: multipart/%b; boundary=b\n\n%b--b--\n" % (kind, whole)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\nplain  text\nin  lines\n", b'"plain text in lines"'),
        (b"", b'""'),
        (b"Content-Type: image/png\n\nx", b'""'),
        (HTML + b"<p>a</p><p>b", b'"a b"'),
        (mixed(HTML + b"first", b"\nsecond"), b'"first"'),
        (mixed(HTML + b"html", b"\nplain", kind=b"alternative"), b'"plain"'),
        (mixed(b"\n \n", HTML + b"html", kind=b"alternative"), b'"html"'),
        (mixed(ATTACHED + b"\nfile", HTML + b"body"), b'"body"'),
        (
            mixed(HTML + b"body", ATTACHED + b"Content-Type: message/rfc822\n\n\nforwarded"),
            b'"body"',
        ),
        (
            mixed(ATTACHED + b"Content-Type: message/rfc822\n\n\nforwarded"),
            b'""',
        ),
        (mixed(b"Content-Type: message/rfc822\n\nSubject: x\n\nforwarded"), b'"forwarded"'),
        (b"\n" + b"x" * 300, b'"' + b"x" * 200 + b'"'),
        (HTML + b"&#" + b"1" * 5000 + b";", b"{3}\r\n\xef\xbf\xbd"),
        (HTML + b"a\0b", b'"a b"'),
        # A character that is cut by the end of what is read hinders nobody.
        (b"\n" + b"a" + "ä".encode() * 200_000, b"{399}\r\na" + "ä".encode() * 199),
    ],
)
def test_preview(raw: bytes, shown: bytes) -> None:
    world = inbox()
    with world.store.transaction("seed") as tx:
        box = world.store.users["anna"].mailboxes["INBOX"]
        tx.append(box, Message(raw), NO_FLAGS, world.clock.now)
    client = Client(world).open()
    client.said()
    client.send(b"a FETCH 1 PREVIEW\r\n")
    assert client.said() == b"* 1 FETCH (PREVIEW %b)\r\na OK FETCH completed\r\n" % shown
