"""No input takes more than linear time: shown by inputs that grow.

Each input is made four times as large, again and again. What takes linear time
then takes about four times as long, what takes quadratic time sixteen times;
the line is drawn between the two. Only the processor's time counts, so that
other programs' load doesn't.
"""

import gc
from collections.abc import Callable, Iterator
from encodings.aliases import aliases
from time import process_time  # noqa: TID251

import pytest

from mockmail.imap.fetch.structure import body_item, bodystructure_item, envelope_item
from mockmail.message import charset, date, encoded, transfer
from mockmail.message.address import address_list
from mockmail.message.header import unfold
from mockmail.message.html import to_text
from mockmail.message.message import Message, with_crlf
from mockmail.message.mime import part_at
from mockmail.message.parameters import disposition, media_type, parameter, word, words
from mockmail.message.text import body_text, header_text, header_texts, preview

Make = Callable[[int], bytes]
Work = Callable[[bytes], object]

STEP = 4
MOST = 8.0
"""Times as long that STEP times as much may take: half of its square."""
ATTEMPTS = 3
SLOW = 0.05
"""Seconds of a run after which no larger input is tried."""
NOISE = 0.001
"""Seconds of a run that say nothing yet."""


@pytest.fixture(autouse=True, scope="module")
def no_garbage_collection() -> Iterator[None]:
    """The collector's passes depend on what else there is in the process."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def seconds(work: Work, data: bytes) -> float:
    started = process_time()
    work(data)
    return process_time() - started


def times_as_long(work: Work, small: bytes, large: bytes) -> float:
    """The large input beside the small one at its fastest: nothing makes it faster than it is."""
    return seconds(work, large) / min(seconds(work, small) for _ in range(3))


def is_linear(work: Work, small: bytes, large: bytes) -> bool:
    """Whether one of some tries says so: what disturbs them makes them slower."""
    return any(times_as_long(work, small, large) <= MOST for _ in range(ATTEMPTS))


def check(work: Work, make: Make, octets: int, what: object = "") -> None:
    """`work` takes linear time for what `make` makes, up to so many octets or a little more."""
    count = 1
    small = make(count)
    took = seconds(work, small)
    while len(small) < octets and took < SLOW:
        count *= STEP
        large = make(count)
        before, took = took, seconds(work, large)
        if took > NOISE and took > MOST * before:
            assert is_linear(work, small, large), (
                f"{what}: {len(small)} octets take {before:.6f} s, {len(large)} take {took:.6f} s"
            )
        small = large


# What can stand in a field, and in a body.
VALUES: dict[str, Make] = {
    "one word": lambda n: b"a" * n,
    "words": lambda n: b"a " * n,
    "spaces": lambda n: b" " * n,
    "spaces, then a word": lambda n: b"a" + b" \t" * n + b"b",
    "NUL": lambda n: b"\0" * n,
    "eight bits": lambda n: b"\xff" * n,
    "characters": lambda n: "é".encode() * n,
    "lines": lambda n: b"a\r\n" * n,
    "folds": lambda n: b"a\r\n b" * n,
    "bare CR": lambda n: b"\r" * n,
    "bare LF": lambda n: b"\n" * n,
    # Addresses.
    "addresses": lambda n: b"a@b," * n,
    "names": lambda n: b"A B <a@b>, " * n,
    "names in comments": lambda n: b"a@b (c), " * n,
    "commas": lambda n: b"," * n,
    "open comments": lambda n: b"(" * n,
    "open comments behind words": lambda n: b"a (" * n,
    "nested comments": lambda n: b"(" * n + b")" * n + b"a@b",
    "comments": lambda n: b"(a) " * n + b"a@b",
    "addresses in an open comment": lambda n: b"(" + b"a@b, " * n,
    "addresses, each with an open comment": lambda n: b"a@b (, " * n,
    "quotes": lambda n: b'"' * n,
    "quoted words": lambda n: b'"a" ' * n,
    "odd quotes": lambda n: b'"' + b'"a" ' * n,
    "an open quote": lambda n: b'"' + b"a " * n,
    "addresses, each with an open quote": lambda n: b'a@b, "' * n,
    "backslashes": lambda n: b"\\" * n,
    "quoted backslashes": lambda n: b'"' + b"\\" * n,
    "backslashes in a comment": lambda n: b"(" + b"\\" * n,
    "open brackets": lambda n: b"<" * n,
    "open angles": lambda n: b"<a@b, " * n,
    "closed angles": lambda n: b"<a@b>" * n,
    "routes": lambda n: b"<" + b"@a," * n + b":a@b>",
    "open routes": lambda n: b"<@a," * n,
    "commas of a route": lambda n: b"<@a" + b"," * n,
    "colons": lambda n: b":" * n,
    "groups in groups": lambda n: b"a:" * n,
    "groups": lambda n: b"a:b@c;, " * n,
    "open groups": lambda n: b"a:b@c, " * n,
    "dots": lambda n: b"." * n,
    "dotted": lambda n: b"a." * n,
    "dotted with spaces": lambda n: b"a . " * n,
    "dotted quotes": lambda n: b'"a".' * n,
    "at signs": lambda n: b"@" * n,
    "locals": lambda n: b"a@" * n,
    "domains": lambda n: b"a@" + b"b." * n,
    "domain literals": lambda n: b"a@[b], " * n,
    "open domain literals": lambda n: b"a@[" * n,
    "square brackets": lambda n: b"[" * n,
    # Parameters.
    "semicolons": lambda n: b"a/b" + b";" * n,
    "no values": lambda n: b"a/b" + b"; a" * n,
    "parameters": lambda n: b"a/b" + b"; a=b" * n,
    "quoted parameters": lambda n: b"a/b" + b'; a="b"' * n,
    "escaped parameters": lambda n: b"a/b" + b'; a="\\b"' * n,
    "parameters with comments": lambda n: b"a/b" + b"; a=(c)b" * n,
    "parameters with open comments": lambda n: b"a/b" + b"; a=b(" * n,
    "parameters with open quotes": lambda n: b"a/b" + b'; a="b' * n,
    "a parameter with an open quote": lambda n: b'a/b; a="' + b"; a=b" * n,
    "words behind parameters": lambda n: b"a/b" + b"; a=b c" * n,
    "equals signs": lambda n: b"a/b; a" + b"=" * n,
    "asterisks": lambda n: b"a/b; " + b"*" * n + b"=a",
    "sections": lambda n: b"a/b" + b"".join(b"; a*%d=b" % at for at in range(n)),
    "sections the other way round": lambda n: b"a/b" + b"".join(b"; a*%d=b" % at for at in range(n, -1, -1)),
    "extended sections": lambda n: b"a/b" + b"".join(b"; a*%d*=%%41" % at for at in range(n)),
    "sections that are all the first": lambda n: b"a/b" + b"; a*0=b" * n,
    "sections with a gap": lambda n: b"a/b; a*0=b" + b"; a*2=b" * n,
    "first sections": lambda n: b"a/b" + b"".join(b"; a%d*0=b" % at for at in range(n)),
    "a section's number": lambda n: b"a/b; a*" + b"1" * n + b"=b",
    "percent signs": lambda n: b"a/b; a*=utf-8''" + b"%" * n,
    "extended octets": lambda n: b"a/b; a*=utf-8''" + b"%41" * n,
    "slashes": lambda n: b"/" * n,
    # Encoded words.
    "encoded words": lambda n: b"=?utf-8?q?a?= " * n,
    "encoded words of two charsets": lambda n: b"=?utf-8?q?a?= =?latin-1?b?YQ==?= " * n,
    "encoded words of many charsets": lambda n: b"".join(b"=?x%d?q?a?= " % at for at in range(n // 8)),
    "encoded words with words between": lambda n: b"=?utf-8?q?a?= b " * n,
    "starts of encoded words": lambda n: b"=?" * n,
    "half encoded words": lambda n: b"=?utf-8?q?a" * n,
    "encoded words without an encoding": lambda n: b"=?utf-8" * n,
    "languages of encoded words": lambda n: b"=?a*" * n,
    "a long charset": lambda n: b"=?" + b"a" * n,
    "a long language": lambda n: b"=?a*" + b"b" * n,
    "a long encoded word without an end": lambda n: b"=?utf-8?q?" + b"b" * n,
    "equals signs in Q": lambda n: b"=?utf-8?q?" + b"=" * n + b"?=",
    "octets in Q": lambda n: b"=?utf-8?q?" + b"=C3" * n + b"?=",
    "paddings in B": lambda n: b"=?utf-8?b?" + b"a=" * n + b"?=",
    # Bodies.
    "escapes": lambda n: b"=41" * n,
    "half escapes": lambda n: b"=4" * n,
    "soft line breaks": lambda n: b"=\r\n" * n,
    "soft line breaks with spaces": lambda n: b"= \r\n" * n,
    "spaces at the lines' ends": lambda n: b"a  \r\n" * n,
    "BASE64": lambda n: b"YWJj" * n,
    "paddings": lambda n: b"YQ==" * n,
    "BASE64 with what is none": lambda n: b"Y-" * n,
    # Dates.
    "numbers": lambda n: b"1 " * n,
    "days": lambda n: b"1 Jan " * n,
    "months": lambda n: b"Jan" * n,
    "times": lambda n: b"1 Jan 2024 " + b"1:1" * n,
    "signs": lambda n: b"1 Jan 2024 1:1 " + b"+" * n,
    "letters behind a time": lambda n: b"1 Jan 2024 1:1 " + b"A" * n,
}  # fmt: skip

READERS: dict[str, Work] = {
    "unfold": unfold,
    "address_list": address_list,
    "media_type": media_type,
    "a parameter": lambda value: parameter((media_type(value) or (b"", b"", ()))[2], b"a"),
    "disposition": disposition,
    "word": word,
    "words": words,
    "encoded words": encoded.decode,
    "base64": transfer.base64,
    "quoted_printable": transfer.quoted_printable,
    "with_crlf": with_crlf,
    "date": lambda value: date.parse(value.decode("latin-1")),
    "to_text": lambda value: to_text(value.decode("latin-1")),
}


@pytest.mark.parametrize("value", VALUES)
def test_values(value: str) -> None:
    for name, reader in READERS.items():
        check(reader, VALUES[value], 32 * 1024, name)


HTML: dict[str, Make] = {
    "less-than signs": lambda n: b"<" * n,
    "greater-than signs": lambda n: b">" * n,
    "starts of declarations": lambda n: b"<!" * n,
    "declarations": lambda n: b"<!a>" * n,
    "starts of comments": lambda n: b"<!--" * n,
    "half comments": lambda n: b"<!-- a>" * n,
    "comments": lambda n: b"<!-- a -->" * n,
    "ends of comments": lambda n: b"-->" * n,
    "comments that are left when declarations are taken out": lambda n: b"<<!a>!--a>" * n,
    "declarations that are left": lambda n: b"<<!a>!a>" * n,
    "instructions that are left": lambda n: b"<<!a>?a" * n,
    "starts of instructions": lambda n: b"<?" * n,
    "marked sections": lambda n: b"<![" * n,
    "starts of tags": lambda n: b"<a " * n,
    "starts of end tags": lambda n: b"</" * n,
    "end tags": lambda n: b"</a>" * n,
    "end tags with attributes": lambda n: b"</a b=c>" * n,
    "tags": lambda n: b"<div>" * n,
    "nested tags": lambda n: b"<div>" * n + b"</div>" * n,
    "tags that run on": lambda n: b"<b>a" * n,
    "empty tags": lambda n: b"<br/>" * n,
    "a long tag": lambda n: b"<" + b"a" * n + b">",
    "attributes": lambda n: b"<a" + b" b=c" * n + b">",
    "attributes without a value": lambda n: b"<a" + b" b" * n + b">",
    "attributes with open quotes": lambda n: b"<a" + b" b='" * n + b">",
    "tags with open quotes": lambda n: b"<a b='>" * n,
    "tags with either open quote": lambda n: b"<a b='>" + b'<a b=">' * n,
    "one open quote": lambda n: b"<a b='>" + b"<a b=c>" * n,
    "equals signs": lambda n: b"<a b" + b"=" * n + b'">',
    "spaces in a tag": lambda n: b"<a" + b" " * n + b"b>",
    "slashes in a tag": lambda n: b"<a" + b"/" * n + b">",
    "quotes in a tag": lambda n: b"<a " + b"'" * n + b">",
    "a tag without an end": lambda n: b"<a " + b"b" * n,
    "ampersands": lambda n: b"&" * n,
    "characters": lambda n: b"&amp;" * n,
    "characters without an end": lambda n: b"&am" * n,
    "numbered characters": lambda n: b"&#65;" * n,
    "a large number": lambda n: b"&#" + b"1" * n + b";",
    "a large hexadecimal number": lambda n: b"&#x" + b"1" * n + b";",
    "a long name": lambda n: b"&" + b"a" * n + b";",
    "scripts": lambda n: b"<script>a</script>" * n,
    "starts of scripts": lambda n: b"<script>" * n,
    "starts of styles with end tags": lambda n: b"<style></a>" * n,
    "half ends of a script": lambda n: b"<script>" + b"</script" * n,
    "titles": lambda n: b"<title>" * n,
    "heads": lambda n: b"<head>" * n,
    "templates": lambda n: b"<template>" * n,
    "lines": lambda n: b"a<br>\n" * n,
}  # fmt: skip


@pytest.mark.parametrize("html", HTML)
def test_html(html: str) -> None:
    check(lambda data: to_text(data.decode()), HTML[html], 64 * 1024)


OCTETS: dict[str, Make] = {
    "letters": lambda n: b"a" * n,
    "eight bits": lambda n: b"\xff" * n,
    "the other half": lambda n: b"\x81" * n,
    "pairs": lambda n: b"\xa4\xa2" * n,
    "half pairs": lambda n: b"a\xe0 " * n,
    "UTF-8": lambda n: "é€😀".encode() * n,
    "NUL": lambda n: b"\0" * n,
    "surrogates": lambda n: b"\xd8\0" * n,
    "UTF-7": lambda n: b"+AOk-" * n,
    "plus signs": lambda n: b"+" * n,
    "escapes": lambda n: b"\x1b$B\x1b(B" * n,
    "half escapes": lambda n: b"\x1b$" * n,
    "shifts": lambda n: b"\x0e\x0f" * n,
    "tildes": lambda n: b"~{~}" * n,
    "half tildes": lambda n: b"~{" * n,
}  # fmt: skip


def decoded(label: bytes) -> Work:
    return lambda octets: charset.decode(octets, label)


@pytest.mark.parametrize("octets", OCTETS)
def test_charsets(octets: str) -> None:
    for label in sorted(set(aliases.values())):
        check(decoded(label.encode()), OCTETS[octets], 16 * 1024, label)


MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
FORWARDED = b"Content-Type: message/rfc822\r\n"


def nested(levels: int, boundary: bytes = b"b%d") -> bytes:
    """So many multiparts inside one another; each has the next one's header."""
    named = [boundary % at if b"%d" in boundary else boundary for at in range(levels)]
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n--%b\r\n" % (name, name)
        for name in named
    )


