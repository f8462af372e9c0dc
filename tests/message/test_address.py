"""Address lists: RFC 5322 sections 3.4 and 4.4, and what RFC 9051 section 7.5.2 makes of them."""

from email.headerregistry import Address as Mailbox
from email.headerregistry import Group
from email.message import EmailMessage
from email.utils import formataddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.message import address
from mockmail.message.address import GROUP_END, Address, address_list
from mockmail.message.encoded import decode
from mockmail.message.header import unfold

NO_MAILBOX, NO_DOMAIN, ERROR = b"MISSING_MAILBOX", b"MISSING_DOMAIN", b"SYNTAX_ERROR"


def plain(mailbox: bytes, host: bytes, name: bytes | None = None) -> Address:
    return Address(name, None, mailbox, host)


def group(name: bytes, *members: Address) -> list[Address]:
    return [Address(None, None, name, None), *members, GROUP_END]


A = plain(b"a", b"b")
MISSING = plain(NO_MAILBOX, NO_DOMAIN)


# The examples of RFC 5322, appendix A, where a field of addresses is a new one.
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"John Doe <jdoe@machine.example>", [plain(b"jdoe", b"machine.example", b"John Doe")]),
        (b'"Joe Q. Public" <john.q.public@example.com>', [plain(b"john.q.public", b"example.com", b"Joe Q. Public")]),
        (
            b"Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
            [plain(b"mary", b"x.test", b"Mary Smith"), plain(b"jdoe", b"example.org"), plain(b"one", b"y.test", b"Who?")],
        ),
        (
            b'<boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>',
            [plain(b"boss", b"nil.test"), plain(b"sysservices", b"example.net", b'Giant; "Big" Box')],
        ),
        (
            b"A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
            group(b"A Group", plain(b"c", b"a.test", b"Ed Jones"), plain(b"joe", b"where.test"), plain(b"jdoe", b"one.test", b"John")),
        ),
        (b"Undisclosed recipients:;", group(b"Undisclosed recipients")),
        (b'"Mary Smith: Personal Account" <smith@home.example>', [plain(b"smith", b"home.example", b"Mary Smith: Personal Account")]),
        # A.5: white space, comments, and other oddities.
        (b"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", [plain(b"pete", b"silly.test", b"Pete")]),
        (
            b"A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
            group(b"A Group", plain(b"c", b"public.example", b"Chris Jones"), plain(b"joe", b"example.org"), plain(b"jdoe", b"one.test", b"John")),
        ),
        (b"(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", group(b"Hidden recipients")),
        # A.6: obsolete forms.
        (b"Joe Q. Public <john.q.public@example.com>", [plain(b"john.q.public", b"example.com", b"Joe Q. Public")]),
        (
            b"Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
            [Address(b"Mary Smith", b"@node.test", b"mary", b"example.net"), plain(b"jdoe", b"test.example")],
        ),
        (b"John Doe <jdoe@machine(comment).  example>", [plain(b"jdoe", b"machine.example", b"John Doe")]),
        (b"Mary Smith\r\n  \r\n          <mary@example.net>", [plain(b"mary", b"example.net", b"Mary Smith")]),
    ],
)  # fmt: skip
def test_the_examples(value: bytes, expected: list[Address]) -> None:
    assert list(address_list(unfold(value))) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", []),
        (b" \t", []),
        (b"(only a comment)", []),
        # angle-addr = [CFWS] "<" addr-spec ">" [CFWS]
        (b" (c) < (c) a (c) @ (c) b (c) > (c) ", [A]),
        (b"<a@b>,<a@b>", [A, A]),
        # Names: words of both kinds, one space between them.
        (b"x  \t y <a@b>", [plain(b"a", b"b", b"x y")]),
        (b'"x  y" z <a@b>', [plain(b"a", b"b", b"x  y z")]),
        (b'"x""y"z <a@b>', [plain(b"a", b"b", b"x y z")]),
        (b"x (c) y <a@b>", [plain(b"a", b"b", b"x y")]),
        (b'"\\x\\\\\\"" <a@b>', [plain(b"a", b"b", b'x\\"')]),
        (b'"x, <c@d>" <a@b>', [plain(b"a", b"b", b"x, <c@d>")]),
        (b'"x(y" <a@b>', [plain(b"a", b"b", b"x(y")]),
        (b'"" <a@b>', [A]),
        (b"!#$%&'*+-/=?^_`{|}~ <a@b>", [plain(b"a", b"b", b"!#$%&'*+-/=?^_`{|}~")]),
        (b"x<a@b>", [plain(b"a", b"b", b"x")]),
        (b'"x"<a@b>', [plain(b"a", b"b", b"x")]),
        # The name is not decoded (RFC 9051 section 7.5.2).
        (b"=?utf-8?q?J=C3=B6rg?= <a@b>", [plain(b"a", b"b", b"=?utf-8?q?J=C3=B6rg?=")]),
        (b"=?US-ASCII*EN?Q?Keith_Moore?= <moore@cs.utk.edu>", [plain(b"moore", b"cs.utk.edu", b"=?US-ASCII*EN?Q?Keith_Moore?=")]),
        # obs-phrase = word *(word / "." / CFWS)
        (b"J . R. R <a@b>", [plain(b"a", b"b", b"J . R. R")]),
        (b"x... <a@b>", [plain(b"a", b"b", b"x...")]),
        # A comment behind an addr-spec is the name, of old (RFC 5322 section 3.4).
        (b"a@b (x y)", [plain(b"a", b"b", b"x y")]),
        (b"a@b (x (y) \\(z)", [plain(b"a", b"b", b"x (y) (z")]),
        (b"a@b (x, y), a@b", [plain(b"a", b"b", b"x, y"), A]),
        (b"(x) a@b", [A]),
        (b"y <a@b> (x)", [plain(b"a", b"b", b"y")]),
        # addr-spec
        (b"a.b.c@d.e.f", [plain(b"a.b.c", b"d.e.f")]),
        (b'"a b"@c', [plain(b"a b", b"c")]),
        (b'"a@b"@c', [plain(b"a@b", b"c")]),
        (b'""@c', [plain(b"", b"c")]),
        (b'<"a\\"b"@c>', [plain(b'a"b', b"c")]),
        (b"a@[192.0.2.1]", [plain(b"a", b"[192.0.2.1]")]),
        (b"a@[IPv6:2001:db8::1]", [plain(b"a", b"[IPv6:2001:db8::1]")]),
        (b"<a@ [ 1 2 ] >", [plain(b"a", b"[ 1 2 ]")]),
        # obs-local-part = word *("." word), obs-domain = atom *("." atom)
        (b'"a" . b."c d" @ e . f', [plain(b"a.b.c d", b"e.f")]),
        # obs-domain-list = *(CFWS / ",") "@" domain *("," [CFWS] ["@" domain])
        (b"<@r:a@b>", [Address(None, b"@r", b"a", b"b")]),
        (b"<@r, (c) @s ,, :a@b>", [Address(None, b"@r,@s", b"a", b"b")]),
        (b"<,@r:a@b>", [Address(None, b"@r", b"a", b"b")]),
        (b"<,(c)@r:a@b>", [Address(None, b"@r", b"a", b"b")]),
        # obs-addr-list, obs-mbox-list, obs-group-list
        (b", ,(c),a@b, ,a@b,", [A, A]),
        (b"g:,(c),;", group(b"g")),
        (b"g: , a@b ,, a@b, (c);", group(b"g", A, A)),
        # Groups
        (b"g:;, a@b, h: a@b;, a@b", [*group(b"g"), A, *group(b"h", A), A]),
        (b'"g:"x: a@b;', group(b"g: x", A)),
        (b"g:(c);(c)", group(b"g")),
        # UTF-8 (RFC 6532 section 3.2)
        ("Jörg <jörg@müller.example>".encode(), [plain("jörg".encode(), "müller.example".encode(), "Jörg".encode())]),
    ],
)  # fmt: skip
def test_the_grammar(value: bytes, expected: list[Address]) -> None:
    assert list(address_list(value)) == expected


