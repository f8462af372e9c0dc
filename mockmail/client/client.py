"""What the scripted clients of all protocols have in common, without I/O.

A command is a generator, its *steps*: it yields what is to be sent, is sent the
next response, and returns the answer. A driver (`drivers`) runs it and knows how to
wait; so what a command says and reads is written once, for tests with a loop
and without.
"""

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from mockmail.client.answer import Answer, shown
from mockmail.client.link import Link

A = TypeVar("A", bound=Answer)
R = TypeVar("R")
"""What a driver makes of an answer: the answer itself, or something to await."""
Steps = Generator[bytes, bytes, A]

TIMEOUT = 5.0
"""Seconds that a client waits for a response unless it is told otherwise."""
REMEMBERED = 12
"""Lines of the conversation that an error shows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a client says first."""

    user: str = ""
    password: str = ""
    enable: str | None = None
    select: str | None = None


class Client(Generic[A, R]):
    """One scripted client: a session of its own, which the transcript shows like any other."""

    def __init__(self, link: Link, timeout: float = TIMEOUT) -> None:
        self.timeout = timeout
        """Seconds to wait for a response, at most."""
        self._link = link
        self._heard = b""
        self._responses: deque[bytes] = deque()
        self._unasked: list[bytes] = []
        self._conversation: deque[str] = deque(maxlen=REMEMBERED)

    @property
    def session(self) -> str:
        """The letter that the session has in the transcript."""
        return self._link.session

    @property
    def closed(self) -> bool:
        """Whether the connection has ended, whoever did it."""
        self._hear()
        return self._link.ended is not None

    def raw(self, octets: bytes) -> None:
        """Send octets as they are. What they are answered is `told`."""
        self._hear()
        if self._link.ended is not None:
            raise self._ended()
        self._said("C", octets.removesuffix(b"\r\n"))
        self._link.send(octets)

    def told(self) -> A:
        """What the server has said that no command asked for, since this was last called."""
        self._set_aside()
        lines, self._unasked = self._unasked, []
        return self._answer(lines)

    def disconnect(self) -> None:
        """Be gone, without a word."""
        self._link.leave()

    def run(self, steps: Steps[A]) -> R:
        """Go through the steps of a command: the driver's part."""
        raise NotImplementedError

    def wait(self, steps: Steps[A]) -> R:
        """The same for steps that wait until the server speaks by itself."""
        return self.run(steps)

    def enter(self, entry: Entry | None) -> R:
        """Read the greeting, and log in; without an `entry` the greeting is `told`."""
        return self.run(self._enter(entry))

    # For protocols

    def _enter(self, entry: Entry | None) -> Steps[A]:
        raise NotImplementedError

    def _answer(self, lines: Sequence[bytes]) -> A:
        """An answer in which no command ended."""
        raise NotImplementedError

    def _end(self, start: int) -> int | None:
        """Where the response ends that begins at `start` in what was heard."""
        at = self._heard.find(b"\r\n", start)
        return None if at < 0 else at + 2

    def _set_aside(self) -> None:
        """What has come until now is no answer to what will be sent."""
        self._hear()
        self._unasked += self._responses
        self._responses.clear()

    # For drivers

    def _advance(self, steps: Steps[A], response: bytes | None = None) -> A | None:
        """One step further; the answer if it was the last one."""
        try:
            octets = next(steps) if response is None else steps.send(response)
        except StopIteration as end:
            answer: A = end.value
            return answer
        if octets:
            self.raw(octets)
        return None

    def _ready(self) -> bool:
        """Whether the next response is there, or none will come any more."""
        self._hear()
        return bool(self._responses) or self._link.ended is not None

    def _there(self) -> bool | None:
        """The same, as waits ask for it."""
        return self._ready() or None

    def _response(self) -> bytes:
        """The next response; an error that shows the conversation if it is not there."""
        if self._responses:
            return self._responses.popleft()
        if self._link.ended is not None:
            raise self._ended()
        raise TimeoutError(self._story(f"was told nothing more for {self.timeout:g} seconds"))

    def _hear(self) -> None:
        self._heard += self._link.take()
        start = 0
        while (end := self._end(start)) is not None:
            response = self._heard[start : end - 2]
            start = end
            self._responses.append(response)
            self._said("S", response)
        self._heard = self._heard[start:]

    def _said(self, who: str, octets: bytes) -> None:
        self._conversation.append(f"  {who}: {shown(octets)}")

    def _ended(self) -> ConnectionError:
        if self._link.ended == "reset":
            return ConnectionResetError(self._story("was reset by the server"))
        if self._link.gone:
            return ConnectionError(self._story(f"has ended, as {self._link.gone}"))
        who = "the client" if self._link.ended == "left" else "the server"
        return ConnectionError(self._story(f"was closed by {who}"))

    def _story(self, what: str) -> str:
        lines = [f"session {self.session} ({self._link.protocol}) {what}; said last:"]
        lines += self._conversation or ["  nothing"]
        if self._heard:
            lines.append(f"  S: {shown(self._heard)} (not all of it)")
        return "\n".join(lines)

    def __repr__(self) -> str:
        state = "" if self._link.ended is None else ", closed"
        return f"<{type(self).__name__} {self.session}{state}>"


def one_line(text: str) -> bytes:
    """A part of a command; ``ValueError`` if it would be more than one."""
    if "\r" in text or "\n" in text:
        raise ValueError(f"a command is one line, and raw() sends octets as they are: {text!r}")
    return text.encode()
