"""What lands on a user's machine: the wheel, an editable install, a bare checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

import mockmail

ROOT = Path(__file__).parents[1]
PACKAGES = ("mockmail", "pytest_mockmail")
IGNORED = ("__pycache__", ".egg-info")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from what git knows, so that no left-over file slips in."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(out), str(source)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()[-2000:]
    (built,) = out.iterdir()
    return built


def test_the_wheel_holds_all_of_it_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    expected = {
        f"{package}/{path.relative_to(ROOT / folder)}"
        for package, folder in (
            ("mockmail", "mockmail"),
            ("mockmail/fixtures", "fixtures"),
            ("pytest_mockmail", "plugin"),
        )
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not any(part in str(path) for part in IGNORED)
    }
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert {"mockmail/py.typed", "pytest_mockmail/py.typed"} <= names


def test_the_wheel_works_on_its_own(wheel: Path, tmp_path: Path) -> None:
    python = _environment(tmp_path, str(wheel))
    done = subprocess.run(
        [python, "-m", "mockmail", "demo"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"EXPUNGEISSUED" in done.stdout


def test_an_editable_install_works(tmp_path: Path) -> None:
    python = _environment(tmp_path, "-e", str(ROOT))
    code = "import mockmail.scenario.files as f, pytest_mockmail; print(list(f.shipped()))"
    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


def test_a_checkout_works_without_an_install(tmp_path: Path) -> None:
    # -S leaves out site-packages, and with it any installed mockmail; the
    # libraries it needs are named by hand.
    libraries = {str(Path(str(distribution(name).locate_file("")))) for name in ("trio", "pyyaml")}
    # .pth files of an installed mockmail are not read from PYTHONPATH.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), *sorted(libraries)))}
    done = subprocess.run(
        [sys.executable, "-S", "-m", "mockmail", "demo"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def _environment(tmp_path: Path, *what: str) -> str:
    """A new environment with mockmail as a user would install it."""
    place = tmp_path / "venv"
    venv.create(place, with_pip=True)
    python = str(place / "bin" / "python")
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", *what, "pytest"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return python


def test_public_names_are_all_there_and_documented() -> None:
    assert sorted(mockmail.__all__) == mockmail.__all__
    for name in mockmail.__all__:
        value = getattr(mockmail, name)
        assert value.__doc__, f"{name} has no docstring"
    assert "Server" in dir(mockmail)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = mockmail.nonsense
