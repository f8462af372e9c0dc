"""``mockmail seed make``: a scenario with made-up mail that needs no Faker to be loaded."""

import shlex
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

import msgspec

from mockmail.cli.failure import Failure, WrongCall, told
from mockmail.cli.progress import shown
from mockmail.cli.seed.options import moment, scenario_file
from mockmail.clock import EPOCH
from mockmail.scenario import mistakes
from mockmail.scenario.dump import MailBeside, write
from mockmail.scenario.madeup import made_up
from mockmail.scenario.spec import FakeSpec
from mockmail.world.world import DOMAIN

_DEFAULTS = msgspec.structs.asdict(FakeSpec(count=100))


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    add = parser.add_argument
    add("file", type=scenario_file, metavar="FILE", help="the scenario file to be written")
    for name, metavar, what in (
        ("count", "N", "messages"),
        ("threads", "P", "how probable it is that a message answers an earlier one"),
        ("html", "P", "how probable HTML is"),
        ("attachments", "P", "how probable attachments are"),
        ("days", "N", "they came in so many days before the epoch"),
    ):
        default = _DEFAULTS[name]
        what = f"{what} (%(default)s)"
        add(f"--{name}", type=type(default), default=default, metavar=metavar, help=what)
    add("--locale", action="append", metavar="L", help="a language, en_US; may be given again")
    add("--charset", action="append", metavar="C", help="a charset, utf-8; may be given again")
    add("--flag", action="append", type=_flag, metavar="F=P", help="how probable a flag is")
    add("--seed", type=int, default=0, metavar="N", help="what chance comes from (%(default)s)")
    add("--user", default="anna", help="whose mail it is (%(default)s)")
    add("--password", default="secret", help="the user's (%(default)s)")
    add("--epoch", type=moment, default=EPOCH, help="when the scenario begins (%(default)s)")


def _flag(text: str) -> tuple[str, float]:
    name, _, probability = text.partition("=")
    try:
        return name, float(probability)
    except ValueError:
        raise ArgumentTypeError(f"a flag is given as NAME=PROBABILITY, not {text}") from None


def run(chosen: Namespace) -> int:
    """Make it."""
    address = chosen.user if "@" in chosen.user else f"{chosen.user}@{DOMAIN}"
    with told(ValueError, ImportError):
        spec = _spec(chosen)
        if chosen.file.exists():
            raise Failure(f"{chosen.file} is there already")
        made = made_up(spec, chosen.seed, f"{chosen.user}/INBOX", to=address, until=chosen.epoch)
        bar = shown(made, chosen.count, "messages")
        beside = MailBeside(chosen.file).save("", bar)
        user = {"password": chosen.password, "mailboxes": {"INBOX": {"load": beside}}}
        data = {"mockmail": 1, "epoch": chosen.epoch, "users": {chosen.user: user}}
        write(chosen.file, data, _how(chosen))
    return 0


def _spec(chosen: Namespace) -> FakeSpec:
    words = _words(chosen)
    mistake = mistakes.first(words, FakeSpec)
    if mistake is not None:
        option, *inside = mistake.path
        option = {"charsets": "charset", "flags": "flag"}.get(str(option), option)
        where = " ".join([f"--{option}", *map(str, inside)])
        raise WrongCall(f"{where}: {mistake.problem}")
    return msgspec.convert(words, FakeSpec)


def _words(chosen: Namespace) -> dict[str, Any]:
    """The options as a scenario has them."""
    given = {name: getattr(chosen, name) for name in ("count", "threads", "html")}
    given |= {"attachments": chosen.attachments, "days": chosen.days}
    given |= {"locale": chosen.locale} if chosen.locale else {}
    given |= {"charsets": chosen.charset} if chosen.charset else {}
    return given | ({"flags": dict(chosen.flag)} if chosen.flag else {})


def _how(chosen: Namespace) -> str:
    """The call that makes the same again, and what else it depends on."""
    import faker

    words = ["mockmail", "seed", "make", Path(chosen.file).name, f"--seed={chosen.seed}"]
    words += [f"--{name}={getattr(chosen, name)}" for name in ("count", "threads", "html")]
    words += [f"--attachments={chosen.attachments}", f"--days={chosen.days}"]
    words += [f"--locale={each}" for each in chosen.locale or ()]
    words += [f"--charset={each}" for each in chosen.charset or ()]
    words += [f"--flag={name}={probability}" for name, probability in chosen.flag or ()]
    words += [f"--user={chosen.user}", f"--password={chosen.password}"]
    words += [f"--epoch={chosen.epoch.isoformat()}"]
    return f"Made with Faker {faker.VERSION}:\n{shlex.join(words)}"
