"""The command line."""

import pytest

from mockmail.cli import main
from mockmail.cli.capabilities import imap_table, pop3_table
from mockmail.imap import catalog as imap
from mockmail.pop3 import catalog as pop3


@pytest.mark.parametrize(
    ("words", "names", "shown"),
    [
        ((), imap_table()[0], [extension.name for extension in imap.EXTENSIONS]),
        (("imap",), imap_table()[0], [extension.name for extension in imap.EXTENSIONS]),
        (("pop3",), pop3_table()[0], [extension.name for extension in pop3.EXTENSIONS]),
    ],
)
def test_capabilities(
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    names: tuple[str, ...],
    shown: list[str],
) -> None:
    assert main(["capabilities", *words]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert tuple(head.split()) == names
    assert [line.split()[0] for line in lines] == shown


def test_each_capability_has_a_module_of_its_own() -> None:
    _, base, *others = imap_table()
    assert base[-1] == "mockmail.imap.catalog"
    assert all(
        row[-1].startswith(
            ("mockmail.imap.ext.", "mockmail.imap.commands.", "mockmail.imap.fetch.")
        )
        for row in others
    )
    _, base, *others = pop3_table()
    assert base[-1] == "mockmail.pop3.catalog"
    assert all(row[-1].startswith("mockmail.pop3.ext.") for row in others)
