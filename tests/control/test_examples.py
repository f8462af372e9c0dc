"""The README's examples for other languages, run as they stand there."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from conftest import NODE_MODULES
from web import PATIENCE, Api

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
CHAPTER = README.partition("## Other languages")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", CHAPTER, flags=re.DOTALL)
SERVE, CURL = (code for language, code in BLOCKS if language == "sh")
(NODE,) = (code for language, code in BLOCKS if language == "js")
(ACTIONS,) = (code for language, code in BLOCKS if language == "yaml")
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "NO_PROXY": "*",
}


def settings(folder: Path) -> dict[str, str]:
    """What the server has written into its file of settings."""
    lines = (folder / "mail.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the server's files are; it has been started as the README says."""
    command = ["bash", "-c", f"exec {SERVE.strip()} --ready-file mail.json"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        # It says so once the files are written.
        assert any(line.startswith(b"serving empty") for line in process.stdout)
        yield tmp_path
        process.terminate()
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**ENVIRONMENT, **settings(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.program("curl")
def test_curl(folder: Path) -> None:
    (folder / "example.sh").write_text(f"set -e\n{CURL}")
    said = run(folder, "sh", "example.sh")
    assert "\r\n\r\nAt noon?" in said.replace("\r", "").replace("\n", "\r\n")
    assert '"flags":["\\\\Seen"]' in said


@pytest.mark.program("node")
@pytest.mark.npm("imapflow")
def test_node(folder: Path) -> None:
    (folder / "node_modules").symlink_to(NODE_MODULES)
    (folder / "example.mjs").write_text(NODE)
    assert run(folder, "node", "example.mjs") == ""


def test_github_actions(tmp_path: Path) -> None:
    (job,) = yaml.safe_load(ACTIONS)["jobs"].values()
    install, *steps, test = [step["run"] for step in job["steps"] if "run" in step]
    assert install in README.partition("## Other languages")[2]
    assert steps[0].startswith(SERVE.strip())
    assert test == "npm ci && npm test"
    environment = {**ENVIRONMENT, "GITHUB_ENV": str(tmp_path / "github.env")}
    server = None
    try:
        for step in steps:
            process = subprocess.Popen(
                ["bash", "-e", "-c", step],
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            server = server or process
            assert process.wait(PATIENCE) == 0
        told = dict(line.split("=", 1) for line in (tmp_path / "github.env").read_text().split())
        assert told == settings(tmp_path)
        host, _, port = told["MOCKMAIL_CONTROL_URL"].removeprefix("http://").rpartition(":")
        api = Api(host, int(port), told["MOCKMAIL_CONTROL_TOKEN"])
        assert [each["login"] for each in api.get("/users").data["users"]] == ["user"]
    finally:
        if server is not None:
            os.killpg(server.pid, signal.SIGTERM)
