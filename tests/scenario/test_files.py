"""Where scenarios come from."""

import os
from pathlib import Path

import pytest

from mockmail.scenario.errors import ScenarioError
from mockmail.scenario.files import find, shipped
from mockmail.scenario.load import load

SEED = "mockmail: 1\nusers: {anna: {password: apple}}\n"


def refusal(scenario: str | os.PathLike[str]) -> str:
    with pytest.raises(ScenarioError) as caught:
        find(scenario)
    assert caught.value.line is None
    return str(caught.value)


def test_shipped_seeds_by_name() -> None:
    names = list(shipped())
    assert names == sorted(names)
    assert {"demo", "empty"} <= set(names)
    for name in names:
        source = find(name)
        assert source.file == f"{name}.yaml"
        assert source.text == shipped()[name].read_text(encoding="utf-8")


def test_a_file_by_path(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text(SEED, encoding="utf-8")
    assert find(path) == (str(path), SEED, tmp_path)
    assert find(str(path)) == (str(path), SEED, tmp_path)
    other = tmp_path / "without-suffix"
    other.write_text(SEED, encoding="utf-8")
    assert find(other) == (str(other), SEED, tmp_path)
    assert list(load(path).world().store.users) == ["anna"]


def test_a_file_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("demo").write_text(SEED, encoding="utf-8")
    Path("my.yml").write_text(SEED, encoding="utf-8")
    assert find("my.yml")[1] == SEED
    # A bare name is a shipped one; the file must be said to be one.
    assert find("demo")[1] != SEED
    assert find(Path("demo"))[1] == SEED
    assert find(os.path.join(".", "demo"))[1] == SEED  # noqa: PTH118  # Path drops the dot


def test_no_such_shipped_scenario() -> None:
    found = refusal("demmo")
    assert found.startswith("demmo: no shipped scenario of that name; there are ")
    for name in shipped():
        assert name in found


def test_no_such_file(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.yaml"
    assert refusal(path) == f"{path}: can't be read: No such file or directory"
    assert refusal("nowhere.yaml") == "nowhere.yaml: can't be read: No such file or directory"
    (tmp_path / "nowhere.yml").touch()
    assert refusal(path).endswith(": No such file or directory; did you mean nowhere.yml?")
    assert refusal(tmp_path) == f"{tmp_path}: can't be read: Is a directory"


def test_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("mockmail: 1  # für alle\n".encode("latin-1"))
    assert refusal(path).startswith(f"{path}: is not UTF-8: ")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_text(SEED, encoding="utf-8-sig")
    assert list(load(path).world().store.users) == ["anna"]
