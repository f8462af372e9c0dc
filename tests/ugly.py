"""Messages that break parsers, written by hand: each is a case that somebody's mail had.

Line ends are LF here, and CRLF when they are stored.
"""

from collections.abc import Iterator

_FROM = [
    b"", b"a", b"a@b, c@d", b'"x" <a@b>', b"x y <a@b>", b"x (com) y <a@b> (z)", b"a@b (Name)",
    b"(Name) a@b", b"g: a@b, c@d;", b"g:;", b"undisclosed-recipients:;", b"g: a@b", b"g: a@b, , c@d,;",
    b"<@r1,@r2:a@b>", b"<@r1:@r2:a@b>", b"<@:a@b>", b"<>", b"x <>", b"<a@b", b'"x <a@b>', b"a@b c@d",
    b"a b", b"a.b@c.d", b"a . b @ c . d", b'"a b"@c', b'"a"."b"@c', b'"a".b@c', b"a@[1.2.3.4]", b"a@[IPv6:::1]",
    b"x <a>", b"@b", b"a@", b"a@b,", b",,a@b,,", b"a@b;", b"a@b; c@d", b"x.y <a@b>", b"x. y. <a@b>",
    b"x@y <a@b>", b"=?utf-8?q?a?= <a@b>", b"=?utf-8?q?a_b?= =?utf-8?q?c?= <a@b>", b"\xc3\xa9 <a@b>",
    b"\xc3\xa9@\xc3\xa9.example", b"<a@b> x", b"<a@b> <c@d>", b"x (a (b) c <a@b>", b"x\\y <a@b>", b"a..b@c",
    b".a@c", b"a.@c", b"a@b..c", b"a@.c", b'"a\\"b" <a@b>', b'"a" "b" <a@b>', b'a"b"c <a@b>', b"a@b@c",
    b"<a@b@c>", b"a:b@c;", b"a:b:c@d;", b"x < a @ b >", b"x<a@b>y<c@d>", b"[x] <a@b>", b"(only comment)",
    b"a (c1) (c2)", b"a@b (c1) (c2)", b'""@b', b'"" <a@b>', b"a\n @b", b"a@b (x\\)y)", b'"unterminated',
    b"(unterminated", b"a@b (unterminated", b"x <a@b> (unterminated", b"x <unterminated", b"[unterminated",
    b"a@[unterminated", b"a@b,\n\tc@d,\n\te@f", b"J. Smith", b"J. Smith <a@b>", b"a\x00b@c", b"\x01 <a@b>",
    b"<<a@b>>", b"<a@b>, ", b";", b":", b"::", b"a@b>", b"<mailto:a@b>", b"'a@b' <a@b>", b"a@b <a@b>", b"\\",
    b'"x\\', b"x <a@b>\n (folded\n comment)", b"A Group(Some people)\n    :Chris Jones <c@(Chris's host.)public.example>,\n  joe@example.org,\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
    b"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", b"jdoe@test   . example",
    b"Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
]  # fmt: skip
_FIELDS = [
    b"Subject: a\n\tb\n  c\n", b"Subject:\n", b"Subject:   \n", b"Subject: =?utf-8?q?a?=  b\n", b"Subject : x\n",
    b"Subject\n", b"Subject: 1\nSubject: 2\n", b"Subject: 1\nSubject:\n", b"From: a@b\nFrom: c@d\n",
    b"To: a@b\nTo: c@d\nTo:\n", b"Sender:\nFrom: a@b\n", b"Sender: c@d\nReply-To: e@f\nFrom: a@b\n",
    b"Date: x\ty\n z\n", b"Message-ID: <a@b> x\n", b"In-Reply-To: <a@b>\n\t<c@d>\n", b"garbage line\nSubject: x\n",
    b"Subject: x\ngarbage\n", b"Subject: x\n \n y\n", b"Subject: x\n \n", b"Subject: a\x00b\n", b'Subject: a"b\\c\n',
    b" Subject: x\nFrom: a@b\n", b"\tx\nFrom: a@b\n", b": x\nFrom: a@b\n", b"From a Mon Jan 1\nFrom: a@b\n",
    b">From a Mon Jan 1\nFrom: a@b\n", b"sUbJeCt: x\n", b"Subject:x\n", b"Subject:\tx\n", b"Subject: \xff\xfe\n",
    b"Subject: \xe4\xbd\xa0\xe5\xa5\xbd\n", b"Subject: =?utf-8?b?w6k=?=\n", b"Subject: =?utf-8?q?unterminated\n",
    b"Subject: =?nosuch?q?x?=\n", b"Subject: " + b"x" * 2000 + b"\n", b"Subject: " + b"y" * 100 * 1024 + b"\n",
    b"To: " + b", ".join(b"a%d@example.org" % n for n in range(2000)) + b"\n",
    b"".join(b"X-%d: y\n" % n for n in range(2000)) + b"Subject: z\n", b"Subject: x\nSubject : y\n",
    b"Bcc: a@b\nCc: c@d\n", b"Date: Mon, 1 Jan 2024 00:00:00 +0000 (UTC)\n", b"Message-ID:\n", b"In-Reply-To:\n",
    b"Resent-From: a@b\n", b"Subject: (comment) text\n", b"Message-ID: <\"a b\"@c>\n", b"Date:\n",
]  # fmt: skip
_TYPES = [
    b"text", b"text/", b"text/html", b"TEXT/HTML; Charset=UTF-8", b"", b"foo", b"image/png", b"text/plain; charset",
    b"text/plain; charset=", b'text/plain; charset=""', b"text/plain; a=b; a=c", b"text/plain; a=b c=d",
    b'text/plain; a="b', b"text/plain;; a=b;", b"text/plain; a*0=b; a*1=c", b"text/plain; a*=utf-8''%e2%82%ac",
    b"text/plain; a*0*=utf-8''x%20; a*1=c%; a*2*=%41", b"text/plain; a*1=c; a*2=d", b"text/plain; a*1=c; a*0=d; z=1",
    b"text/plain; name==?utf-8?q?x_y?=", b"text/plain; name==?utf-8?q?x y?=; b=c", b"text/plain; name=a b.txt",
    b"text/plain (comment); a=b (c)", b"text (c) / plain; a = b", b"text/plain; name=\xc3\xa9", b'text/plain; name="\xc3\xa9"',
    b"text/plain; A*0=b; a*1=c", b"text/plain; a*0=b; a*0=c", b"text/plain; a**=b", b"text/plain; *=b", b"text/plain; a*x=b",
    b"text/plain\nContent-Type: text/html", b"message/rfc822 x", b"multipart/", b"multipart", b"text/plain\x00",
    b"te xt/plain", b"/plain", b"text//plain; a=b", b'"text/plain"; a=b', b"application/x; =b", b"application/x; a=b; =c; d=e",
    b"application/x, a=b", b"application/x a=b", b"application/x; a=b, c=d; e=f", b'application/x; a="b"c; e=f',
    b"application/x; a b=c; e=f", b"application/x; a=b;\n\tc=d", b'application/x; name="a\n b"', b"message/partial",
    b"message/global", b"message/external-body; access-type=x", b"MESSAGE/RFC822", b"multipart/mixed", b"multipart/mixed; boundary=",
    b"text/plain; charset=us-ascii; format=flowed", b"application/octet-stream; name=\"" + b"n" * 5000 + b"\"",
    b'text/plain; charset="utf-8"; charset="x"', b"text/plain; charset='utf-8'", b"text/plain; charset=utf-8;",
]  # fmt: skip
_OTHERS = [
    b"Content-Transfer-Encoding: BASE64 (x)", b"Content-Transfer-Encoding: x y", b"Content-Transfer-Encoding:",
    b"Content-Transfer-Encoding: 8bit;", b'Content-Transfer-Encoding: "base64"', b"Content-Transfer-Encoding: (c) base64",
    b"Content-Disposition: attachment", b"Content-Disposition: attachment; filename=x", b"Content-Disposition:",
    b"Content-Disposition: ; filename=x", b'Content-Disposition: "attachment"; filename=x', b"Content-Disposition: attachment; filename*=utf-8''%c3%a9.txt",
    b"Content-Disposition: inline; filename=\"a\\\"b\"", b"Content-Disposition: a\nContent-Disposition: b; c=d\nContent-Disposition: e; f=g",
    b"Content-Language: en, de", b"Content-Language: en", b"Content-Language:", b"Content-Language: en de", b"Content-Language: en,,de",
    b"Content-Location: http://x/ y", b"Content-Location:", b"Content-MD5: abc", b"Content-ID: <a@b> ", b"Content-ID:",
    b"Content-Description: a\n b", b"Content-Description: =?utf-8?q?x?=", b"Content-Id: ", b"Content-ID: <a>\nContent-ID: <b>",
    b"Content-Description: \xff\x00",
]  # fmt: skip

