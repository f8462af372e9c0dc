"""Races for one message: each order, what is told in it, and how it ends."""

import re
from pathlib import Path
from typing import Any

import pytest
import trio

import mockmail
from mockmail import Conflict, Server

README = Path(__file__).parents[2] / "README.md"
SAFE = "STORE {number} (UNCHANGEDSINCE {modseq}) FLAGS"


@pytest.fixture
def anna(mailserver: Server) -> mockmail.User:
    user = mailserver.add_user("anna")
    user.create_mailbox("Archive")
    for subject in ("one", "two"):
        user.deliver(subject=subject)
    return user


@pytest.fixture
def conflict(mailserver: Server, anna: mockmail.User) -> Conflict:
    return mailserver.conflict(uid=2)


def test_the_last_one_wins(conflict: Conflict) -> None:
    race = conflict.race(r"STORE 2 FLAGS (\Seen)", r"UID STORE {uid} FLAGS (\Flagged $X)")
    assert race.differ
    assert race.lost
    ab, ba = race
    assert (ab.order, ba.order) == (("A", "B"), ("B", "A"))
    assert (ab.flags, ba.flags) == ((r"\Flagged", "$X"), (r"\Seen",))
    assert (ab.lost, ba.lost) == ({"A": (r"+\Seen",)}, {"B": (r"+\Flagged", "+$X")})
    assert ab.truth == {"INBOX": ((2, (r"\Flagged", "$X"), 5),)}
    assert ab.truth["INBOX"][0].modseq == 5
    assert ab.told["A"].answers[0].fetched == {2: {"flags": (r"\Seen", r"\Recent")}}
    assert ab.told["A"].news.fetched == {2: {"flags": (r"\Flagged", "$X", r"\Recent")}}
    assert ab.told["B"].news.lines == (b"B4 OK NOOP completed",)
    assert "A3 STORE 2 FLAGS" in str(ab.transcript)


def test_flags_that_are_added_are_not_lost(conflict: Conflict) -> None:
    race = conflict.race(r"STORE 2 +FLAGS (\Seen)", r"STORE 2 +FLAGS.SILENT \Flagged")
    assert not race.differ
    assert not race.lost
    assert {outcome.flags for outcome in race} == {(r"\Flagged", r"\Seen")}
    assert str(race).endswith("\n\nAll orders end alike.")


def test_who_takes_a_flag_away_may_lose(conflict: Conflict) -> None:
    race = conflict.race(r"STORE 1:* +FLAGS ($x)", r"UID STORE * -FLAGS ($X)")
    ab, ba = race
    assert (ab.lost, ba.lost) == ({"A": ("+$x",)}, {"B": ("-$X",)})


def test_unchangedsince_loses_nothing(conflict: Conflict) -> None:
    race = conflict.race(rf"{SAFE} (\Seen)", rf"UID {SAFE} (\Flagged)".replace("number", "uid"))
    assert race.differ
    assert not race.lost
    ab, ba = race
    assert (ab.flags, ba.flags) == ((r"\Seen",), (r"\Flagged",))
    assert ab.told["B"].answer.code == ba.told["A"].answer.code == "MODIFIED 2"
    assert ab.told["A"].answer.code is None
    assert str(race).endswith("\n\nThe orders end differently.")


def test_a_move_against_a_flag(mailserver: Server, conflict: Conflict) -> None:
    conflict = mailserver.conflict(uid=2, sessions=3, enable="QRESYNC")
    ab, ba = race = conflict.race("MOVE 2 Archive", r"STORE 2 +FLAGS (\Flagged)")
    assert race.differ
    assert not race.lost
    assert ab.told["B"].answer.code == "EXPUNGEISSUED"
    assert (ab.flags, ba.flags) == (None, None)
    assert ab.truth == {"INBOX": (), "Archive": ((1, (), 2),)}
    assert ba.truth["Archive"][0].flags == (r"\Flagged",)
    assert ab.told["C"].news.vanished == ba.told["C"].news.vanished == (2,)
    assert not ab.told["C"].answers


