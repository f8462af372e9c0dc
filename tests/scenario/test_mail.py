"""Mail in a scenario: written there, from files beside it, or made up."""

import gzip
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from mockmail.corpus import files
from mockmail.corpus.item import Item
from mockmail.message.message import Message
from mockmail.scenario.errors import ScenarioError
from mockmail.scenario.load import load, parse
from mockmail.store.flags import flags
from mockmail.store.journal import Entry
from mockmail.store.store import Store

HEAD = "mockmail: 1\nepoch: 2024-03-04T09:00:00Z\nusers:\n  anna:\n"
WHEN = datetime(2020, 2, 29, 12, tzinfo=UTC)
ITEMS = [
    Item(Message(b"Subject: one\n\nFrom here\n"), flags(["\\Seen", "$Todo"]), WHEN),
    Item(Message(b"Subject: two\n\nto there\n"), flags([]), WHEN),
]


def store_of(folder: Path, text: str) -> Store:
    path = folder / "f.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path).world().store


def inbox(store: Store) -> list[Entry]:
    return list(store.users["anna"].mailboxes["INBOX"])


def told(entries: list[Entry]) -> list[Item]:
    return [Item(each.message, each.flags, each.internaldate) for each in entries]


def facts(items: list[Item]) -> list[tuple[object, ...]]:
    return [(item.message.raw, item.flags, item.internaldate) for item in items]


def problem(text: str, folder: Path = Path()) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse("f.yaml", text, folder)
    return str(caught.value)


def box(words: str) -> str:
    return f"{HEAD}    mailboxes:\n      INBOX: {{{words}}}\n"


# Written there


def test_everything_that_can_be_said_of_a_message(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    store = store_of(
        tmp_path,
        HEAD + "    mailboxes:\n"
        "      INBOX:\n"
        "        - subject: Größe\n"
        "          text: Übersicht\n"
        "          html: <p>Übersicht</p><img src='cid:logo@example.org'>\n"
        "          charset: iso-8859-1\n"
        "          from: Jörg <joerg@example.net>\n"
        "          to: [anna@example.org, ben@example.org]\n"
        "          cc: carol@example.org\n"
        "          headers:\n"
        "            X-Shop: '7'\n"
        "            Received: [from a, from b]\n"
        "            Message-ID: null\n"
        "          attachments:\n"
        "            - {filename: größe.csv, text: 'a,b'}\n"
        "            - {filename: a.bin, base64: AAEC}\n"
        "            - {load: logo.png, type: image/png, inline: true, content_id: logo@example.org}\n"
        "            - filename: again.bin\n"
        "              base64: !!binary |\n"
        "                AAEC\n"
        "                AwQF\n",
    )
    (entry,) = inbox(store)
    mail = message_from_bytes(entry.message.raw, policy=default)
    assert mail["Subject"] == "Größe"
    assert mail["From"] == "Jörg <joerg@example.net>"
    assert mail["To"] == "anna@example.org, ben@example.org"
    assert mail["Cc"] == "carol@example.org"
    assert mail["X-Shop"] == "7"
    assert mail.get_all("Received") == ["from a", "from b"]
    assert mail["Message-ID"] is None
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert parts["text/plain"].get_content_charset() == "iso-8859-1"
    assert parts["text/plain"].get_content().split() == ["Übersicht"]
    assert "Übersicht" in parts["text/html"].get_content()
    assert parts["image/png"]["Content-ID"] == "<logo@example.org>"
    assert parts["image/png"].get_content() == b"\x89PNG\r\n\x1a\n"
    attached = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}  # type: ignore[attr-defined]
    assert attached["größe.csv"].strip() == "a,b"
    assert attached["a.bin"] == b"\0\1\2"
    assert attached["again.bin"] == bytes(range(6))


