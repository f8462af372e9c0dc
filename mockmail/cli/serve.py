"""``mockmail serve FILE``: a scenario behind real ports, until SIGINT or SIGTERM."""

import argparse
import ipaddress
import json
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from mockmail.cli.failure import Failure, WrongCall, told
from mockmail.control.guard import TOKEN, new_token
from mockmail.control.listener import Control
from mockmail.control.look import world_of
from mockmail.imap.catalog import catalogue
from mockmail.scenario.errors import ScenarioError
from mockmail.scenario.load import load
from mockmail.serve.loop import Loop, ServerThread
from mockmail.serve.server import LOOPBACK, Server
from mockmail.world.words import PROTOCOLS
from mockmail.world.words import SECURE as HAVE_TLS

SECURE = tuple(f"{protocol}s" for protocol in HAVE_TLS)
_LAST_PORT = 65_535
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST_NAME = 253


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add = parser.add_argument
    add("file", metavar="FILE", help="a scenario file, or a shipped scenario's name")
    add("--host", type=_address, default=LOOPBACK, help="the address to listen on (%(default)s)")
    for scheme in (*PROTOCOLS, *SECURE):
        implied = "; implies --tls" if scheme in SECURE else ""
        what = f"{scheme.upper()}'s port; 0 or none: the system chooses{implied}"
        add(f"--{scheme}-port", type=_port, metavar="N", help=what)
    add(
        "--tls",
        action="store_true",
        help="IMAPS, POP3S, SMTPS, SUBMISSIONS, STARTTLS and STLS, too",
    )
    add("--name", type=_host_name, metavar="HOST", help="how the server calls itself")
    add("--seed", type=int, default=0, metavar="N", help="what all chance comes from (%(default)s)")
    add(
        "--rate",
        type=_rate,
        default=1.0,
        metavar="R",
        help="seconds of time-outs that pass in a real one (%(default)s)",
    )
    add(
        "--capabilities",
        type=_capabilities,
        default="",
        metavar='"+X -Y"',
        help="IMAP's, switched on and off after the scenario's own",
    )
    add(
        "--control-port",
        type=_port,
        metavar="N",
        help="be asked and told by HTTP there (mockmail openapi); 0: the system chooses",
    )
    add(
        "--control-host",
        type=_address,
        metavar="HOST",
        help=f"the address of that port ({LOOPBACK})",
    )
    add(
        "--control-token",
        type=_token,
        metavar="TOKEN",
        help="what requests must know; made at random if nothing is said",
    )
    add("--json", action="store_true", help="say where it listens as one line of JSON")
    add(
        "--ready-file",
        type=Path,
        metavar="PATH",
        help="is there, with the same JSON, as long as all ports listen",
    )
    add("--env-file", type=Path, metavar="PATH", help="the same as MOCKMAIL_IMAP_HOST=… lines")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {_LAST_PORT}, not {text}")
    return int(text)


def _address(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("expected a name or an IP address, found nothing")
    return text


def _host_name(text: str) -> str:
    if len(text) > _LONGEST_NAME or not _HOST_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            "a host's name has letters, digits and hyphens between its dots, as in"
            f" mail.example.org, found {text!r} (RFC 1123 section 2.1)"
        )
    return text


def _token(text: str) -> str:
    if not TOKEN.fullmatch(text):
        raise argparse.ArgumentTypeError(
            "a token is made of letters, digits and -._~+/, with = at the end (RFC 6750)"
        )
    return text


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise argparse.ArgumentTypeError(f"a rate is a number above 0, not {text}")
    return rate


def _capabilities(text: str) -> str:
    try:
        catalogue(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


@contextmanager
def _signals() -> Iterator[SimpleQueue[int]]:
    """The signals that come meanwhile and ask for an end."""
    caught: SimpleQueue[int] = SimpleQueue()  # a handler may put into it at any moment
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(each, lambda number, _: caught.put(number)) for each in numbers]
    try:
        yield caught
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def run(chosen: argparse.Namespace) -> int:
    """Serve; 0 after a signal."""
    with _signals() as signals:
        return _serve(chosen, signals)


def _serve(chosen: argparse.Namespace, signals: SimpleQueue[int]) -> int:
    ports = {scheme: getattr(chosen, f"{scheme}_port") for scheme in (*PROTOCOLS, *SECURE)}
    asked = {scheme: port for scheme, port in ports.items() if port is not None}
    if chosen.control_port is None and (chosen.control_host or chosen.control_token):
        raise WrongCall("--control-host and --control-token go with --control-port")
    for option in ("ready_file", "env_file"):
        _check_place(f"--{option.replace('_', '-')}", getattr(chosen, option))
    tls = chosen.tls or any(scheme in asked for scheme in SECURE)
    try:
        world = load(chosen.file).world(chosen.seed, chosen.capabilities)
    except ScenarioError as mistake:
        raise Failure(str(mistake)) from mistake
    if chosen.ready_file is not None:
        with told():
            chosen.ready_file.unlink(missing_ok=True)
    world.host = chosen.name or world.host
    world.clock.rate = chosen.rate
    thread = ServerThread()
    server = Server(world, thread.loop, host=chosen.host, ports=asked)
    control = None
    ended = True
    try:
        facts = _opened(server, (*PROTOCOLS, *(SECURE if tls else ())), chosen, asked)
        if chosen.control_port is not None:
            control = _controlled(server, thread.loop, facts, chosen)
        _announce(facts, chosen)
        signals.get()
    finally:
        if chosen.ready_file is not None:
            chosen.ready_file.unlink(missing_ok=True)
        if control is not None:
            ended = control.close()
        server.close()
        if ended:  # else the thread ends with the process
            thread.stop()
    failures = world_of(server).failures
    for failure in failures:
        print(f"mockmail: {failure!r}", file=sys.stderr)
    return 1 if failures else 0


