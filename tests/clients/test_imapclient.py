"""IMAPClient."""

import base64
import contextlib
import re
import smtplib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from email.header import decode_header, make_header

import imapclient
import pytest
from imapclient import DELETED, DRAFT, FLAGGED, RECENT, SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError
from imapclient.imapclient import JUNK, SENT, TRASH

import mockmail
from programs import mailbox

PATIENCE = 5.0
Letters = tuple[bytes, bytes, bytes]


@contextlib.contextmanager
def dialled(server: mockmail.Server) -> Iterator[IMAPClient]:
    """A connection, logged out of at the end."""
    with IMAPClient(server.imap.host, server.imap.port, ssl=False, timeout=PATIENCE) as client:
        # Times as the server has them, whatever the zone of this machine.
        client.normalise_times = False
        yield client


@contextlib.contextmanager
def opened(server: mockmail.Server) -> Iterator[IMAPClient]:
    """Anna at her INBOX."""
    with dialled(server) as client:
        client.login("anna", "apple")
        client.select_folder("INBOX")
        yield client


def flags(client: IMAPClient, uid: int) -> set[bytes]:
    r"""The flags of a message. Who is told of \Recent is another matter."""
    return set(client.get_flags([uid])[uid]) - {RECENT}


@pytest.mark.usefixtures("anna")
def test_a_wrong_password_is_refused_and_the_right_one_is_taken_after_it(
    mailserver: mockmail.Server,
) -> None:
    with dialled(mailserver) as client:
        assert client.has_capability("IMAP4rev1")
        assert client.has_capability("IDLE")
        with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
            client.login("anna", "pear")
        assert b"Logged in" in client.login("anna", "apple")
        assert client.noop()[1] == []


@pytest.mark.usefixtures("anna")
def test_authenticates_with_plain(mailserver: mockmail.Server) -> None:
    with dialled(mailserver) as client:
        with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
            client.plain_login("anna", "pear")
        assert b"Logged in" in client.plain_login("anna", "apple")
        assert client.select_folder("INBOX")[b"EXISTS"] == 0


def test_a_password_outside_us_ascii(mailserver: mockmail.Server) -> None:
    mailserver.add_user("søren", password="blåbærgrød")
    with dialled(mailserver) as client:
        assert b"Logged in" in client.plain_login("søren", "blåbærgrød")


