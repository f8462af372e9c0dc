"""aioimaplib, which runs on asyncio while the server runs on Trio in its thread."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from aioimaplib import IMAP4
from aioimaplib.aioimaplib import Response

import mockmail

PATIENCE = 5.0
Letters = tuple[bytes, bytes, bytes]


class Line:
    """A client, and when its connection was lost."""

    def __init__(self, server: mockmail.Server) -> None:
        self.lost: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self.client = IMAP4(
            server.imap.host,
            server.imap.port,
            timeout=PATIENCE,
            conn_lost_cb=self.lost.set_result,
        )

    async def gone(self) -> Exception | None:
        """Wait until the connection is no more; what was the reason, if it was none of ours."""
        return await asyncio.wait_for(self.lost, PATIENCE)


@contextlib.asynccontextmanager
async def dialled(server: mockmail.Server) -> AsyncIterator[Line]:
    """A connection, closed at the end whatever became of it."""
    line = Line(server)
    await line.client.wait_hello_from_server()
    try:
        yield line
    finally:
        line.client.protocol.transport.close()
        await line.gone()


@contextlib.asynccontextmanager
async def opened(server: mockmail.Server) -> AsyncIterator[IMAP4]:
    """Anna at her INBOX."""
    async with dialled(server) as line:
        await line.client.login("anna", "apple")
        await line.client.select("INBOX")
        yield line.client


def literals(response: Response) -> list[bytes]:
    return [bytes(line) for line in response.lines if isinstance(line, bytearray)]


def numbers(response: Response) -> list[int]:
    """What SEARCH has found."""
    assert response.result == "OK"
    return [int(number) for number in response.lines[0].split()]


def flags(line: bytes) -> set[bytes]:
    r"""The flags in a FETCH response. Who is told of \Recent is another matter."""
    (found,) = re.findall(rb"FLAGS \(([^)]*)\)", line)
    return set(found.split()) - {rb"\Recent"}


@pytest.mark.usefixtures("anna")
def test_logs_in_and_out(mailserver: mockmail.Server) -> None:
    async def daily_work() -> None:
        async with dialled(mailserver) as line:
            client = line.client
            assert client.has_capability("IDLE")
            assert (await client.login("anna", "pear")).result == "NO"
            assert (await client.login("anna", "apple")).result == "OK"
            assert (await client.noop()).result == "OK"
            assert (await client.logout()).result == "OK"
            assert await line.gone() is None

    asyncio.run(daily_work())


@pytest.mark.usefixtures("letters")
def test_makes_lists_and_deletes_folders(mailserver: mockmail.Server) -> None:
    async def daily_work() -> None:
        async with opened(mailserver) as client:
            assert (await client.create('"Travel plans"')).result == "OK"
            assert (await client.create("Work/2024")).result == "OK"
            listed = (await client.list('""', "*")).lines[:-1]
            assert [line.partition(b") ")[2] for line in listed] == [
                b'"/" INBOX',
                b'"/" "Travel plans"',
                b'"/" Work',
                b'"/" Work/2024',
            ]
            assert (await client.status("INBOX", "(MESSAGES UNSEEN UIDNEXT)")).lines[0] == (
                b"INBOX (MESSAGES 3 UNSEEN 2 UIDNEXT 4)"
            )
            assert (await client.delete('"Travel plans"')).result == "OK"
            assert (await client.delete('"Travel plans"')).result == "NO"
            assert (await client.list('""', "T*")).lines == [b"LIST completed"]

    asyncio.run(daily_work())


@pytest.mark.usefixtures("letters")
def test_select_and_examine_tell_what_is_there(mailserver: mockmail.Server) -> None:
    async def daily_work() -> None:
        async with dialled(mailserver) as line:
            client = line.client
            await client.login("anna", "apple")
            looked = await client.examine("INBOX")
            assert looked.result == "OK"
            assert looked.lines[-1].startswith(b"[READ-ONLY]")
            selected = await client.select("INBOX")
            assert {b"3 EXISTS", b"3 RECENT"} <= set(selected.lines)
            assert selected.lines[-1].startswith(b"[READ-WRITE]")
            assert (await client.select("Nowhere")).result == "NO"

    asyncio.run(daily_work())


def test_appends_with_flags_and_a_date(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    draft = "Subject: Entwurf\r\n\r\nfür später\r\n".encode()
    leap_day = datetime(2024, 2, 29, 12, 30, tzinfo=timezone(timedelta(hours=2)))

    async def daily_work() -> None:
        async with opened(mailserver) as client:
            answer = await client.append(draft, "INBOX", flags=r"\Draft $Later", date=leap_day)
            assert answer.result == "OK"
            assert (await client.append(draft, "Nowhere")).result == "NO"
            fetched = await client.fetch("1", "(FLAGS INTERNALDATE)")
            assert flags(fetched.lines[0]) == {rb"\Draft", b"$Later"}
            assert b'INTERNALDATE "29-Feb-2024 12:30:00 +0200"' in fetched.lines[0]

    asyncio.run(daily_work())
    (message,) = anna.inbox.messages
    assert (message.raw, message.internaldate) == (draft, leap_day)


def test_fetches_what_was_delivered(mailserver: mockmail.Server, letters: Letters) -> None:
    async def daily_work() -> None:
        async with opened(mailserver) as client:
            fetched = await client.fetch("1:3", "(FLAGS RFC822.SIZE BODY.PEEK[])")
            assert literals(fetched) == list(letters)
            heads = [line for line in fetched.lines if b" FETCH (" in line]
            assert [int(re.findall(rb"SIZE (\d+)", head)[0]) for head in heads] == [
                len(letter) for letter in letters
            ]
            assert [flags(head) for head in heads] == [{rb"\Seen"}, {rb"\Flagged"}, set()]
            assert literals(await client.uid("fetch", "3,1", "(RFC822)")) == [
                letters[0],
                letters[2],
            ]
            assert numbers(await client.search("UNSEEN")) == [2]

    asyncio.run(daily_work())


def test_fetches_parts_of_a_message(mailserver: mockmail.Server, letters: Letters) -> None:
    noon, _, long = letters

    async def daily_work() -> None:
        async with opened(mailserver) as client:

            async def one(uid: int, item: str) -> bytes:
                (literal,) = literals(await client.uid("fetch", str(uid), f"({item})"))
                return literal

            assert await one(1, "RFC822.HEADER") == noon[: noon.index(b"\r\n\r\n") + 4]
            assert await one(1, "BODY.PEEK[HEADER.FIELDS (SUBJECT)]") == b"Subject: Noon\r\n\r\n"
            assert await one(1, "BODY.PEEK[]<6.3>") == b"Ben"
            pieces = [
                await one(3, f"BODY.PEEK[]<{at}.40000>") for at in range(0, len(long), 40_000)
            ]
            assert b"".join(pieces) == long

    asyncio.run(daily_work())


@pytest.mark.usefixtures("letters")
def test_searches_by_flags_and_uids(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    anna.deliver(subject="Sale", flags=["$Junk"])

    async def daily_work() -> None:
        async with opened(mailserver) as client:
            assert numbers(await client.search("ALL")) == [1, 2, 3, 4]
            assert numbers(await client.search("UNSEEN", "UNFLAGGED", charset=None)) == [3, 4]
            assert numbers(await client.search("OR SEEN KEYWORD $Junk")) == [1, 4]
            assert numbers(await client.uid_search("NOT", "(UID 2:3)")) == [1, 4]
            await client.uid("store", "1", "+FLAGS", r"(\Deleted)")
            await client.expunge()
            assert numbers(await client.search("ALL")) == [1, 2, 3]
            assert numbers(await client.uid_search("ALL")) == [2, 3, 4]
            assert numbers(await client.uid_search("DRAFT")) == []

    asyncio.run(daily_work())


def test_commands_are_pipelined(mailserver: mockmail.Server, letters: Letters) -> None:
    async def daily_work() -> None:
        async with opened(mailserver) as client:
            # Other commands are sent while the answer to the first is on its way.
            fetched, found, listed, status, noop = await asyncio.gather(
                client.fetch("1:3", "(BODY.PEEK[])"),
                client.search("UNSEEN"),
                client.list('""', "*"),
                client.status("INBOX", "(MESSAGES)"),
                client.noop(),
            )
            assert literals(fetched) == list(letters)
            assert numbers(found) == [2, 3]
            assert listed.lines[0].endswith(b'"/" INBOX')
            assert status.lines[0] == b"INBOX (MESSAGES 3)"
            assert noop.result == "OK"

    asyncio.run(daily_work())


@pytest.mark.usefixtures("letters")
def test_changes_flags_copies_and_deletes(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    async def daily_work() -> None:
        async with opened(mailserver) as client:
            stored = await client.store("1", "+FLAGS", "($Work)")
            assert flags(stored.lines[0]) == {rb"\Seen", b"$Work"}
            stored = await client.uid("store", "2", "-FLAGS", r"(\Flagged)")
            assert flags(stored.lines[0]) == set()
            assert (await client.copy("1", "Archive")).result == "NO"
            await client.create("Archive")
            assert (await client.uid("copy", "1:2", "Archive")).result == "OK"
            await client.store("1,3", "+FLAGS.SILENT", r"(\Deleted)")
            assert (await client.expunge()).lines[:-1] == [b"1 EXPUNGE", b"2 EXPUNGE"]
            assert (await client.close()).result == "OK"
            assert b"2 EXISTS" in (await client.select("Archive")).lines
            fetched = await client.fetch("1", "(FLAGS)")
            assert flags(fetched.lines[0]) == {rb"\Seen", b"$Work"}

    asyncio.run(daily_work())
    assert [message.uid for message in anna.inbox.messages] == [2]


@pytest.mark.usefixtures("letters")
def test_two_clients_quarrel_about_flags(mailserver: mockmail.Server) -> None:
    async def daily_work() -> None:
        async with opened(mailserver) as desk, opened(mailserver) as phone:
            await desk.store("3", "+FLAGS", r"(\Flagged)")
            await phone.store("3", "FLAGS", "($Later)")
            keywords, _, told, _ = (await desk.noop()).lines
            assert b"$Later" in keywords
            assert told.startswith(b"3 FETCH ")
            assert flags(told) == {b"$Later"}
            assert flags((await phone.fetch("3", "(FLAGS)")).lines[0]) == {b"$Later"}

    asyncio.run(daily_work())


def test_one_client_expunges_what_the_other_looks_at(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    async def daily_work() -> None:
        async with opened(mailserver) as desk, opened(mailserver) as phone:
            await phone.store("2", "+FLAGS.SILENT", r"(\Deleted)")
            await phone.expunge()
            assert literals(await desk.fetch("3", "(BODY.PEEK[])")) == [letters[2]]
            assert b"2 EXPUNGE" in (await desk.noop()).lines
            assert literals(await desk.fetch("2", "(BODY.PEEK[])")) == [letters[2]]

    asyncio.run(daily_work())


@pytest.mark.usefixtures("letters")
def test_idle_is_pushed_what_others_do(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    async def daily_work() -> None:
        async with opened(mailserver) as desk, opened(mailserver) as phone:
            idle = await desk.idle_start(timeout=PATIENCE)
            anna.deliver(subject="Quick", sender="ben@example.org")
            assert await desk.wait_server_push(PATIENCE) == [b"4 EXISTS", b"4 RECENT"]
            await phone.store("2", "+FLAGS", r"(\Deleted)")
            (told,) = await desk.wait_server_push(PATIENCE)
            assert flags(told) == {rb"\Flagged", rb"\Deleted"}
            await phone.expunge()
            assert b"2 EXPUNGE" in await desk.wait_server_push(PATIENCE)
            desk.idle_done()
            assert (await asyncio.wait_for(idle, PATIENCE)).result == "OK"
            assert numbers(await desk.uid_search("ALL")) == [1, 3, 4]

    asyncio.run(daily_work())


@pytest.mark.usefixtures("letters")
def test_many_clients_idle_and_all_are_told(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    async def daily_work() -> None:
        async with contextlib.AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(opened(mailserver)) for _ in range(10)]
            idles = [await client.idle_start(timeout=PATIENCE) for client in clients]
            anna.deliver(subject="Quick", sender="ben@example.org")
            for pushed in await asyncio.gather(
                *(client.wait_server_push(PATIENCE) for client in clients)
            ):
                assert b"4 EXISTS" in pushed
            for client in clients:
                client.idle_done()
            ends = await asyncio.wait_for(asyncio.gather(*idles), PATIENCE)
            assert {end.result for end in ends} == {"OK"}

    asyncio.run(daily_work())


def test_a_reset_inside_a_literal_and_a_second_try(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    mailserver.faults.add(
        mockmail.When(point="data", command="UID FETCH", response=mockmail.Match(uid=3)),
        mockmail.Cut(inside="literal", offset=70_000, how="reset"),
    )

    async def daily_work() -> None:
        async with dialled(mailserver) as line:
            await line.client.login("anna", "apple")
            await line.client.select("INBOX")
            # The client tells of the loss, and leaves the command waiting.
            fetching = asyncio.ensure_future(line.client.uid("fetch", "1:3", "(BODY.PEEK[])"))
            assert isinstance(await line.gone(), ConnectionResetError)
            fetching.cancel()
            with pytest.raises(asyncio.CancelledError):
                await fetching
        async with opened(mailserver) as client:
            fetched = await client.uid("fetch", "1:3", "(BODY.PEEK[])")
            assert literals(fetched) == list(letters)

    asyncio.run(daily_work())


@pytest.mark.usefixtures("letters")
def test_somebody_expunges_while_a_store_is_under_way(mailserver: mockmail.Server) -> None:
    mailserver.faults.add(
        mockmail.When(point="committed", command="STORE"), mockmail.Expunge(user="anna", uid=1)
    )

    async def daily_work() -> None:
        async with opened(mailserver) as client:
            stored = await client.store("2:3", "+FLAGS", "($Work)")
            assert [line.split()[0] for line in stored.lines[:-1]] == [b"2", b"3"]
            assert b"1 EXPUNGE" in (await client.noop()).lines
            assert numbers(await client.search("KEYWORD $Work")) == [1, 2]

    asyncio.run(daily_work())


@pytest.mark.usefixtures("letters")
def test_moves_and_expunges_by_uid(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    async def daily_work() -> None:
        async with opened(mailserver) as client:
            await client.create("Archive")
            moved = await client.move("1", "Archive")
            assert moved.result == "OK"
            assert any(b"[COPYUID " in line for line in moved.lines)
            assert (await client.uid("move", "2", "Archive")).result == "OK"
            assert numbers(await client.uid_search("ALL")) == [3]
            appended = await client.append(b"Subject: Mine\r\n\r\n", "INBOX")
            assert re.match(rb"\[APPENDUID \d+ 4\]", appended.lines[-1])
            await client.uid("store", "3:4", "+FLAGS.SILENT", r"(\Deleted)")
            assert (await client.uid("expunge", "4")).result == "OK"
            assert (await client.status("Archive", "(MESSAGES)")).lines[
                0
            ] == b"Archive (MESSAGES 2)"

    asyncio.run(daily_work())
    assert [message.uid for message in anna.inbox.messages] == [3]


@pytest.mark.usefixtures("anna")
def test_renames_and_subscribes_to_folders(mailserver: mockmail.Server) -> None:
    async def daily_work() -> None:
        async with opened(mailserver) as client:
            await client.create("Work/2023")
            assert (await client.subscribe("Work/2023")).result == "OK"
            assert (await client.rename("Work", "Old")).result == "OK"
            listed = [line.split()[-1] for line in (await client.list('""', "*")).lines[:-1]]
            assert listed == [b"INBOX", b"Old", b"Old/2023"]
            # Subscriptions are names (RFC 3501 section 6.3.6).
            (subscribed, _) = (await client.lsub('""', "*")).lines
            assert subscribed.endswith(b'"/" Work/2023')
            await client.unsubscribe("Work/2023")
            assert len((await client.lsub('""', "*")).lines) == 1
            assert (await client.rename("Work", "New")).result == "NO"

    asyncio.run(daily_work())


def test_searches_by_words_and_dates(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    anna.deliver(subject="Kleid", text="Ein Kleid", date=datetime(2024, 1, 5, tzinfo=UTC))
    anna.deliver(subject="Noon", sender="Carol <carol@example.net>", text="Größer!")

    async def daily_work() -> None:
        async with opened(mailserver) as client:
            assert numbers(await client.search('SUBJECT "kle"')) == [1]
            assert numbers(await client.search('TEXT "Größe"')) == [2]
            assert numbers(await client.uid_search("FROM carol SUBJECT noon")) == [2]
            assert numbers(await client.uid_search("SINCE 2-Jan-2024", charset=None)) == [1]

    asyncio.run(daily_work())


@pytest.mark.usefixtures("anna")
def test_says_who_it_is_and_enables(mailserver: mockmail.Server) -> None:
    async def daily_work() -> None:
        async with dialled(mailserver) as line:
            await line.client.login("anna", "apple")
            assert (await line.client.id()).lines[0] == b'("name" "mockmail")'
            # It puts spaces inside the parentheses, where RFC 2971 section 4 has none.
            assert (await line.client.id(name="desk")).result == "BAD"
            assert (await line.client.enable("CONDSTORE")).lines[0] == b"ENABLED CONDSTORE"

    asyncio.run(daily_work())


def test_idles_again_and_again(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    async def daily_work() -> None:
        async with opened(mailserver) as client:
            for count in (1, 2, 3):
                idle = await client.idle_start(timeout=PATIENCE)
                anna.deliver(subject=f"number {count}")
                assert b"%d EXISTS" % count in await client.wait_server_push(PATIENCE)
                client.idle_done()
                assert (await asyncio.wait_for(idle, PATIENCE)).result == "OK"
                fetched = await client.fetch(str(count), "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
                assert literals(fetched) == [b"Subject: number %d\r\n\r\n" % count]

    asyncio.run(daily_work())
