"""``mockmail check``."""

from pathlib import Path

import pytest

from mockmail.cli import main


def test_what_is_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "demo", "empty", "folders"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "demo: ok (2 users, 3 mailboxes, 3 messages, 1 rule)",
        "empty: ok (1 user, 1 mailbox, 0 messages, 0 rules)",
        "folders: ok (2 users, 33 mailboxes, 23 messages, 0 rules)",
    ]


def test_mistakes_are_told_and_the_others_are_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("mockmail: 1\nuser: {}\n")
    assert main(["check", str(path), "empty", "dem"]) == 1
    out, err = capsys.readouterr()
    assert out == "empty: ok (1 user, 1 mailbox, 0 messages, 0 rules)\n"
    first, second = err.splitlines()
    assert first == f"{path}:2: unknown key 'user'; did you mean users?"
    assert second.startswith("dem: no shipped scenario of that name; there are ")
    assert second.endswith("; did you mean demo?")
