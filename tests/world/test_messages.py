"""Messages in a test's hands: flags that can be changed, messages that move and go."""

import imaplib
import operator
import re
from collections.abc import Callable, Iterator

import pytest

from mockmail import Mailbox, MailboxGone, Message, MessageGone, NotThere, Server, start_server


@pytest.fixture
def server() -> Iterator[Server]:
    with start_server() as server:
        anna = server.add_user("anna")
        for subject in ("one", "two", "three"):
            anna.deliver(subject=subject)
        anna.create_mailbox("Work")
        yield server


@pytest.fixture
def inbox(server: Server) -> Mailbox:
    return server.users["anna"].inbox


def test_flags_are_a_set_that_the_sessions_hear_of(server: Server, inbox: Mailbox) -> None:
    message = inbox.by_uid(2)
    flags = message.flags
    with imaplib.IMAP4(server.imap.host, server.imap.port) as imap:
        imap.login("anna", "secret")
        imap.select()
        flags.add(r"\Seen")
        flags |= {"$Junk"}
        imap.noop()
        assert imap.response("FETCH")[1][-1] == rb"2 (FLAGS (\Seen $Junk \Recent))"
        imap.store("2", "-FLAGS", "$Junk")
        assert flags == {r"\Seen"}
    assert r"\SEEN" in flags
    assert "$Junk" not in flags
    assert 1 not in flags
    flags.discard(r"\Draft")
    flags.set(["b", r"\Draft", "a"])
    assert list(flags) == [r"\Draft", "a", "b"]
    assert len(flags) == 3
    assert repr(flags) == r"{'\\Draft', 'a', 'b'}"
    flags.remove("A")
    with pytest.raises(KeyError):
        flags.remove("A")
    flags.clear()
    assert flags == ()
    assert not flags


def test_flags_equal_any_collection_of_the_same_names(inbox: Mailbox) -> None:
    flags = inbox.by_uid(1).flags
    flags.set([r"\Seen", "k"])
    for same in (("k", r"\Seen"), [r"\seen", "K"], {r"\Seen", "k"}, inbox.by_uid(1).flags):
        assert flags == same
    for other in ((r"\Seen",), "k", 7, [1, 2], inbox.by_uid(2).flags):
        assert flags != other


def test_operators_give_plain_sets(inbox: Mailbox) -> None:
    flags = inbox.by_uid(1).flags
    flags.set([r"\Seen", "k"])
    other = {"K", "new"}
    for made, wanted in (
        (flags - other, {r"\Seen"}),
        (other - flags, {"new"}),
        (flags | other, {r"\Seen", "k", "new"}),
        (other | flags, {r"\Seen", "k", "new"}),
        (flags & other, {"k"}),
        (other & flags, {"k"}),
        (flags ^ other, {r"\Seen", "new"}),
        (other ^ flags, {r"\Seen", "new"}),
        (flags - flags, set()),
        (flags | inbox.by_uid(2).flags, {r"\Seen", "k"}),
    ):
        assert type(made) is set
        assert made == wanted
    assert flags == {r"\Seen", "k"}
    assert {"K"} < flags <= {"K", r"\seen"} < {"K", r"\seen", "more"}
    assert flags.isdisjoint({"more"})
    assert not flags < flags
    assert not flags <= {"k"}
    for operation in (operator.sub, operator.or_, operator.and_, operator.xor):
        for other_type in ("k", {1}):
            with pytest.raises(TypeError, match="unsupported operand"):
                operation(flags, other_type)


def test_flags_change_in_place_in_one_step_or_not_at_all(server: Server, inbox: Mailbox) -> None:
    message = inbox.by_uid(1)
    message.flags |= {r"\Seen", "$Todo", "$Junk"}
    message.flags -= {"$todo"}
    assert message.flags == {r"\Seen", "$Junk"}
    message.flags &= {"$Junk", "$Other"}
    assert message.flags == {"$Junk"}
    message.flags ^= {"$junk", "$New"}
    assert message.flags == {"$New"}
    message.flags = [r"\Draft"]
    message.flags = message.flags
    assert message.flags == {r"\Draft"}
    inbox.by_uid(2).flags = message.flags
    assert inbox.by_uid(2).flags == {r"\Draft"}
    steps = str(server.transcript).count("flags in INBOX: UID 1 ")
    assert steps == 5
    with pytest.raises(ValueError, match="can't be a flag"):
        message.flags |= {"fine", "a b"}
    with pytest.raises(TypeError, match="several names, not one text"):
        message.flags = r"\Seen"
    assert message.flags == {r"\Draft"}
    message.expunge()
    with pytest.raises(MessageGone):
        message.flags |= {"$New"}


