"""imap-tools."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from imap_tools import AND, NOT, OR, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import (
    MailboxAppendError,
    MailboxCopyError,
    MailboxFolderDeleteError,
    MailboxFolderRenameError,
    MailboxFolderSelectError,
    MailboxLoginError,
)
from imap_tools.query import Header, UidRange

import mockmail

PATIENCE = 5.0
Letters = tuple[bytes, bytes, bytes]
FLAGGED, SEEN = MailMessageFlags.FLAGGED, MailMessageFlags.SEEN


@contextlib.contextmanager
def dialled(server: mockmail.Server) -> Iterator[MailBoxUnencrypted]:
    """A connection, closed at the end whatever became of it."""
    box = MailBoxUnencrypted(server.imap.host, server.imap.port, timeout=PATIENCE)
    try:
        yield box
    finally:
        if box.client.state != "LOGOUT":
            box.client.shutdown()


@contextlib.contextmanager
def opened(server: mockmail.Server) -> Iterator[MailBoxUnencrypted]:
    """Anna at her INBOX."""
    with dialled(server) as box:
        yield box.login("anna", "apple")


def flags(box: MailBoxUnencrypted, uid: str) -> set[str]:
    r"""The flags of a message. Who is told of \Recent is another matter."""
    (message,) = box.fetch(AND(uid=uid), mark_seen=False, headers_only=True)
    return set(message.flags) - {MailMessageFlags.RECENT}


@pytest.mark.usefixtures("anna")
def test_logs_in_and_out(mailserver: mockmail.Server) -> None:
    with MailBoxUnencrypted(mailserver.imap.host, mailserver.imap.port, timeout=PATIENCE) as box:
        with pytest.raises(MailboxLoginError, match="AUTHENTICATIONFAILED"):
            box.login("anna", "pear")
        box.login("anna", "apple")
        assert box.folder.get() == "INBOX"
        assert box.uids() == []


def test_logs_in_with_a_name_outside_us_ascii(mailserver: mockmail.Server) -> None:
    mailserver.add_user("søren", password="blåbærgrød")
    with dialled(mailserver) as box:
        box.login_utf8("søren", "blåbærgrød")
        assert box.folder.status()["MESSAGES"] == 0


@pytest.mark.usefixtures("letters")
def test_makes_lists_and_deletes_folders(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as box:
        for name in ("Travel plans", "メール & Entwürfe", "Work/2024"):
            box.folder.create(name)
        assert [(info.name, info.delim) for info in box.folder.list()] == [
            ("INBOX", "/"),
            ("Travel plans", "/"),
            ("Work", "/"),
            ("Work/2024", "/"),
            ("メール & Entwürfe", "/"),
        ]
        assert [info.name for info in box.folder.list("", "W%")] == ["Work"]
        assert box.folder.exists("メール & Entwürfe")
        box.folder.delete("メール & Entwürfe")
        assert not box.folder.exists("メール & Entwürfe")
        with pytest.raises(MailboxFolderDeleteError, match="NONEXISTENT"):
            box.folder.delete("メール & Entwürfe")


@pytest.mark.usefixtures("letters")
def test_goes_from_folder_to_folder(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as box:
        box.folder.create("Archive")
        status = box.folder.status("INBOX")
        assert (status["MESSAGES"], status["UNSEEN"], status["UIDNEXT"]) == (3, 2, 4)
        box.folder.set("Archive")
        assert box.numbers() == []
        with pytest.raises(MailboxFolderSelectError, match="NONEXISTENT"):
            box.folder.set("Nowhere")
        box.folder.set("INBOX", readonly=True)
        assert [message.subject for message in box.fetch()] == ["Noon", "Dots", "Minutes"]
        # Read-only: reading leaves no trace.
        assert box.uids(AND(seen=False)) == ["2", "3"]


def test_fetches_what_was_delivered(mailserver: mockmail.Server, letters: Letters) -> None:
    with opened(mailserver) as box:
        messages = list(box.fetch(mark_seen=False))
        assert [message.uid for message in messages] == ["1", "2", "3"]
        assert [message.size_rfc822 for message in messages] == [len(raw) for raw in letters]
        assert [message.subject for message in messages] == ["Noon", "Dots", "Minutes"]
        assert [message.from_ for message in messages] == [
            "ben@example.org",
            "carol@example.net",
            "ben@example.org",
        ]
        for message, raw in zip(messages, letters, strict=True):
            assert message.text.encode() == raw.partition(b"\r\n\r\n")[2]
        assert [set(message.flags) & {SEEN, FLAGGED} for message in messages] == [
            {SEEN},
            {FLAGGED},
            set(),
        ]
        assert flags(box, "3") == set()


@pytest.mark.usefixtures("letters")
def test_fetches_one_by_one_in_bulk_and_headers_only(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as box:
        one_by_one = [message.text for message in box.fetch(mark_seen=False)]
        for bulk in (True, 2):
            in_bulk = [message.text for message in box.fetch(mark_seen=False, bulk=bulk)]
            assert in_bulk == one_by_one
        headers = list(box.fetch(mark_seen=False, headers_only=True, bulk=True))
        assert [message.subject for message in headers] == ["Noon", "Dots", "Minutes"]
        assert [message.text for message in headers] == ["", "", ""]
        newest = box.fetch(limit=2, reverse=True, mark_seen=False)
        assert [message.uid for message in newest] == ["3", "2"]


@pytest.mark.usefixtures("letters")
def test_reading_a_message_marks_it_as_seen(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    with opened(mailserver) as box:
        assert [message.uid for message in box.fetch(AND(seen=False))] == ["2", "3"]
        assert box.uids(AND(seen=False)) == []
    assert all(r"\Seen" in message.flags for message in anna.inbox.messages)


@pytest.mark.usefixtures("letters")
def test_searches_by_flags_and_uids(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    anna.deliver(subject="Sale", flags=["$Junk", r"\Answered"])
    with opened(mailserver) as box:
        assert box.uids() == ["1", "2", "3", "4"]
        assert box.uids(AND(seen=False, flagged=False)) == ["3", "4"]
        assert box.uids(OR(seen=True, flagged=True)) == ["1", "2"]
        assert box.uids(NOT(OR(seen=True, flagged=True))) == ["3", "4"]
        assert box.uids(OR(subject=[f"no such {n}" for n in range(500)], flagged=True)) == ["2"]
        assert box.uids(AND(keyword="$Junk", answered=True)) == ["4"]
        assert box.uids(AND(no_keyword="$Junk", deleted=False), charset="UTF-8") == ["1", "2", "3"]
        assert box.uids(AND(uid=["2", "4"])) == ["2", "4"]
        assert box.uids(AND(uid=UidRange("3", "*")), charset=None) == ["3", "4"]
        assert box.uids(AND(draft=True)) == []
        box.delete("1")
        assert box.numbers() == ["1", "2", "3"]
        assert box.numbers_to_uids(["1", "3"]) == ["2", "4"]


def test_appends_with_flags_and_a_date(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    draft = "Subject: Entwurf\r\n\r\nfür später\r\n".encode()
    leap_day = datetime(2024, 2, 29, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    with opened(mailserver) as box:
        box.append(draft, "INBOX", dt=leap_day, flag_set=[MailMessageFlags.DRAFT, "$Later"])
        assert flags(box, "1") == {r"\Draft", "$Later"}
        with pytest.raises(MailboxAppendError, match="TRYCREATE"):
            box.append(draft, "Nowhere", dt=leap_day)
    (message,) = anna.inbox.messages
    assert (message.raw, message.internaldate) == (draft, leap_day)


@pytest.mark.usefixtures("letters")
def test_changes_flags(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as box:
        box.flag(["1", "2"], [FLAGGED, "$Work"], value=True)
        box.flag("1", SEEN, value=False)
        assert flags(box, "1") == {FLAGGED, "$Work"}
        assert flags(box, "2") == {FLAGGED, "$Work"}
    assert [set(message.flags) for message in anna.inbox.messages] == [
        {r"\Flagged", "$Work"},
        {r"\Flagged", "$Work"},
        set(),
    ]


def test_copies_moves_and_deletes(
    mailserver: mockmail.Server, anna: mockmail.User, letters: Letters
) -> None:
    with opened(mailserver) as box:
        box.folder.create("Archive")
        box.copy("1", "Archive")
        box.move(["2"], "Archive")
        assert box.uids() == ["1", "3"]
        box.delete("3")
        with pytest.raises(MailboxCopyError, match="TRYCREATE"):
            box.copy("1", "Nowhere")
        box.folder.set("Archive")
        assert [message.size_rfc822 for message in box.fetch()] == [
            len(letters[0]),
            len(letters[1]),
        ]
    assert [message.uid for message in anna.inbox.messages] == [1]


@pytest.mark.usefixtures("letters")
def test_two_clients_quarrel_about_flags(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as desk, opened(mailserver) as phone:
        desk.flag("3", [FLAGGED], value=True)
        # The phone takes the flag away, of which it has never heard, and sets its own.
        phone.flag("3", [FLAGGED], value=False)
        phone.flag("3", ["$Later"], value=True)
        assert flags(desk, "3") == flags(phone, "3") == {"$Later"}
    assert anna.inbox.messages[2].flags == ("$Later",)


@pytest.mark.usefixtures("letters")
def test_one_client_expunges_what_the_other_is_reading(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as desk, opened(mailserver) as phone:
        reading = desk.fetch(mark_seen=False)
        assert next(reading).uid == "1"
        phone.delete("2")
        assert [message.uid for message in reading] == ["3"]
        assert desk.uids() == ["1", "3"]
        assert desk.numbers() == ["1", "2"]


@pytest.mark.usefixtures("letters")
def test_idle_shows_mail_and_what_another_client_does(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    with opened(mailserver) as desk, opened(mailserver) as phone:
        with desk.idle as idle:
            anna.deliver(subject="Quick", sender="ben@example.org")
            assert idle.poll(timeout=PATIENCE) == [b"* 4 EXISTS", b"* 4 RECENT"]
            phone.delete("1")
            told = idle.poll(timeout=PATIENCE)
            # Flag and EXPUNGE may come in one piece or in two.
            if b"* 1 EXPUNGE" not in told:
                told += idle.poll(timeout=PATIENCE)
            assert b"* 1 EXPUNGE" in told
        assert [message.subject for message in desk.fetch(AND(uid="4"))] == ["Quick"]


def test_a_reset_inside_a_literal_and_a_second_try(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    mailserver.faults.add(
        mockmail.When(point="data", command="UID FETCH", response=mockmail.Match(uid=3)),
        mockmail.Cut(inside="literal", offset=66_000, how="reset"),
    )
    read: list[str] = []
    with opened(mailserver) as box, pytest.raises(ConnectionResetError):
        read.extend(message.uid for message in box.fetch(mark_seen=False))
    assert read == ["1", "2"]
    with opened(mailserver) as box:
        (message,) = box.fetch(AND(uid="3"), mark_seen=False)
        assert message.text.encode() == letters[2].partition(b"\r\n\r\n")[2]


@pytest.mark.usefixtures("letters")
def test_somebody_expunges_while_a_store_is_under_way(mailserver: mockmail.Server) -> None:
    mailserver.faults.add(
        mockmail.When(point="committed", command="UID STORE"), mockmail.Expunge(user="anna", uid=1)
    )
    with opened(mailserver) as box:
        box.flag(["1", "3"], ["$Work"], value=True)
        assert box.uids(AND(keyword="$Work")) == ["3"]
        assert box.numbers() == ["1", "2"]


@pytest.mark.usefixtures("letters")
def test_renames_and_subscribes_to_folders(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as box:
        box.folder.create("Entwürfe/2023")
        box.folder.subscribe("Entwürfe/2023", value=True)
        box.folder.subscribe("INBOX", value=True)
        box.folder.rename("Entwürfe", "Früher")
        assert [info.name for info in box.folder.list()] == ["INBOX", "Früher", "Früher/2023"]
        # Subscriptions are names (RFC 3501 section 6.3.6).
        subscribed = [info.name for info in box.folder.list(subscribed_only=True)]
        assert sorted(subscribed) == ["Entwürfe/2023", "INBOX"]
        box.folder.subscribe("Entwürfe/2023", value=False)
        assert [info.name for info in box.folder.list(subscribed_only=True)] == ["INBOX"]
        with pytest.raises(MailboxFolderRenameError, match="NONEXISTENT"):
            box.folder.rename("Entwürfe", "Neu")


def test_searches_by_words_and_dates(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    anna.deliver(subject="Größe M", text="Ein Kleid", date=datetime(2024, 1, 5, tzinfo=UTC))
    anna.deliver(subject="Noon", sender="Carol <carol@example.net>", text="Größer!")
    christmas = datetime(2023, 12, 24, tzinfo=UTC)
    anna.inbox.add(subject="Noon?", date=christmas, headers={"X-Shop": "7"})
    with opened(mailserver) as box:
        assert box.uids(AND(subject="größe"), charset="UTF-8") == ["1"]
        assert box.uids(AND(text="Größe"), charset="UTF-8") == ["1", "2"]
        assert box.uids(AND(from_="carol", subject="noon")) == ["2"]
        assert box.uids(AND(date_gte=date(2024, 1, 2))) == ["1"]
        assert box.uids(OR(date_lt=date(2024, 1, 1), date=date(2024, 1, 5))) == ["1", "3"]
        assert box.uids(AND(header=Header("X-Shop", "7"), size_lt=10_000)) == ["3"]
        assert box.uids(NOT(subject="noon", body="kleid")) == ["1", "2", "3"]


def test_reads_parts_and_attachments(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    anna.deliver(
        subject="Größe M",
        sender="Jörg <j@example.org>",
        text="See the file.",
        html="<p>See the <b>file</b>.</p>",
        attachments=[mockmail.Attachment("größe.bin", bytes(range(256)))],
    )
    with opened(mailserver) as box:
        (message,) = box.fetch()
        assert (message.subject, message.from_values.name) == ("Größe M", "Jörg")
        assert message.text.strip() == "See the file."
        assert message.html.strip() == "<p>See the <b>file</b>.</p>"
        (attachment,) = message.attachments
        assert (attachment.filename, attachment.payload) == ("größe.bin", bytes(range(256)))
        # What was read is put somewhere else.
        box.folder.create("Archive")
        box.append(message, "Archive", dt=message.date)
        box.folder.set("Archive")
        (copy,) = box.fetch()
        assert copy.obj.as_bytes() == message.obj.as_bytes()


def test_works_on_many_in_pieces(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    for number in range(1, 11):
        anna.deliver(subject=f"number {number}")
    with opened(mailserver) as box:
        box.folder.create("Archive")
        box.flag([str(uid) for uid in range(1, 11)], FLAGGED, value=True, chunks=4)
        assert len(box.uids(AND(flagged=True))) == 10
        box.copy(["1", "2", "3"], "Archive", chunks=2)
        box.move([str(uid) for uid in range(4, 9)], "Archive", chunks=2)
        box.delete(["1", "2", "9"], chunks=2)
        assert box.uids() == ["3", "10"]
        read = list(box.fetch(limit=slice(2, 6), bulk=3, mark_seen=False))
        assert [message.uid for message in read] == []
        box.folder.set("Archive")
        read = list(box.fetch(limit=slice(2, 6), bulk=3, mark_seen=False))
        assert [message.subject for message in read] == [f"number {n}" for n in (3, 4, 5, 6)]


def test_idles_again_and_again(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as box:
        for count in (1, 2, 3):
            with box.idle as idle:
                anna.deliver(subject=f"number {count}")
                assert b"* %d EXISTS" % count in idle.poll(timeout=PATIENCE)
            (message,) = box.fetch(AND(seen=False))
            assert message.subject == f"number {count}"
