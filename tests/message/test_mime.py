"""The parts of a message: RFC 2045, RFC 2046, and their numbers (RFC 9051 section 6.4.5.1)."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broken import messages
from mockmail.message.message import Message
from mockmail.message.mime import MAX_DEPTH, MAX_PARTS, Part, part_at
from mockmail.message.transfer import DECODERS

# A part as a pair: its type, and its body or its parts.
Shape = tuple[str, "bytes | list[Shape]"]


def shape(raw: bytes, part: Part) -> Shape:
    kind = f"{part.type.decode()}/{part.subtype.decode()}"
    if part.is_multipart or part.is_message:
        return kind, [shape(raw, inner) for inner in part.parts]
    return kind, raw[part.body : part.end]


def read(text: bytes) -> Shape:
    """The message with LF for its lines' ends; with CRLF it has the same parts."""
    message = Message(text, newlines="keep")
    found = shape(text, message.root)
    with_crlf = Message(text)
    assert repr(shape(with_crlf.raw, with_crlf.root)).replace(r"\r\n", r"\n") == repr(found)
    check_offsets(message)
    check_offsets(with_crlf)
    return found


def check_offsets(message: Message) -> None:
    """The parts are inside one another, in order, and each is found by its number."""
    raw, root = message.raw, message.root
    assert (root.start, root.end) == (0, len(raw))
    waiting: list[tuple[Part, tuple[int, ...]]] = [(root, ())]
    while waiting:
        part, path = waiting.pop()
        assert part_at(root, path) is part
        assert part.start <= part.body <= part.end
        assert part.start in (0, part.end) or raw[part.start - 1] == ord("\n")
        assert part.is_multipart + part.is_message + part.is_text <= 1
        end = part.body
        for inner in part.parts:
            assert end <= inner.start <= inner.body <= inner.end <= part.end
            end = inner.end
        if not path and not part.is_multipart:
            # A message that is no multipart is its own part 1.
            path = (1,)
            assert part_at(root, path) is part
        held = part.parts[0] if part.is_message else part
        if held.is_multipart:
            # The parts of a multipart that is a message are counted as the message's.
            waiting += [(inner, (*path, at)) for at, inner in enumerate(held.parts, 1)]
            assert part_at(root, (*path, len(held.parts) + 1)) is None
        else:
            if part.is_message:
                waiting.append((held, (*path, 1)))
            else:
                assert part.parts == []
                assert part_at(root, (*path, 1)) is None
            assert part_at(root, (*path, 2)) is None