_T = b"Content-Type: "
_B = _T + b"multipart/mixed; boundary=b\n"
_RFC822 = _T + b"message/rfc822\n"
_BODIES = [
    b"\nhi\n", b"\nhi", b"", b"\n", b"\n\n\n", b"Subject: x\n", b"Subject: x", b"\nFrom: not a header\n",
    _B + b"\nx", _B + b"\n--b\n\nx\n--b--\n", _B + b"\npre\n--b\n\nx\n--b\n\ny", _B + b"\n--b--\n", _B + b"\n--b\n--b--\n",
    _B + b"\n--b\n\n--b--\n", _B + b"\n--b\n\n\n--b--\n", _B + b"\n--b\nContent-Type: text/html\n--b--\n", _B + b"--b\n\nx\n--b--\n",
    _B + b"\n--b", _B + b"\n--b\n", _B + b"\n--b--", _B + b"\nx\n--b", _B + b"\n--b\nX: y", _B + b"\n--b\n\nx\n--b--\nepilogue\n--b\n\nz\n",
    _B + b"\n--bc\n\nx\n--b \n\ny\n--b--z\n", _B + b"\n --b\n\nx\n-b\n---b\n", _B + b"\n--B\n\nx\n--B--\n",
    _T + b'multipart/mixed; boundary=""\n\n--\n\nx\n----\n', _T + b'multipart/mixed; boundary="b "\n\n--b\n\nx\n--b--\n',
    _T + b'multipart/mixed; boundary="b "\n\n--b \n\nx\n--b --\n', _T + b"multipart/mixed; boundary=b; boundary=c\n\n--b\n\nx\n--b--\n",
    _T + b"multipart/mixed; boundary*0=b; boundary*1=c\n\n--bc\n\nx\n--bc--\n", _T + b"multipart/mixed; boundary*=us-ascii''b\n\n--b\n\nx\n--b--\n",
    _T + b"multipart/mixed; boundary=b c\n\n--b\n\nx\n--b--\n", _T + b"multipart/mixed; boundary=a=b\n\n--a=b\n\nx\n--a=b--\n",
    _T + b"multipart/mixed; boundary=a/b\n\n--a/b\n\nx\n--a/b--\n", _T + b'multipart/mixed; boundary = "a:b"\n\n--a:b\n\nx\n--a:b--\n',
    _B + b"\n--b\n" + _T + b"multipart/alternative; boundary=b\n\n--b\n\nx\n--b--\n--b\n\ny\n--b--\n",
    _B + b"\n--b\n" + _T + b"multipart/alternative; boundary=bb\n\n--bb\n\nx\n--bb--\n--b\n\ny\n--b--\n",
    _T + b"multipart/mixed; boundary=bb\n\n--bb\n" + _T + b"multipart/alternative; boundary=b\n\n--b\n\nx\n--b--\n--bb\n\ny\n--bb--\n",
    _B + b"\n--b\n" + _T + b"multipart/alternative; boundary=c\n\n--c\n\nx\n--b\n\ny\n--c--\n--b--\n",
    _B + b"\n--b\n" + _T + b"multipart/alternative; boundary=c\n--b\n\ny\n--b--\n",
    _T + b"multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b--\n", _T + b"multipart/digest; boundary=b\n\n--b\n--b--\n",
    _T + b"multipart/digest; boundary=b\n\n--b\nContent-Type: text/plain\n\nSubject: x\n\ny\n--b--\n",
    _RFC822 + b"\nSubject: x\nFrom: a@b\n\ny\n", _RFC822 + b"\n", _RFC822, _RFC822 + b"Content-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKeQo=\n",
    _RFC822 + b"\n" + _RFC822 + b"\n" + _RFC822 + b"\nSubject: x\n\ny", _RFC822 + b"\n" + _B + b"\n--b\n\nx\n--b--\nepilogue",
    _B + b"\n--b\n" + _RFC822 + b"\nSubject: x\n\ny\n--b\n\nz\n--b--\nepilogue\n",
    _B + b"\n--b\n" + _RFC822 + b"\n" + _T + b"multipart/mixed; boundary=c\n\n--c\n\nq\n--b\n\nz\n--c--\n",
    _B + b"\n--b\n" + _RFC822 + b"--b--\n", _B + b"\n--b\n" + _RFC822 + b"\nSubject: x\n--b--\n", _B + b"\n--b\n" + _RFC822 + b"\n--b--\n",
    b"Content-Transfer-Encoding: base64\n" + _B + b"\n--b\n\nx\n--b--\n", _B + b"\n--b\n\nx\n--b\n\ny\n--b--\n" * 3,
    _T + b'multipart/mixed; boundary="' + b"b" * 300 + b'"\n\n--' + b"b" * 300 + b"\n\nx\n--" + b"b" * 300 + b"--\n",
]  # fmt: skip


