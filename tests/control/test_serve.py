"""``mockmail serve --control-port``: as a process, until a signal."""

import http.client
import json
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mockmail.cli import main
from mockmail.cli.serve import LOOPBACK
from web import PATIENCE, Api


@contextmanager
def serving(*options: str) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    """The process, and what it says of itself."""
    command = (sys.executable, "-W", "error", "-m", "mockmail", "serve", "demo", "--json")
    with subprocess.Popen(
        [*command, "--control-port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            yield process, json.loads(line)
        finally:
            process.kill()


def api_of(facts: dict[str, Any]) -> Api:
    host, _, port = facts["control"]["url"].removeprefix("http://").rpartition(":")
    return Api(host.strip("[]"), int(port), facts["control"]["token"])


def ended(process: "subprocess.Popen[str]", number: signal.Signals = signal.SIGTERM) -> str:
    """Its errors after a signal; it must end well."""
    process.send_signal(number)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return errors


def test_it_says_where_and_with_which_token(tmp_path: Path) -> None:
    ready, env = tmp_path / "ready.json", tmp_path / "env"
    with serving("--ready-file", str(ready), "--env-file", str(env)) as (process, facts):
        assert json.loads(ready.read_text()) == facts
        assert stat.S_IMODE(ready.stat().st_mode) == stat.S_IMODE(env.stat().st_mode) == 0o600
        control = facts["control"]
        assert len(control["token"]) == 43
        assert f"MOCKMAIL_CONTROL_URL={control['url']}\n" in env.read_text()
        assert f"MOCKMAIL_CONTROL_TOKEN={control['token']}\n" in env.read_text()
        state = api_of(facts).get("/state").data
        assert (state["ports"], state["host"]) == (facts["ports"], facts["host"])
        assert [each["login"] for each in state["users"]] == list(facts["users"])
        # What the demo's rule is there for doesn't happen here.
        assert api_of(facts).get("/check").status == 409
        assert ended(process) == ""
        assert not ready.exists()


def test_a_token_and_an_address_of_ones_own() -> None:
    with serving("--control-token", "sword-fish~1=", "--control-host", "::") as (process, facts):
        assert facts["control"]["token"] == "sword-fish~1="
        assert facts["control"]["url"].startswith("http://[::]:")
        assert api_of(facts).get("/state").status == 200
        assert ":: is open to other machines" in ended(process, signal.SIGINT)


def test_a_reset_keeps_all_ports() -> None:
    with serving() as (process, facts):
        api = api_of(facts)
        messages = "/users/anna/mailboxes/INBOX/messages"
        assert api.delete(messages).status == 204
        assert api.post("/reset").status == 204
        assert api.get(messages).data["total"] == 3
        for port in facts["ports"].values():
            with socket.create_connection((facts["host"], port)) as client:
                assert client.recv(1)
        assert ended(process) == ""


def test_it_ends_while_somebody_waits() -> None:
    with serving() as (process, facts):
        api = api_of(facts)
        connection = http.client.HTTPConnection(api.host, api.port, timeout=PATIENCE)
        sent = {
            "Authorization": f"Bearer {facts['control']['token']}",
            "Content-Type": "application/json",
        }
        wanted = json.dumps({"subject": "never", "timeout": 600})
        connection.request("POST", "/v1/wait", wanted, sent)
        api.until_waiting(1)
        errors = ended(process)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["detail"]) == (503, "the server stops")
        connection.close()
        assert errors == ""


def test_it_ends_while_somebody_does_not_read() -> None:
    with serving() as (process, facts):
        api = api_of(facts)
        messages = "/users/anna/mailboxes/INBOX/messages"
        made = api.post(messages, octets=b"x" * 20_000_000, media="message/rfc822")
        with socket.create_connection((api.host, api.port)) as client:
            client.sendall(
                f"GET {made.data['url']}/raw HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {facts['control']['token']}\r\n\r\n".encode()
            )
            assert client.recv(8) == b"HTTP/1.1"
            assert ended(process) == ""


@pytest.fixture
def handlers() -> Iterator[None]:
    """What a command does with signals, it does here, too."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize(
    ("options", "code", "problem"),
    [
        (["--control-token", "x"], 2, "--control-host and --control-token go with --control-port"),
        (["--control-port", "x"], 2, "a port is a number from 0 to 65535, not x"),
        (["--control-port", "0", "--control-token", "a b"], 2, "a token is made of letters"),
        (["--control-port", "0", "--control-host", "192.0.2.1"], 1, "can't listen on 192.0.2.1"),
    ],
)
def test_options_that_cannot_be(
    options: list[str], code: int, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        found = main(["serve", "demo", *options])
    except SystemExit as wrong:
        found = int(str(wrong.code))
    assert found == code
    assert problem in capsys.readouterr().err


@pytest.mark.usefixtures("handlers")
def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        assert main(["serve", "demo", "--control-port", str(port)]) == 1
    assert f"can't listen on {LOOPBACK} port {port} for HTTP: " in capsys.readouterr().err


def test_without_the_extra() -> None:
    code = (
        "import sys; sys.modules['hypercorn'] = None; from mockmail.cli import main;"
        " sys.exit(main(['serve', 'demo', '--control-port', '0']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE
    )
    assert (done.returncode, done.stdout) == (1, "")
    needed = "mockmail: the control port needs Starlette and Hypercorn:"
    assert done.stderr == f"{needed} pip install 'mockmail[control]'\n"
