"""``mockmail serve``: ports that other programs reach, and a clean stop."""

import imaplib
import json
import poplib
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mockmail.cli import main

LONG = 60
"""Seconds after which a test is hopeless."""


@contextmanager
def served(*words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "mockmail", "serve", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def stopped(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[str, str]:
    """Ask it to stop; what it said until then."""
    process.send_signal(number)
    said = process.communicate(timeout=LONG)
    assert process.returncode == 0
    return said


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The line of JSON: whoever has it may connect."""
    assert process.stdout is not None
    facts: dict[str, Any] = json.loads(process.stdout.readline())
    return facts


@pytest.fixture
def failure(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., str]]:
    """What is said where it can't serve; it is called in this process, which is quicker."""

    def late(*_: object) -> None:
        raise AssertionError("it serves")

    def fail(*words: str) -> str:
        assert main(["serve", *words]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("mockmail: ")
        assert err.count("\n") == 1
        return err.removeprefix("mockmail: ").removesuffix("\n")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LONG)
    yield fail
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_all_three_protocols_and_a_clean_stop(tmp_path: Path) -> None:
    ready_file, env_file = tmp_path / "ready.json", tmp_path / "env"
    ready_file.write_text("of a run that was killed")
    words = ["demo", "--json", f"--ready-file={ready_file}", f"--env-file={env_file}"]
    with served(*words, "--name=mail.test", "--capabilities=-MOVE") as process:
        facts = ready(process)
        host, ports = facts["host"], facts["ports"]
        assert (facts["scenario"], host, facts["ca"]) == ("demo", "127.0.0.1", None)
        assert list(ports) == ["imap", "pop3", "smtp", "submission", "lmtp"]
        assert facts["users"]["anna"] == {"password": "apple", "address": "anna@example.org"}
        assert json.loads(ready_file.read_text()) == facts
        assert env_file.read_text() == "".join(
            f"MOCKMAIL_{scheme.upper()}_HOST=127.0.0.1\nMOCKMAIL_{scheme.upper()}_PORT={port}\n"
            for scheme, port in ports.items()
        )
        assert sorted(each.name for each in tmp_path.iterdir()) == ["env", "ready.json"]
        with smtplib.SMTP(host, ports["smtp"], local_hostname="here.example") as smtp:
            assert smtp.ehlo()[1].startswith(b"mail.test")
            smtp.sendmail("x@example.net", ["ben@example.org"], "Subject: hi\n\nhello\n")
        pop3 = poplib.POP3(host, ports["pop3"])
        pop3.user("ben")
        pop3.pass_("banana")
        assert pop3.stat()[0] == 1
        pop3.quit()
        imap = imaplib.IMAP4(host, ports["imap"])
        imap.login("anna", "apple")
        assert imap.select("INBOX") == ("OK", [b"3"])
        assert "MOVE" not in imap.capabilities
        # Clients that are still there don't keep it.
        assert stopped(process) == ("", "")
        imap.shutdown()
        assert not ready_file.exists()


def test_it_says_where_it_listens_and_stops_at_ctrl_c() -> None:
    with served("empty") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(7)]
        port = int(lines[0].split()[-1])
        assert lines[0] == f"imap        127.0.0.1 port {port}\n"
        assert [line.split()[0] for line in lines[1:5]] == ["pop3", "smtp", "submission", "lmtp"]
        assert lines[5:] == [
            "user        user, password secret, user@example.org\n",
            "serving empty; Ctrl-C ends it\n",
        ]
        imaplib.IMAP4("127.0.0.1", port).logout()
        assert stopped(process, signal.SIGINT) == ("", "")


def test_tls() -> None:
    with served("demo", "--json", "--imaps-port=0") as process:
        facts = ready(process)
        context = ssl.create_default_context(cafile=facts["ca"])
        ports = facts["ports"]
        assert list(ports) == [
            *("imap", "pop3", "smtp", "submission", "lmtp"),
            *("imaps", "pop3s", "smtps", "submissions"),
        ]
        with imaplib.IMAP4_SSL("localhost", ports["imaps"], ssl_context=context) as secure:
            secure.login("anna", "apple")
        with imaplib.IMAP4("localhost", ports["imap"]) as plain:
            plain.starttls(context)
            plain.login("anna", "apple")
        stopped(process)
        assert not Path(facts["ca"]).exists()


def test_a_port_of_one_s_choice_and_the_same_again() -> None:
    with served("empty", "--json") as process:
        port = ready(process)["ports"]["imap"]
        # A connection that the server closes keeps its address for a while.
        client = imaplib.IMAP4("127.0.0.1", port)
        stopped(process)
        client.shutdown()
    with served("empty", "--json", f"--imap-port={port}") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:  # somebody else was quicker
            process.wait(LONG)
            assert process.stderr is not None
            assert "Address already in use" in process.stderr.read()
            return
        assert json.loads(line)["ports"]["imap"] == port
        stopped(process)


def test_a_taken_port(failure: Callable[..., str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert failure("empty", f"--smtp-port={port}") == (
            f"can't listen on 127.0.0.1 port {port} for SMTP: Address already in use"
        )


def test_other_hosts() -> None:
    with served("empty", "--json", "--host=0.0.0.0") as process:
        facts = ready(process)
        assert facts["host"] == "0.0.0.0"
        imaplib.IMAP4("127.0.0.1", facts["ports"]["imap"]).logout()
        _, err = stopped(process)
        assert err == (
            "mockmail: warning: 0.0.0.0 is open to other machines, and this server has no secrets\n"
        )


def test_hosts_there_are_not(failure: Callable[..., str]) -> None:
    assert failure("empty", "--host=192.0.2.1").startswith("can't listen on 192.0.2.1 for IMAP: ")
    assert failure("empty", "--host=no such host").startswith("can't listen on no such host for ")


def test_a_rate_makes_time_outs_come_sooner() -> None:
    with served("empty", "--json", "--rate=100000") as process:
        port = ready(process)["ports"]["imap"]
        with socket.create_connection(("127.0.0.1", port), timeout=LONG) as client:
            said = b""
            while more := client.recv(4096):
                said += more
        # RFC 9051 section 5.4: at least 30 minutes, here 18 ms.
        assert said.splitlines()[-1].startswith(b"* BYE")
        stopped(process)


def test_what_can_t_be_served(tmp_path: Path, failure: Callable[..., str]) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("mockmail: 2\n")
    assert failure(str(path)) == f"{path}:1: mockmail: expected 1, found 2"
    nowhere = tmp_path / "nowhere" / "ready.json"
    for option in ("--ready-file", "--env-file"):
        said = failure("empty", f"{option}={nowhere}")
        assert said == f"{option}: there is no folder {nowhere.parent}"
        assert failure("empty", f"{option}={tmp_path}") == f"{option}: {tmp_path} is a folder"


def test_options_of_the_control_port_go_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--control-host=127.0.0.1", "--control-token=abc"):
        assert main(["serve", "empty", option]) == 2
        assert "go with --control-port" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--imap-port=70000", "a port is a number from 0 to 65535, not 70000"),
        ("--imap-port=-1", "a port is a number from 0 to 65535, not -1"),
        ("--rate=0", "a rate is a number above 0, not 0"),
        ("--rate=inf", "a rate is a number above 0, not inf"),
        ("--rate=fast", "a rate is a number above 0, not fast"),
        ("--capabilities=+MOVED", "there is no capability 'MOVED'; did you mean MOVE?"),
        ("--name=a b", "a host's name has letters, digits and hyphens between its dots"),
        ("--name=-a.example", "found '-a.example' (RFC 1123 section 2.1)"),
        ("--name=", "found ''"),
        (f"--name={'a' * 64}.example", "a host's name has letters"),
        (f"--name={'a.' * 127}a", "a host's name has letters"),
        ("--host=", "expected a name or an IP address, found nothing"),
        ("--control-host= ", "expected a name or an IP address, found nothing"),
        ("--seed=x", "invalid int value: 'x'"),
    ],
)
def test_wrong_calls(option: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["serve", "empty", option])
    assert left.value.code == 2
    assert said in capsys.readouterr().err