# RFC 2046 section 5.1.1
SIMPLE = b"""\
From: Nathaniel Borenstein <nsb@bellcore.com>
To: Ned Freed <ned@innosoft.com>
Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)
Subject: Sample message
MIME-Version: 1.0
Content-type: multipart/mixed; boundary="simple boundary"

This is the preamble.  It is to be ignored, though it
is a handy place for composition agents to include an
explanatory note to non-MIME conformant readers.

--simple boundary

This is implicitly typed plain US-ASCII text.
It does NOT end with a linebreak.
--simple boundary
Content-type: text/plain; charset=us-ascii

This is explicitly typed plain US-ASCII text.
It DOES end with a linebreak.

--simple boundary--

This is the epilogue.  It is also to be ignored.
"""
# Section 5.1.4
ALTERNATIVE = b"""\
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=boundary42

--boundary42
Content-Type: text/plain; charset=us-ascii

  ... plain text version of message goes here ...

--boundary42
Content-Type: text/enriched

  ... RFC 1896 text/enriched version of same message
      goes here ...

--boundary42
Content-Type: application/x-whatever

  ... fanciest version of same message goes here ...

--boundary42--
"""
# Section 5.1.5
DIGEST = b"""\
From: Moderator-Address
To: Recipient-List
Date: Mon, 22 Mar 1994 13:34:51 +0000
Subject: Internet Digest, volume 42
MIME-Version: 1.0
Content-Type: multipart/mixed;
              boundary="---- main boundary ----"

------ main boundary ----

  ...Introductory text or table of contents...

------ main boundary ----
Content-Type: multipart/digest;
              boundary="---- next message ----"

------ next message ----

From: someone-else
Date: Fri, 26 Mar 1993 11:13:32 +0200
Subject: my opinion

  ...body goes here ...

------ next message ----

From: someone-else-again
Date: Fri, 26 Mar 1993 10:07:13 -0500
Subject: my different opinion

  ... another body goes here ...

------ next message ------

------ main boundary ------
"""
# RFC 2049, appendix A
COMPLEX = b"""\
MIME-Version: 1.0
From: Nathaniel Borenstein <nsb@nsb.fv.com>
To: Ned Freed <ned@innosoft.com>
Date: Fri, 07 Oct 1994 16:15:05 -0700 (PDT)
Subject: A multipart example
Content-Type: multipart/mixed;
              boundary=unique-boundary-1

This is the preamble area of a multipart message.

--unique-boundary-1

  ... Some text appears here ...

--unique-boundary-1
Content-type: text/plain; charset=US-ASCII

This could have been part of the previous part.

--unique-boundary-1
Content-Type: multipart/parallel; boundary=unique-boundary-2

--unique-boundary-2
Content-Type: audio/basic
Content-Transfer-Encoding: base64

  ... base64-encoded 8000 Hz single-channel

--unique-boundary-2
Content-Type: image/jpeg
Content-Transfer-Encoding: base64

  ... base64-encoded image data goes here ...

--unique-boundary-2--

--unique-boundary-1
Content-type: text/enriched

This is <bold><italic>enriched.</italic></bold>

--unique-boundary-1
Content-Type: message/rfc822

From: (mailbox in US-ASCII)
To: (address in US-ASCII)
Subject: (subject in US-ASCII)
Content-Type: Text/plain; charset=ISO-8859-1
Content-Transfer-Encoding: Quoted-printable

  ... Additional text in ISO-8859-1 goes here ...

--unique-boundary-1--
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            SIMPLE,
            ("multipart/mixed", [
                ("text/plain", b"This is implicitly typed plain US-ASCII text.\nIt does NOT end with a linebreak."),
                ("text/plain", b"This is explicitly typed plain US-ASCII text.\nIt DOES end with a linebreak.\n"),
            ]),
        ),
        (
            ALTERNATIVE,
            ("multipart/alternative", [
                ("text/plain", b"  ... plain text version of message goes here ...\n"),
                ("text/enriched", b"  ... RFC 1896 text/enriched version of same message\n      goes here ...\n"),
                ("application/x-whatever", b"  ... fanciest version of same message goes here ...\n"),
            ]),
        ),
        (
            DIGEST,
            ("multipart/mixed", [
                ("text/plain", b"  ...Introductory text or table of contents...\n"),
                ("multipart/digest", [
                    ("message/rfc822", [("text/plain", b"  ...body goes here ...\n")]),
                    ("message/rfc822", [("text/plain", b"  ... another body goes here ...\n")]),
                ]),
            ]),
        ),
        (
            COMPLEX,
            ("multipart/mixed", [
                ("text/plain", b"  ... Some text appears here ...\n"),
                ("text/plain", b"This could have been part of the previous part.\n"),
                ("multipart/parallel", [
                    ("audio/basic", b"  ... base64-encoded 8000 Hz single-channel\n"),
                    ("image/jpeg", b"  ... base64-encoded image data goes here ...\n"),
                ]),
                ("text/enriched", b"This is <bold><italic>enriched.</italic></bold>\n"),
                ("message/rfc822", [("Text/plain", b"  ... Additional text in ISO-8859-1 goes here ...\n")]),
            ]),
        ),
    ],
    ids=["simple", "alternative", "digest", "complex"],
)  # fmt: skip
def test_the_examples(text: bytes, expected: Shape) -> None:
    assert read(text) == expected


# RFC 9051 section 6.4.5.1, with numbers as bodies.
NUMBERED = b"""\
Content-Type: multipart/mixed; boundary=a

--a

1
--a
Content-Type: application/octet-stream

2
--a
Content-Type: message/rfc822

Content-Type: multipart/mixed; boundary=b

--b

3.1
--b
Content-Type: application/octet-stream

3.2
--b--
--a
Content-Type: multipart/mixed; boundary=c

--c
Content-Type: image/gif

