"""Messages as they shouldn't be: strategies for broken headers and broken MIME."""

from hypothesis import strategies as st

# Pieces that parsers trip over, joined in any order; lines end in CRLF.

_atoms = st.sampled_from(
    [b"a", b"b.c", b"anna", b"x@y", b"J.", b".", b"..", b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", b"g:", b"\xc3\xa9"]
)  # fmt: skip
_marks = st.sampled_from(
    [b" ", b"  ", b"\t", b",", b";", b":", b"<", b">", b"@", b'"', b"\\", b"(", b")", b"[", b"]", b"."]
)  # fmt: skip
_folds = st.sampled_from([b"\r\n ", b"\r\n\t", b"\r\n  "])
_addresses = st.sampled_from(
    [
        b"anna@example.org", b"<ben@example.org>", b"Ben <ben@example.org>", b'"B. en" <b.en@example.org>',
        b"a@b (Name)", b"team: a@b, c@d;", b"none:;", b"<@r1,@r2:a@b>", b"a@[1.2.3.4]", b'"a b"@c', b"<>",
        b"(only a comment)", b"a@b, c@d", b"\xc3\xa9 <a@b>",
    ]
)  # fmt: skip
_address_fields = st.lists(
    st.one_of(_addresses, _addresses, _atoms, _marks, _folds), max_size=6
).map(b"".join)
_texts = st.lists(
    st.one_of(
        st.sampled_from([b"a", b"word", b"=?utf-8?b?w6k=?=", b"=?x", b"?=", b"\xff", b"\xc3\xa9", b'"', b"\\", b"(c)"]),
        st.sampled_from([b" ", b"\t", b"   "]),
        _folds,
    ),
    max_size=6,
).map(b"".join)  # fmt: skip

_tokens = st.sampled_from([b"a", b"charset", b"name", b"boundary", b"b", b"x-y", b"a*0", b"a*1", b"a*0*", b"a*1*", b"a*"])  # fmt: skip
_values = st.sampled_from(
    [b"b", b"us-ascii", b'"q q"', b'"b', b"", b"utf-8''%e2%82%ac", b"=?utf-8?q?x?=", b"a b", b"\xc3\xa9", b'"x\\"y"', b"(c)", b"b (c)", b"a/b"]
)  # fmt: skip
_parameters = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([b"; ", b";", b"; ; ", b", ", b" ", b";\r\n\t"]), _tokens, st.sampled_from([b"=", b" = ", b""]), _values).map(b"".join),
    ),
    max_size=3,
).map(b"".join)  # fmt: skip
_types = st.sampled_from(
    [b"text/plain", b"text/html", b"TEXT/Plain", b"image/png", b"application/octet-stream", b"message/partial",
     b"text", b"text/", b"", b"x", b"text / plain", b"text/plain (c)", b"te xt/plain", b"message/rfc822"]
)  # fmt: skip


def field(name: bytes, value: bytes) -> bytes:
    return b"%b: %b\r\n" % (name, value)


_some_address_field = st.builds(
    field, st.sampled_from([b"From", b"To", b"Cc", b"Bcc", b"Sender", b"Reply-To", b"FROM", b"To "]), _address_fields
)  # fmt: skip
_some_text_field = st.builds(
    field, st.sampled_from([b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"X-Other", b"subject"]), _texts
)  # fmt: skip
_content_type = st.builds(
    field, st.just(b"Content-Type"), st.tuples(_types, _parameters).map(b"".join)
)
_content_fields = st.one_of(
    st.builds(field, st.just(b"Content-Disposition"), st.tuples(st.sampled_from([b"attachment", b"inline", b"", b'"x"']), _parameters).map(b"".join)),
    st.builds(field, st.just(b"Content-Transfer-Encoding"), st.sampled_from([b"base64", b"8bit", b"8BIT", b"x y", b"", b"7bit (c)", b"quoted-printable"])),
    st.builds(field, st.just(b"Content-ID"), st.sampled_from([b"<a@b>", b"", b"a", b"<a@b> x"])),
    st.builds(field, st.just(b"Content-Description"), _texts),
    st.builds(field, st.just(b"Content-Language"), st.sampled_from([b"en", b"en, de", b"", b"en de", b"en,,de", b"(c) en"])),
    st.builds(field, st.just(b"Content-Location"), st.sampled_from([b"http://x/", b"", b"a b"])),
    st.builds(field, st.just(b"Content-MD5"), st.sampled_from([b"Q2hlY2sgSW50ZWdyaXR5IQ==", b""])),
)  # fmt: skip
_garbage = st.sampled_from([b"garbage\r\n", b": no name\r\n", b"two words: x\r\n", b" folded\r\n", b"\xfc: x\r\n", b"From a Mon\r\n"])  # fmt: skip
_mime_version = st.just(b"MIME-Version: 1.0\r\n")

