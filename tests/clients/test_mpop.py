"""The program mpop: from POP3 to a Maildir, by unique-ids and with pipelined commands."""

import imaplib
import re
from collections.abc import Iterator

import pytest

import mockmail
from programs import Laptop, Run, note, unix

pytestmark = pytest.mark.program("mpop")
Letters = tuple[bytes, bytes, bytes]

# mpop's exit codes: those of sysexits.h.
OK, NO_PERMISSION = 0, 77


class Mpop:
    """Anna's account, and the Maildir where her mail comes to lie."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop
        self.maildir = laptop.home / "Maildir"
        for part in ("cur", "new", "tmp"):
            (self.maildir / part).mkdir(parents=True)

    def run(
        self, *lines: str, port: int = 0, password: str = "apple", host: str = "127.0.0.1"
    ) -> Run:
        settings = self.laptop.file(
            "mpoprc",
            "\n".join(
                (
                    "account default",
                    f"host {host}",
                    f"port {port or self.laptop.server.pop3.port}",
                    "user anna",
                    f"password {password}",
                    f"uidls_file {self.laptop.home}/uidls",
                    f"delivery maildir {self.maildir}",
                    "received_header off",
                    "timeout 20",
                    *lines,
                    "",
                )
            ),
        )
        return self.laptop.run("mpop", "--file", settings, "--quiet")

    def taken(self) -> list[bytes]:
        """All mail that was brought since the last look, ordered by content."""
        found = []
        for path in (self.maildir / "new").iterdir():
            found.append(path.read_bytes())
            path.unlink()
        return sorted(found)


@pytest.fixture
def mpop(laptop: Laptop) -> Mpop:
    return Mpop(laptop)


def local(*letters: bytes) -> list[bytes]:
    return sorted(map(unix, letters))


@pytest.mark.parametrize("pipelining", ["auto", "on", "off"])
def test_fetches_all_and_deletes(
    mpop: Mpop, letters: Letters, anna: mockmail.User, pipelining: str
) -> None:
    run = mpop.run("auth user", "tls off", f"pipelining {pipelining}")
    assert run.status == OK, run.output
    assert mpop.taken() == local(*letters)
    assert anna.inbox.messages == ()


def test_knows_by_unique_ids_what_it_has(
    mpop: Mpop, letters: Letters, anna: mockmail.User, phone: imaplib.IMAP4
) -> None:
    keep = ("auth user", "tls off", "keep on")
    assert mpop.run(*keep).status == OK
    assert mpop.taken() == local(*letters)
    again = mpop.run(*keep)
    assert (again.status, again.changes) == (OK, [])
    assert not any(re.match("RETR|TOP|DELE", each) for each in again.commands("pop3"))
    # Numbers move, ids don't.
    phone.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
    phone.expunge()
    anna.deliver(note("Later"))
    assert mpop.run(*keep).status == OK
    assert mpop.taken() == local(note("Later"))
    assert len(anna.inbox.messages) == 3


@pytest.fixture
def all_mechanisms() -> Iterator[mockmail.Server]:
    settings = mockmail.Pop3Settings(capabilities="+AUTH=LOGIN +AUTH=CRAM-MD5")
    with mockmail.start_server(pop3=settings) as server:
        server.add_user("anna", password="apple").deliver(note("Lunch"))
        yield server


@pytest.mark.parametrize(
    ("method", "command"),
    [
        ("user", "USER anna"),
        ("apop", "APOP anna [0-9a-f]{32}"),
        ("plain", "AUTH PLAIN"),
        ("login", "AUTH LOGIN"),
        ("cram-md5", "AUTH CRAM-MD5"),
    ],
)
def test_ways_to_log_in(
    mpop: Mpop, all_mechanisms: mockmail.Server, method: str, command: str
) -> None:
    mpop.laptop.server = all_mechanisms
    run = mpop.run(f"auth {method}", "tls off")
    assert run.status == OK, run.output
    assert any(re.fullmatch(command, each) for each in run.commands("pop3"))
    assert mpop.taken() == local(note("Lunch"))
    refused = mpop.run(f"auth {method}", "tls off", password="pear")
    assert refused.status == NO_PERMISSION


def test_leaves_what_is_too_large(mpop: Mpop, letters: Letters, anna: mockmail.User) -> None:
    run = mpop.run("auth user", "tls off", "skipsize 10240")
    assert run.status == OK, run.output
    assert mpop.taken() == local(*letters[:2])
    assert [message.raw for message in anna.inbox.messages] == [letters[2]]


def test_a_reset_inside_a_message_and_a_second_run(
    mpop: Mpop, letters: Letters, anna: mockmail.User
) -> None:
    mpop.laptop.server.faults.add(
        mockmail.When(protocol="pop3", command="RETR", point="data"),
        mockmail.Cut(inside="literal", offset=50),
        skip=1,
    )
    plain = ("auth user", "tls off", "pipelining off")
    broken = mpop.run(*plain)
    assert broken.status != OK
    assert mpop.taken() == local(letters[0])
    assert len(anna.inbox.messages) == 3
    # Nothing was deleted without QUIT, and what it has it does not fetch again.
    assert mpop.run(*plain).status == OK
    assert mpop.taken() == local(*letters[1:])
    assert anna.inbox.messages == ()


def test_over_tls(mpop: Mpop, letters: Letters) -> None:
    server = mpop.laptop.server
    trust = f"tls_trust_file {mpop.laptop.trust}"
    keep = ("auth plain", "tls on", "keep on")
    refused = mpop.run(*keep, "tls_trust_file /etc/hostname", host="localhost")
    assert refused.status != OK
    assert mpop.taken() == []
    run = mpop.run(*keep, trust, host="localhost")
    assert run.status == OK, run.output
    assert mpop.taken() == local(*letters)
    (mpop.laptop.home / "uidls").unlink()
    run = mpop.run(*keep, trust, "tls_starttls off", host="localhost", port=server.pop3s.port)
    assert run.status == OK, run.output
    assert mpop.taken() == local(*letters)
