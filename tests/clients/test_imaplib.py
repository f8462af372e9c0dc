"""The standard library's IMAP client."""

import contextlib
import imaplib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone

import pytest

import mockmail

PATIENCE = 5.0
Letters = tuple[bytes, bytes, bytes]


@contextlib.contextmanager
def dialled(server: mockmail.Server) -> Iterator[imaplib.IMAP4]:
    """A connection, closed at the end whatever became of it."""
    client = imaplib.IMAP4(server.imap.host, server.imap.port, timeout=PATIENCE)
    try:
        yield client
    finally:
        if client.state != "LOGOUT":
            client.shutdown()


@contextlib.contextmanager
def opened(server: mockmail.Server) -> Iterator[imaplib.IMAP4]:
    """Anna at her INBOX."""
    with dialled(server) as client:
        client.login("anna", "apple")
        client.select("INBOX")
        yield client


def literals(data: Sequence[object]) -> list[bytes]:
    return [part[1] for part in data if isinstance(part, tuple)]


def names(listed: Sequence[object]) -> list[bytes]:
    """The names in LIST responses, as they were sent."""
    return [line.partition(b' "/" ')[2] for line in listed if isinstance(line, bytes)]


def flags(line: object) -> set[bytes]:
    r"""The flags in a FETCH response. Who is told of \Recent is another matter."""
    assert isinstance(line, bytes)
    return set(imaplib.ParseFlags(line)) - {rb"\Recent"}


@pytest.mark.usefixtures("anna")
def test_logs_in_and_out(mailserver: mockmail.Server) -> None:
    with dialled(mailserver) as client:
        assert "IMAP4REV1" in client.capabilities
        assert client.login("anna", "apple")[0] == "OK"
        assert client.noop()[0] == "OK"
        assert client.logout()[0] == "BYE"


@pytest.mark.usefixtures("anna")
def test_a_wrong_password_is_refused_and_the_right_one_is_taken_after_it(
    mailserver: mockmail.Server,
) -> None:
    with dialled(mailserver) as client:
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            client.login("anna", "pear")
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            client.login("nobody", "apple")
        assert client.login("anna", "apple")[0] == "OK"


def test_a_name_and_a_password_full_of_specials_come_through(mailserver: mockmail.Server) -> None:
    mailserver.add_user("o'brien (home)", password='say "a\\b" {3}')
    with dialled(mailserver) as client:
        assert client.login('"o\'brien (home)"', 'say "a\\b" {3}')[0] == "OK"


@pytest.mark.usefixtures("anna")
def test_authenticates_with_plain(mailserver: mockmail.Server) -> None:
    with dialled(mailserver) as client:
        assert "AUTH=PLAIN" in client.capabilities
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            client.authenticate("PLAIN", lambda _: b"\0anna\0pear")
        assert client.authenticate("PLAIN", lambda _: b"\0anna\0apple")[0] == "OK"
        assert client.select("INBOX") == ("OK", [b"0"])