MESSAGES: dict[str, Make] = {
    "fields": lambda n: b"X: y\r\n" * n,
    "fields of many names": lambda n: b"".join(b"X-%d: y\r\n" % at for at in range(n)),
    "fields without a name": lambda n: b"y\r\n" * n,
    "a field of many lines": lambda n: b"Subject: x\r\n" + b" y\r\n" * n,
    "a field of empty lines": lambda n: b"Subject: x\r\n" + b" \r\n" * n,
    "a long line": lambda n: b"Subject: " + b"x" * n,
    "a long name": lambda n: b"x" * n + b": y",
    "colons": lambda n: b":" * n,
    "spaces before a colon": lambda n: b"Subject" + b" " * n + b": x",
    "fields with the same addresses": lambda n: b"To:a@b\r\n" * n,
    "fields with the same text": lambda n: b"Subject:x\r\n" * n,
    "empty fields": lambda n: b"To:\r\n" * n,
    "fields that say what the message is": lambda n: b"Content-Type: text/plain; a=b\r\n" * n,
    "fields of MIME": lambda n: b"Content-Type:\r\nContent-Language:\r\nContent-Disposition:\r\nContent-Transfer-Encoding:\r\n" * n,
    "many dispositions behind one without parameters": lambda n: b"MIME-Version: 1.0\r\nContent-Disposition: " + b"a" * n + b"\r\n" + b"Content-Disposition: a\r\n" * n,
    "many dispositions behind a long one": lambda n: b"MIME-Version: 1.0\r\nContent-Disposition: a" + b"; b=c" * n + b"\r\n" + b"Content-Disposition:a\r\n" * n,
    "many languages behind a long list": lambda n: b"MIME-Version: 1.0\r\nContent-Language: " + b"en," * n + b"\r\n" + b"Content-Language:a\r\n" * n,
    "many encodings behind a long one": lambda n: b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: " + b"a" * n + b"\r\n" + b"Content-Transfer-Encoding:a\r\n" * n,
    "the same in a part": lambda n: MIXED + b"--b\r\nContent-Language: " + b"en," * n + b"\r\n" + b"Content-Language:a\r\n" * n,
    "lines": lambda n: b"\r\n" + b"x\r\n" * n,
    "empty lines": lambda n: b"\r\n" * n,
    "lines like delimiters": lambda n: MIXED + b"--\r\n" * n,
    "lines like delimiters, deep inside": lambda n: nested(90) + b"--c\r\n" * n,
    "hyphens": lambda n: MIXED + b"--" * n,
    "parts": lambda n: MIXED + b"--b\r\n\r\nx\r\n" * n,
    "empty parts": lambda n: MIXED + b"--b\r\n\r\n\r\n" * n,
    "parts with a header": lambda n: MIXED + b"--b\r\nContent-Type: text/html\r\n\r\nx\r\n" * n,
    "parts without a header's end": lambda n: MIXED + b"--b\r\n" * n,
    "parts without a header's end, then lines": lambda n: MIXED + b"--b\r\n" * n + b"xxxxxxxx\r\n" * n,
    "parts with a header only": lambda n: MIXED + b"--b\r\nX: y\r\n" * n,
    "messages without a header's end": lambda n: MIXED + (b"--b\r\n" + FORWARDED) * n,
    "a part that is a long header": lambda n: MIXED + b"--b\r\n" + b"X: y\r\n" * n,
    "last delimiters": lambda n: MIXED + b"--b\r\n\r\n" + b"--b--\r\n" * n,
    "boundaries of one kind": lambda n: nested(n, b"b"),
    "multiparts in multiparts": nested,
    "multiparts in multiparts that end": lambda n: nested(n) + b"\r\n" + b"".join(b"--b%d--\r\n" % at for at in range(n, -1, -1)),
    "multiparts that end with the outermost": lambda n: b"".join(nested(50) + b"\r\nx\r\n--b0\r\n" for _ in range(n // 50 + 1)),
    "boundaries that begin alike": lambda n: b"".join(
        b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n--%b\r\n" % (b"b" * at, b"b" * at)
        for at in range(1, min(n, 90))
    )
    + b"--b\r\n\r\n" * n,
    "a long boundary": lambda n: b"Content-Type: multipart/mixed; boundary=" + b"b" * n + b"\r\n\r\n" + b"--b\r\n" * n,
    "a multipart of empty multiparts": lambda n: MIXED + b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n" * n,
    "a digest": lambda n: b"Content-Type: multipart/digest; boundary=b\r\n\r\n" + b"--b\r\n\r\nSubject: x\r\n\r\ny\r\n" * n,
    "forwarded messages": lambda n: MIXED + (b"--b\r\n" + FORWARDED + b"\r\nSubject: x\r\n\r\ny\r\n") * n,
    "messages in messages": lambda n: (FORWARDED + b"\r\n") * n,
    "messages in messages, without an empty line": lambda n: FORWARDED * n,
    "messages in messages, then lines": lambda n: (FORWARDED + b"\r\n") * 99 + b"\r\n" + b"x\r\n" * n,
    "encoded messages in messages": lambda n: (FORWARDED + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n") * n,
    "encoded messages": lambda n: MIXED + (b"--b\r\n" + FORWARDED + b"Content-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA0KDQp5\r\n") * n,
    "spaces at the end": lambda n: b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + b" " * n,
    "paddings": lambda n: b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"YQ==" * n,
    "HTML": lambda n: b"Content-Type: text/html\r\n\r\n" + b"<p>a" * n,
    "empty HTML": lambda n: MIXED + b"--b\r\nContent-Type: text/html\r\n\r\n<p>\r\n" * n,
    "alternatives": lambda n: MIXED.replace(b"mixed", b"alternative") + b"--b\r\nContent-Type: text/html\r\n\r\n<p>\r\n" * n,
    "alternatives in alternatives": lambda n: nested(n).replace(b"mixed", b"alternative"),
    "attachments": lambda n: MIXED + b"--b\r\nContent-Disposition: attachment; a=b\r\n\r\nx\r\n" * n,
}  # fmt: skip
VIEWS: dict[str, Callable[[Message], object]] = {
    "structure": lambda message: (
        body_item(message),
        bodystructure_item(message),
        part_at(message.root, (1,) * 100),
    ),
    "envelope": envelope_item,
    "header texts": header_texts,
    "header text": header_text,
    "body text": body_text,
    "preview": preview,
}
LARGER = {
    "fields": 512 * 1024,
    "fields with the same addresses": 512 * 1024,
}
"""Octets where it takes more to see what the time is made of."""


def seen(view: str) -> Work:
    return lambda raw: VIEWS[view](Message(raw))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("message", MESSAGES)
def test_messages(message: str, view: str) -> None:
    check(seen(view), MESSAGES[message], LARGER.get(message, 32 * 1024))


def found(raw: bytes) -> bool:
    """Whether something is there that almost is, at each place."""
    letters = b"a" * (len(raw) // 2)
    text = body_text(Message(raw))
    return any(each in text for each in (letters + b"b", b"b" + letters, letters + b"b" + letters))


def test_searching() -> None:
    check(found, lambda n: b"\r\n" + b"a" * n, 1024 * 1024)
    check(found, lambda n: b"\r\n" + (b"a" * 100 + b"c") * n, 1024 * 1024)


@pytest.mark.parametrize("message", MESSAGES)
def test_lines_that_end_in_lf(message: str) -> None:
    def make(count: int) -> bytes:
        return MESSAGES[message](count).replace(b"\r\n", b"\n")

    check(lambda raw: bodystructure_item(Message(raw, newlines="keep")), make, 32 * 1024)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_large_parts(end: bytes) -> None:
    part = b"--b\nX: y\n\n" + (b"x" * 72 + b"\n") * 14

    def make(count: int) -> bytes:
        return (MIXED + part * count).replace(b"\r\n", b"\n").replace(b"\n", end)

    check(lambda raw: Message(raw, newlines="keep").root, make, 2 * 1024 * 1024)


def attached(octets: int) -> bytes:
    """A message of this size with one attachment."""
    start = MIXED + (
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>Look!\r\n"
        b"--b\r\nContent-Type: application/octet-stream\r\n"
        b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\n"
    )
    end = b"\r\n--b--\r\n"
    line = b"Q" * 76 + b"\r\n"
    room = octets - len(start) - len(end)
    return start + line * (room // len(line)) + b"Q" * (room % len(line)) + end


def test_a_message_of_50_mib() -> None:
    large = 50 * 1024 * 1024
    views = {**VIEWS, "message": Message.__repr__, "attachment": content_of_the_last_part}
    small_raw, large_raw = attached(large // STEP), attached(large)
    assert len(large_raw) == large
    for name, view in views.items():
        assert is_linear(lambda raw, view=view: view(Message(raw)), small_raw, large_raw), name  # type: ignore[misc]


def content_of_the_last_part(message: Message) -> bytes:
    part = message.root.parts[-1]
    content = transfer.base64(message.raw[part.body : part.end])
    assert content.startswith(b"A\x04\x10A")
    return content
