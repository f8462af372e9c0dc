"""What is given to public functions is checked at the door: errors name it, and what was found."""

import re
from collections.abc import Callable, Iterator

import pytest

from mockmail import Server, start_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start_server() as server:
        server.add_user("anna").deliver(subject="x")
        yield server


def found(error: str) -> str:
    return f"^{re.escape(error)}"


CALLS: list[tuple[Callable[[Server], object], str]] = [
    (
        lambda s: s.users["anna"].deliver("Subject: x"),
        "a message is bytes or an EmailMessage, not str: .encode() makes bytes of it",
    ),
    (lambda s: s.users["anna"].deliver(3), "a message is bytes or an EmailMessage, not int"),
    (lambda s: s.users["anna"].deliver(subject=3), "subject: expected text, found 3"),
    (lambda s: s.users["anna"].deliver(text=b"x"), "text: expected text, found b'x'"),
    (lambda s: s.users["anna"].deliver(html=3), "html: expected text or None, found 3"),
    (lambda s: s.users["anna"].deliver(flags=[3]), "flags: expected a list of texts, found (3,)"),
    (lambda s: s.users["anna"].inbox.add(to=[3]), "to: expected text or a list of texts or None"),
    (lambda s: s.users["anna"].inbox.add(cc=3), "cc: expected text or a list of texts, found 3"),
    (lambda s: s.users["anna"].inbox.add(charset=None), "charset: expected text, found None"),
    (lambda s: s.users["anna"].inbox.add(headers=3), "headers: expected several in a list, found"),
    (
        lambda s: s.users["anna"].deliver(attachments=3),
        "attachments: expected several in a list or an Attachment, found 3",
    ),
    (
        lambda s: s.users["anna"].inbox.add(headers=["ab"]),
        "headers: expected pairs of a name and a",
    ),
    (lambda s: s.users["anna"].inbox.add(headers=[(3, "x")]), "headers: expected text, found 3"),
    (
        lambda s: s.users["anna"].inbox.add(headers={"X": 3}),
        "headers, X: expected text or None, fo",
    ),
    (lambda s: s.users["anna"].inbox.by_uid("1"), "uid: expected a whole number, found '1'"),
    (lambda s: s.users["anna"].inbox.fake("1"), "count: expected a whole number, found '1'"),
    (lambda s: s.users["anna"].inbox.rename(3), "name: expected text, found 3"),
    (lambda s: s.users["anna"].inbox.share(s), "login: expected text, found <Server"),
    (lambda s: s.users["anna"].create_mailbox(3), "name: expected text, found 3"),
    (lambda s: setattr(s.users["anna"], "quota", "1 MB"), "quota: expected a whole number or None"),
    (lambda s: s.wait_for(count="x"), "count: expected a whole number or None, found 'x'"),
    (lambda s: s.wait_for(timeout="x"), "timeout: expected a number, found 'x'"),
    (lambda s: s.wait_for(subject=3), "subject: expected text or a compiled pattern, found 3"),
    (lambda s: s.wait_for(user=s.users["anna"]), "user: expected text, found <User 'anna'"),
    (lambda s: s.wait_until(3), "condition: expected a function, found 3"),
    (lambda s: s.advance("1 h"), "time: expected a number or a timedelta, found '1 h'"),
    (lambda s: s.add_user(3), "login: expected text, found 3"),
    (lambda s: s.add_user("x", password=None), "password: expected text, found None"),
    (lambda s: s.add_user("x", address=3), "address: expected text or None, found 3"),
    (lambda s: s.create_shared_mailbox(3), "name: expected text, found 3"),
    (lambda s: s.clients("imap", "2"), "count: expected a whole number, found '2'"),
    (lambda s: s.clients("imap", timeout="2"), "timeout: expected a number, found '2'"),
    (lambda s: s.clients("imap", select=3), "select: expected text or None, found 3"),
    (lambda s: s.conflict(uid="1"), "uid: expected a whole number or None, found '1'"),
]


@pytest.mark.parametrize(("call", "error"), CALLS, ids=[error for _, error in CALLS])
def test_another_type_is_said(server: Server, call: Callable[[Server], object], error: str) -> None:
    with pytest.raises(TypeError, match=found(error)):
        call(server)
    assert list(server.users) == ["anna"]
    assert len(server.users["anna"].inbox) == 1


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda s: s.add_user(""), "a user's name can't be empty"),
        (lambda s: s.add_user("a\r\nb"), "a user's name can't have control characters in it: 'a"),
        (lambda s: s.add_user("x", address=""), "an address can't be empty"),
        (lambda s: s.add_user("x", address="a\0@b"), "an address can't have control characters"),
        (lambda s: s.clients("imap", 0), "count is 0; there is nobody to let in"),
    ],
)
def test_what_can_t_be(server: Server, call: Callable[[Server], object], error: str) -> None:
    with pytest.raises(ValueError, match=found(error)):
        call(server)
    assert list(server.users) == ["anna"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            {"imap_port": 1},
            "no keyword 'imap_port' makes a server: expected one of imap, pop3, smt",
        ),
        ({"imap": {}}, "imap: expected an ImapSettings, found {}"),
        ({"seed": "x"}, "seed: expected a whole number, found 'x'"),
        ({"capabilities": ["-MOVE"]}, "capabilities: expected text, found ['-MOVE']"),
        ({"scenario": b"demo"}, "scenario: expected text or a PathLike or None, found b'demo'"),
        ({"thread": 3}, "thread: expected a ServerThread or None, found 3"),
    ],
)
def test_what_a_server_is_not_made_with(words: dict[str, object], error: str) -> None:
    with pytest.raises(TypeError, match=found(error)), start_server(**words):
        pass