def nested(levels: int) -> bytes:
    """So many multiparts inside one another, with a text in the middle."""
    start = b"".join(
        b"%bmultipart/mixed; boundary=b%d\n\n--b%d\n" % (_T, n, n) for n in range(levels)
    )
    return start + b"\nx\n" + b"".join(b"--b%d--\n" % n for n in reversed(range(levels)))


def forwarded(levels: int) -> bytes:
    """So many messages inside one another."""
    return (b"Subject: x\n" + _RFC822 + b"\n") * levels + b"\nx\n"


def many_parts(count: int) -> bytes:
    """A multipart with so many parts."""
    return _B + b"\n" + b"--b\n\nx\n" * count + b"--b--\n"


def ugly() -> Iterator[bytes]:
    """All of them, with CRLF, and none that is large."""
    for value in _FROM:
        yield from (b"From: %b\n\nx\n" % value, b"To: z@z, %b\nCc: %b\n\n" % (value, value))
    for field in _FIELDS:
        yield field + b"\nx\n"
    for value in _TYPES:
        yield b"Content-Type: %b\n\nx\n" % value
        yield _B + b"\n--b\nContent-Type: %b\n\nx\n--b--\n" % value
    for field in _OTHERS:
        yield field + b"\n\nx\n"
        yield b"MIME-Version: 1.0\n" + field + b"\n\nx\n"
        yield _B + field + b"\n\n--b\n" + field + b"\n\nx\n--b--\n"
    yield from _BODIES
    for levels in (2, 50, 98, 99, 100, 101, 150):
        yield from (nested(levels), forwarded(levels))
    for count in (500, 9_999, 10_001):
        yield many_parts(count)
