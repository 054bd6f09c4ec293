"""The lock files: complete, hashed, without a host; and how they are turned into what is installed."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools import vendor
from tools.lock import without_hosts

ROOT = Path(__file__).resolve().parents[3]
PYLOCK = """\
lock-version = "1.0"

[[packages]]
name = "idna"
version = "3.20"
wheels = [
    { url = "https://one.example/ab/idna-3.20-py3-none-any.whl", size = 7, hashes = { sha256 = "aa" } },
]

[[packages]]
name = "pydantic-core"
version = "2.50.4"
wheels = [
    { name = "x.whl", hashes = { sha256 = "bb" } },
    { name = "y.whl", hashes = { sha256 = "cc" } },
]
"""


def test_every_wheel_of_the_lock_becomes_a_hash() -> None:
    assert vendor.requirements(PYLOCK) == (
        "idna==3.20 --hash=sha256:aa\npydantic-core==2.50.4 --hash=sha256:bb --hash=sha256:cc\n"
    )


def test_wheels_are_named_by_file_instead_of_by_address() -> None:
    stripped = without_hosts(PYLOCK)
    assert stripped == PYLOCK.replace(
        'url = "https://one.example/ab/idna-3.20-py3-none-any.whl"', 'name = "idna-3.20-py3-none-any.whl"'
    )
    assert without_hosts(stripped) == stripped


@pytest.mark.parametrize("name", ["pylock.toml", "requirements.txt", "requirements-dev.txt"])
def test_locks_name_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


def test_the_workers_lock_holds_what_the_project_asks_for_with_a_hash_for_each_wheel() -> None:
    packages = tomllib.loads((ROOT / "pylock.toml").read_text())["packages"]
    locked = {f"{package['name']}=={package['version']}" for package in packages}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert set(wanted) <= locked
    for package in packages:
        assert package["wheels"], package["name"]
        for wheel in package["wheels"]:
            assert re.fullmatch(r"[0-9a-f]{64}", wheel["hashes"]["sha256"]), package["name"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_each_requirement_has_a_hash(name: str) -> None:
    entries = (ROOT / name).read_text().replace("\\\n", "").splitlines()
    pinned = [line for line in entries if "==" in line]
    assert pinned
    assert all("--hash=sha256:" in line for line in pinned)


def test_the_library_runs_the_same_versions_in_process_and_in_a_worker() -> None:
    packages = tomllib.loads((ROOT / "pylock.toml").read_text())["packages"]
    in_worker = {package["name"]: package["version"] for package in packages}
    text = (ROOT / "requirements.txt").read_text()
    in_process = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, re.MULTILINE))
    shared = in_worker.keys() & in_process.keys()
    assert shared
    assert {name: in_worker[name] for name in shared} == {name: in_process[name] for name in shared}


@dataclass(frozen=True)
class Vendoring:
    """A place to install to, and one wheel, which is all that pip can find."""

    folder: Path
    wheel: Path

    def lock(self, sha256: str) -> None:
        wheel = f'{{ name = "{self.wheel.name}", hashes = {{ sha256 = "{sha256}" }} }}'
        text = f'[[packages]]\nname = "till"\nversion = "1.0"\nwheels = [{wheel}]\n'
        (self.folder / "pylock.toml").write_text(text)

    def installed(self) -> bool:
        return (self.folder / "python_modules" / "till.py").exists()


@pytest.fixture
def vendoring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vendoring:
    wheel = tmp_path / "wheels" / "till-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    about = "till-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("till.py", "")
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: till\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(
            f"{about}/RECORD", f"till.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n"
        )
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    monkeypatch.setattr(vendor, "LOCK", tmp_path / "pylock.toml")
    monkeypatch.setattr(vendor, "TARGET", tmp_path / "python_modules")
    monkeypatch.setattr(vendor, "STAMP", tmp_path / "python_modules" / ".lock-sha256")
    return Vendoring(tmp_path, wheel)


def test_a_wheel_is_installed_once_for_each_lock(vendoring: Vendoring) -> None:
    vendoring.lock(hashlib.sha256(vendoring.wheel.read_bytes()).hexdigest())
    vendor.main()
    assert vendoring.installed()
    vendoring.wheel.unlink()
    vendor.main()
    assert vendoring.installed()


def test_a_wheel_with_another_hash_is_neither_installed_nor_remembered(vendoring: Vendoring) -> None:
    vendoring.lock("0" * 64)
    for _ in range(2):
        with pytest.raises(subprocess.CalledProcessError):
            vendor.main()
        assert not vendoring.installed()


def test_packages_of_an_older_lock_are_gone(vendoring: Vendoring) -> None:
    old = vendoring.folder / "python_modules" / "old.py"
    old.parent.mkdir()
    old.write_text("")
    (old.parent / ".lock-sha256").write_text("of another lock")
    vendoring.lock(hashlib.sha256(vendoring.wheel.read_bytes()).hexdigest())
    vendor.main()
    assert vendoring.installed()
    assert not old.exists()
