"""`tools/bundle.py` assembles exactly the modules of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools import bundle


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("src/cdn/a.py", "src/cdn/deep/b.py", "durable_objects/c.py", "extra/cases/d.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n")
    (tmp_path / "src" / "cdn" / "__pycache__").mkdir()
    (tmp_path / "src" / "cdn" / "__pycache__" / "a.py").write_text("")
    (tmp_path / "src" / "cdn" / "a.pyc").write_bytes(b"")
    (tmp_path / "src" / "cdn" / "notes.txt").write_text("")
    monkeypatch.setattr(bundle, "ROOT", tmp_path)
    return tmp_path


def held(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_packages_lie_at_the_root_and_objects_in_their_folder(project: Path) -> None:
    target = project / "out"
    assert bundle.assemble(target, []) == 3
    assert held(target) == {
        "cdn",
        "cdn/a.py",
        "cdn/deep",
        "cdn/deep/b.py",
        "durable_objects",
        "durable_objects/c.py",
    }
    assert (target / "cdn" / "a.py").read_text() == "# src/cdn/a.py\n"


def test_a_further_folder_keeps_its_path(project: Path) -> None:
    assert bundle.assemble(project / "out", ["extra/cases"]) == 4
    assert (project / "out" / "extra" / "cases" / "d.py").exists()


def test_an_unchanged_file_keeps_its_time_and_a_changed_one_is_copied(project: Path) -> None:
    target = project / "out"
    bundle.assemble(target, [])
    before = {name: (target / name).stat().st_mtime_ns for name in ("cdn/a.py", "cdn/deep/b.py")}
    (project / "src" / "cdn" / "a.py").write_text("# another text\n")
    bundle.assemble(target, [])
    assert (target / "cdn" / "a.py").read_text() == "# another text\n"
    assert (target / "cdn" / "deep" / "b.py").stat().st_mtime_ns == before["cdn/deep/b.py"]


def test_a_removed_file_goes_with_its_empty_folders(project: Path) -> None:
    target = project / "out"
    bundle.assemble(target, [])
    (project / "src" / "cdn" / "deep" / "b.py").unlink()
    (target / "left" / "over").mkdir(parents=True)
    (target / "left" / "over" / "from_before.py").write_text("")
    assert bundle.assemble(target, []) == 2
    assert held(target) == {"cdn", "cdn/a.py", "durable_objects", "durable_objects/c.py"}


def test_the_command_makes_the_folder_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "bundle.py").write_text(Path(bundle.__file__).read_text())
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "one.py").write_text("")
    command = [sys.executable, "tools/bundle.py", "--target", "build/here"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == "bundle: 1 modules in build/here\n"
    assert held(tmp_path / "build" / "here") == {"one.py"}