@pytest.mark.usefixtures("letters")
def test_makes_lists_and_deletes_folders(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as client:
        assert client.create('"Travel plans"')[0] == "OK"
        assert client.create("Work/2024")[0] == "OK"
        assert client.create("INBOX")[0] == "NO"
        assert names(client.list()[1]) == [b"INBOX", b'"Travel plans"', b"Work", b"Work/2024"]
        assert names(client.list('""', "%")[1]) == [b"INBOX", b'"Travel plans"', b"Work"]
        assert names(client.list("Work/", "*")[1]) == [b"Work/2024"]
        assert client.delete('"Travel plans"')[0] == "OK"
        assert client.delete('"Travel plans"')[0] == "NO"
        assert client.delete("INBOX")[0] == "NO"
        assert client.list('""', "T*")[1] == [None]
        assert client.status("INBOX", "(MESSAGES UNSEEN UIDNEXT)") == (
            "OK",
            [b"INBOX (MESSAGES 3 UNSEEN 2 UIDNEXT 4)"],
        )
        assert client.status("Nowhere", "(MESSAGES)")[0] == "NO"


@pytest.mark.usefixtures("letters")
def test_select_tells_what_is_there(mailserver: mockmail.Server) -> None:
    with dialled(mailserver) as client:
        client.login("anna", "apple")
        assert client.select("INBOX") == ("OK", [b"3"])
        assert client.response("RECENT")[1] == [b"3"]
        assert client.response("UNSEEN")[1] == [b"2"]
        assert client.response("UIDNEXT")[1] == [b"4"]
        _, (uidvalidity,) = client.response("UIDVALIDITY")
        assert client.response("READ-WRITE")[1] == [b""]
        assert client.select("INBOX") == ("OK", [b"3"])
        assert client.response("UIDVALIDITY")[1] == [uidvalidity]
        assert client.select("Nowhere")[0] == "NO"


@pytest.mark.usefixtures("letters")
def test_examine_changes_nothing(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with dialled(mailserver) as client:
        client.login("anna", "apple")
        assert client.select("INBOX", readonly=True) == ("OK", [b"3"])
        assert client.response("READ-ONLY")[1] == [b""]
        assert client.fetch("2", "(BODY[TEXT])")[0] == "OK"
        assert client.store("1", "+FLAGS", r"(\Deleted)")[0] == "NO"
        assert client.expunge()[0] == "NO"
        client.close()
    assert [message.flags for message in anna.inbox.messages] == [(r"\Seen",), (r"\Flagged",), ()]


def test_appends_with_flags_and_a_date(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    draft = b"Subject: Draft\r\n\r\nNot yet done.\r\n"
    leap_day = datetime(2024, 2, 29, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    with opened(mailserver) as client:
        assert client.append("INBOX", r"(\Draft $Later)", leap_day, draft)[0] == "OK"
        assert client.append("INBOX", None, None, draft)[0] == "OK"
        typ, (answer,) = client.append("Nowhere", None, None, draft)
        assert (typ, answer[:11]) == ("NO", b"[TRYCREATE]")
        _, (line, *_) = client.fetch("1", "(FLAGS INTERNALDATE)")
        assert b'INTERNALDATE "29-Feb-2024 12:30:00 +0200"' in line
        assert flags(line) == {rb"\Draft", b"$Later"}
    first, second = anna.inbox.messages
    assert (first.raw, first.flags, first.internaldate) == (draft, (r"\Draft", "$Later"), leap_day)
    assert (second.raw, second.flags) == (draft, ())


def test_appends_and_fetches_a_large_message(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    line = bytes(range(32, 127)) + b"\r\n"
    large = b"Subject: Large\r\n\r\n" + line * (4 * 1_048_576 // len(line) + 1)
    with opened(mailserver) as client:
        assert client.append("INBOX", None, None, large)[0] == "OK"
        (fetched,) = literals(client.fetch("1", "(BODY.PEEK[])")[1])
        # Compared here, for an assert that fails would print all of it.
        same = fetched == large
        assert same
    assert anna.inbox.messages[0].flags == ()


def test_fetches_what_was_delivered(mailserver: mockmail.Server, letters: Letters) -> None:
    with opened(mailserver) as client:
        _, data = client.fetch("1:*", "(UID FLAGS RFC822.SIZE BODY.PEEK[])")
        assert literals(data) == list(letters)
        heads = [part[0] for part in data if isinstance(part, tuple)]
        assert [int(re.findall(rb"UID (\d+)", head)[0]) for head in heads] == [1, 2, 3]
        assert [int(re.findall(rb"RFC822.SIZE (\d+)", head)[0]) for head in heads] == [
            len(letter) for letter in letters
        ]
        assert [flags(head) for head in heads] == [{rb"\Seen"}, {rb"\Flagged"}, set()]
        assert literals(client.uid("FETCH", "3,1", "(RFC822)")[1]) == [letters[0], letters[2]]
        assert client.uid("FETCH", "17", "(FLAGS)") == ("OK", [None])


def test_reading_a_message_marks_it_as_seen(
    mailserver: mockmail.Server, anna: mockmail.User, letters: Letters
) -> None:
    with opened(mailserver) as client:
        assert literals(client.fetch("2", "(BODY.PEEK[])")[1]) == [letters[1]]
        assert anna.inbox.messages[1].flags == (r"\Flagged",)
        _, data = client.fetch("2", "(BODY[])")
        assert literals(data) == [letters[1]]
        assert flags(data[-1]) == {rb"\Flagged", rb"\Seen"}
        assert anna.inbox.messages[1].flags == (r"\Flagged", r"\Seen")


def test_fetches_parts_of_a_message(mailserver: mockmail.Server, letters: Letters) -> None:
    noon, dots, long = letters
    header, _, body = noon.partition(b"\r\n\r\n")
    with opened(mailserver) as client:

        def one(number: int, item: str) -> bytes:
            (literal,) = literals(client.fetch(str(number), f"({item})")[1])
            return literal

        assert one(1, "BODY.PEEK[HEADER]") == header + b"\r\n\r\n"
        assert one(1, "RFC822.HEADER") == header + b"\r\n\r\n"
        assert one(1, "BODY.PEEK[TEXT]") == body
        assert one(2, "RFC822.TEXT") == dots.partition(b"\r\n\r\n")[2]
        assert one(1, "BODY.PEEK[HEADER.FIELDS (subject X-Nothing)]") == b"Subject: Noon\r\n\r\n"
        assert one(1, "BODY.PEEK[HEADER.FIELDS.NOT (From To)]") == b"Subject: Noon\r\n\r\n"
        assert one(1, "BODY.PEEK[]<6.3>") == b"Ben"
        assert one(1, "BODY.PEEK[TEXT]<0.5>") == b"Shall"
        assert one(3, f"BODY.PEEK[]<{len(long) - 8}.100>") == long[-8:]
        assert one(1, "BODY.PEEK[]<5000.10>") == b""
        pieces = [one(3, f"BODY.PEEK[]<{at}.40000>") for at in range(0, len(long), 40_000)]
        assert b"".join(pieces) == long


@pytest.mark.usefixtures("letters")
def test_searches_by_flags_and_uids(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    anna.deliver(subject="Sale", flags=["$Junk", r"\Answered"])
    with opened(mailserver) as client:

        def found(*keys: str) -> bytes:
            typ, (numbers,) = client.search(None, *keys)
            assert typ == "OK"
            return numbers

        assert found("ALL") == b"1 2 3 4"
        assert found("UNSEEN") == b"2 3 4"
        assert found("UNSEEN", "UNFLAGGED") == b"3 4"
        assert found("OR", "SEEN", "FLAGGED") == b"1 2"
        assert found("NOT", "(OR SEEN FLAGGED)") == b"3 4"
        assert found("KEYWORD", "$junk") == b"4"
        assert found("UNKEYWORD", "$Junk", "2:*") == b"2 3"
        assert found("ANSWERED", "DELETED") == b""
        assert found("UID", "2:3") == b"2 3"
        client.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
        client.expunge()
        assert found("ALL") == b"1 2 3"
        assert client.uid("SEARCH", "ALL") == ("OK", [b"2 3 4"])
        assert client.uid("SEARCH", "FLAGGED") == ("OK", [b"2"])
        assert client.uid("SEARCH", "UID", "*") == ("OK", [b"4"])


@pytest.mark.usefixtures("letters")
def test_changes_flags(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as client:
        _, lines = client.store("1:2", "+FLAGS", r"(\Answered $Work)")
        assert [flags(line) for line in lines] == [
            {rb"\Seen", rb"\Answered", b"$Work"},
            {rb"\Flagged", rb"\Answered", b"$Work"},
        ]
        _, (line,) = client.uid("STORE", "2", "-FLAGS", r"(\Flagged)")
        assert flags(line) == {rb"\Answered", b"$Work"}
        assert b"UID 2" in line
        assert client.store("3", "FLAGS.SILENT", r"(\Draft)") == ("OK", [None])
    assert [set(message.flags) for message in anna.inbox.messages] == [
        {r"\Seen", r"\Answered", "$Work"},
        {r"\Answered", "$Work"},
        {r"\Draft"},
    ]


def test_copies_messages_with_their_flags(mailserver: mockmail.Server, letters: Letters) -> None:
    with opened(mailserver) as client:
        typ, (answer,) = client.copy("1", "Archive")
        assert (typ, answer[:11]) == ("NO", b"[TRYCREATE]")
        client.create("Archive")
        assert client.copy("1", "Archive")[0] == "OK"
        assert client.uid("COPY", "2:3", "Archive")[0] == "OK"
        assert client.select("Archive") == ("OK", [b"3"])
        _, data = client.fetch("1:*", "(FLAGS BODY.PEEK[])")
        assert literals(data) == list(letters)
        heads = [part[0] for part in data if isinstance(part, tuple)]
        assert [flags(head) for head in heads] == [{rb"\Seen"}, {rb"\Flagged"}, set()]
        assert client.select("INBOX") == ("OK", [b"3"])


@pytest.mark.usefixtures("letters")
def test_deletes_and_expunges(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as client:
        client.store("1,3", "+FLAGS.SILENT", r"(\Deleted)")
        typ, expunged = client.expunge()
        # Each number is of the moment at which it is told.
        assert (typ, expunged) == ("OK", [b"1", b"2"])
        assert client.uid("SEARCH", "ALL") == ("OK", [b"2"])
        client.store("1", "+FLAGS.SILENT", r"(\Deleted)")
        assert client.close()[0] == "OK"
        assert client.select("INBOX") == ("OK", [b"0"])
    assert anna.inbox.messages == ()


@pytest.mark.usefixtures("letters")
def test_two_clients_quarrel_about_flags(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as desk, opened(mailserver) as phone:
        desk.store("3", "+FLAGS", r"(\Flagged)")
        # The phone has not heard of it, and replaces what it doesn't know.
        phone.store("3", "FLAGS", "($Later)")
        desk.noop()
        _, (line,) = desk.response("FETCH")
        assert line.startswith(b"3 (")
        assert flags(line) == {b"$Later"}
        _, (line,) = phone.fetch("3", "(FLAGS)")
        assert flags(line) == {b"$Later"}
    assert anna.inbox.messages[2].flags == ("$Later",)


def test_one_client_expunges_what_the_other_looks_at(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    with opened(mailserver) as desk, opened(mailserver) as phone:
        phone.uid("STORE", "2", "+FLAGS.SILENT", r"(\Deleted)")
        phone.expunge()
        # A FETCH by number can't tell of it, so 3 is still the third letter.
        assert literals(desk.fetch("3", "(BODY.PEEK[])")[1]) == [letters[2]]
        assert desk.response("EXPUNGE")[1] == [None]
        desk.noop()
        assert desk.response("EXPUNGE")[1] == [b"2"]
        assert literals(desk.fetch("2", "(BODY.PEEK[])")[1]) == [letters[2]]
        assert desk.uid("FETCH", "2", "(FLAGS)") == ("OK", [None])


@pytest.mark.usefixtures("letters")
def test_one_client_hears_of_what_the_other_appends(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as desk, opened(mailserver) as phone:
        phone.append("INBOX", r"(\Seen)", None, b"Subject: Memo\r\n\r\nMilk.\r\n")
        desk.response("EXISTS")
        desk.noop()
        assert desk.response("EXISTS")[1] == [b"4"]
        assert desk.search(None, "SEEN") == ("OK", [b"1 4"])


def test_a_reset_inside_a_literal_and_a_second_try(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    mailserver.faults.add(
        mockmail.When(point="data", command="FETCH", response=mockmail.Match(uid=3)),
        mockmail.Cut(inside="literal", offset=70_000, how="reset"),
    )
    with opened(mailserver) as client, pytest.raises(ConnectionResetError):
        client.fetch("1:3", "(BODY.PEEK[])")
    with opened(mailserver) as client:
        assert literals(client.fetch("1:3", "(BODY.PEEK[])")[1]) == list(letters)


@pytest.mark.usefixtures("letters")
def test_an_answer_that_never_comes_does_not_undo_the_store(mailserver: mockmail.Server) -> None:
    mailserver.faults.add(
        mockmail.When(point="before-ok", command="STORE"), mockmail.Cut(offset=0, how="fin")
    )
    with opened(mailserver) as client, pytest.raises(imaplib.IMAP4.abort, match="EOF"):
        client.store("3", "+FLAGS", r"(\Answered)")
    with opened(mailserver) as client:
        assert client.search(None, "ANSWERED") == ("OK", [b"3"])


@pytest.mark.usefixtures("letters")
def test_somebody_expunges_while_a_store_is_under_way(mailserver: mockmail.Server) -> None:
    mailserver.faults.add(
        mockmail.When(point="committed", command="STORE"), mockmail.Expunge(user="anna", uid=1)
    )
    with opened(mailserver) as client:
        _, lines = client.store("2:3", "+FLAGS", r"(\Answered)")
        # A STORE by number must not tell of it; what comes next may.
        assert [line.split()[0] for line in lines] == [b"2", b"3"]
        assert client.response("EXPUNGE")[1] == [None]
        client.noop()
        assert client.response("EXPUNGE")[1] == [b"1"]
        assert client.search(None, "ANSWERED") == ("OK", [b"1 2"])


@pytest.mark.usefixtures("letters")
def test_somebody_expunges_the_message_whose_flags_are_stored(mailserver: mockmail.Server) -> None:
    mailserver.faults.add(
        mockmail.When(point="committed", command="UID STORE"), mockmail.Expunge(user="anna", uid=2)
    )
    with opened(mailserver) as client:
        assert client.uid("STORE", "2", "+FLAGS", r"(\Answered)")[0] == "OK"
        # UID STORE may tell of it before it ends.
        assert client.response("EXPUNGE")[1] == [b"2"]
        assert client.uid("SEARCH", "ALL") == ("OK", [b"1 3"])