# The grammar has no such forms: as many addresses as can be told apart.
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # A part that is missing is called so.
        (b"a", [plain(b"a", NO_DOMAIN)]),
        (b"<a>", [plain(b"a", NO_DOMAIN)]),
        (b"a@", [plain(b"a", NO_DOMAIN)]),
        (b"@b", [plain(NO_MAILBOX, b"b")]),
        (b"<>", [MISSING]),
        (b"x <>", [plain(NO_MAILBOX, NO_DOMAIN, b"x")]),
        (b"x y", [plain(NO_MAILBOX, NO_DOMAIN, b"x y")]),
        (b"J. Smith", [plain(NO_MAILBOX, NO_DOMAIN, b"J. Smith")]),
        # The list goes on behind them.
        (b"a, x y, <>, <c>, a@b", [plain(b"a", NO_DOMAIN), plain(NO_MAILBOX, NO_DOMAIN, b"x y"), MISSING, plain(b"c", NO_DOMAIN), A]),
        # What has no end ends the list.
        (b"a@b, x <c@d", [A, plain(b"c", ERROR, b"x")]),
        (b'a@b, "c@d, e@f', [A, MISSING]),
        (b"a@b, (c@d, e@f", [A]),
        (b"a@b, <c@d (e@f, g@h", [A, plain(b"c", ERROR)]),
        (b"a@b, c@[d, e@f", [A, plain(b"c", NO_DOMAIN)]),
        (b"g: a@b", group(b"g", A)),
        (b"g: a@b, (c", group(b"g", A)),
        (b"g:", group(b"g")),
        # So does what is there and can't be.
        (b"a@b c@d, e@f", [A]),
        (b"<a@b> <c@d>", [A]),
        (b"<a@b> x, c@d", [A]),
        (b"a@b; c@d", [A]),
        (b"a@b>", [A]),
        (b"<<a@b>>", [plain(NO_MAILBOX, ERROR)]),
        (b"<a@b@c>", [plain(b"a", ERROR)]),
        (b"a@b..c", [plain(b"a", NO_DOMAIN)]),
        (b"[x] <a@b>", [MISSING]),
        (b"<@:a@b>", [Address(None, b"INVALID_ROUTE", NO_MAILBOX, ERROR)]),
        (b"g: a: b@c;", group(b"g", plain(b"a", NO_DOMAIN))),
        # Dots where none should be, but are.
        (b".a@b", [plain(b".a", b"b")]),
        (b"a.@b", [plain(b"a.", b"b")]),
        (b"<a..b@c>", [plain(b"a..b", b"c")]),
        # A group's name may be missing, too, but is not None: that would end it.
        (b":a@b;", group(b"", A)),
        (b":;", group(b"")),
    ],
)  # fmt: skip
def test_broken_lists(value: bytes, expected: list[Address]) -> None:
    assert list(address_list(value)) == expected


