"""The command line."""

import pytest

from mockmail.cli import main
from mockmail.cli.capabilities import HEADER, table
from mockmail.imap.catalog import EXTENSIONS


def test_capabilities(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capabilities"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert tuple(head.split()) == HEADER
    assert [line.split()[0] for line in lines] == [extension.name for extension in EXTENSIONS]


def test_each_capability_has_a_module_of_its_own() -> None:
    base, *others = table()
    assert base[-1] == "mockmail.imap.catalog"
    assert all(
        row[-1].startswith(
            ("mockmail.imap.ext.", "mockmail.imap.commands.", "mockmail.imap.fetch.")
        )
        for row in others
    )
