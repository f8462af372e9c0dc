"""What a failing test's report shows of its servers."""

import re
from pathlib import Path

import pytest

from pytest_mockmail.servers import of

LINES = 80
"""Lines of a conversation that a report shows: the last ones."""


def add_conversations(item: pytest.Item, report: pytest.TestReport) -> None:
    """The conversations of the test's servers, and files of them if they were asked for."""
    servers = list(of(item))
    folder = item.config.getoption("mockmail_transcripts") or item.config.getini(
        "mockmail_transcripts"
    )
    for number, server in enumerate(servers, 1):
        title = "mailserver" if len(servers) == 1 else f"mailserver {number}"
        text = server.transcript.table(last=LINES)
        if folder:
            path = _file(item.config.rootpath / folder, item.nodeid, report.when, number)
            path.write_text(f"{server.transcript.table(width=None)}\n", encoding="utf-8")
            text += f"\nall of it is in {path}"
        report.sections.append((f"{title}: what was said", text))


def _file(folder: Path, nodeid: str, when: str, number: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', nodeid)}-{when}-{number}.txt"
