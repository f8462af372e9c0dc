"""Law 8: everything twice, in processes with different hash seeds, equal to the byte."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent

SCENARIOS = {
    "dialogues": "play_all()",
    "faults": "play_faults()",
}


def run(code: str, hash_seed: str) -> bytes:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"), str(HERE))),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("call", SCENARIOS.values(), ids=SCENARIOS.keys())
def test_scenario_twice(call: str) -> None:
    code = f"from everything import *; {call}"
    first = run(code, "1")
    assert len(first) > 1000
    assert first == run(code, "4242")


def test_demo_twice() -> None:
    code = "from mockmail.cli import main; main(['demo'])"
    first = run(code, "1")
    assert b"EXPUNGEISSUED" in first
    assert first == run(code, "4242")
