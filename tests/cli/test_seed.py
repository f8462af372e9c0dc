"""``mockmail seed``: made, converted there and back, and looked into."""

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from mockmail.cli import main
from mockmail.corpus import files, maildir
from mockmail.corpus.item import Item
from mockmail.scenario.load import load, parse
from mockmail.store.store import Store
from mockmail.world.world import World

Told = dict[str, dict[str, list[tuple[object, ...]]]]


def told(store: Store) -> Told:
    """All mail by user and mailbox."""
    return {
        user.name: {
            name: [(each.message.raw, each.flags, each.internaldate) for each in box]
            for name, box in user.mailboxes.items()
        }
        for user in store.users.values()
    }


def facts(items: list[Item]) -> list[tuple[object, ...]]:
    return [(item.message.raw, item.flags, item.internaldate) for item in items]


def world_of(path: Path) -> World:
    return load(path).world()


def failure(capsys: pytest.CaptureFixture[str], *words: str, code: int = 1) -> str:
    assert main(["seed", *words]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("mockmail: ")
    return err.removeprefix("mockmail: ").removesuffix("\n")


# make


def test_what_is_made_is_what_a_scenario_makes_up(tmp_path: Path) -> None:
    path = tmp_path / "made.yaml"
    options = ["--count=30", "--seed=7", "--locale=de_DE", "--locale=ja_JP", "--charset=utf-8"]
    options += ["--charset=iso-2022-jp", "--html=0.5", "--flag=$Todo=0.5", "--days=9"]
    options += ["--user=ben", "--password=x", "--epoch=2024-03-04T09:00:00Z"]
    assert main(["seed", "make", str(path), *options]) == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["made.mbox.gz", "made.yaml"]
    said = parse(
        "f.yaml",
        "mockmail: 1\nseed: 7\nepoch: 2024-03-04T09:00:00Z\nusers: {ben: {password: x, "
        "mailboxes: {INBOX: {fake: {count: 30, locale: [de_DE, ja_JP], html: 0.5, "
        "charsets: [utf-8, iso-2022-jp], flags: {$Todo: 0.5}, days: 9}}}}}\n",
    )
    made = world_of(path)
    assert told(made.store) == told(said.world().store)
    assert made.store.users["ben"].password == "x"
    assert len(told(made.store)["ben"]["INBOX"]) == 30


def test_the_same_call_makes_the_same_files(tmp_path: Path) -> None:
    contents = []
    for hashseed in ("0", "1"):
        folder = tmp_path / hashseed
        folder.mkdir()
        command = [sys.executable, "-m", "mockmail", "seed", "make", "made.yaml", "--count=20"]
        environment = {**os.environ, "PYTHONHASHSEED": hashseed}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        contents.append([path.read_bytes() for path in sorted(folder.iterdir())])
    assert contents[0] == contents[1]


def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    os.set_blocking(leader, False)
    termios.tcsetwinsize(follower, (24, 80))
    done = subprocess.run(
        [sys.executable, "-m", "mockmail", "seed", "make", str(tmp_path / "a.yaml"), "--count=40"],
        stdout=subprocess.PIPE,
        stderr=follower,
    )
    shown = os.read(leader, 65_536)
    os.close(leader)
    os.close(follower)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"messages" in shown
    assert b"/40" in shown


def test_what_can_t_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "a.yaml")
    assert failure(capsys, "make", path, "--locale=de_DD").startswith("Faker has no locale 'de_DD'")
    assert failure(capsys, "make", path, "--charset=latin-17") == "there is no charset 'latin-17'"
    for words, problem in (
        (["--html=2"], "--html: expected a number from 0 to 1, found 2.0"),
        (["--count=-3"], "--count: expected a whole number of at least 0, found -3"),
        (["--flag=x=5"], "--flag x: expected a number from 0 to 1, found 5.0"),
    ):
        assert failure(capsys, "make", path, *words, code=2) == problem
    assert "'a b' can't be a flag" in failure(capsys, "make", path, "--flag=a b=1")
    assert list(tmp_path.iterdir()) == []
    Path(path).touch()
    assert failure(capsys, "make", path) == f"{path} is there already"
    for words, said in (
        ([str(tmp_path / "a.txt")], "a scenario file ends in .yaml"),
        ([path, "--flag=x"], "a flag is given as NAME=PROBABILITY, not x"),
        ([path, "--epoch=soon"], "a date with a time is expected"),
        ([path, "--count=many"], "invalid int value: 'many'"),
    ):
        with pytest.raises(SystemExit) as left:
            main(["seed", "make", *words])
        assert left.value.code == 2
        assert said in capsys.readouterr().err