def test_bytes_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "latin.eml").write_bytes(b"Subject: gr\xfc\xdfe\n\nbare\rcr\n")
    store = store_of(
        tmp_path,
        HEAD + "    mailboxes:\n"
        "      INBOX:\n"
        "        - {load: latin.eml, newlines: keep, flags: [\\Seen], date: 2020-02-29T12:00:00Z}\n"
        '        - {raw: "a: b\\n\\nc\\n", newlines: keep}\n'
        "        - load: latin.eml\n",
    )
    first, second, third = inbox(store)
    assert first.message.raw == b"Subject: gr\xfc\xdfe\n\nbare\rcr\n"
    assert (first.flags.names, first.internaldate) == (("\\Seen",), WHEN)
    assert second.message.raw == b"a: b\n\nc\n"
    assert third.message.raw == b"Subject: gr\xfc\xdfe\r\n\r\nbare\r\ncr\r\n"
    assert third.internaldate == datetime(2024, 3, 4, 9, tzinfo=UTC)


# From files


@pytest.mark.parametrize("kind", ["mbox", "maildir"])
def test_files_with_flags_and_dates(kind: files.Kind, tmp_path: Path) -> None:
    files.save(tmp_path / "mail" / "box", kind, ITEMS)
    store = store_of(tmp_path, box("load: mail/box"))
    assert facts(told(inbox(store))) == facts(ITEMS)


def test_an_mbox_may_be_compressed(tmp_path: Path) -> None:
    files.save(tmp_path / "box.mbox.gz", "mbox", ITEMS)
    files.save(tmp_path / "box.mbox", "mbox", ITEMS)
    compressed = (tmp_path / "box.mbox.gz").read_bytes()
    assert gzip.decompress(compressed) == (tmp_path / "box.mbox").read_bytes()
    assert compressed[4:8] == bytes(4)  # no time in it: the same each time (RFC 1952)
    assert facts(told(inbox(store_of(tmp_path, box("load: box.mbox.gz"))))) == facts(ITEMS)


def test_several_in_their_order_and_before_the_messages_that_stand_there(tmp_path: Path) -> None:
    files.save(tmp_path / "a.mbox", "mbox", ITEMS[:1])
    files.save(tmp_path / "b", "eml", ITEMS[1:])
    words = f"load: [{{path: b}}, '{tmp_path}/a.mbox'], messages: [{{subject: three}}]"
    store = store_of(tmp_path, box(words))
    assert [each.message.field("Subject") for each in inbox(store)] == ["two", "one", "three"]


def test_a_maildir_with_all_its_mailboxes(tmp_path: Path) -> None:
    from mockmail.corpus import maildir

    maildir.save(tmp_path / "mail", {"INBOX": ITEMS[:1], "Entwürfe/2024": ITEMS[1:]})
    store = store_of(
        tmp_path,
        HEAD + "    load: mail\n    mailboxes: {Entwürfe/2024: [{subject: three}]}\n"
        "shared: {Shared/x: {load: mail/.Entw&APw-rfe.2024}}\n",
    )
    anna = store.users["anna"]
    assert facts(told(inbox(store))) == facts(ITEMS[:1])
    assert [each.message.field("Subject") for each in anna.mailboxes["Entwürfe/2024"]] == [
        "two",
        "three",
    ]
    assert facts(told(list(store.shared["Shared/x"]))) == facts(ITEMS[1:])


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    files.save(tmp_path / "mail", "eml", ITEMS[:1])
    assert len(inbox(store_of(tmp_path, box("load: mail")))) == 1
    scenario = load(tmp_path / "f.yaml")
    assert load(tmp_path / "f.yaml") is scenario
    (tmp_path / "mail" / "0002.eml").write_bytes(ITEMS[1].message.raw)
    assert load(tmp_path / "f.yaml") is not scenario
    assert len(inbox(load(tmp_path / "f.yaml").world().store)) == 2


# Made up


def test_made_up_mail(tmp_path: Path) -> None:
    words = (
        "fake: {count: 12, locale: [de_DE], threads: 1, html: 0, attachments: 0, "
        "charsets: iso-8859-1, flags: {$Todo: 1}, days: 3}"
    )
    entries = inbox(store_of(tmp_path, box(words)))
    assert len(entries) == 12
    assert {each.flags.names for each in entries} == {("$Todo",)}
    dates = [each.internaldate for each in entries]
    assert dates == sorted(dates)
    assert datetime(2024, 3, 1, 9, tzinfo=UTC) <= dates[0]
    assert dates[-1] <= datetime(2024, 3, 4, 9, tzinfo=UTC)
    assert all("anna@example.org" in (each.message.field("To") or "") for each in entries)
    assert all(each.message.field("In-Reply-To") for each in entries[1:])


