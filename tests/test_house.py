"""Rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = [*(ROOT / "mockmail").rglob("*.py"), *(ROOT / "plugin").rglob("*.py")]
# Names of providers stand in data with a date, never in code; the one that is let through
# is a file's in the format Maildir.
PROVIDERS = re.compile(
    r"(?i)\b(dovecot(?!-keywords)|gmail|outlook|ms exchange|office ?365|yahoo|icloud|fastmail|gmx)\b"
)
TOP_LEVEL = {
    *("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"),
    *("mockmail", "plugin", "fixtures", "tests"),
}


def source_ids() -> list[str]:
    return [str(path.relative_to(ROOT)) for path in SOURCES]


@pytest.mark.parametrize("path", SOURCES, ids=source_ids())
def test_a_module_says_what_it_holds_and_is_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring, "no docstring"
    lines = text.count("\n")
    assert lines <= 500 or "long" in docstring.split("\n\n")[0], f"{lines} lines without a reason"


@pytest.mark.parametrize("path", SOURCES, ids=source_ids())
def test_no_provider_is_named_in_code(path: Path) -> None:
    assert not PROVIDERS.search(path.read_text(encoding="utf-8"))


def test_nothing_else_at_the_top(pytestconfig: pytest.Config) -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=True)
    tops = {name.split("/")[0] for name in listed.stdout.decode().splitlines()}
    assert {top for top in tops if not top.startswith(".")} <= TOP_LEVEL