4.1
--c
Content-Type: message/rfc822

Content-Type: multipart/mixed; boundary=d

--d

4.2.1
--d
Content-Type: multipart/alternative; boundary=e

--e

4.2.2.1
--e
Content-Type: text/richtext

4.2.2.2
--e--
--d--
--c--
--a
Content-Type: message/rfc822

Subject: not a multipart

5.1
--a
Content-Type: message/rfc822

Content-Type: message/rfc822

Subject: in a message in a message

6.1.1
--a--
"""


@pytest.mark.parametrize("path", ["1", "2", "3.1", "3.2", "4.1", "4.2.1", "4.2.2.1", "4.2.2.2", "5.1", "6.1.1"])  # fmt: skip
def test_numbers(path: str) -> None:
    message = Message(NUMBERED)
    part = part_at(message.root, map(int, path.split(".")))
    assert part is not None
    assert message.raw[part.body : part.end] == path.encode()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ((), b"mixed"),
        ((3,), b"rfc822"),
        ((4,), b"mixed"),
        ((4, 2), b"rfc822"),
        ((4, 2, 2), b"alternative"),
        ((5,), b"rfc822"),
        ((6,), b"rfc822"),
        ((6, 1), b"rfc822"),
        # There are none of these.
        ((7,), None),
        ((1, 1), None),
        ((2, 1), None),
        ((3, 3), None),
        ((3, 1, 1), None),
        ((4, 2, 2, 3), None),
        ((5, 2), None),
        ((5, 1, 1), None),
        ((6, 1, 1, 1), None),
    ],
)
def test_numbers_of_what_has_parts(path: tuple[int, ...], kind: bytes | None) -> None:
    part = part_at(Message(NUMBERED).root, path)
    assert (part if part is None else part.subtype) == kind


def test_a_message_that_is_no_multipart_is_its_own_part_1() -> None:
    root = Message(b"Subject: x\n\ny").root
    assert part_at(root, (1,)) is root
    assert part_at(root, (2,)) is part_at(root, (1, 1)) is None
    root = Message(b"Content-Type: message/rfc822\n\nSubject: x\n\ny").root
    assert part_at(root, (1,)) is root
    assert part_at(root, (1, 1)) is root.parts[0]
    assert part_at(root, (1, 2)) is part_at(root, (2,)) is None


B = b"Content-Type: multipart/mixed; boundary=b\n"
C = b"Content-Type: multipart/mixed; boundary=c\n"
FORWARDED = b"Content-Type: message/rfc822\n"


def mixed(*parts: Shape) -> Shape:
    return "multipart/mixed", list(parts)


def text(body: bytes) -> Shape:
    return "text/plain", body


def forwarded(*parts: Shape) -> Shape:
    return "message/rfc822", list(parts)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # "It is sufficient that the boundary appear in its entirety following the CRLF."
        (B + b"\n--b \t\n\nx\n--b  \n\ny\n--b-- \n", mixed(text(b"x"), text(b"y"))),
        (B + b"\n--bc\n\nx\n--b--c\n", mixed(text(b"x"))),
        (B + b"\n --b\n-b\n--\n---b\n--B\nx --b\n--b\n\nx\n--b--\n", mixed(text(b"x"))),
        (B + b"\n--b\n\n --b\n-b\n--\n---b\n--B\nx --b\n--b--\n", mixed(text(b" --b\n-b\n--\n---b\n--B\nx --b"))),
        # The line's end before it is the boundary's.
        (B + b"\n--b\n\nx\n\n--b--\n", mixed(text(b"x\n"))),
        (B + b"\n--b\n\n--b--\n", mixed(text(b""))),
        (B + b"\n--b\n\n\n--b--\n", mixed(text(b""))),
        (B + b"\n--b\n\n\n\n--b--\n", mixed(text(b"\n"))),
        # A body-part's header may be empty, and its body may be missing, with the empty line.
        (B + b"\n--b\n--b\n--b--\n", mixed(text(b""), text(b""))),
        (B + b"\n--b\nContent-Type: a/b\n--b--\n", mixed(("a/b", b""))),
        (B + b"\n--b\nContent-Type: a/b\n\n--b--\n", mixed(("a/b", b""))),
        # Preamble and epilogue are no parts.
        (B + b"\n--b--\n", mixed()),
        (B + b"\npreamble\n", mixed()),
        (B + b"\n--b\n\nx\n--b--\n--b\n\ny\n--b--\n", mixed(text(b"x"))),
        (B + b"--b\n\nx\n--b--\n", mixed()),
        # What is cut off ends with the message.
        (B, mixed()),
        (B + b"\n--b", mixed()),
        (B + b"\n--b\n", mixed(text(b""))),
        (B + b"\n--b\n\nx", mixed(text(b"x"))),
        (B + b"\n--b\nContent-Type: a/b", mixed(("a/b", b""))),
        (B + b"\n--b\n\nx\n--b", mixed(text(b"x"))),
        (B + b"\n--b\n\nx\n--b-", mixed(text(b"x"))),
        (B + b"\n--b\n\nx\n--b--", mixed(text(b"x"))),
        # The boundary's parameter.
        (b"Content-Type: multipart/mixed\n\n--b\n\nx\n--b--\n", mixed()),
        (b'Content-Type: Multipart/X; Boundary = "b"\n\n--b\n\nx\n--b--\n', ("Multipart/X", [text(b"x")])),
        (b'Content-Type: multipart/mixed; boundary="a b:c"\n\n--a b:c\n\nx\n--a b:c--\n', mixed(text(b"x"))),
        (b"Content-Type: multipart/mixed; boundary=b; boundary=c\n\n--b\n\nx\n--c\n--b--\n", mixed(text(b"x\n--c"))),
        (b"Content-Type: multipart/mixed; boundary*=us-ascii''a%20b\n\n--a b\n\nx\n--a b--\n", mixed(text(b"x"))),
        (b"Content-Type: multipart/mixed; boundary*1=c; boundary*0=b\n\n--bc\n\nx\n--bc--\n", mixed(text(b"x"))),
        (b"Content-Type: multipart/mixed; boundary=--\n\n----\n\nx\n------\n", mixed(text(b"x"))),
        (b"Content-Type: multipart/mixed; boundary=b--\n\n--b--\n\nx\n--b----\n", mixed(text(b"x"))),
        # "Recognize outer level boundary markers at ANY level of inner nesting."
        (B + b"\n--b\n" + C + b"\n--c\n\nx\n--b\n\ny\n--b--\n", mixed(mixed(text(b"x")), text(b"y"))),
        (B + b"\n--b\n" + C + b"\n--b\n\ny\n--b--\n", mixed(mixed(), text(b"y"))),
        (B + b"\n--b\n" + C + b"--b\n\ny\n--b--\n", mixed(mixed(), text(b"y"))),
        (B + b"\n--b\n" + C + b"\n--c\n\nx\n--c--\nepilogue\n--c\n--b\n\ny\n--b--\n", mixed(mixed(text(b"x")), text(b"y"))),
        (B + b"\n--b\n" + C + b"\n--c\n\nx\n--b--\n--c\n\ny\n", mixed(mixed(text(b"x")))),
        (B + b"\n--b\n" + FORWARDED + b"\n" + C + b"\n--c\n\nx\n--b\n\ny\n--b--\n", mixed(forwarded(mixed(text(b"x"))), text(b"y"))),
        (B + b"\n--b\n" + C + b"\n--c\n--b--\n", mixed(mixed(text(b"")))),
        # One boundary begins as the other: the longer one is meant.
        (B + b"\n--b\n" + C.replace(b"=c", b"=bb") + b"\n--bb\n\nx\n--bb--\n--b\n\ny\n--b--\n", mixed(mixed(text(b"x")), text(b"y"))),
        (B.replace(b"=b", b"=bb") + b"\n--bb\n" + B + b"\n--b\n\nx\n--b--\n--bb \n\ny\n--bb--\n", mixed(mixed(text(b"x")), text(b"y"))),
        # The same: the inner one's, until that has ended.
        (B + b"\n--b\n" + B + b"\n--b\n\nx\n--b--\n--b\n\ny\n--b--\n", mixed(mixed(text(b"x")), text(b"y"))),
        # Messages.
        (FORWARDED, forwarded(text(b""))),
        (FORWARDED + b"\n", forwarded(text(b""))),
        (FORWARDED + b"\nSubject: x", forwarded(text(b""))),
        (FORWARDED + b"\nSubject: x\n\ny\n", forwarded(text(b"y\n"))),
        (FORWARDED + b"\n" + B + b"\n--b\n\nx\n--b--\ny\n", forwarded(mixed(text(b"x")))),
        (B + b"\n--b\n" + FORWARDED + b"--b--\n", mixed(forwarded(text(b"")))),
        (B + b"\n--b\n" + FORWARDED + b"\n--b--\n", mixed(forwarded(text(b"")))),
        (B + b"\n--b\n" + FORWARDED + b"\n\n--b--\n", mixed(forwarded(text(b"")))),
        (B + b"\n--b\n" + FORWARDED + b"\nSubject: x\n--b--\n", mixed(forwarded(text(b"")))),
        (B + b"\n--b\n" + FORWARDED + b"\n" + FORWARDED + b"\n--b\n\ny\n--b--\n", mixed(forwarded(forwarded(text(b""))), text(b"y"))),
        # Other kinds of messages are no composite types here.
        (b"Content-Type: message/partial; id=x\n\nSubject: x\n\ny", ("message/partial", b"Subject: x\n\ny")),
        # A digest's parts are messages if they don't say otherwise.
        (
            b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b\nContent-Type: text/plain\n\nz\n--b--\n",
            ("multipart/digest", [forwarded(text(b"y")), text(b"z")]),
        ),
        (b"Content-Type: multipart/digest; boundary=b\n\n--b\n--b--\n", ("multipart/digest", [forwarded(text(b""))])),
        # An invalid type is text/plain (RFC 2045 section 5.2).
        (b"Content-Type: x\n\ny", text(b"y")),
        (b"Content-Type:\n\ny", text(b"y")),
        (b"Content-Type: multipart\n\n--b\n", text(b"--b\n")),
        # A message that begins with what will be its boundary.
        (b"--b\n" + B + b"\nx", mixed()),
        (b"--b\n" + B + b"\n--b\n\nx\n--b--\n", mixed(text(b"x"))),
    ],
)  # fmt: skip
def test_parts(raw: bytes, expected: Shape) -> None:
    assert read(raw) == expected


@pytest.mark.parametrize(
    ("fields", "encoding", "disposition", "languages"),
    [
        (b"", b"7bit", None, []),
        (b"Content-Transfer-Encoding: Base64\n", b"Base64", None, []),
        (b"Content-Transfer-Encoding: (c)\n base64 (c)\n", b"base64", None, []),
        (b"Content-Transfer-Encoding: x y\n", b"7bit", None, []),
        (b"Content-Transfer-Encoding:\n", b"7bit", None, []),
        (b"Content-Disposition: attachment;\n filename=x\n", b"7bit", (b"attachment", ((b"filename", b"x"),)), []),
        (b"Content-Language: en,\n de\n", b"7bit", None, [b"en", b"de"]),
        # Of several the first one that can be read.
        (b"Content-Transfer-Encoding: x y\nContent-Transfer-Encoding: base64\nContent-Transfer-Encoding: 8bit\n", b"base64", None, []),
        (b"Content-Language: \nContent-Language: en\n", b"7bit", None, [b"en"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["message", "part", "forwarded message"])
def test_what_a_header_says(
    where: str,
    fields: bytes,
    encoding: bytes,
    disposition: object,
    languages: list[bytes],
) -> None:
    raw = b"MIME-Version: 1.0\n" + fields + b"\nx"
    if where == "message":
        part = Message(raw).root
    elif where == "part":
        (part,) = Message(B + b"\n--b\n" + fields + b"\nx").root.parts
    else:
        (part,) = Message(FORWARDED + b"\n" + raw).root.parts
    assert part.encoding == encoding
    assert part.disposition == disposition
    assert list(part.languages) == languages


def test_a_message_that_is_not_mime_says_nothing() -> None:
    fields = b"Content-Transfer-Encoding: base64\nContent-Disposition: attachment\nContent-ID: x\n"
    root = Message(fields + b"\nx").root
    assert (root.encoding, root.disposition, root.own) == (b"7bit", None, {})
    for makes_it_mime in (b"MIME-Version: 1.0\n", b"mime-version:\n", b"Content-Type: a/b\n"):
        root = Message(fields + makes_it_mime + b"\nx").root
        assert root.encoding == b"base64"
        assert root.own[b"content-id"] == b"x"


@pytest.mark.parametrize(
    ("value", "params"),
    [
        (b"", ((b"charset", b"us-ascii"),)),
        (b"text/plain", ((b"charset", b"us-ascii"),)),
        (b"text/html; format=flowed", ((b"format", b"flowed"), (b"charset", b"us-ascii"))),
        (b"text/plain; Charset=utf-8", ((b"Charset", b"utf-8"),)),
        (b"text/plain; charset*=''utf-8", ((b"charset*", b"''utf-8"),)),
        (b"image/png", ()),
    ],
)
def test_the_charset_of_a_text_is_us_ascii_if_it_does_not_say(value: bytes, params: object) -> None:
    assert Message(b"Content-Type: %b\n\n" % value).root.params == params


@pytest.mark.parametrize("size", [*range(4080, 4105), *range(16_370, 16_390)])
def test_long_headers(size: int) -> None:
    # Wherever the end of what is looked at in one step is.
    long = b"X: " + b"y" * size + b"\n"
    for header in (
        long,
        b"Content-Type: a/b\n" + long,
        (b"Y: z\n" * size)[:size].rstrip(b"\n") + b"\n" + long,
    ):
        kind = "a/b" if b"a/b" in header else "text/plain"
        for body in (b"", b"x", b"x\n\n", b"--c\n\nx"):
            expected = mixed((kind, body), text(b"y"))
            assert read(B + b"\n--b\n" + header + b"\n" + body + b"\n--b\n\ny\n--b--\n") == expected
        # Without an empty line the delimiter ends it.
        assert read(B + b"\n--b\n" + header + b"--b\n\ny") == mixed((kind, b""), text(b"y"))
        assert read(B + b"\n--b\n" + header + b"--c\n\ny\n--b--") == mixed((kind, b"y"))


@pytest.mark.parametrize(
    ("value", "encoding"),
    [
        (b"base64", b"base64"),
        (b"BASE64 (c)", b"base64"),
        (b"8bit; charset=utf-8", b"8bit"),
        # "Must be treated as application/octet-stream" (RFC 2045 section 6.4).
        (b"x-unknown", b"x-unknown"),
        (b"x y", b""),
        (b'"base64"', b""),
        (b"base64 (c", b""),
    ],
)
def test_the_encoding_to_undo(value: bytes, encoding: bytes) -> None:
    root = Message(b"MIME-Version: 1.0\nContent-Transfer-Encoding: %b\n\n" % value).root
    assert root.transfer == encoding
    assert Message(b"MIME-Version: 1.0\n\n").root.transfer == b"7bit"


def nested(levels: int) -> bytes:
    lines = [b"Content-Type: multipart/mixed; boundary=b%03d\n\n--b%03d\n" % (n, n) for n in range(levels)]  # fmt: skip
    return b"".join([*lines, b"\nx\n", *(b"--b%03d--\n" % n for n in reversed(range(levels)))])


@pytest.mark.parametrize(
    ("raw", "depth", "kind"),
    [
        (nested(MAX_DEPTH - 1), MAX_DEPTH, b"plain"),
        (nested(MAX_DEPTH), MAX_DEPTH, b"octet-stream"),
        (nested(MAX_DEPTH * 3), MAX_DEPTH, b"octet-stream"),
        ((FORWARDED + b"\n") * (MAX_DEPTH - 1) + b"\nx", MAX_DEPTH, b"plain"),
        ((FORWARDED + b"\n") * MAX_DEPTH + b"\nx", MAX_DEPTH, b"octet-stream"),
    ],
)
def test_the_depth_has_a_limit(raw: bytes, depth: int, kind: bytes) -> None:
    message = Message(raw)
    part = message.root
    levels = 1
    while part.parts:
        part = part.parts[0]
        levels += 1
    assert (levels, part.subtype) == (depth, kind)
    assert not part.is_multipart
    assert not part.is_message
    check_offsets(message)


@pytest.mark.parametrize(
    "part", [b"\nx\n", b"", b"Content-Type: text/html\n\nx\n", FORWARDED + b"\n\nx\n", C + b"\n"]
)
def test_the_number_of_parts_has_a_limit(part: bytes) -> None:
    message = Message(B + b"\n" + (b"--b\n" + part) * (MAX_PARTS + 10))
    found = list(message.root.walk())
    assert len(found) == MAX_PARTS
    assert found[-1].end == len(message.raw)
    check_offsets(message)


ANY = settings(deadline=None, derandomize=True, max_examples=300)
lines = st.lists(
    st.sampled_from(
        [b"\n", b"\r\n", b"\r", b"--b", b"--c", b"--b--", b"--", b"x", b" ", b"\0", b"\xff", b"Subject: x\n", FORWARDED, B, C,
         b"Content-Type: multipart/digest; boundary=b\r\n", b"\n--b\n", b"\r\n--c--\r\n", b'Content-Type: multipart/x; boundary=""\n']
    ),
    max_size=14,
).map(b"".join)  # fmt: skip
newlines: st.SearchStrategy[Literal["crlf", "keep"]] = st.sampled_from(["crlf", "keep"])


@ANY
@given(st.one_of(lines, messages, st.binary(max_size=60)), newlines)
def test_any_octets_have_parts_inside_one_another(
    raw: bytes, newlines: Literal["crlf", "keep"]
) -> None:
    message = Message(raw, newlines=newlines)
    check_offsets(message)
    for part in message.root.walk():
        assert part.encoding
        assert part.disposition is None or part.disposition[0] is not None
        assert all(part.languages)
        assert repr(part)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.one_of(lines, messages))
def test_line_ends_make_no_difference(raw: bytes) -> None:
    read(raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def leaf(content: bytes | str, name: str | None, encoding: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    if isinstance(content, str):
        mail.set_content(content, cte=encoding)
    else:
        mail.set_content(content, "application", "x-any", cte=encoding, filename=name)
    return mail


def around(parts: list[EmailMessage]) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["Content-Type"] = "multipart/mixed"
    for part in parts:
        mail.attach(part)
    return mail


def inside(part: EmailMessage) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    part["Subject"] = "forwarded"
    mail.set_content(part)
    return mail


contents = st.one_of(
    st.builds(leaf, st.binary(max_size=90), st.none() | st.text("aé ", min_size=1, max_size=9), st.just("base64")),
    st.builds(leaf, st.text("ab =.\n", max_size=20), st.none(), st.sampled_from(["7bit", "quoted-printable", "base64"])),
)  # fmt: skip
trees = st.recursive(
    contents,
    lambda below: st.one_of(
        st.lists(below, max_size=4).map(around), below.filter(lambda mail: "Subject" not in mail).map(inside)
    ),
    max_leaves=8,
)  # fmt: skip


def pairs(part: Part, theirs: EmailMessage) -> Iterator[tuple[Part, EmailMessage]]:
    yield part, theirs
    if theirs.is_multipart():
        for mine, other in zip(part.parts, theirs.iter_parts() if theirs.get_content_maintype() == "multipart" else theirs.get_payload(), strict=True):  # fmt: skip
            yield from pairs(mine, other)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(trees)
def test_what_the_standard_library_builds(mail: EmailMessage) -> None:
    for number, part in enumerate(mail.walk()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_{number}")
    message = Message(bytes(mail))
    check_offsets(message)
    theirs = message_from_bytes(message.raw, policy=default)
    assert isinstance(theirs, EmailMessage)
    for mine, other in pairs(message.root, theirs):
        assert f"{mine.type.decode()}/{mine.subtype.decode()}" == other.get_content_type()
        assert mine.encoding.decode() == other.get("Content-Transfer-Encoding", "7bit")
        assert (mine.disposition or (b"",))[0].decode() == (other.get_content_disposition() or "")
        if not other.is_multipart() and not mine.is_multipart:
            body = message.raw[mine.body : mine.end]
            assert DECODERS[mine.encoding.lower()](body) == other.get_payload(decode=True)