pieces = st.lists(
    st.one_of(
        st.sampled_from([b"a", b"b.c", b"J.", b".", b"@", b",", b":", b";", b"<", b">", b'"', b"(", b")", b"[", b"]", b"\\"]),
        st.sampled_from([b" ", b"  ", b"\t", b"\r\n ", b'"q"', b'"q\\""', b"(c)", b"\xc3\xa9", b"\0"]),
        st.sampled_from([b"a@b", b"<a@b>", b"A B <a.b@c.d>", b'"q, q" <a@b>', b"g:", b"@r,"]),
    ),
    max_size=10,
).map(b"".join)  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.one_of(pieces, st.binary(max_size=12)))
def test_any_octets_are_a_list(value: bytes) -> None:
    inside = False
    for found in address_list(value):
        if found.host is None:
            # Groups are not nested, and each that begins ends.
            assert found.name is found.route is None
            assert (found.mailbox is None) is inside
            inside = not inside
        else:
            assert found.mailbox is not None
    assert not inside


@settings(deadline=None, derandomize=True, max_examples=300)
@given(pieces)
def test_the_short_way_is_the_long_one(value: bytes) -> None:
    assert address_list(value) == tuple(address._Reader(value, 0).addresses())


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(pieces, min_size=1, max_size=3))
def test_comments_and_space_around_commas_say_nothing(members: list[bytes]) -> None:
    # Only where each member can be followed to its end.
    if all(address_list(member + b", z@z")[-1:] == (plain(b"z", b"z"),) for member in members):
        close = [found for member in members for found in address_list(member + b",")]
        assert list(address_list(b" ,\t(c) ".join([b"", *members]) + b" , ")) == close


visible = st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=["Cc", "Cf"])
# The standard library's writer loses outer and repeated spaces.
names = st.text(visible, max_size=20).map(lambda name: " ".join(name.split()))
words = st.text(st.sampled_from("abcäöüß €日本.,\"' "), max_size=60).map(
    lambda name: " ".join(name.split())
)
locals_ = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=12)
domains = st.from_regex(r"[a-z0-9]{1,8}(\.[a-z]{1,8}){0,2}", fullmatch=True)


def shown(found: Address) -> tuple[str, str]:
    assert found.mailbox is not None
    assert found.host is not None
    return decode(found.name or b""), f"{found.mailbox.decode()}@{found.host.decode()}"


@settings(deadline=None, derandomize=True, max_examples=100)
@given(
    st.lists(st.tuples(names.filter(lambda name: "=?" not in name), domains, domains), max_size=5)
)
def test_what_formataddr_writes(people: list[tuple[str, str, str]]) -> None:
    pairs = [(name, f"{local}@{domain}") for name, local, domain in people]
    value = ", ".join(formataddr(pair) for pair in pairs)
    assert [shown(found) for found in address_list(value.encode())] == pairs


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.lists(st.tuples(locals_, domains), min_size=1, max_size=4))
def test_local_parts_of_any_characters(people: list[tuple[str, str]]) -> None:
    mailboxes = [Mailbox(username=local, domain=domain) for local, domain in people]
    value = ", ".join(map(str, mailboxes)).encode()
    assert [(found.mailbox, found.host) for found in address_list(value)] == [
        (local.encode(), domain.encode()) for local, domain in people
    ]


@settings(deadline=None, derandomize=True, max_examples=100)
@given(
    st.lists(
        st.tuples(words.filter(bool), st.lists(st.tuples(words, domains), max_size=3)), max_size=3
    )
)
def test_groups_of_the_standard_library(groups: list[tuple[str, list[tuple[str, str]]]]) -> None:
    mail = EmailMessage()
    mail["To"] = [
        Group(title, [Mailbox(name, "a", domain) for name, domain in members])
        for title, members in groups
    ]
    expected: list[Address] = []
    for title, members in groups:
        each = [plain(b"a", domain.encode(), name.encode() or None) for name, domain in members]
        expected += group(title.encode(), *each)
    # As text: its folding may break what has to be encoded.
    assert list(address_list(str(mail["To"]).encode())) == expected
