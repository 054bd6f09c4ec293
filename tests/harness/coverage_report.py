"""Line coverage from inside the Workers: a report of its own, because it knows no branches."""

from __future__ import annotations

from pathlib import Path

from coverage import CoverageData

ROOT = Path(__file__).resolve().parents[2]
DATA_FILE = ROOT / "build" / ".coverage.workers"


def source_of(module: str) -> Path | None:
    """Return the file that a module of the Worker came from."""
    places = (ROOT / "src" / module, ROOT / module, ROOT / "workers" / module)
    return next((place for place in places if place.is_file()), None)


def write_report(lines: dict[str, set[int]]) -> None:
    """Write the data file that `coverage report --data-file` reads."""
    DATA_FILE.parent.mkdir(exist_ok=True)
    data = CoverageData(basename=str(DATA_FILE))
    data.erase()
    found = {source_of(module): numbers for module, numbers in lines.items()}
    data.add_lines({str(path): numbers for path, numbers in found.items() if path})
    data.write()
    data.close()
