"""What is done to a valid input, so that it is one no more; and inputs that never were."""

import re
from collections.abc import Callable
from random import Random  # noqa: TID251

from inputs.grammar import LINES, NUMBERS, WORDS, counted, lines

ENDS = (
    *(b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n"),
    *(b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\r\n.\r\r\n", b"\n\n.\r\n", b"\n\r.\r\n", b"\r\n\r.\r\n"),
    *(b"\r\n. \r\n", b"\r\n..\r\n", b"\n.\n\n", b"\r\n.\r\0\n", b"\n\r\n\r.\r\n\r", b"\x85.\x85"),
)
"""What some servers take for the end of a message, and others do not (SMTP smuggling).

Only CRLF "." CRLF is one (RFC 5321 section 4.1.1.4).
"""
HELLO = bytes.fromhex(
    "16030100c8010000c40303" + "5a" * 32 + "20" + "a5" * 32 + "0022130113031302c02bc02fcca9cca8"
    "c02cc030c00ac009c013c014009c009d002f0035010000590000000e000c0000096c6f63616c686f73740017"
    "0000ff01000100000a000e000c001d00170018001901000101000b00020100002300000010000e000c0268"
    "3208687474702f312e31000d0018001604030503060308040805080604010501060102030201"
)
"""A ClientHello (RFC 8446 section 4.1.2), where no TLS is."""
OTHERS = (
    *(HELLO, HELLO[:5], HELLO + HELLO, b"\x80\x2e\x01\x03\x01\0\x15\0\0\0\x10", b"\x15\x03\x01\0\x02\x02\x28"),
    *(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"\xff\xfb\x01\xff\xfd\x03"),
    *(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", b"\0" * 100),
)  # fmt: skip
"""What comes to a port that it is not for."""
LITERALS = (
    *(b"{0}", b"{1}", b"{5}", b"{-1}", b"{+5}", b"{5-}", b"{ 5}", b"{05}", b"{5 }", b"{}", b"{x}"),
    *(b"{99999}", b"{4294967296}", b"{99999999999999999999}", b"{1+}", b"{99999+}", b"{5++}"),
    *(b"{4294967296+}", b"~{3}", b"~{3+}", b"{" + b"9" * 400 + b"}", b"{5}{5}", b"\x00{5+}"),
)
_LITERAL = re.compile(rb"~?\{\d*[+-]?\}")
_DIGITS = re.compile(rb"\d+")
_END = re.compile(rb"\r\n")
_GAP = re.compile(rb"[ \r\n]+")

Change = Callable[[Random, bytes], bytes]


def valid(random: Random, data: bytes) -> bytes:
    return data


def _put(random: Random, data: bytes, what: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + what + data[at:]


def octets_changed(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def bit_flipped(random: Random, data: bytes) -> bytes:
    changed = bytearray(data or b"x")
    changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def nul(random: Random, data: bytes) -> bytes:
    return _put(random, data, b"\0" * random.choice((1, 1, 2, 50)))


def bare_cr(random: Random, data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\r", random.choice((1, -1))) if random.random() < 0.7 else (
        _put(random, data, b"\r")
    )  # fmt: skip


def bare_lf(random: Random, data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n", random.choice((1, -1))) if random.random() < 0.7 else (
        _put(random, data, b"\n")
    )  # fmt: skip


def line_ends_mixed(random: Random, data: bytes) -> bytes:
    ends = (
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\r\n",
        b"\n\r",
        b"\r\n\r\n",
        b"",
        b"\0\r\n",
        b"\x0b",
        b" \r\n",
    )
    return _END.sub(lambda found: random.choice(ends), data)


def no_end(random: Random, data: bytes) -> bytes:
    return data.rstrip(b"\r\n")


def cut_short(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def long_line(random: Random, data: bytes) -> bytes:
    octets = random.choice((200, 255, 256, 510, 512, 1_000, 2_048, 2_049, 4_096, 30_000))
    long = _put(random, data, random.choice((b"x", b" ", b"\r", b"(", b"\0", b"a,")) * octets)
    return random.choice((long, long, no_end(random, long)))


def words_moved(random: Random, data: bytes) -> bytes:
    words = _GAP.split(data)
    at = random.randrange(len(words))
    what = random.randrange(4)
    if what == 0:
        del words[at]
    elif what == 1:
        words.insert(at, random.choice(words))
    elif what == 2:
        words[at] = random.choice(WORDS)
    else:
        random.shuffle(words)
    return b" ".join(words) + b"\r\n"


def numbers_changed(random: Random, data: bytes) -> bytes:
    return _DIGITS.sub(lambda found: random.choice(NUMBERS), data)


def eight_bit(random: Random, data: bytes) -> bytes:
    return _put(random, data, random.choice((b"\xff", b"\xc3\xa9", b"\xc0\x80", b"\xed\xa0\x80")))


def wrong_literal(random: Random, data: bytes) -> bytes:
    if _LITERAL.search(data):
        return _LITERAL.sub(lambda found: random.choice(LITERALS), data, count=1)
    return data.rstrip(b"\r\n") + b" " + random.choice(LITERALS) + b"\r\n" + lines(random)


def nested(random: Random, data: bytes) -> bytes:
    deep = random.choice((3, 49, 50, 51, 99, 1_000))
    opening, closing = random.choice(((b"(", b")"), (b"NOT ", b""), (b"OR ", b""), (b"<", b">")))
    at = data.rstrip(b"\r\n").rfind(b" ") + 1
    inner = data[at:].rstrip(b"\r\n")
    wanted = random.choice((deep, deep - 1, 0))
    return data[:at] + opening * deep + inner + closing * wanted + b"\r\n"


def noise(random: Random, data: bytes) -> bytes:
    return random.randbytes(random.choice((1, 5, 50, 500)))


def other_protocol(random: Random, data: bytes) -> bytes:
    return random.choice(OTHERS)


def no_final_dot(random: Random, data: bytes) -> bytes:
    return b"DATA\r\n" + lines(random) + random.choice((b"", b".", b".\r", b"\r\n.", b"x"))


def smuggled(random: Random, data: bytes) -> bytes:
    """A message with what might be taken for its end, and commands behind that."""
    return (
        random.choice((b"DATA\r\n", b"MAIL FROM:<a@b>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\n"))
        + b"Subject: first\r\n\r\n"
        + lines(random)
        + random.choice(ENDS)
        + b"MAIL FROM:<admin@example.org>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\n"
        + b"Subject: smuggled\r\n\r\n"
        + random.choice(LINES)
        + random.choice((b"\r\n.\r\n", random.choice(ENDS)))
    )


def dots(random: Random, data: bytes) -> bytes:
    parts = (b".", b"..", b"\r\n", b"\r", b"\n", b"x", b"\0", b" ")
    return b"DATA\r\n" + b"".join(random.choices(parts, k=random.randrange(12))) + b"\r\n.\r\n"


def wrong_chunk(random: Random, data: bytes) -> bytes:
    size = random.choice((*NUMBERS, b"10", b"1000", b"5 5"))
    last = random.choice((b"", b" LAST", b" LAST LAST", b" \0", b"LAST"))
    return b"BDAT " + size + last + b"\r\n" + lines(random) + random.choice((b"", b".\r\n"))


def wrong_answer(random: Random, data: bytes) -> bytes:
    """Of a client that is asked for its password."""
    tag = random.choice((b"", b"", b"a AUTHENTICATE ", b"AUTH "))
    mechanism = random.choice((b"PLAIN", b"LOGIN", b"CRAM-MD5", b"XOAUTH2", b"ANONYMOUS"))
    start = tag + mechanism + b"\r\n" if tag else b""
    answers = (b"", b"*", b"=", b"AA==", b"A", b"\xff\xfe", b"AGFubmEAYXBwbGU=", b"Zm9v" * 400)
    return start + b"".join(random.choice(answers) + b"\r\n" for _ in range(random.randint(1, 3)))


def literal_in_literal(random: Random, data: bytes) -> bytes:
    return b"a APPEND INBOX " + counted(random, b"b APPEND INBOX {5}\r\nx") + b"\r\n"


EVERYWHERE: dict[str, Change] = {
    "valid": valid,
    "octets changed": octets_changed,
    "a bit flipped": bit_flipped,
    "NUL": nul,
    "bare CR": bare_cr,
    "bare LF": bare_lf,
    "line ends mixed": line_ends_mixed,
    "no line end": no_end,
    "cut short": cut_short,
    "long line": long_line,
    "words moved": words_moved,
    "numbers changed": numbers_changed,
    "8 bits": eight_bit,
    "literal wrong": wrong_literal,
    "nested": nested,
    "noise": noise,
    "another protocol": other_protocol,
    "SASL wrong": wrong_answer,
}
OF_IMAP: dict[str, Change] = {"literal in literal": literal_in_literal}
OF_MAIL: dict[str, Change] = {
    "no final dot": no_final_dot,
    "smuggling": smuggled,
    "dots": dots,
    "BDAT wrong": wrong_chunk,
}