def test_what_is_shown_of_a_message_is_of_this_moment(server: Server, inbox: Mailbox) -> None:
    message = inbox.by_uid(1)
    (client,) = server.clients("imap")
    client.store(1, r"+FLAGS (\Seen)")
    assert repr(message) == r"<Message uid=1 'one' (\Seen) in INBOX>"
    client.store(1, r"+FLAGS (\Deleted)")
    client.expunge()
    assert repr(message) == "<Message uid=1 'one' gone in INBOX>"
    server.reset()
    assert repr(message) == "<Message uid=1 'one' gone in INBOX>"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("Se en", "'Se en' can't be a flag: no ' ' in it (RFC 9051 section 9, flag-keyword)"),
        ("a]", "'a]' can't be a flag: no ']' in it"),
        ("grün", "'grün' can't be a flag: no 'ü' in it"),
        ("a\n", r"'a\n' can't be a flag: no '\n' in it"),
        ("", "'' can't be a flag: it is empty"),
        (r"\Nonsense", r"'\\Nonsense' is no system flag; there are"),
    ],
)
def test_what_can_t_be_a_flag(inbox: Mailbox, name: str, error: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(error)}"):
        inbox.by_uid(1).flags.add(name)


def test_flags_are_not_one_text(inbox: Mailbox) -> None:
    with pytest.raises(TypeError, match="several names, not one text"):
        inbox.by_uid(1).flags.set(r"\Seen")


def test_a_message_moves_and_is_copied(server: Server, inbox: Mailbox) -> None:
    work = server.users["anna"].mailboxes["Work"]
    message = inbox.by_uid(1)
    message.flags.add("k")
    copy = message.copy_to(work)
    moved = message.move_to(work)
    assert [each.uid for each in work.messages] == [copy.uid, moved.uid] == [1, 2]
    assert moved.flags == {"k"}
    assert moved.subject == "one"
    assert (work.uidnext, len(work), len(inbox)) == (3, 2, 2)
    assert message.gone
    assert not moved.gone
    assert repr(message) == "<Message uid=1 'one' gone in INBOX>"
    assert repr(moved) == "<Message uid=2 'one' (k) in Work>"


def test_a_message_equals_only_itself(server: Server, inbox: Mailbox) -> None:
    work = server.users["anna"].mailboxes["Work"]
    message = inbox.by_uid(1)
    copy = message.copy_to(work)
    assert message == inbox.messages[0]
    assert message != copy
    assert message != "one"
    assert len({message, inbox.by_uid(1), copy}) == 2
    assert work == server.users["anna"].mailboxes["Work"]
    assert work != inbox
    assert len({work, inbox, server.users["anna"].inbox}) == 2
    assert server.users["anna"] == server.users["anna"]
    assert len(set(server.users.values())) == 1


def test_what_is_gone_says_so(server: Server, inbox: Mailbox) -> None:
    messages = inbox.messages
    messages[0].expunge()
    with imaplib.IMAP4(server.imap.host, server.imap.port) as imap:
        imap.login("anna", "secret")
        imap.select()
        imap.store("1", "+FLAGS.SILENT", r"\Deleted")
        imap.expunge()
        with pytest.raises(MessageGone, match="message 2 'two' is gone from INBOX, expunged by A"):
            messages[1].flags.add(r"\Seen")
    for use in (messages[0].expunge, lambda: list(messages[0].flags), lambda: inbox.by_uid(1)):
        with pytest.raises(MessageGone, match=r"message 1 .*is gone from INBOX"):
            use()
    assert messages[0].subject == "one"
    assert messages[0].mail["Subject"] == "one"
    assert messages[0].raw.startswith(b"From: ")


