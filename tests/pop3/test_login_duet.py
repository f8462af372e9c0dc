"""The same words to mockmail and to Dovecot up to the login, on a connection for each title.

``$APOP`` is the right digest for the greeting, ``$CRAM`` the right answer to the last
challenge. A line is followed by ``~ why`` if the two answer differently.
"""

import base64
import hmac
import re
import socket
from collections.abc import Callable, Iterator
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import pytest

from dovecot import Pop3Login
from harness import PASSWORD, Client, dialogues, inbox
from mockmail import Pop3Settings
from mockmail.world.world import World

pytestmark = pytest.mark.program("dovecot")

LOGINS = dialogues(Path(__file__).parent / "logins.txt")
MULTI = (b"CAPA", b"AUTH")
EXPECTED = re.compile(rb"<[!-;=?-~]+@[!-;=?-~]+>")


@pytest.fixture(scope="module")
def theirs() -> Iterator[Pop3Login]:
    with TemporaryDirectory() as folder:
        login = Pop3Login(Path(folder))
        yield login
        login.close()


class Side:
    """One client of one of the servers."""

    def __init__(self, exchange: Callable[[bytes], bytes]) -> None:
        self._exchange = exchange
        greeting = exchange(b"")
        (timestamp,) = EXPECTED.findall(greeting)
        self._known = {"$APOP": md5(timestamp + PASSWORD.encode()).hexdigest()}

    def told(self, line: str) -> object:
        """What is told of a line: status and code, a challenge, or a list."""
        for word, stands_for in self._known.items():
            line = line.replace(word, stands_for)
        said = self._exchange(line.encode() + b"\r\n")
        if said.startswith(b"+ "):
            return self._challenge(base64.b64decode(said[2:].removesuffix(b"\r\n"), validate=True))
        first, *rest = said.splitlines()
        code = re.search(rb"\[([^\]]*)\]", first)
        return first.split(b" ")[0], code and code[1], sorted(rest)

    def _challenge(self, text: bytes) -> bytes:
        if not EXPECTED.fullmatch(text):
            return text
        digest = hmac.new(PASSWORD.encode(), text, "md5").hexdigest()
        self._known["$CRAM"] = base64.b64encode(f"anna {digest}".encode()).decode()
        return b"a msg-id"


def ours() -> Side:
    switches = "+AUTH=LOGIN +AUTH=CRAM-MD5 -IMPLEMENTATION -EXPIRE -LANG"
    client = Client(inbox(world=World(pop3=Pop3Settings(capabilities=switches))), "pop3")

    def exchange(data: bytes) -> bytes:
        client.send(data)
        return client.said()

    return Side(exchange)


def of(file: BinaryIO, connection: socket.socket) -> Side:
    def exchange(data: bytes) -> bytes:
        connection.sendall(data)
        said = file.readline()
        if said.startswith(b"+OK") and data.strip().upper() in MULTI:
            while not said.endswith(b"\r\n.\r\n"):
                said += file.readline()
        return said

    return Side(exchange)


@pytest.mark.parametrize("text", [text for _, text in LOGINS], ids=[title for title, _ in LOGINS])
def test_login(text: str, theirs: Pop3Login) -> None:
    lines = text.strip().splitlines()
    different = []
    with theirs.connect() as connection, connection.makefile("rb") as file:
        sides = ours(), of(file, connection)
        for line, after in zip(lines, [*lines[1:], ""], strict=True):
            if not line.startswith("~"):
                told = [side.told(line) for side in sides]
                if (told[0] != told[1]) != after.startswith("~"):
                    different.append((line, *told, after))
    assert not different
