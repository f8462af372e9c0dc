"""The shipped seeds: what they promise, and how they were made."""

import re
import shlex
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import faker
import pytest
import yaml
from imap_tools import MailBoxUnencrypted

import mockmail
from harness import Client
from mockmail.cli import main
from mockmail.corpus import files
from mockmail.scenario.files import data, shipped
from mockmail.scenario.load import load
from mockmail.store.utf7 import to_utf7

SEEDS = Path(str(data() / "seeds"))
CALL = re.compile(r"# Made with Faker (\S+):\n\s*# mockmail seed make (.*)")


def said(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SEEDS / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", list(shipped()))
def test_a_seed_says_what_it_is(name: str) -> None:
    text = (SEEDS / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "fake:" not in text  # nobody needs Faker to load it
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)  # it reads as it is


@pytest.mark.parametrize("name", sorted(set(shipped()) - {"ten-thousand"}))
def test_everything_in_a_seed_can_be_fetched(name: str) -> None:
    world = load(name).world()
    for user in world.store.users.values():
        client = Client(world)
        client.send(b"a LOGIN {%d}\r\n" % len(user.name.encode()))
        client.send(user.name.encode() + b" {%d}\r\n" % len(user.password.encode()))
        client.send(user.password.encode() + b"\r\n")
        assert b"\r\na OK " in client.said()
        for box in user.mailboxes.values():
            quoted = to_utf7(box.name).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
            client.command(f'EXAMINE "{quoted.decode()}"')
            assert client.session.state.name == "SELECTED"
            if len(box):
                lines = client.command("FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE BODY.PEEK[])")
                assert lines[-1].endswith(" OK FETCH completed")
    world.check_laws()


# demo and empty are told of in the README; the others are made for what is asked here.


def test_busy_inbox() -> None:
    inbox = list(load("busy-inbox").world().store.users["clara"].mailboxes["INBOX"])
    fields = [
        [entry.message.field(name) for entry in inbox]
        for name in ("In-Reply-To", "List-Unsubscribe", "Auto-Submitted")
    ]
    threads, newsletters, robots = (sum(each is not None for each in field) for field in fields)
    assert (threads >= 50, newsletters, robots) == (True, 2, 4)
    ids = {entry.message.field("Message-ID") for entry in inbox}
    assert sum(answered in ids for answered in fields[0] if answered) >= 50
    mails = [message_from_bytes(entry.message.raw, policy=default) for entry in inbox]
    types = {part.get_content_type() for mail in mails for part in mail.walk()}
    assert {"text/html", "text/calendar", "text/csv", "application/pdf"} < types
    assert {"image/png", "message/rfc822", "multipart/related"} < types
    names = {name for entry in inbox for name in entry.flags.names}
    assert {"\\Seen", "\\Flagged", "\\Answered", "$Project", "$Later", "$Junk"} < names
    assert 10 < sum(not entry.flags.seen for entry in inbox) < 30
    assert len(inbox) == 177  # as the README says
    dates = [entry.internaldate for entry in inbox]
    assert dates == sorted(dates)
    assert dates[-1] < said("busy-inbox")["epoch"]


def test_folders() -> None:
    store = load("folders").world().store
    boxes = store.users["anna"].mailboxes
    assert max(name.count("/") for name in boxes) == 5
    uses = [use for box in boxes.values() for use in box.special_use]
    assert sorted(uses) == sorted(set(uses))
    assert len(uses) == 8
    assert {"work", "Work", "R&D", "with.dot"} < boxes.keys()
    assert [name for name in store.visible(store.users["ben"]) if name.startswith("Users/")] == [
        "Users/anna/Team/Calendar",
        "Users/anna/Team/Notes",
    ]
    assert list(store.shared) == ["Shared/Announcements", "#news.comp.mail.misc"]


def test_international_as_a_client_reads_it(mailserver: mockmail.Server) -> None:
    """Each subject, text and name of a mailbox is what was written into the seed."""
    user = mailserver.add_user("anna", password="apple")
    boxes = load("international").world().store.users["jörg"].mailboxes
    for name, box in boxes.items():
        mailbox = user.inbox if name == "INBOX" else user.mailboxes.get(name)
        mailbox = mailbox or user.create_mailbox(name)
        for entry in box:
            mailbox.add(entry.message.raw, newlines="keep")
    said_of = said("international")["users"]["jörg"]["mailboxes"]
    with MailBoxUnencrypted(mailserver.imap.host, mailserver.imap.port).login(
        "anna", "apple"
    ) as client:
        assert {each.name for each in client.folder.list()} == boxes.keys()
        read = list(client.fetch(mark_seen=False))
        assert len(read) == len(said_of["INBOX"]) == len(boxes["INBOX"])
        written = [(got, spec) for got, spec in zip(read, said_of["INBOX"], strict=True)]
        for got, spec in written:
            if "load" not in spec:
                assert got.subject == " ".join(spec["subject"].split())
                assert got.text.strip() == spec["text"].strip()
                for file, wanted in zip(got.attachments, spec.get("attachments", []), strict=True):
                    assert file.filename == wanted["filename"]
        charsets = {spec.get("charset", "utf-8") for _, spec in written}
        assert len(charsets) >= 18
        for name in ("Gesendet/Größere Sachen", "下書き/台北", "✉ 📬 Post", "سلة"):
            client.folder.set(name)
            (only,) = client.fetch(mark_seen=False)
            assert only.subject == said_of[name][0]["subject"]


def test_ten_thousand() -> None:
    scenario = load("ten-thousand")
    inbox = scenario.world().store.users["anna"].mailboxes["INBOX"]
    assert len(inbox) == 10_000
    assert len({entry.message.field("Message-ID") for entry in inbox}) == 10_000
    assert load("ten-thousand") is scenario


def test_what_is_beside_the_seeds_belongs_to_one() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SEEDS.glob("*.yaml"))
    others = [path for path in SEEDS.rglob("*") if path.is_file() and path.suffix != ".yaml"]
    assert others
    for path in others:
        assert f"load: {path.relative_to(SEEDS).as_posix()}" in text


@pytest.mark.parametrize("name", ["busy-inbox", "ten-thousand"])
def test_made_up_seeds_can_be_made_again(name: str, tmp_path: Path) -> None:
    """Dates, ids and flags, which no version of Faker has a say in, and with the same one all."""
    found = CALL.search((SEEDS / f"{name}.yaml").read_text(encoding="utf-8"))
    assert found
    version, call = found.groups()
    file, *options = shlex.split(call)
    assert main(["seed", "make", str(tmp_path / file), *options, "--count=40"]) == 0
    beside = file.replace(".yaml", ".mbox.gz")
    again, shipped_ = files.load_one(tmp_path / beside), files.load_one(SEEDS / beside)
    assert len(again) == 40 < len(shipped_)
    for made, kept in zip(again, shipped_[:40], strict=True):
        assert (made.flags, made.internaldate) == (kept.flags, kept.internaldate)
        id_of = [item.message.field("Message-ID") or "" for item in (made, kept)]
        assert id_of[0].partition("@")[0] == id_of[1].partition("@")[0]
        if version == faker.VERSION:
            assert made.message.raw == kept.message.raw
    assert load(tmp_path / file).world().clock.now == datetime.fromisoformat(
        next(word for word in options if word.startswith("--epoch=")).removeprefix("--epoch=")
    )
