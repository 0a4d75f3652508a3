"""Packed text: known by its first bytes, unpacked within a limit, and gone when it was read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from typing import TYPE_CHECKING

import pytest

from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.orders.packing import TextFile, copy_within, files_below, members_of, packed_as

if TYPE_CHECKING:
    from pathlib import Path

MB = 1 << 20


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "kind"),
    [(gzip.compress(b"a"), "gz"), (bz2.compress(b"a"), "bz2"), (lzma.compress(b"a"), "xz"), (b"PK\x03\x04", "zip"),
     (b"\x28\xb5\x2f\xfd", "zst"), (b"a,b\n", None), (b"", None), (b"xPK\x03\x04", None)],
)  # fmt: skip
def test_how_a_file_is_packed(tmp_path: Path, content: bytes, kind: str | None):
    assert packed_as(write(tmp_path / "a", content)) == kind


def test_folders_and_what_is_hidden_are_no_tables(tmp_path: Path):
    names = ["b.csv", "sub/a.csv", "sub/.hidden", ".git/c.csv", "_SUCCESS"]
    for name in names:
        write(tmp_path / "given" / name, b"x")
    (tmp_path / "given" / "lost.csv").symlink_to("nowhere")
    found = dict(files_below(tmp_path / "given"))
    assert found == {name: tmp_path / "given" / name for name in ("b.csv", "sub/a.csv")}
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.mkdir("sub")
        for name in names:
            archive.writestr(name, "x")
    assert members_of(tmp_path / "a.zip") == ["b.csv", "sub/a.csv"]
    with pytest.raises(OrdersError, match=r"b\.zip cannot be unpacked"):
        members_of(write(tmp_path / "b.zip", b"PK\x03\x04"))


def test_a_packed_file_is_at_hand_for_as_long_as_it_is_read(tmp_path: Path):
    packed = TextFile("a.gz", write(tmp_path / "a.gz", gzip.compress(b"a,b\n")), "gz", folder=tmp_path / "copies")
    (tmp_path / "copies").mkdir()
    with packed.at_hand() as path:
        assert path.parent == tmp_path / "copies"
        assert path.read_bytes() == b"a,b\n"
    assert list((tmp_path / "copies").iterdir()) == []
    plain = TextFile("a.csv", write(tmp_path / "a.csv", b"a,b\n"))
    with plain.at_hand() as path:
        assert path == tmp_path / "a.csv"
    assert path.exists()
    damaged = TextFile("b.gz", write(tmp_path / "b.gz", gzip.compress(b"a,b\n")[:12]), "gz", folder=tmp_path / "copies")
    with pytest.raises(OrdersError, match=r"b\.gz cannot be unpacked"), damaged.at_hand():
        pass
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_file_that_changes_or_goes_is_told(tmp_path: Path):
    file = TextFile("a.csv", write(tmp_path / "a.csv", b"a,b\n"))
    before = file.stamp()
    assert before[0] == 4
    write(file.path, b"a,b,c\n")
    assert file.stamp() != before
    file.path.unlink()
    with pytest.raises(SourceNotFoundError, match=r"a\.csv is no longer where it was read"):
        file.stamp()


@pytest.mark.parametrize(("size", "limit", "said"), [(2 * MB, 2 * MB, ""), (2 * MB + 1, 2 * MB, "more than 2 MB"),
                                                     (2 * MB, None, "")])  # fmt: skip
def test_no_more_than_a_limit_is_unpacked(tmp_path: Path, size: int, limit: int | None, said: str):
    packed, copy = io.BytesIO(b"x" * size), tmp_path / "copy"
    if said:
        with pytest.raises(OrdersError, match=f"a.gz is {said} when it is unpacked"):
            copy_within(packed, copy, limit, "a.gz")
    else:
        copy_within(packed, copy, limit, "a.gz")
        assert copy.stat().st_size == size