def test_what_was_never_there_says_what_is(server: Server, inbox: Mailbox) -> None:
    with pytest.raises(NotThere, match=r"^no message 9 in INBOX; there are 1:3$"):
        inbox.by_uid(9)
    with pytest.raises(NotThere, match="no message 1 in Work; there are no UIDs"):
        server.users["anna"].mailboxes["Work"].by_uid(1)
    with pytest.raises(NotThere, match=r"no mailbox of anna 'work'; did you mean Work\?"):
        server.users["anna"].mailboxes["work"]
    with pytest.raises(NotThere, match="no mailbox of anna 'xyz'; there are INBOX, Work"):
        server.users["anna"].mailboxes["xyz"]
    with pytest.raises(KeyError, match=r"no user 'ana'; did you mean anna\?"):
        server.users["ana"]
    assert server.users["anna"].mailboxes["inbox"] == inbox
    assert server.users["anna"].mailboxes.get("xyz") is None


def test_names_of_many_are_not_all_shown(server: Server) -> None:
    for number in range(20):
        server.add_user(f"user{number}")
    with pytest.raises(NotThere, match=r"there are anna, .* and 11 more"):
        server.users["?"]


def test_nobody_is_there() -> None:
    with start_server() as server, pytest.raises(NotThere, match="no user 'x'; there are none"):
        server.users["x"]


def test_a_mailbox_is_renamed_and_deleted(server: Server, inbox: Mailbox) -> None:
    work = server.users["anna"].mailboxes["Work"]
    work.rename("Play")
    assert work.name == "Play"
    work.delete()
    assert list(server.users["anna"].mailboxes) == ["INBOX"]
    with pytest.raises(ValueError, match="INBOX can't be deleted"):
        inbox.delete()
    with pytest.raises(ValueError, match="belongs to all"):
        server.create_shared_mailbox("Shared/x").delete()
    assert inbox.uidvalidity > 0


def test_handles_of_another_server_are_no_targets(inbox: Mailbox) -> None:
    with start_server() as other:
        there = other.add_user("anna").inbox
        with pytest.raises(ValueError, match="is another server's, or from before a reset"):
            inbox.by_uid(1).move_to(there)
    assert len(inbox) == 3


@pytest.mark.parametrize("move", [Message.move_to, Message.copy_to])
def test_a_message_goes_to_a_mailbox_only(
    server: Server, inbox: Mailbox, move: Callable[[Message, object], Message]
) -> None:
    message = inbox.by_uid(1)
    for target, error in (
        ("Work", r"not to the name 'Work': give server\.users\['anna'\]\.mailboxes\['Work'\]"),
        ("Wrok", r"name 'Wrok', and anna has none of that name; did you mean Work\?"),
        ("Zzz", r"name 'Zzz', and anna has none of that name$"),
        (None, r"a message goes to a Mailbox, not to None"),
    ):
        with pytest.raises(TypeError, match=error):
            move(message, target)
    with start_server("demo") as other, pytest.raises(ValueError, match="another server's"):
        move(message, other.users["anna"].inbox)
    work = server.users["anna"].mailboxes["Work"]
    work.delete()
    with pytest.raises(MailboxGone, match="mailbox Work was deleted"):
        move(message, work)
    assert not message.gone


def test_a_deleted_mailbox_takes_no_mail(server: Server, inbox: Mailbox) -> None:
    anna = server.users["anna"]
    work = anna.mailboxes["Work"]
    message = inbox.by_uid(1).move_to(work)
    (client,) = server.clients("imap")
    client.rename("Work", "Play")
    assert work.add(subject="there").uid == 2
    assert (work.name, work.gone, message.gone) == ("Play", False, False)
    client.delete("Play")
    assert (work.name, work.gone, message.gone) == ("Play", True, True)
    assert repr(work) == "<Mailbox 'Play', gone>"
    uses: list[Callable[[], object]] = [
        lambda: work.add(subject="x"),
        lambda: work.fake(1),
        lambda: work.messages,
        lambda: len(work),
        lambda: work.by_uid(1),
        lambda: work.rename("Again"),
        work.delete,
        lambda: work.share("anna"),
        work.forget_expunges,
    ]
    for use in uses:
        with pytest.raises(MailboxGone, match=r"^mailbox Play was deleted$"):
            use()
    assert message.subject == "one"
    with pytest.raises(
        MessageGone, match="message 1 'one' is gone with its mailbox Play, which was deleted"
    ):
        message.flags.add("k")
    again = anna.create_mailbox("Play")
    assert work != again
    assert work.gone
    shared = server.create_shared_mailbox("Shared/All")
    assert shared.add(subject="x").flags == ()