def test_in_mailboxes_of_others(mailserver: Server, anna: mockmail.User) -> None:
    team = mailserver.add_user("ben").create_mailbox("Team")
    team.add(subject="one")
    team.share("anna")
    mailserver.create_shared_mailbox("#news.misc").add(subject="one")
    for name in ("Users/ben/Team", "#news.misc"):
        conflict = mailserver.conflict(user="anna", mailbox=name)
        ab, _ = conflict.race(r"STORE 1 FLAGS (\Seen)", r"STORE 1 FLAGS (\Flagged)")
        assert ab.truth == {name: ((1, (r"\Flagged",), 4),)}
    (outcome,) = mailserver.conflict(user="anna", mailbox="inbox", uid=1).race("NOOP")
    assert outcome.truth == {"INBOX": ((1, (), 2),)}


def test_commands_of_one_session_keep_their_order(conflict: Conflict) -> None:
    race = conflict.race([r"STORE 2 +FLAGS (\Deleted)", "EXPUNGE"], r"STORE 2 FLAGS (\Seen)")
    assert [outcome.order for outcome in race] == [
        ("A", "A", "B"),
        ("A", "B", "A"),
        ("B", "A", "A"),
    ]
    assert [outcome.flags for outcome in race] == [None, (r"\Seen",), None]
    assert [dict(outcome.lost) for outcome in race] == [{}, {"A": (r"+\Deleted",)}, {}]
    assert race.outcomes[2].told["B"].news.expunged == (2,)


def test_one_idles_and_one_leaves(conflict: Conflict) -> None:
    outcome, *_ = conflict.race("IDLE", [r"STORE 2 FLAGS (\Seen)", "LOGOUT"])
    assert outcome.told["A"].news.fetched == {2: {"flags": (r"\Seen", r"\Recent")}}
    assert outcome.told["B"].answers[1].ok
    assert outcome.told["B"].news.lines == ()
    outcome, *_ = conflict.race(["IDLE", "DONE"], "NOOP")
    assert outcome.told["A"].answer.text == "IDLE terminated"


def test_what_idle_told_is_in_the_answer_to_done(mailserver: Server, conflict: Conflict) -> None:
    outcomes = conflict.race(["IDLE", "DONE"], r"STORE 2 FLAGS (\Seen)")
    (between,) = (each for each in outcomes if each.order == ("A", "B", "A"))
    assert between.told["A"].answer.fetched == {2: {"flags": (r"\Seen", r"\Recent")}}


def test_the_server_is_not_changed(
    mailserver: Server, anna: mockmail.User, conflict: Conflict
) -> None:
    (watching,) = mailserver.clients("imap")
    before = str(mailserver.transcript), mailserver._world.store.version
    conflict.race(r"STORE 1:* +FLAGS (\Deleted)", "EXPUNGE")
    conflict.race("MOVE 1:* Archive", ["APPEND INBOX {1}", "x"])
    assert [message.flags for message in anna.inbox.messages] == [(), ()]
    assert (str(mailserver.transcript), mailserver._world.store.version) == before
    assert watching.noop().untagged == ()
    # And what changes here later is seen by the next race.
    watching.store(2, r"FLAGS (\Draft)")
    race = conflict.race("NOOP")
    assert race.outcomes[0].flags == (r"\Draft",)
    assert repr(race) == r"<Race of 1 orders about UID 2 (\Draft) modseq 4, in anna's INBOX>"


def test_it_starts_where_the_message_is(mailserver: Server, anna: mockmail.User) -> None:
    conflict = mailserver.conflict(uid=2)
    (client,) = mailserver.clients("imap")
    client.store(1, r"FLAGS (\Deleted)")
    client.expunge()
    outcome, *_ = conflict.race("FETCH {number} (UID)", "NOOP")
    assert outcome.told["A"].answer.fetched == {1: {"uid": 2}}
    client.store(1, r"FLAGS (\Deleted)")
    client.expunge()
    with pytest.raises(ValueError, match="no UID 2 in anna's INBOX; there is none"):
        conflict.race("NOOP", "NOOP")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, "which message of anna's INBOX? by UID, there are 1, 2"),
        ({"uid": 7}, "no UID 7 in anna's INBOX; there are 1, 2"),
        ({"mailbox": "Archive"}, "which message of anna's Archive? by UID, there is none"),
        ({"mailbox": "Nowhere"}, "anna has no mailbox 'Nowhere'"),
        ({"user": "ben"}, "no user 'ben'; there are anna"),
        ({"mailbox": "INBX"}, "anna has no mailbox 'INBX'; did you mean INBOX?"),
        ({"user": "ana"}, "no user 'ana'; there are anna; did you mean anna?"),
        ({"uid": 1, "enable": "QRESYN"}, "can't be enabled: expected one of "),
        ({"uid": 1, "sessions": 0}, "there can be 1 to 26 sessions, not 0"),
    ],
)
def test_what_can_not_be(
    mailserver: Server, anna: mockmail.User, asked: dict[str, object], error: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(error)):
        mailserver.conflict(**asked)


