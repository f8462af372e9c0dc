"""IMAP's values out of octets, and what an answer makes of responses."""

import pytest

from mockmail.client.imap_answer import ImapAnswer
from mockmail.client.values import responses, values, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'(1 NIL "a \\"b\\"" atom)', [1, None, b'a "b"', b"atom"]),
        (b"({3}\r\na)( ~{2}\r\n\0) x)", [b"a)(", b"\0)", b"x"]),
        (b"((()) BODY[HEADER.FIELDS (TO)]<0> \\*)", [[[]], b"BODY[HEADER.FIELDS (TO)]<0>", b"\\*"]),
        (b"nil", None),
    ],
)
def test_values(text: bytes, expected: object) -> None:
    assert values(text) == (expected, len(text))


@pytest.mark.parametrize("text", [b"", b"(1", b")", b'"open', b"([)"])
def test_what_is_no_value(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"no value|didn't begin"):
        values(text)


def test_words() -> None:
    assert words(b'() "/" INBOX') == [[], b"/", b"INBOX"]


def test_responses_with_their_literals() -> None:
    whole = b"* 1 FETCH (X {4}\r\n\r\n* Y {1}\r\n) Z {0}\r\n)"
    said = whole + b"\r\nA1 OK done\r\n* 2 FETCH (X {4}\r\nabc"
    assert [*responses(said)] == [whole, b"A1 OK done"]


def answer(*lines: bytes) -> ImapAnswer:
    return ImapAnswer(lines, lines[-1])


def test_message_data() -> None:
    told = answer(
        b"* 4 EXISTS",
        b"* 2 FETCH (UID 7 FLAGS (\\Seen 12 NIL) MODSEQ (9) BODY[TEXT] {2}\r\nhi)",
        b"* 2 FETCH (FLAGS ())",
        b"* 3 FETCH (FLAGS (\\Draft))",
        b"* 9 UIDFETCH (RFC822.SIZE 10)",
        b"* 1 EXPUNGE",
        b"* 1 EXPUNGE",
        b"* VANISHED (EARLIER) 1:3",
        b"* VANISHED 5,7",
        b"* 2 EXISTS",
        b"* 0 RECENT",
        b"A1 OK done",
    )
    first = {"uid": 7, "flags": ("\\Seen", "12", "NIL"), "modseq": 9, "body[text]": b"hi"}
    assert told.fetched == {2: {**first, "flags": ()}, 3: {"flags": ("\\Draft",)}}
    assert told.by_uid == {7: first, 9: {"rfc822.size": 10, "uid": 9}}
    assert (told.exists, told.recent, told.expunged) == (2, 0, (1, 1))
    assert (told.vanished_earlier, told.vanished) == ((1, 2, 3), (5, 7))


def test_other_data() -> None:
    told = answer(
        b"* CAPABILITY IMAP4rev1 IDLE",
        b"* ENABLED CONDSTORE",
        b"* FLAGS (\\Seen $Junk)",
        b"* OK [UIDVALIDITY 17] UIDs are valid",
        b"* SEARCH 2 4 (MODSEQ 9)",
        b'* ESEARCH (TAG "A1") UID ALL 7:8,10 COUNT 3',
        b'* LIST (\\Noselect) "/" "Entw&APw-rfe"',
        b'* LIST () "/" 12 ("CHILDINFO" ("SUBSCRIBED"))',
        b'* STATUS "a b" (MESSAGES 3 UNSEEN 1)',
        b"A1 OK [READ-WRITE] done",
    )
    assert told.capabilities == ("IMAP4rev1", "IDLE")
    assert told.enabled == ("CONDSTORE",)
    assert told.flags == ("\\Seen", "$Junk")
    assert told.codes == {"UIDVALIDITY": "17", "READ-WRITE": ""}
    assert told.searched == (2, 4, 7, 8, 10)
    assert told.esearched == {"all": (7, 8, 10), "count": 3}
    assert told.listed == {"Entwürfe": ("\\Noselect",), "12": ()}
    assert told.counted == {"a b": {"messages": 3, "unseen": 1}}


def test_of_what_was_not_told_there_is_none() -> None:
    told = answer(b"A1 NO [EXPUNGEISSUED] Some are gone")
    assert (told.ok, told.status, told.code, told.text) == (
        False,
        "NO",
        "EXPUNGEISSUED",
        "Some are gone",
    )
    assert (told.exists, told.recent) == (None, None)
    assert told.fetched == told.by_uid == told.listed == told.counted == told.esearched == {}
    assert told.searched == told.expunged == told.vanished == told.flags == told.enabled == ()
    assert told.capabilities == ()


def test_what_is_shown_of_an_answer() -> None:
    assert repr(answer(b"A1 OK done")) == "<OK done>"
    assert repr(answer(b"* 1 EXISTS", b"A1 NO [CANNOT] no")) == "<NO [CANNOT] no: * 1 EXISTS>"
    assert str(answer(b"* 1 EXISTS", b"A1 NO [CANNOT] no")) == "NO [CANNOT] no"
    long = b"* 1 FETCH (BODY[] {900}\r\n" + 900 * b"x" + b")"
    assert repr(ImapAnswer([long])).endswith("x… (926 octets)>")
    assert repr(ImapAnswer([])) == "<told nothing>"


@pytest.mark.parametrize(
    "line",
    [b"* 1 FETCH FLAGS", b"* 1 FETCH (FLAGS)", b"* 1 FETCH (FLAGS 7)", b"* 1 FETCH (MODSEQ (1 2))"],
)
def test_a_server_that_lies_is_not_understood(line: bytes) -> None:
    told = answer(line, b"A1 OK done")
    assert told.lines[0] == line
    with pytest.raises(ValueError, match=r"."):
        _ = told.fetched
