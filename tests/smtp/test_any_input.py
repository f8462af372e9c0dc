"""Whatever a client says to SMTP, each line gets one reply, however the octets come."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Client, inbox
from inputs.changes import ENDS
from mockmail.world.world import World

REPLY = re.compile(rb"(?:([2-5][0-9]{2})-[^\r\n]{0,506}\r\n)*([2-5][0-9]{2}) [^\r\n]{0,506}\r\n")
HELLO = b"EHLO client.example.net\r\n"
ENVELOPE = b"MAIL FROM:<a@example.net>\r\nRCPT TO:<anna@example.org>\r\n"

# Commands that are answered on their own; DATA and AUTH go on.
keywords = st.sampled_from(
    b"EHLO HELO LHLO MAIL RCPT RSET NOOP VRFY EXPN HELP ETRN TURN XYZZY mail".split()
)
words = st.one_of(
    st.sampled_from(
        b"FROM:<a@b.example> TO:<anna@example.org> FROM:<> TO:<> FROM: TO:<Postmaster> <a@b> SIZE=5"
        b" SIZE=99999999999 SIZE=x BODY=8BITMIME BODY= =x x= SIZE=5 FROM:<@a,@b:c@d> client".split()
    ),
    st.binary(max_size=8),
    st.just(b"x" * 600),
)
sentences = st.one_of(
    st.tuples(keywords, st.lists(words, max_size=3)).map(lambda p: b" ".join((p[0], *p[1]))),
    st.sampled_from(
        [b"", b" ", b"\0", b"\r", b"NOOP\t", b"RCPT", b"MAIL FROM:<a@b> SIZE=1 SIZE=2"]
    ),
    st.binary(max_size=20),
).map(lambda line: line.replace(b"\n", b""))


def connected(*, octets: bool = False, world: World | None = None) -> Client:
    client = Client(world or inbox(1), "smtp", octets=octets)
    client.said()
    return client


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.booleans(), st.lists(sentences, max_size=10))
def test_each_line_gets_one_reply(greeted: bool, script: list[bytes]) -> None:
    client = connected()
    if greeted:
        client.send(HELLO)
        client.said()
    for line in script:
        client.send(line + b"\r\n")
        said = client.said()
        found = REPLY.fullmatch(said)
        assert found, (line, said)
        assert found[1] in (None, found[2])
    client.world.check()


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    st.lists(st.one_of(sentences, st.sampled_from([b"DATA", b".", b"..", b"text"])), max_size=8),
    st.sampled_from([*ENDS, b"\r\n.\r\n"]),
)
def test_the_cuts_between_octets_don_t_matter(script: list[bytes], end: bytes) -> None:
    data = HELLO + ENVELOPE + b"\r\n".join(script) + b"\r\nDATA\r\nSubject: x\r\n\r\nx" + end
    data += b"QUIT\r\n.\r\nQUIT\r\n"
    at_once, single = connected(), connected(octets=True)
    at_once.send(data)
    single.send(data)
    assert single.said() == at_once.said()
    assert single.ended == at_once.ended
    boxes = [client.world.store.users["anna"].mailboxes["INBOX"] for client in (at_once, single)]
    first, second = ([entry.message.raw for entry in box] for box in boxes)
    assert first == second


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.binary(max_size=80))
def test_pipelined_garbage(data: bytes) -> None:
    client = connected()
    client.send(data)
    assert client.said().count(b"\r\n") >= data.count(b"\n")
    if client.ended is None:
        client.send(b"\r\nNOOP\r\n")
        assert client.said().endswith((b"250 2.0.0 OK\r\n", b"goodbye\r\n"))
    client.world.check()


# Paths

atoms = st.text("abcXYZ019!#$%&'*+-/=?^_`{|}~", min_size=1, max_size=12)
quoted = st.text(" abc@<>,;:().", max_size=10).map(lambda text: f'"{text}"')
escaped = st.sampled_from(['"a\\"b"', '"\\\\"', '"\\ "', '""'])
locals_ = st.one_of(st.lists(atoms, min_size=1, max_size=3).map(".".join), quoted, escaped)
labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
domains = st.one_of(
    st.lists(labels, min_size=1, max_size=4).map(".".join),
    st.sampled_from(["[192.0.2.1]", "[IPv6:2001:db8::1]", "[x-tag:y]"]),
)
mailboxes = st.tuples(locals_, domains).map("@".join)
routes = st.sampled_from(["", "@hop.example:", "@one.example,@two.example:"])


@settings(deadline=None, derandomize=True, max_examples=200)
@given(routes, mailboxes)
def test_what_is_a_path_is_taken_as_it_is(route: str, address: str) -> None:
    client = connected()
    client.send(
        HELLO + f"MAIL FROM:<{route}{address}>\r\n".encode() + b"RCPT TO:<anna@example.org>\r\n"
    )
    client.send(b"DATA\r\n.\r\n")
    assert b"354" in client.said()
    *_, entry = client.world.store.users["anna"].mailboxes["INBOX"]
    # A route is ignored (RFC 5321 section 4.1.1.3).
    assert entry.message.raw.startswith(f"Return-Path: <{address}>\r\n".encode())


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text('ab.@<>" \\:,[]\t\x01\x7fü', max_size=12))
def test_what_is_none_is_refused(text: str) -> None:
    client = connected()
    client.send(HELLO)
    client.said()
    client.send(f"MAIL FROM:{text}\r\n".encode())
    code = client.said()[:3]
    if code == b"250":
        assert re.match(r' *<(|(@[^>:]*:)?("[^\r\n]*"|[^<>@"\s]+)@[^<>@"\s]+)>( |$)', text)
    else:
        assert code in (b"501", b"553", b"555")
    client.world.check()
