"""Files that runs hand over: in a folder, and in a store that speaks S3."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gofer.core.errors import Unavailable
from gofer.storage.artifacts import ArtifactStore, describe


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 stand-in with one bucket."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _make_bucket(address)
        yield address
    finally:
        server.terminate()
        server.wait()


def _make_bucket(address: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(urllib.request.Request(f"{address}/files", method="PUT"), timeout=5)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the S3 stand-in did not start")


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtifactStore:
    """Both kinds of store."""
    if request.param == "folder":
        return ArtifactStore(str(tmp_path / "artifacts"))
    options = {
        "endpoint": request.getfixturevalue("s3"),
        "region": "us-east-1",
        "access_key_id": "stand-in",
        "secret_access_key": "stand-in",
        "client_options": {"allow_http": True},
    }
    return ArtifactStore("s3://files", options)


async def test_what_is_put_comes_back(store: ArtifactStore) -> None:
    data = bytes(range(256)) * 50_000
    artifact = describe("a1", "r1", "../../etc/passwd", data, "application/octet-stream")
    await store.put(artifact, data)
    assert await store.read_whole(artifact) == data
    assert artifact.size == len(data)


async def test_a_missing_file_is_said_in_words(store: ArtifactStore) -> None:
    with pytest.raises(Unavailable, match=r"prices\.csv could not be read"):
        await store.read_whole(describe("gone", "r1", "prices.csv", b"", "text/csv"))


async def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    store = ArtifactStore(str(tmp_path / "artifacts"))
    (tmp_path / "artifacts").mkdir()
    (tmp_path / "artifacts" / "r1").write_text("a file where a folder should be")
    with pytest.raises(Unavailable):
        await store.put(describe("a1", "r1", "x", b"x", "text/plain"), b"x")