def _check_place(option: str, path: Path | None) -> None:
    """Whether a file can be written there, as far as can be seen before."""
    if path is None:
        return
    if path.is_dir():
        raise Failure(f"{option}: {path} is a folder")
    if not path.parent.is_dir():
        raise Failure(f"{option}: there is no folder {path.parent}")


def _controlled(
    server: Server, loop: Loop, facts: dict[str, object], chosen: argparse.Namespace
) -> Control:
    """Open the control port, and add it to what is said about the server."""
    host, ports = facts["host"], facts["ports"]
    assert isinstance(host, str)
    assert isinstance(ports, dict)
    wanted = chosen.control_host or LOOPBACK
    try:
        control = Control(
            server,
            loop,
            ports,
            mail_host=host,
            host=wanted,
            port=chosen.control_port,
            token=chosen.control_token or new_token(),
        )
    except OSError as error:
        place = f"{wanted} port {chosen.control_port}" if chosen.control_port else wanted
        raise Failure(f"can't listen on {place} for HTTP: {error.strerror}") from error
    except ImportError as missing:
        raise Failure(str(missing)) from missing
    _warn_of(control.host)
    facts["control"] = {"url": control.url, "token": control.token}
    return control


def _opened(
    server: Server,
    schemes: tuple[str, ...],
    chosen: argparse.Namespace,
    asked: Mapping[str, int],
) -> dict[str, object]:
    """Open the ports; what can be said about the server then."""
    ports: dict[str, int] = {}
    host = chosen.host
    for scheme in schemes:
        try:
            endpoint = getattr(server, scheme)
            host, ports[scheme] = endpoint.host, endpoint.port
        except OSError as error:
            place = f"{chosen.host} port {asked[scheme]}" if asked.get(scheme) else chosen.host
            problem = f"can't listen on {place} for {scheme.upper()}: {error.strerror}"
            raise Failure(problem) from error
        except ImportError as missing:
            raise Failure(str(missing)) from missing
    _warn_of(host)
    ca = str(server.ca.path) if any(scheme in SECURE for scheme in schemes) else None
    users = {
        user.login: {"password": user.password, "address": user.address}
        for user in server.users.values()
    }
    return {
        "scenario": chosen.file,
        "host": host,
        "ports": ports,
        "ca": ca,
        "users": users,
        "control": None,
    }


def _warn_of(host: str) -> None:
    if not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        print(
            f"mockmail: warning: {host} is open to other machines, and this server has no secrets",
            file=sys.stderr,
        )


def _announce(facts: dict[str, object], chosen: argparse.Namespace) -> None:
    """Say where it listens; the ready file is the last thing that is written to disk."""
    text = json.dumps(facts, ensure_ascii=False)
    with told():
        if chosen.env_file is not None:
            _write(chosen.env_file, _environment(facts))
        if chosen.ready_file is not None:
            _write(chosen.ready_file, f"{text}\n")
    print(text if chosen.json else _lines(facts), flush=True)


def _lines(facts: dict[str, object]) -> str:
    ports, users, host, control = (facts[name] for name in ("ports", "users", "host", "control"))
    assert isinstance(ports, dict)
    assert isinstance(users, dict)
    wide = max(map(len, ports)) + 2
    lines = [f"{scheme:{wide}}{host} port {port}" for scheme, port in ports.items()]
    if facts["ca"] is not None:
        lines.append(f"{'ca':{wide}}{facts['ca']}")
    if control is not None:
        assert isinstance(control, dict)
        lines.append(f"{'http':{wide}}{control['url']}, token {control['token']}")
    lines += [
        f"{'user':{wide}}{login}, password {user['password']}, {user['address']}"
        for login, user in users.items()
    ]
    return "\n".join([*lines, f"serving {facts['scenario']}; Ctrl-C ends it"])


def _environment(facts: dict[str, object]) -> str:
    ports = facts["ports"]
    assert isinstance(ports, dict)
    lines = []
    for scheme, port in ports.items():
        lines.append(f"MOCKMAIL_{scheme.upper()}_HOST={facts['host']}")
        lines.append(f"MOCKMAIL_{scheme.upper()}_PORT={port}")
    if facts["ca"] is not None:
        lines.append(f"MOCKMAIL_CA={facts['ca']}")
    control = facts["control"]
    if control is not None:
        assert isinstance(control, dict)
        lines += [f"MOCKMAIL_CONTROL_{name.upper()}={text}" for name, text in control.items()]
    return "".join(f"{line}\n" for line in lines)


def _write(path: Path, text: str) -> None:
    """The whole file at once: nobody sees half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.touch(mode=0o600)  # there may be a token in it
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
