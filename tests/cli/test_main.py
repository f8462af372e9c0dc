"""The command line as a whole: help, exit codes, and how quickly it starts."""

import os
import signal
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

from mockmail.cli import COMMANDS, EXIT_CODES, main
from mockmail.scenario.load import load

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What is said of a wrong call."""
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    return capsys.readouterr().err


def test_help_of_everything(capsys: pytest.CaptureFixture[str]) -> None:
    calls = [[], *([name] for name in COMMANDS), *(["seed", each] for each in ("make", "convert"))]
    for call in [*calls, ["seed", "inspect"]]:
        with pytest.raises(SystemExit) as left:
            main([*call, "--help"])
        assert left.value.code == 0
        assert EXIT_CODES in capsys.readouterr().out.replace("\n", " ")


def test_wrong_calls(capsys: pytest.CaptureFixture[str]) -> None:
    assert "COMMAND" in refusal(capsys)
    assert "found 'serv'; did you mean serve" in refusal(capsys, "serv")
    assert "required: FILE" in refusal(capsys, "check")
    assert "unrecognized arguments: --colour" in refusal(capsys, "check", "demo", "--colour")
    assert "required: WHAT" in refusal(capsys, "seed")
    assert "required: FROM, TO" in refusal(capsys, "seed", "convert")


def test_which_version_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mockmail {version('mockmail')}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_while_a_command_is_imported(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mockmail.cli.import_module", interrupted)
    assert main([command]) == 130
    assert capsys.readouterr() == ("", "")


class Interrupted:
    """What Python finds to call back when it is gone, as Ctrl-C comes."""

    def __del__(self) -> None:
        raise KeyboardInterrupt


@pytest.mark.parametrize("command", ["serve", "check"])
def test_ctrl_c_that_python_loses(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lose(name: str) -> ModuleType:
        Interrupted()
        return import_module(name)

    hook = sys.unraisablehook
    monkeypatch.setattr("mockmail.cli.import_module", lose)
    assert main([command, "demo"]) == 130
    assert capsys.readouterr() == ("", "")
    assert sys.unraisablehook is hook


def test_ctrl_c_that_python_loses_later(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mockmail.cli.check.load", lambda _: Interrupted() and load("empty"))
    assert main(["check", "demo"]) == 130
    assert capsys.readouterr().err == ""


def test_ctrl_c_in_the_middle(tmp_path: Path) -> None:
    """A pipe that nobody writes to keeps the command waiting."""
    pipe = tmp_path / "f.yaml"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "mockmail", "check", str(pipe)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with pipe.open("wb"):  # opened as soon as it is read
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_nothing_heavy_is_imported_for_help() -> None:
    program = (
        "import sys\n"
        "from mockmail.cli import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "except SystemExit:\n"
        "    pass\n"
        "heavy = {'trio', 'yaml', 'msgspec', 'faker', 'asyncio', 'email'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_a_reader_who_leaves_is_no_trouble() -> None:
    command = f"{sys.executable} -m mockmail schema | head -c 10"
    done = subprocess.run(command, shell=True, capture_output=True)
    assert (done.returncode, len(done.stdout), done.stderr) == (0, 10, b"")


def test_the_readme_tells_of_each_command() -> None:
    section = README.partition("\n## Command line")[2].partition("\n## ")[0]
    for name in COMMANDS:
        assert f"mockmail {name}" in section
