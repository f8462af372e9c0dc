"""What servers elsewhere say: 250 to everybody, unless a test wants something else."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from mockmail.delivery.verdict import Verdict

RELAYED = Verdict(250, "2.0.0", "Accepted")
_USUAL = {
    421: ("4.3.2", "Service not available, try again later"),
    450: ("4.2.0", "Mailbox unavailable, try again later"),
    451: ("4.3.0", "Local error, try again later"),
    452: ("4.3.1", "Insufficient system storage"),
    550: ("5.1.1", "There is no such user"),
    551: ("5.1.6", "User is not here any more"),
    552: ("5.2.2", "Mailbox is full"),
    553: ("5.1.3", "That is not an address"),
    554: ("5.7.1", "Delivery not authorized"),
}
"""What is usually said with a reply's code."""
_PLACE = re.compile(r"(?:[^@\s]+@)?[^@\s]+")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463 section 2


@dataclass(frozen=True, slots=True)
class RemoteReply:
    """What a far server says, so many times."""

    verdict: Verdict
    times: int | None = None
    """Attempts that are answered so; None for all."""


def check_place(place: str, local: Collection[str]) -> None:
    """``ValueError`` if `place` is no address or domain, or in one of the `local` domains."""
    if not _PLACE.fullmatch(place):
        raise ValueError(f"expected an address or a domain, found {place!r}")
    if place.rpartition("@")[2].lower() in local:
        raise ValueError(
            f"{place} is no far server's: for a refusal here add a rule for the command RCPT"
        )


def remote_reply(
    code: int, status: str = "", text: str = "", times: int | None = None
) -> RemoteReply:
    """A reply, with what is usual where nothing is said. ``ValueError`` if it can't be one."""
    if not 200 <= code < 600 or code // 100 == 3:
        raise ValueError(f"a far server says 2xx, 4xx or 5xx of a recipient, not {code}")
    usual, said = _USUAL.get(code, (f"{code // 100}.0.0", "Accepted" if code < 400 else "No"))
    status = status or usual
    if not _STATUS.fullmatch(status):
        raise ValueError(f"a status is like {usual}, not {status!r} (RFC 3463)")
    if int(status[0]) != code // 100:
        raise ValueError(f"a status of {code} begins with {code // 100}: {status}")
    if not (text.isascii() and (text.isprintable())) or len(text) > 500:
        raise ValueError(f"a reply is up to 500 characters of printable US-ASCII, not {text!r}")
    if times is not None and times < 1:
        raise ValueError(f"times is {times}; it must be at least 1, or None for always")
    return RemoteReply(Verdict(code, status, text or said), times)


class Remotes:
    """The far servers of one world."""

    def __init__(self) -> None:
        self._replies: dict[str, RemoteReply] = {}
        """By address or domain, lower-cased."""

    def set(self, place: str, reply: RemoteReply) -> None:
        """Let `place`, an address or a domain, answer so from now on."""
        self._replies[place.lower()] = reply

    def ask(self, address: str) -> Verdict:
        """What is said of mail to `address`: by its own reply, else by its domain's."""
        for place in (address.lower(), address.rpartition("@")[2].lower()):
            reply = self._replies.get(place)
            if reply is None:
                continue
            if reply.times == 1:
                del self._replies[place]
            elif reply.times is not None:
                self._replies[place] = replace(reply, times=reply.times - 1)
            return reply.verdict
        return RELAYED

    def fork(self) -> "Remotes":
        """The same servers for another world."""
        twin = Remotes()
        twin._replies = self._replies.copy()
        return twin