@pytest.mark.usefixtures("letters")
def test_makes_lists_and_deletes_folders(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as client:
        for folder in ("Travel plans", "メール & Entwürfe", "Work/2024", '"Quoted" \\ odd', "2024"):
            client.create_folder(folder)
        assert {name for _, _, name in client.list_folders()} == {
            "INBOX",
            "Travel plans",
            "メール & Entwürfe",
            "Work",
            "Work/2024",
            '"Quoted" \\ odd',
            "2024",
        }
        ((_, delimiter, name),) = client.list_folders("", "INBOX")
        assert (delimiter, name) == (b"/", "INBOX")
        assert [name for _, _, name in client.list_folders("Work/")] == ["Work/2024"]
        assert [name for _, _, name in client.list_folders("", "W%")] == ["Work"]
        assert client.folder_exists("メール & Entwürfe")
        client.delete_folder("メール & Entwürfe")
        assert not client.folder_exists("メール & Entwürfe")
        with pytest.raises(IMAPClientError, match="NONEXISTENT"):
            client.delete_folder("メール & Entwürfe")
        with pytest.raises(IMAPClientError, match="ALREADYEXISTS"):
            client.create_folder("Work")


@pytest.mark.usefixtures("letters")
def test_asks_for_the_status_of_a_folder(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as client:
        client.create_folder("Entwürfe")
        assert client.folder_status("INBOX", ["MESSAGES", "UNSEEN", "UIDNEXT"]) == {
            b"MESSAGES": 3,
            b"UNSEEN": 2,
            b"UIDNEXT": 4,
        }
        status = client.folder_status("Entwürfe")
        assert (status[b"MESSAGES"], status[b"RECENT"], status[b"UIDNEXT"]) == (0, 0, 1)
        assert status[b"UIDVALIDITY"] != client.folder_status("INBOX")[b"UIDVALIDITY"]


@pytest.mark.usefixtures("letters")
def test_select_and_examine_tell_what_is_there(mailserver: mockmail.Server) -> None:
    with dialled(mailserver) as client:
        client.login("anna", "apple")
        looked = client.select_folder("INBOX", readonly=True)
        assert looked[b"EXISTS"] == 3
        assert looked[b"PERMANENTFLAGS"] == ()
        assert b"READ-ONLY" in looked
        with pytest.raises(IMAPClientError, match="read-only"):
            client.add_flags([1], [FLAGGED])
        selected = client.select_folder("INBOX")
        assert (selected[b"EXISTS"], selected[b"RECENT"], selected[b"UIDNEXT"]) == (3, 3, 4)
        assert selected[b"UIDVALIDITY"] == looked[b"UIDVALIDITY"]
        assert {SEEN, FLAGGED, DELETED, DRAFT} <= set(selected[b"FLAGS"])
        assert rb"\*" in selected[b"PERMANENTFLAGS"]
        assert selected[b"READ-WRITE"] is True
        with pytest.raises(IMAPClientError, match="NONEXISTENT"):
            client.select_folder("Nowhere")


def test_appends_with_flags_and_a_date(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    draft = "Subject: Entwurf\r\n\r\nfür später\r\n".encode()
    leap_day = datetime(2024, 2, 29, 23, 59, 59, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    with opened(mailserver) as client:
        assert b"APPEND completed" in client.append("INBOX", draft, [DRAFT, b"$Later"], leap_day)
        client.append("INBOX", draft)
        fetched = client.fetch([1, 2], ["FLAGS", "INTERNALDATE", "BODY.PEEK[]"])
        assert set(fetched[1][b"FLAGS"]) - {RECENT} == {DRAFT, b"$Later"}
        assert fetched[1][b"INTERNALDATE"] == leap_day
        assert [fetched[uid][b"BODY[]"] for uid in (1, 2)] == [draft, draft]
        with pytest.raises(IMAPClientError, match="TRYCREATE"):
            client.append("Nowhere", draft)
    assert [message.raw for message in anna.inbox.messages] == [draft, draft]
    assert anna.inbox.messages[0].internaldate == leap_day


def test_fetches_what_was_delivered(mailserver: mockmail.Server, letters: Letters) -> None:
    with opened(mailserver) as client:
        fetched = client.fetch([1, 2, 3], ["FLAGS", "RFC822.SIZE", "BODY.PEEK[]"])
        assert [fetched[uid][b"BODY[]"] for uid in (1, 2, 3)] == list(letters)
        assert [fetched[uid][b"RFC822.SIZE"] for uid in (1, 2, 3)] == [len(raw) for raw in letters]
        assert [fetched[uid][b"SEQ"] for uid in (1, 2, 3)] == [1, 2, 3]
        assert flags(client, 1) == {SEEN}
        assert flags(client, 2) == {FLAGGED}
        client.fetch([2], ["RFC822"])
        assert flags(client, 2) == {FLAGGED, SEEN}
        assert client.fetch([17], ["FLAGS"]) == {}


def test_fetches_parts_of_a_message(mailserver: mockmail.Server, letters: Letters) -> None:
    noon, _, long = letters
    with opened(mailserver) as client:
        items = [
            "BODY.PEEK[HEADER.FIELDS (SUBJECT)]",
            "BODY.PEEK[]<6.3>",
            "BODY.PEEK[TEXT]<0.5>",
            "RFC822.HEADER",
        ]
        one = client.fetch([1], items)[1]
        assert one[b"BODY[HEADER.FIELDS (SUBJECT)]"] == b"Subject: Noon\r\n\r\n"
        assert one[b"BODY[]<6>"] == b"Ben"
        assert one[b"BODY[TEXT]<0>"] == b"Shall"
        assert one[b"RFC822.HEADER"] == noon[: noon.index(b"\r\n\r\n") + 4]
        end = len(long) - 10
        assert client.fetch([3], [f"BODY.PEEK[]<{end}.99>"])[3] == {
            b"SEQ": 3,
            b"BODY[]<%d>" % end: long[end:],
        }


@pytest.mark.usefixtures("letters")
def test_searches_by_flags_and_uids(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    anna.deliver(subject="Sale", flags=["$Junk"])
    with opened(mailserver) as client:
        assert client.search() == [1, 2, 3, 4]
        assert client.search("UNSEEN") == [2, 3, 4]
        assert client.search(["UNSEEN", "NOT", "FLAGGED"]) == [3, 4]
        assert client.search(["OR", "SEEN", ["UNFLAGGED", "UNKEYWORD", "$Junk"]]) == [1, 3]
        assert client.search(["KEYWORD", "$Junk"], charset="UTF-8") == [4]
        assert client.search(["UID", "2:3"]) == [2, 3]
        assert client.search("DELETED") == []
        client.delete_messages([1, 2])
        client.expunge()
        assert client.search() == [3, 4]
        assert client.search("1") == [3]
        with pytest.raises(IMAPClientError, match="BADCHARSET"):
            client.search("UNSEEN", charset="raw-unicode-escape")


@pytest.mark.usefixtures("letters")
def test_changes_flags(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as client:
        answer = client.add_flags([1, 2], ["$Work", FLAGGED])
        assert {uid: set(found) - {RECENT} for uid, found in answer.items()} == {
            1: {SEEN, FLAGGED, b"$Work"},
            2: {FLAGGED, b"$Work"},
        }
        client.remove_flags([1], [FLAGGED])
        assert client.set_flags([3], [DRAFT], silent=True) is None
        assert flags(client, 1) == {SEEN, b"$Work"}
        assert flags(client, 3) == {DRAFT}
        assert client.add_flags([99], [SEEN]) == {}
    assert [set(message.flags) for message in anna.inbox.messages] == [
        {r"\Seen", "$Work"},
        {r"\Flagged", "$Work"},
        {r"\Draft"},
    ]


def test_copies_to_a_folder(mailserver: mockmail.Server, letters: Letters) -> None:
    with opened(mailserver) as client:
        client.create_folder("Grüße")
        client.copy([1, 3], "Grüße")
        assert client.select_folder("Grüße")[b"EXISTS"] == 2
        fetched = client.fetch([1, 2], ["BODY.PEEK[]"])
        assert [fetched[uid][b"BODY[]"] for uid in (1, 2)] == [letters[0], letters[2]]
        assert flags(client, 1) == {SEEN}
        assert client.select_folder("INBOX")[b"EXISTS"] == 3
        with pytest.raises(IMAPClientError, match="TRYCREATE"):
            client.copy([1], "Nowhere")


@pytest.mark.usefixtures("letters")
def test_deletes_and_expunges(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as client:
        client.delete_messages([1, 3])
        text, told = client.expunge()
        assert b"EXPUNGE completed" in text
        assert [each for each in told if each[1] == b"EXPUNGE"] == [
            (1, b"EXPUNGE"),
            (2, b"EXPUNGE"),
        ]
        assert client.search() == [2]
        client.delete_messages([2])
        client.close_folder()
        assert client.select_folder("INBOX")[b"EXISTS"] == 0
    assert anna.inbox.messages == ()


@pytest.mark.usefixtures("letters")
def test_two_clients_quarrel_about_flags(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as desk, opened(mailserver) as phone:
        desk.add_flags([3], [FLAGGED])
        phone.set_flags([3], ["$Later"])
        _, told = desk.noop()
        keywords, _, fetch = told
        assert keywords[0] == b"FLAGS"
        assert b"$Later" in keywords[1]
        assert fetch[:2] == (3, b"FETCH")
        assert set(fetch[2][1]) - {RECENT} == {b"$Later"}
        assert flags(desk, 3) == flags(phone, 3) == {b"$Later"}
        assert desk.noop()[1] == []


def test_one_client_expunges_what_the_other_looks_at(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    with opened(mailserver) as desk, opened(mailserver) as phone:
        phone.delete_messages([2])
        phone.expunge()
        assert desk.fetch([2], ["FLAGS"]) == {}
        _, told = desk.noop()
        assert (2, b"EXPUNGE") not in told  # UID FETCH has told it already
        fetched = desk.fetch([3], ["BODY.PEEK[]"])
        assert fetched == {3: {b"SEQ": 2, b"BODY[]": letters[2]}}


@pytest.mark.usefixtures("letters")
def test_idle_shows_mail_as_it_comes(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as client:
        client.idle()
        with smtplib.SMTP(
            mailserver.smtp.host,
            mailserver.smtp.port,
            local_hostname="laptop.example",
            timeout=PATIENCE,
        ) as ben:
            ben.sendmail("ben@example.org", ["anna@example.org"], b"Subject: Quick\r\n\r\nNow!\r\n")
        assert client.idle_check(timeout=PATIENCE) == [(4, b"EXISTS"), (4, b"RECENT")]
        assert client.idle_done() == (b"IDLE terminated", [])
        raw = client.fetch([4], ["BODY.PEEK[]"])[4][b"BODY[]"]
        assert raw.endswith(b"Subject: Quick\r\n\r\nNow!\r\n")


@pytest.mark.usefixtures("letters")
def test_idle_shows_what_another_client_does(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as desk, opened(mailserver) as phone:
        desk.idle()
        phone.add_flags([2], [SEEN])
        ((number, kind, (_, told)),) = desk.idle_check(timeout=PATIENCE)
        assert (number, kind, set(told) - {RECENT}) == (2, b"FETCH", {SEEN, FLAGGED})
        phone.delete_messages([1], silent=True)
        ((number, kind, _),) = desk.idle_check(timeout=PATIENCE)
        assert (number, kind) == (1, b"FETCH")
        phone.expunge()
        assert (1, b"EXPUNGE") in desk.idle_check(timeout=PATIENCE)
        desk.idle_done()
        assert desk.search() == [2, 3]


@pytest.mark.usefixtures("letters")
def test_what_came_before_idle_is_told_in_it(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as desk, opened(mailserver) as phone:
        phone.delete_messages([3])
        phone.expunge()
        desk.idle()
        # It comes right behind the "+"; idle_check() would wait for more than that.
        _, told = desk.idle_done()
        assert (3, b"EXPUNGE") in told


def test_a_reset_inside_a_literal_and_a_second_try(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    mailserver.faults.add(
        mockmail.When(point="data", command="UID FETCH", response=mockmail.Match(uid=2)),
        mockmail.Cut(inside="literal", offset=40, how="reset"),
    )
    with opened(mailserver) as client, pytest.raises(ConnectionResetError):
        client.fetch([1, 2, 3], ["BODY.PEEK[]"])
    with opened(mailserver) as client:
        fetched = client.fetch([1, 2, 3], ["BODY.PEEK[]"])
        assert [fetched[uid][b"BODY[]"] for uid in (1, 2, 3)] == list(letters)


@pytest.mark.usefixtures("letters")
def test_the_connection_ends_in_idle(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    mailserver.faults.add(
        mockmail.When(point="unsolicited", command="IDLE"), mockmail.Cut(offset=4, how="fin")
    )
    with opened(mailserver) as client:
        client.idle()
        anna.deliver(subject="Lost")
        with pytest.raises(imapclient.IMAPClient.AbortError):
            client.idle_done()
    with opened(mailserver) as client:
        assert client.search() == [1, 2, 3, 4]


@pytest.mark.usefixtures("letters")
def test_somebody_expunges_while_a_store_is_under_way(mailserver: mockmail.Server) -> None:
    mailserver.faults.add(
        mockmail.When(point="committed", command="UID STORE", user="anna"),
        mockmail.Expunge(user="anna", uid=1),
    )
    with opened(mailserver) as client:
        client.add_flags([1, 2], ["$Work"])
        assert client.search(["KEYWORD", "$Work"]) == [2]
        assert client.fetch([2], ["UID"])[2][b"SEQ"] == 1


@pytest.mark.usefixtures("letters")
def test_asks_for_what_has_changed_by_mod_sequence(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as client, opened(mailserver) as other:
        assert client.has_capability("CONDSTORE")
        before = client.folder_status("INBOX", ["HIGHESTMODSEQ"])[b"HIGHESTMODSEQ"]
        other.add_flags([2], [b"$Work"])
        changed = client.fetch([1, 2, 3], ["FLAGS"], [f"CHANGEDSINCE {before}"])
        assert list(changed) == [2]
        assert b"$Work" in changed[2][b"FLAGS"]
        (modseq,) = changed[2][b"MODSEQ"]
        assert modseq > before
        assert client.search(["MODSEQ", str(modseq)]) == [2]
        assert client.search(["MODSEQ", str(modseq)]).modseq == modseq
        assert client.select_folder("INBOX")[b"HIGHESTMODSEQ"] == modseq


@pytest.mark.usefixtures("letters")
def test_moves_and_expunges_by_uid(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as client, opened(mailserver) as phone:
        client.create_folder("Archive")
        client.move([1, 3], "Archive")
        assert client.search() == [2]
        phone.delete_messages([2])
        assert b" 4] " in client.append("INBOX", b"Subject: Mine\r\n\r\n")
        client.delete_messages([4])
        # The phone's message stays, which a plain EXPUNGE would take along.
        client.uid_expunge([4])
        assert client.search(["DELETED"]) == [2]
        assert client.select_folder("Archive")[b"EXISTS"] == 2
        client.copy([1, 2], "INBOX")
    assert [message.uid for message in anna.inbox.messages] == [2, 5, 6]


def test_appends_several_at_once(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    leap_day = datetime(2024, 2, 29, 12, tzinfo=UTC)
    with opened(mailserver) as client:
        _, (answer,) = client.multiappend(
            "INBOX",
            [
                b"Subject: One\r\n\r\n",
                {"msg": b"Subject: Two\r\n\r\n", "flags": [SEEN], "date": leap_day},
            ],
        )
        assert re.fullmatch(rb"\[APPENDUID \d+ 1:2\] APPEND completed", answer)
    one, two = anna.inbox.messages
    assert (one.subject, one.flags) == ("One", ())
    assert (two.subject, two.flags, two.internaldate) == ("Two", (r"\Seen",), leap_day)


@pytest.mark.usefixtures("letters")
def test_renames_and_subscribes_to_folders(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as client:
        client.create_folder("Entwürfe/2023")
        client.subscribe_folder("Entwürfe")
        client.subscribe_folder("Entwürfe/2023")
        client.rename_folder("Entwürfe", "Früher")
        assert [name for _, _, name in client.list_folders()] == ["INBOX", "Früher", "Früher/2023"]
        # Subscriptions are names (RFC 3501 section 6.3.6).
        subscribed = [name for _, _, name in client.list_sub_folders()]
        assert subscribed == ["Entwürfe", "Entwürfe/2023"]
        client.unsubscribe_folder("Entwürfe")
        assert [name for _, _, name in client.list_sub_folders()] == ["Entwürfe/2023"]
        client.rename_folder("INBOX", "Old")
        assert client.folder_status("Old", ["MESSAGES"]) == {b"MESSAGES": 3}
        assert client.folder_status("INBOX", ["MESSAGES"]) == {b"MESSAGES": 0}
        with pytest.raises(IMAPClientError, match="ALREADYEXISTS"):
            client.rename_folder("Old", "Früher")


def test_finds_special_folders(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    for name, use in (("Gesendet", r"\Sent"), ("Papierkorb", r"\Trash")):
        mailbox(anna, name)._mailbox.special_use = (use,)
    with opened(mailserver) as client:
        assert client.find_special_folder(SENT) == "Gesendet"
        assert client.find_special_folder(TRASH) == "Papierkorb"
        assert client.find_special_folder(JUNK) is None


def test_searches_by_words_and_dates(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    anna.deliver(subject="Größe M", text="Ein Kleid", date=datetime(2024, 1, 5, tzinfo=UTC))
    anna.deliver(subject="Noon", sender="Carol <carol@example.net>", text="Größer!")
    christmas = datetime(2023, 12, 24, tzinfo=UTC)
    anna.inbox.add(subject="Noon?", date=christmas, headers={"X-Shop": "7"})
    with opened(mailserver) as client:
        assert client.search(["SUBJECT", "größe"], charset="UTF-8") == [1]
        assert client.search(["TEXT", "Größe"], charset="UTF-8") == [1, 2]
        assert client.search(["FROM", "carol", "SUBJECT", "noon"]) == [2]
        assert client.search(["SINCE", date(2024, 1, 2)]) == [1]
        assert client.search(["BEFORE", date(2024, 1, 1)]) == [3]
        assert client.search(["NOT", ["OR", "SUBJECT", "noon", "BODY", "kleid"]]) == []
        assert client.search(["HEADER", "X-Shop", "7", "SMALLER", "10000"]) == [3]


def test_fetches_envelopes_and_structures(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    anna.deliver(
        subject="Größe M",
        sender="Jörg <j@example.org>",
        text="See the file.",
        attachments=[mockmail.Attachment("größe.bin", bytes(range(256)))],
    )
    with opened(mailserver) as client:
        found = client.fetch([1], ["ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[2]"])[1]
        envelope = found[b"ENVELOPE"]
        assert envelope.date == datetime(2024, 1, 1, tzinfo=UTC)
        assert str(make_header(decode_header(envelope.subject.decode()))) == "Größe M"
        assert str(envelope.to[0]) == "anna@example.org"
        assert (envelope.from_[0].mailbox, envelope.from_[0].host) == (b"j", b"example.org")
        structure = found[b"BODYSTRUCTURE"]
        assert structure.is_multipart
        text, file = structure[0]
        assert text[:2] == (b"text", b"plain")
        assert file[:2] == (b"application", b"octet-stream")
        assert base64.b64decode(found[b"BODY[2]"]) == bytes(range(256))


@pytest.mark.usefixtures("anna")
def test_says_who_it_is_and_leaves_a_folder(mailserver: mockmail.Server) -> None:
    with opened(mailserver) as client:
        ((name, value, *_),) = client.id_({"name": "desk"})
        assert (name, value) == (b"name", b"mockmail")
        client.unselect_folder()
        with pytest.raises(IMAPClientError):
            client.search()


@pytest.mark.usefixtures("letters")
def test_idles_again_and_again(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    with opened(mailserver) as client:
        for count in (4, 5, 6):
            client.idle()
            anna.deliver(subject=f"number {count}")
            assert (count, b"EXISTS") in client.idle_check(timeout=PATIENCE)
            client.idle_done()
            assert client.search(["SUBJECT", f"number {count}"]) == [count]
