"""``mockmail seed convert``: mail files to a scenario, a scenario to mail files, one to another."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockmail.cli.failure import Failure, WrongCall, told
from mockmail.cli.progress import shown
from mockmail.cli.seed.options import is_scenario_file
from mockmail.corpus import files, maildir
from mockmail.corpus.item import Item
from mockmail.near import near
from mockmail.scenario.document import Document
from mockmail.scenario.dump import MailBeside, write
from mockmail.scenario.errors import ScenarioError
from mockmail.scenario.files import find, shipped
from mockmail.scenario.load import load
from mockmail.store.mailbox import Mailbox
from mockmail.store.names import canonical
from mockmail.store.store import Store

Boxes = Mapping[str, list[Item]]
_MAIL = ("messages", "load", "fake")
"""What a scenario says of a mailbox's content."""


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    add = parser.add_argument
    add("source", metavar="FROM", help="a scenario, or an eml file, mbox or Maildir")
    add(
        "target",
        type=Path,
        metavar="TO",
        help="a scenario if it ends in .yaml: its mail lies in mbox files beside it",
    )
    add(
        "--kind",
        choices=("eml", "mbox", "maildir"),
        help="what to write if not a scenario; mbox if TO ends in .mbox or .gz, else maildir",
    )
    add("--user", help="whose mail (anna in a new scenario, needed if there are several)")
    add("--mailbox", help="which mailbox (INBOX for eml and mbox, all of them for maildir)")


def run(chosen: Namespace) -> int:
    """Convert."""
    with told(ValueError, ScenarioError):
        from_scenario = is_scenario_file(chosen.source) or chosen.source in shipped()
        if is_scenario_file(chosen.target.name):
            if chosen.kind is not None:
                raise WrongCall("--kind is for mail files, and TO is a scenario")
            if from_scenario and (chosen.user, chosen.mailbox) != (None, None):
                raise WrongCall(
                    "--user and --mailbox are for mail files: one scenario becomes another whole"
                )
            if chosen.target.exists():
                raise Failure(f"{chosen.target} is there already")
            data = _stored(chosen) if from_scenario else _wrapped(chosen)
            write(chosen.target, data)
        else:
            boxes = _of_user(chosen) if from_scenario else files.load(chosen.source)
            _save(boxes, chosen)
    return 0


def _of_user(chosen: Namespace) -> Boxes:
    """The mail of one user of a scenario."""
    users = load(chosen.source).world().store.users
    login = chosen.user or (next(iter(users)) if len(users) == 1 else None)
    if login is None:
        raise Failure(f"which user's mail? --user is one of {', '.join(users)}")
    if login not in users:
        raise Failure(f"there is no user {login!r}{near(login, users)}")
    return {name: _items(box) for name, box in users[login].mailboxes.items()}


def _items(box: Mailbox) -> list[Item]:
    return [Item(entry.message, entry.flags, entry.internaldate) for entry in box]


def _save(boxes: Boxes, chosen: Namespace) -> None:
    """Write mail without a scenario."""
    by_name: files.Kind = "mbox" if chosen.target.suffix in (".mbox", ".gz") else "maildir"
    kind: files.Kind = chosen.kind or by_name
    if kind == "maildir" and chosen.mailbox is None:
        maildir.save(chosen.target, boxes)
        return
    name = chosen.mailbox or "INBOX"
    if name not in boxes:
        raise Failure(f"there is no mailbox {name!r}{near(name, boxes)}")
    files.save(chosen.target, kind, shown(boxes[name], len(boxes[name]), "messages"))


def _wrapped(chosen: Namespace) -> dict[str, Any]:
    """A scenario around mail files."""
    beside = MailBeside(chosen.target)
    boxes = files.load(chosen.source)
    if chosen.mailbox is not None and chosen.mailbox not in boxes:
        raise Failure(f"there is no mailbox {chosen.mailbox!r}{near(chosen.mailbox, boxes)}")
    mailboxes = {
        name: _content(beside, name, items)
        for name, items in boxes.items()
        if chosen.mailbox in (None, name)
    }
    return {"mockmail": 1, "users": {chosen.user or "anna": {"mailboxes": mailboxes}}}


def _content(beside: MailBeside, name: str, items: list[Item]) -> dict[str, Any]:
    return {"load": beside.save(name, shown(items, len(items), name))} if items else {}


def _stored(chosen: Namespace) -> dict[str, Any]:
    """The same scenario with all its mail in files; what it says beside stays."""
    source = find(chosen.source)
    store = load(chosen.source).world().store
    data = Document(source.file, source.text).data
    assert isinstance(data, dict)
    beside = MailBeside(chosen.target)
    users = {}
    for login, user in store.users.items():
        told_of = {**(data["users"][login] or {})}
        told_of.pop("load", None)
        mailboxes = {canonical(name): box for name, box in told_of.get("mailboxes", {}).items()}
        for name, box in user.mailboxes.items():
            mailboxes[name] = _kept(mailboxes.get(name)) | _content(
                beside, f"{login}-{name}", _items(box)
            )
        users[login] = told_of | {"mailboxes": mailboxes}
    return data | {"users": users} | _shared(store, data, beside)


def _kept(given: object) -> dict[str, Any]:
    """What a scenario says of a mailbox beside its content."""
    said = given if isinstance(given, dict) else {}
    return {key: value for key, value in said.items() if key not in _MAIL}


def _shared(store: Store, data: dict[str, Any], beside: MailBeside) -> dict[str, Any]:
    if "shared" not in data:
        return {}
    return {
        "shared": {name: _content(beside, name, _items(box)) for name, box in store.shared.items()}
    }
