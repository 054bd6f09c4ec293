from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3] / "src"
PROBE = """
import sys
sys.path.insert(0, sys.argv[1])
import cdn
print(" ".join(sorted(sys.modules)))
"""


def test_importing_the_package_stays_light():
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROBE, str(SOURCE)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "cdn.signed_url" in loaded
    heavy = {
        "pydantic",
        "httpx",
        "fastapi",
        "urllib.parse",
        "email",
        "asyncio",
        "random",
        "secrets",
        "socket",
    }
    assert loaded & (heavy | {"sqlite3", "ssl", "threading", "json", "pathlib"}) <= set()
