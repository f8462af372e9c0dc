"""Folders to write into."""

from pathlib import Path

import pytest

from mockmail.corpus.folder import make


def test_new_and_empty_ones(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    make(folder)
    assert folder.is_dir()
    make(folder)
    make(tmp_path / "a" / "c")


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(FileExistsError, match=r"is not empty, there is file"):
        make(tmp_path)
    with pytest.raises(FileExistsError, match="is no folder"):
        make(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"x"
