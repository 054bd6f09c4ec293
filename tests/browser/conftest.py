"""One engine, one Chromium and one other site for the whole lane."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.devtools import PROGRAM, DevTools
from tests.browser.media import TITLE, draw, published
from tests.browser.other_site import OtherSite
from tests.browser.tab import Tab
from tests.edge.assets import add_variant, in_kv
from tests.harness.local_edge import PRODUCT_CONFIGS, LocalEdge


@pytest.fixture(scope="session")
def devtools() -> Iterator[DevTools]:
    if shutil.which(PROGRAM) is None:
        pytest.skip(f"there is no {PROGRAM} on the path")
    with tempfile.TemporaryDirectory(prefix="gif-distributor-browser-") as profile:
        started = DevTools(Path(profile))
        yield started
        started.close()


@pytest.fixture(scope="session")
def product(devtools: DevTools) -> Iterator[LocalEdge]:
    """Edge, objects and api under one address, which is the one that pages name."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    engine = LocalEdge(configs=PRODUCT_CONFIGS[:3], port=port, vars={"PUBLIC_BASE_URL": origin})
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def other_site() -> Iterator[OtherSite]:
    with OtherSite() as site:
        yield site


@pytest.fixture
def tab(devtools: DevTools) -> Iterator[Tab]:
    opened = Tab(devtools)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def gif(product: LocalEdge, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An asset that has no other format."""
    content = draw(tmp_path_factory.mktemp("gif"), "gif")
    return published(product, content, "gif", title=TITLE)


@pytest.fixture(scope="session")
def film(product: LocalEdge, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A GIF that has its MP4."""
    folder = tmp_path_factory.mktemp("film")
    asset_id = published(product, draw(folder, "gif"), "gif", title=TITLE)
    add_variant(product, asset_id, "mp4", draw(folder, "mp4"))
    in_kv(product, asset_id)
    return asset_id
