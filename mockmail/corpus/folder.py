"""Folders to write into: new ones, or empty ones."""

from pathlib import Path


def make(folder: Path) -> None:
    """Make the folder, with those above it; ``FileExistsError`` if something is there."""
    if folder.is_dir():
        for entry in folder.iterdir():
            raise FileExistsError(f"{folder} is not empty, there is {entry.name}: nothing written")
    elif folder.exists():
        raise FileExistsError(f"{folder} is no folder: nothing written")
    folder.mkdir(parents=True, exist_ok=True)
