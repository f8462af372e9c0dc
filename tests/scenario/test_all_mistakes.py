"""All mistakes of a file are told at once, each with its line and place."""

from pathlib import Path

import pytest

import mockmail
from mockmail.cli import main
from mockmail.scenario.errors import ScenarioError
from mockmail.scenario.load import parse

BAD = r"""mockmail: 1
epoch: 1969-01-01T00:00:00Z
seeds: 7
domains: [exämple.org, b.example]
users:
  anna:
    pasword: x
    load: nowhere.mbox
    mailboxes:
      INBOX:
        - subject: 5
        - {flags: [\Sene, $ok, "a b"], text: 5}
        - {flags: [\Sene]}
        - {raw: x, text: y}
        - attachments: [{text: 5}]
      Sent: {share: {benn: read}, messages: [5, {load: no.eml}]}
      "": []
  ben: {quota: -1, load: [no.mbox, {path: 5}]}
shared:
  Elsewhere: []
capabilities: +MOV
imap: {line: -5, lines: 3}
rules:
  - when: {point: comitted}
    do: {cut: {how: rst}}
  - {when: {point: received}, do: {drop: }}
  - {when: {point: data, protocol: imp}, do: {cut: {}}, name: a}
  - {when: {point: data}, do: {cut: {}}, name: b}
  - {when: {point: data}, do: {cut: {}}, name: b}
  - {when: {point: received, response: {uid: 1}}, do: {cut: {}}}
  - {when: {point: data, response: {uid: 0}}, do: {delay: {seconds: -1}}}
  - {when: {point: data}, do: {cut: {}, drop: {}}}
  - 5
"""
TOLD = [
    (2, "epoch: 1969-01-01T00:00:00+00:00 gives no UIDVALIDITY"),
    (3, "unknown key 'seeds'; did you mean seed or users?"),
    (4, "domains[0]: 'exämple.org' is no domain"),
    (7, "users.anna: unknown key 'pasword'; did you mean password?"),
    (8, "users.anna.load: nowhere.mbox can't be read"),
    (11, "users.anna.mailboxes.INBOX[0].subject: expected text, found 5: quote it"),
    (12, "users.anna.mailboxes.INBOX[1].text: expected text, found 5: quote it"),
    (12, "users.anna.mailboxes.INBOX[1].flags[0]: '\\\\Sene' is no system flag"),
    (13, "users.anna.mailboxes.INBOX[2].flags[0]: '\\\\Sene' is no system flag"),
    (14, "users.anna.mailboxes.INBOX[3]: a message is raw, or loaded, or made from parts"),
    (15, "users.anna.mailboxes.INBOX[4].attachments[0].text: expected text or nothing, found 5"),
    (16, "users.anna.mailboxes.Sent.messages[0]: expected a mapping, found 5"),
    (16, "users.anna.mailboxes.Sent.messages[1].load: no.eml can't be read"),
    (16, "users.anna.mailboxes.Sent.share: "),
    (17, "users.anna.mailboxes.: "),
    (18, "users.ben.quota: expected a whole number of at least 0 or nothing, found -1"),
    (18, "users.ben.load[1].path: expected text, found 5: quote it"),
    (20, "shared.Elsewhere: "),
    (21, "capabilities: "),
    (22, "imap: unknown key 'lines'; did you mean line?"),
    (22, "imap.line: "),
    (24, "rules[0].when.point: expected one of connect"),
    (25, "rules[0].do.cut.how: expected one of fin, reset, found 'rst'; did you mean reset?"),
    (26, "rules[1].do: there is no response to drop at received"),
    (27, "rules[2].when.protocol: expected one of imap, pop3, smtp, submission, lmtp, found 'imp'"),
    (29, "rules[4].name: there is a rule 'b' already"),
    (30, "rules[5].when.response: there is none at received"),
    (31, "rules[6].when.response.uid: expected 1 or more, found 0"),
    (32, "rules[7].do: expected one effect of "),
    (33, "rules[8]: expected a mapping, found 5"),
]


def test_all_of_a_file() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse("f.yaml", BAD, Path("/nowhere-at-all"))
    error = caught.value
    told = [(each.line, f"{each.path}: {each.problem}".removeprefix(": ")) for each in error]
    told = [(line, text.replace("/nowhere-at-all/", "")) for line, text in told]
    for found, (line, text) in zip(told, TOLD, strict=False):
        assert found[0] == line, found
        assert found[1].startswith(text), found
    assert len(told) == len(TOLD)
    lines = str(error).splitlines()
    assert len(lines) == len(TOLD)
    assert all(line.startswith("f.yaml:") for line in lines)
    assert (error.line, len(error.others)) == (2, len(TOLD) - 1)


def test_all_keys_that_stand_twice_or_are_no_text() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse("f.yaml", "mockmail: 1\nseed: 1\nseed: 2\nusers: {a: {1: x, quota: 1, quota: 2}}\n")
    assert [(each.line, each.path) for each in caught.value] == [
        (3, ""),
        (4, "users.a"),
        (4, "users.a"),
    ]


def test_what_only_comes_of_another_mistake_is_not_told() -> None:
    text = (
        "mockmail: 1\nusers:\n  anna:\n    mailboxes:\n"
        "      INBOX: [{attachments: [{text: 5}]}, {share: x}]\n"
        "      A: {share: {ben: read}}\n  ben: 5\n"
    )
    with pytest.raises(ScenarioError) as caught:
        parse("f.yaml", text)
    assert [each.path for each in caught.value] == [
        "users.anna.mailboxes.INBOX[0].attachments[0].text",
        "users.anna.mailboxes.INBOX[1]",
        "users.ben",
    ]


@pytest.mark.parametrize("text", ["5", "[]", "mockmail: 2", "mockmail: 1\nrules: 5", "x: 1", "~"])
def test_little_is_left(text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse("f.yaml", text)
    assert [*caught.value]


def test_check_names_them_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("mockmail: 1\nuser: {}\nrules: [{when: {point: data}}]\n")
    assert main(["check", str(path)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{path}:2: unknown key 'user'; did you mean users?",
        f"{path}:3: rules[0]: the key 'do' is missing",
    ]


def test_a_server_that_shall_start_names_them_all(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("mockmail: 1\nuser: {}\nseed: x\n")
    with pytest.raises(ScenarioError) as caught, mockmail.start_server(path):
        pass
    assert str(caught.value).splitlines() == [
        f"{path}:2: unknown key 'user'; did you mean users?",
        f"{path}:3: seed: expected a whole number, found 'x'",
    ]