def test_made_up_mail_depends_on_the_seed_and_not_on_other_mailboxes(tmp_path: Path) -> None:
    other = "      Other: {fake: {count: 1}}\n"
    texts = [
        box("fake: {count: 3}"),
        box("fake: {count: 3}").replace("      INBOX", other + "      INBOX"),
        box("fake: {count: 4}"),
        box("fake: {count: 3}") + "seed: 7\n",
    ]
    first, beside, longer, seeded = (
        [each.message.raw for each in inbox(store_of(tmp_path, text))] for text in texts
    )
    assert first == beside == longer[:3]
    assert set(first).isdisjoint(seeded)


# Mistakes

INBOX = "f.yaml:6: users.anna.mailboxes.INBOX"
MISTAKES = {
    "no such file": (
        box("load: inbx.mbox"),
        (
            f"{INBOX}.load: {{}}/inbx.mbox can't be read: No such file or directory; "
            "did you mean inbox.mbox?"
        ),
    ),
    "no such folder": (
        box("load: [inbox.mbox, nowhere/a.eml]"),
        f"{INBOX}.load[1]: {{}}/nowhere/a.eml can't be read: No such file or directory",
    ),
    "a folder without mail": (
        box("load: {path: empty}"),
        (
            f"{INBOX}.load: {{}}/empty is neither a Maildir (a folder with a folder cur) nor a folder "
            "of *.eml files: there is nothing in it"
        ),
    ),
    "a file that is cut": (
        box("load: cut.gz"),
        (
            f"{INBOX}.load: {{}}/cut.gz is compressed with gzip, and not whole: Compressed file ended "
            "before the end-of-stream marker was reached"
        ),
    ),
    "several mailboxes": (
        box("load: maildir"),
        f"{INBOX}.load: {{}}/maildir has the mailboxes INBOX, A: load them for a user (User.load)",
    ),
    "a mailbox that can't be": (
        HEAD + "    load: odd\n",
        "f.yaml:5: users.anna.load: mailbox 'a*': '*' and '%' are wildcards of LIST",
    ),
    "a load of another kind": (
        box("load: 7"),
        f"{INBOX}.load: expected text or a mapping or a list, found 7: quote it",
    ),
    "two messages for one": (
        box("messages: [{load: inbox.mbox}]"),
        f"{INBOX}.messages[0].load: {{}}/inbox.mbox has 2 messages; expected one",
    ),
    "loaded and made": (
        box("messages: [{load: a.eml, text: x}]"),
        f"{INBOX}.messages[0]: a message is raw, or loaded, or made from parts",
    ),
    "loaded and raw": (
        box("messages: [{load: a.eml, raw: x}]"),
        f"{INBOX}.messages[0]: a message is raw, or loaded, or made from parts",
    ),
    "line ends of what is made": (
        box("messages: [{newlines: keep}]"),
        f"{INBOX}.messages[0].newlines: goes with raw and load only",
    ),
    "line ends of a kind that is none": (
        box("messages: [{newlines: kep}]"),
        (
            f"{INBOX}.messages[0].newlines: expected one of crlf, keep, found 'kep'; "
            "did you mean keep?"
        ),
    ),
    "an attachment without content": (
        box("messages: [{attachments: [{filename: a}]}]"),
        (
            f"{INBOX}.messages[0].attachments[0]: an attachment has one of text, base64 and load; "
            "found 0"
        ),
    ),
    "an attachment of two contents": (
        box("messages: [{attachments: [{text: a, base64: AAEC}]}]"),
        (
            f"{INBOX}.messages[0].attachments[0]: an attachment has one of text, base64 and load; "
            "found 2"
        ),
    ),
    "an attachment of another type": (
        box("messages: [{attachments: [{text: a, type: text}]}]"),
        f"{INBOX}.messages[0].attachments[0]: 'text' is not a type and a subtype, as in text/plain",
    ),
    "an attachment that is no base64": (
        box("messages: [{attachments: [{base64: '%'}]}]"),
        f"{INBOX}.messages[0].attachments[0].base64: expected base64 or nothing, found '%'",
    ),
    "an attachment that is not there": (
        box("messages: [{attachments: [{load: a.em}]}]"),
        (
            f"{INBOX}.messages[0].attachments[0].load: {{}}/a.em can't be read: No such file or "
            "directory; did you mean a.eml?"
        ),
    ),
    "an unknown charset": (
        box("messages: [{text: ö, charset: latin-17}]"),
        f"{INBOX}.messages[0]: can't be a message: there is no charset 'latin-17'",
    ),
    "a text that its charset hasn't": (
        box("messages: [{text: 漢, charset: iso-8859-1}]"),
        f"{INBOX}.messages[0]: can't be a message: '漢' can't be encoded in iso-8859-1",
    ),
    "a field that can't be": (
        box("messages: [{headers: {'a b': c}}]"),
        f"{INBOX}.messages[0]: can't be a message: 'a b' can't be a field's name",
    ),
    "a field that is a number": (
        box("messages: [{headers: {X-Shop: 7}}]"),
        (
            f"{INBOX}.messages[0].headers.X-Shop: expected text or a list or nothing, found 7: "
            "quote it"
        ),
    ),
    "a flag that is nearly one": (
        box("messages: [{flags: [\\Sean]}]"),
        (
            f"{INBOX}.messages[0].flags[0]: '\\\\Sean' is no system flag; there are \\Answered "
            "\\Flagged \\Deleted \\Seen \\Draft; did you mean \\Seen?"
        ),
    ),
    "a count that is none": (
        box("fake: {count: -1}"),
        f"{INBOX}.fake.count: expected a whole number of at least 0, found -1",
    ),
    "no count": (box("fake: {}"), f"{INBOX}.fake: the key 'count' is missing"),
    "more than certain": (
        box("fake: {count: 1, threads: 1.5}"),
        f"{INBOX}.fake.threads: expected a number from 0 to 1, found 1.5",
    ),
    "no such locale": (
        box("fake: {count: 1, locale: de_DD}"),
        f"{INBOX}.fake: Faker has no locale 'de_DD'; did you mean ",
    ),
    "a misspelt locale key": (
        box("fake: {count: 1, local: de_DE}"),
        f"{INBOX}.fake: unknown key 'local'; did you mean locale?",
    ),
    "no locales": (
        box("fake: {count: 1, locale: []}"),
        f"{INBOX}.fake.locale: expected text or a list that is not empty, found an empty list",
    ),
    "a flag that can't be made up": (
        box("fake: {count: 1, flags: {\\Odd: 1}}"),
        f"{INBOX}.fake: '\\\\Odd' is no system flag",
    ),
    "a share with nearly somebody": (
        HEAD + "    mailboxes: {A: {share: {bem: read}}}\n  ben:\n",
        "f.yaml:5: users.anna.mailboxes.A.share: there is no user 'bem'; did you mean ben?",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from mockmail.corpus import maildir

    files.save(tmp_path / "inbox.mbox", "mbox", ITEMS)
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.eml").write_bytes(b"Subject: a\n\n")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"From a\n\n" * 9)[:-12])
    maildir.save(tmp_path / "maildir", {"A": ITEMS})
    maildir.save(tmp_path / "odd", {})
    (tmp_path / "odd" / ".a*" / "cur").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(("text", "expected"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_mistake_is_named_with_its_place(text: str, expected: str, folder: Path) -> None:
    assert problem(text, folder).startswith(expected.replace("{}", str(folder)))


def test_made_up_mail_without_faker(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "faker", None)
    assert problem(box("fake: {count: 1}, subscribed: true")) == (
        f"{INBOX}.fake: made-up mail needs Faker: install mockmail[faker]"
    )