headers = st.lists(
    st.one_of(_some_address_field, _some_address_field, _some_text_field, _garbage), max_size=5
).map(b"".join)
"""The header of a message without MIME fields, without its empty line."""

_mime_fields = st.lists(st.one_of(_content_type, _content_fields, _content_fields), max_size=4).map(b"".join)  # fmt: skip
_bodies = st.lists(
    st.sampled_from([b"text\r\n", b"\r\n", b"-- \r\n", b"--\r\n", b"--b\r\n", b"--b--\r\n", b"--c\r\n", b"--bc\r\n", b"x", b"\xff\r\n", b"From: x\r\n"]),
    max_size=5,
).map(b"".join)  # fmt: skip


@st.composite
def _multiparts(draw: st.DrawFn, inside: st.SearchStrategy[bytes]) -> bytes:
    """A multipart: its fields, and a body whose boundaries may be others', or missing."""
    boundary = draw(st.sampled_from([b"b", b"c", b"bc", b"b c", b"", b"b--"]))
    subtype = draw(st.sampled_from([b"mixed", b"alternative", b"digest", b"MIXED"]))
    written = draw(st.sampled_from([b'; boundary="%b"', b"; boundary=%b", b'; BOUNDARY = "%b"', b'; boundary*0="%b"', b"; x=y"]))  # fmt: skip
    value = b"multipart/" + subtype + (written % boundary if b"%b" in written else written)
    parts = draw(st.lists(inside, max_size=3))
    used = draw(st.sampled_from([boundary, boundary, boundary, b"b", b"c"]))
    lines = [draw(st.sampled_from([b"", b"preamble\r\n", b"\r\n"]))]
    for part in parts:
        lines += [b"--", used, draw(st.sampled_from([b"\r\n", b" \r\n", b"x\r\n"])), part]
        lines.append(draw(st.sampled_from([b"\r\n", b""])))
    lines += [b"--", used, draw(st.sampled_from([b"--\r\n", b"--", b"\r\n", b"", b"-- x\r\n"]))]
    lines.append(draw(st.sampled_from([b"", b"epilogue\r\n", b"\r\nepilogue"])))
    fields = draw(st.one_of(_content_fields, st.just(b"")))
    empty = draw(st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b""]))
    return field(b"Content-Type", value) + fields + empty + b"".join(lines)


def _messages_in(inside: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.tuples(
        st.just(b"Content-Type: message/rfc822\r\n"),
        st.one_of(_content_fields, st.just(b"")),
        st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b""]),
        headers,
        inside,
    ).map(b"".join)


_leaves = st.tuples(_mime_fields, st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b""]), _bodies).map(b"".join)  # fmt: skip
entities = st.recursive(
    _leaves, lambda inside: st.one_of(_multiparts(inside), _messages_in(inside)), max_leaves=5
)
"""MIME fields, an empty line, and what belongs to them."""

messages = st.tuples(headers, st.one_of(_mime_version, st.just(b"")), entities).map(b"".join)