# convert


@pytest.mark.parametrize("name", ["busy-inbox", "folders", "international"])
def test_a_scenario_with_its_mail_in_files(name: str, tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    assert main(["seed", "convert", name, str(path)]) == 0
    was, now = load(name).world(), world_of(path)
    assert told(now.store) == told(was.store)
    assert now.clock.now == was.clock.now
    for user in was.store.users.values():
        twin = now.store.users[user.name]
        assert (twin.password, twin.addresses) == (user.password, user.addresses)
        assert list(twin.subscriptions) == list(user.subscriptions)
        for mailbox, box in user.mailboxes.items():
            other = twin.mailboxes[mailbox]
            assert (other.special_use, other.grants) == (box.special_use, box.grants)
            assert other.no_inferiors == box.no_inferiors
    for shared, box in was.store.shared.items():
        assert [each.message.raw for each in now.store.shared[shared]] == [
            each.message.raw for each in box
        ]


def test_rules_stay_and_made_up_mail_is_kept(tmp_path: Path) -> None:
    source = tmp_path / "source.yaml"
    source.write_text(
        "mockmail: 1\nusers:\n  anna:\n    mailboxes: {inbox: {fake: {count: 5}, subscribed: true}}\n  ben:\n"
        "rules:\n  - {when: {point: greeting}, do: {cut: {}}, optional: true, name: cut it}\n"
    )
    path = tmp_path / "kept.yaml"
    assert main(["seed", "convert", str(source), str(path)]) == 0
    assert "fake" not in path.read_text()
    assert told(world_of(path).store) == told(world_of(source).store)
    assert [rule.name for rule in world_of(path).rules] == ["cut it"]


def test_maildir_there_and_back(tmp_path: Path) -> None:
    mail, path, again = tmp_path / "mail", tmp_path / "a.yaml", tmp_path / "again"
    was = load("busy-inbox").world().store.users["clara"]
    boxes = {
        name: [Item(each.message, each.flags, each.internaldate) for each in box]
        for name, box in was.mailboxes.items()
    }
    maildir.save(mail, boxes)
    assert main(["seed", "convert", str(mail), str(path), "--user=clara"]) == 0
    assert told(world_of(path).store)["clara"] == told(load("busy-inbox").world().store)["clara"]
    assert main(["seed", "convert", str(path), str(again)]) == 0
    read = maildir.load(again)
    assert {name: facts(items) for name, items in read.items()} == {
        name: facts(items) for name, items in boxes.items()
    }


@pytest.mark.parametrize("target", ["a.mbox", "a.mbox.gz", "a.folder"])
def test_one_mailbox_as_files(target: str, tmp_path: Path) -> None:
    kind = ["--kind=eml"] if target == "a.folder" else []
    words = ["folders", str(tmp_path / target), "--user=anna", "--mailbox=Archive/2023"]
    assert main(["seed", "convert", *words, *kind]) == 0
    (item,) = files.load_one(tmp_path / target)
    assert item.message.field("Subject") == "Kept since 2023"
    # From one kind of files to another, and into a scenario.
    assert (
        main(["seed", "convert", str(tmp_path / target), str(tmp_path / "b"), "--kind=mbox"]) == 0
    )
    assert facts(files.load_one(tmp_path / "b")) == facts([item])
    assert main(["seed", "convert", str(tmp_path / "b"), str(tmp_path / "b.yaml")]) == 0
    (raw, *_), *others = told(world_of(tmp_path / "b.yaml").store)["anna"]["INBOX"]
    assert (raw, others) == (item.message.raw, [])


def test_names_that_are_one_name_for_a_file_system(tmp_path: Path) -> None:
    source, path = tmp_path / "source.yaml", tmp_path / "a.yaml"
    source.write_text(
        "mockmail: 1\nusers: {u: {mailboxes: {A/b: [{subject: '1'}], a_B: [{subject: '2'}], "
        "日本: [{subject: '3'}], 台北: [{subject: '4'}]}}}\n"
    )
    assert main(["seed", "convert", str(source), str(path)]) == 0
    names = [each.name for each in tmp_path.iterdir() if each.name.endswith(".gz")]
    assert len({name.lower() for name in names}) == 4
    assert all(name.isascii() for name in names)
    assert told(world_of(path).store) == told(world_of(source).store)


def test_what_can_t_be_converted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = str(tmp_path / "x")
    nowhere = str(tmp_path / "nowhere")
    assert failure(capsys, "convert", nowhere, target) == f"{nowhere}: No such file or directory"
    assert failure(capsys, "convert", "demo", target) == (
        "which user's mail? --user is one of anna, ben"
    )
    assert failure(capsys, "convert", "demo", target, "--user=ana") == (
        "there is no user 'ana'; did you mean anna?"
    )
    words = ["demo", target, "--user=anna", "--kind=mbox", "--mailbox=Archiv"]
    assert failure(capsys, "convert", *words) == (
        "there is no mailbox 'Archiv'; did you mean Archive?"
    )
    assert "can't be read" in failure(capsys, "convert", "nowhere.yaml", target)
    assert "neither a Maildir" in failure(capsys, "convert", str(tmp_path), target)
    assert list(tmp_path.iterdir()) == []
    Path(target).touch()
    assert target in failure(capsys, "convert", "demo", target, "--user=anna")
    words = ["demo", target, "--user=anna", "--kind=mbox"]
    assert failure(capsys, "convert", *words) == f"{target}: File exists"
    (tmp_path / "a.yaml").touch()
    said = failure(capsys, "convert", "demo", str(tmp_path / "a.yaml"))
    assert said == f"{tmp_path / 'a.yaml'} is there already"


def test_options_that_say_nothing_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = str(tmp_path / "a.yaml")
    for words, said in (
        (["--user=anna"], "--user and --mailbox are for mail files"),
        (["--mailbox=Sent"], "--user and --mailbox are for mail files"),
        (["--kind=eml"], "--kind is for mail files, and TO is a scenario"),
    ):
        assert failure(capsys, "convert", "demo", scenario, *words, code=2).startswith(said)
    mail = tmp_path / "a.eml"
    mail.write_bytes(b"Subject: x\r\n\r\n")
    assert failure(capsys, "convert", str(mail), scenario, "--mailbox=INBX") == (
        "there is no mailbox 'INBX'; did you mean INBOX?"
    )


@pytest.mark.parametrize("octets", [b"# mockmail\n\nA text.\n", b"\x7fELF\x02\x01", b"{}\n"])
def test_what_is_no_mail(octets: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(octets)
    for words in (["inspect", str(path)], ["convert", str(path), str(tmp_path / "a.yaml")]):
        assert failure(capsys, *words).startswith(f"{path} is no mail: it begins with no header")
    path = path.rename(tmp_path / "odd.eml")
    assert main(["seed", "inspect", str(path)]) == 0


def test_folders_are_made(tmp_path: Path) -> None:
    scenario, mail = tmp_path / "a" / "b" / "c.yaml", tmp_path / "x" / "y" / "z.mbox"
    assert main(["seed", "make", str(scenario), "--count=1"]) == 0
    assert main(["seed", "convert", str(scenario), str(mail)]) == 0
    assert (scenario.is_file(), mail.is_file()) == (True, True)


# inspect


def test_what_is_in_a_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", "inspect", "demo"]) == 0
    assert capsys.readouterr().out == (
        "user anna, password apple, anna@example.org\n"
        "mailbox  messages  unseen  octets  largest  flags\n"
        "INBOX    3         2       984     360      \\Seen 1, \\Flagged 1\n"
        "Archive  0         0       0       0\n"
        "\n"
        "user ben, password banana, ben@example.org\n"
        "mailbox  messages  unseen  octets  largest  flags\n"
        "INBOX    0         0       0       0\n"
    )


def test_what_is_in_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", "convert", "busy-inbox", str(tmp_path / "mail")]) == 0
    assert main(["seed", "inspect", str(tmp_path / "mail" / ".Drafts")]) == 0
    assert capsys.readouterr().out == (
        "mailbox  messages  unseen  octets  largest  flags\n"
        "INBOX    1         0       384     384      \\Seen 1, \\Draft 1\n"
    )


def test_what_can_t_be_inspected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = str(tmp_path / "nowhere")
    assert failure(capsys, "inspect", nowhere) == f"{nowhere}: No such file or directory"
    path = tmp_path / "f.yaml"
    path.write_text("mockmail: 2\n")
    assert failure(capsys, "inspect", str(path)) == f"{path}:1: mockmail: expected 1, found 2"