def test_numbers_are_numbers(mailserver: Server, anna: mockmail.User) -> None:
    for asked in ({"uid": "1"}, {"uid": 1, "sessions": "2"}):
        with pytest.raises(TypeError, match="expected a whole number"):
            mailserver.conflict(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("commands", "error"),
    [
        ("STORE {udi} FLAGS ()", r"found '{udi}'; did you mean {uid}\?"),
        ("STORE {UID} FLAGS ()", r"expected one of {uid}, {number}, {modseq}, found '{UID}'"),
        (["NOOP", "FETCH {seq} (UID)"], r"in 'FETCH {seq} \(UID\)': expected one of {uid}, {num"),
        (b"NOOP", "expected a command, or several, as text; found b'NOOP'"),
        (5, "expected a command, or several, as text; found 5"),
        (["NOOP", 5], "expected a command, or several, as text; found "),
        ("", "a command can't be empty"),
        ("STOER 1 FLAGS ()", r"^in 'STOER 1 FLAGS \(\)': no command 'STOER'; did you mean STORE"),
        ("uid stoer 1 FLAGS ()", "no command 'uid stoer'; did you mean UID STORE"),
        (["NOOP", "DONE"], "in 'DONE': no command 'DONE'"),
        (["IDLE", "DONE", "FETHC 1 (UID)"], "no command 'FETHC'; did you mean FETCH"),
    ],
)
def test_commands_that_can_not_be(conflict: Conflict, commands: Any, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        conflict.race(commands)


def test_what_is_off_is_no_command() -> None:
    with mockmail.start_server(capabilities="-MOVE") as server:
        server.add_user("anna").deliver(subject="one")
        with pytest.raises(ValueError, match="in 'MOVE 1 INBOX': no command 'MOVE'"):
            server.conflict().race("MOVE 1 INBOX", "NOOP")


def test_literals_are_no_marks(conflict: Conflict) -> None:
    race = conflict.race(["APPEND INBOX {1}", "x"])
    assert race.outcomes[0].told["A"].answer.ok


def test_races_that_can_not_be(conflict: Conflict) -> None:
    with pytest.raises(ValueError, match="a race needs commands"):
        conflict.race([], [])
    with pytest.raises(ValueError, match="commands for 3 sessions, and there are 2"):
        conflict.race("NOOP", "NOOP", "NOOP")
    with pytest.raises(ValueError, match="that would be 184,756 orders; at most 1,000 are run"):
        conflict.race(["NOOP"] * 10, ["NOOP"] * 10)
    with pytest.raises(TimeoutError, match=r"(?s)told nothing more for 0 seconds.*C: B3 APPEND"):
        conflict.race("NOOP", "APPEND INBOX {1+}")
    assert repr(conflict) == "<Conflict about UID 2 in anna's INBOX>"


async def test_in_a_loop(mailserver_trio: Server) -> None:
    mailserver_trio.add_user("anna").deliver(subject="one")
    race = mailserver_trio.conflict().race(r"STORE 1 FLAGS (\Seen)", "EXPUNGE")
    await trio.lowlevel.checkpoint()
    assert not race.differ


def test_the_table_in_the_readme(mailserver: Server) -> None:
    mailserver.add_user("anna").deliver(subject="one")
    conflict = mailserver.conflict(user="anna", uid=1)
    race = conflict.race(r"STORE 1 FLAGS (\Seen)", r"STORE 1 FLAGS (\Flagged)")
    table = str(race)
    assert f"```text\n{race.outcomes[0]}\n```" in README.read_text(encoding="utf-8")
    assert table.startswith("UID 1 () modseq 2, in anna's INBOX\n\nA, then B\n")
    assert table.endswith("\n\nThe orders end differently, and updates are lost.")
