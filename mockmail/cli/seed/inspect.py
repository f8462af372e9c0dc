"""``mockmail seed inspect``: users, mailboxes, counts, flags and sizes."""

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable

from mockmail.cli.columns import columns
from mockmail.cli.failure import told
from mockmail.cli.seed.options import is_scenario_file
from mockmail.corpus import files
from mockmail.corpus.item import Item
from mockmail.scenario.errors import ScenarioError
from mockmail.scenario.files import shipped
from mockmail.scenario.load import load
from mockmail.store.directory import Alias
from mockmail.store.mailbox import Mailbox
from mockmail.store.user import User

HEADER = ("mailbox", "messages", "unseen", "octets", "largest", "flags")


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", metavar="FILE", help="a scenario, or an eml file, mbox or Maildir")


def run(chosen: Namespace) -> int:
    """Print it."""
    with told(ValueError, ScenarioError):
        if not is_scenario_file(chosen.file) and chosen.file not in shipped():
            boxes = files.load(chosen.file)
            print(columns([HEADER, *(_row(name, items) for name, items in boxes.items())]))
            return 0
        store = load(chosen.file).world().store
    parts = [f"{_person(user)}\n{_table(user.mailboxes.values())}" for user in store.users.values()]
    if store.shared:
        parts.append(f"shared\n{_table(store.shared.values())}")
    if aliases := store.directory.aliases:
        parts.append("\n".join(map(_alias, aliases)))
    print("\n\n".join(parts) or "no users")
    return 0


def _person(user: User) -> str:
    facts = [f"user {user.name}", f"password {user.password}", *user.addresses]
    states = ("disabled", "expired", "read_only")
    facts += [state.replace("_", "-") for state in states if getattr(user, state)]
    return ", ".join(facts if user.quota is None else [*facts, f"quota {user.quota}"])


def _alias(alias: Alias) -> str:
    return f"{'list' if alias.expands else 'alias'} {alias.address}: {', '.join(alias.targets)}"


def _table(boxes: Iterable[Mailbox]) -> str:
    rows = [
        _row(
            " ".join((box.name, *box.special_use)),
            [Item(each.message, each.flags, each.internaldate) for each in box],
        )
        for box in boxes
    ]
    return columns([HEADER, *rows])


def _row(name: str, items: list[Item]) -> tuple[str, ...]:
    sizes = [item.message.size for item in items]
    flags = Counter(flag for item in items for flag in item.flags)
    numbers = (
        len(items),
        sum(not item.flags.seen for item in items),
        sum(sizes),
        max(sizes, default=0),
    )
    told_of = ", ".join(f"{flag} {count}" for flag, count in flags.most_common())
    return (name, *map(str, numbers), told_of)
