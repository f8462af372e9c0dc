"""The README's code runs, and its tables are true."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import mockmail
from mockmail.cli import main
from pytests import INI, QUICK

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)
TESTS = [code for language, code in BLOCKS if language == "python" and "def test_" in code]
SCRIPTS = [code for language, code in BLOCKS if language == "python" and "def test_" not in code]


def test_its_tests_pass(pytester: pytest.Pytester) -> None:
    for number, code in enumerate(TESTS):
        (pytester.path / f"test_{number}.py").write_text(code, encoding="utf-8")
    for number, (_, scenario) in enumerate(pair for pair in BLOCKS if pair[0] == "yaml"):
        (pytester.path / f"scenario{number or ''}.yaml").write_text(scenario, encoding="utf-8")
    pytester.makeini(INI)
    result = pytester.runpytest_subprocess(*QUICK, "-W", "error")
    result.assert_outcomes(passed=sum(code.count("def test_") for code in TESTS))


@pytest.mark.parametrize("code", SCRIPTS)
def test_its_scripts_run(code: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_it_lists_every_public_name() -> None:
    section = README.partition("## Public names")[2].partition("\n## ")[0]
    first = re.findall(r"^\| (.*?) \|", section, flags=re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(first))) == set(mockmail.__all__)


@pytest.mark.parametrize("protocol", ["imap", "pop3", "smtp"])
def test_its_table_of_capabilities_is_the_catalogue(
    capsys: pytest.CaptureFixture[str], protocol: str
) -> None:
    main(["capabilities", protocol, "--markdown"])
    assert capsys.readouterr().out in README


def test_its_table_of_requests_is_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    main(["openapi", "--markdown"])
    assert capsys.readouterr().out in README


def test_it_names_every_setting_of_pop3() -> None:
    section = README.partition("### Extensions of POP3")[2].partition("\n### ")[0]
    names = {setting.name for setting in fields(mockmail.Pop3Settings)}
    assert names <= set(re.findall(r"`(\w+)`", section)) | {"capabilities"}


def test_it_names_every_setting_of_accounts() -> None:
    section = README.partition("## Users as they are")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    assert {setting.name for setting in fields(mockmail.AccountSettings)} <= set(rows)


def test_it_names_every_setting_of_smtp() -> None:
    section = README.partition("### Extensions of SMTP")[2].partition("\n## ")[0]
    names = {setting.name for setting in fields(mockmail.SmtpSettings)}
    assert names <= set(re.findall(r"`(\w+)`", section)) | {"capabilities"}


def test_it_names_every_setting_of_delivery() -> None:
    section = README.partition("## Sent mail")[2].partition("\n## ")[0]
    names = {setting.name for setting in fields(mockmail.DeliverySettings)}
    assert names <= set(re.findall(r"`(\w+)`", section))


def test_it_has_the_two_commands() -> None:
    section = README.partition("## Two commands")[2].partition("\n## ")[0]
    commands = re.findall(r"^python3 -m venv .*$", section, flags=re.MULTILINE)
    assert [command.rpartition("/")[2] for command in commands] == [
        "mockmail demo",
        "pytest -n auto",
    ]
