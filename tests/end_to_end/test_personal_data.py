"""Nothing that says who somebody is may be in any file of a run, or on any page about it, however it is packed."""

from __future__ import annotations

import html
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet
from tests.end_to_end.conftest import Command

from marketfold.demo import Shop

PERSONAL = ("first_name", "last_name", "email", "phone", "street", "postal_code", "city")
PACKED = re.compile(r'<script type="text/plain" id="plotly-packed">.*?</script>', re.DOTALL)
JSON = re.compile(r'<script type="application/json"[^>]*>(.*?)</script>', re.DOTALL)


def texts_of(value: Any) -> Iterator[str]:
    """Every text in decoded JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)


def page_texts(page: str) -> Iterator[str]:
    """What a page holds: its HTML unescaped, and every text of its figures and lessons decoded."""
    page = PACKED.sub("", page)
    for found in JSON.findall(page):
        yield from texts_of(json.loads(found))
    yield html.unescape(JSON.sub("", page))


def unpacked(path: Path) -> Iterator[str]:
    """Every text of a file, unpacked from whatever it is packed in."""
    if path.suffix == ".html":
        yield from page_texts(path.read_text("utf-8"))
    elif path.suffix == ".parquet":
        table = parquet.read_table(path)
        yield from (str(value) for column in table.columns for value in column.unique().to_pylist())
    elif path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            for array in arrays.values():
                yield from array.astype(np.str_).ravel().tolist() if array.dtype.kind in "SU" else ()
    elif path.suffix in {".keras", ".xlsx"}:
        with zipfile.ZipFile(path) as archive:
            yield from (html.unescape(archive.read(name).decode("latin-1")) for name in archive.namelist())
    else:
        yield path.read_text("utf-8")


def personal(shop: Shop) -> set[str]:
    values = {
        str(value) for name in PERSONAL if name in shop.lines.column_names for value in shop.lines[name].to_pylist()
    }
    return {value for value in values if value and value != "None"}


def found_in(texts: list[str], wanted: set[str]) -> set[str]:
    """Which of the wanted stand as a word of their own in any text; digits before a point are part of a number."""
    words = set(re.findall(r"\w+", "\n".join(texts)))
    likely = {value for value in wanted if set(re.findall(r"\w+", value)) <= words}
    whole = "\n".join(texts)
    return {value for value in likely if re.search(rf"(?<![\w.]){re.escape(value)}(?!\w|\.\d)", whole)}


@pytest.fixture(scope="module")
def who(shop: Shop) -> set[str]:
    found = personal(shop)
    assert len(found) > 100
    return found


def test_the_search_finds_what_is_there(who: set[str], tmp_path: Path):
    """A search that finds nothing anywhere would prove nothing."""
    someone = next(value for value in sorted(who) if "@" in value)
    hidden = json.dumps({"a": [someone]}).replace("@", "\\u0040")
    page = f'<p>&lt;{html.escape(sorted(who)[0])}&gt;</p><script type="application/json" id="x">{hidden}</script>'
    (tmp_path / "page.html").write_text(page)
    np.savez(tmp_path / "a.npz", allow_pickle=False, ids=np.array([someone, "b"]))
    assert found_in(list(unpacked(tmp_path / "page.html")), who) >= {someone, sorted(who)[0]}
    assert found_in(list(unpacked(tmp_path / "a.npz")), who) >= {someone}


def test_no_file_of_a_run_holds_personal_data(run_folder: Path, who: set[str]):
    paths = [path for path in run_folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in paths} >= {".html", ".parquet", ".npz", ".json", ".csv", ".md", ".xlsx"}
    for path in paths:
        assert found_in(list(unpacked(path)), who) == set(), path.name


def test_no_page_about_a_run_holds_personal_data_and_only_the_report_lists_ids(
    run_folder: Path, who: set[str], marketfold: Command, tmp_path: Path
):
    shutil.copytree(run_folder, tmp_path / "again")
    assert marketfold("learn", run_folder, "--out", "learn.html").code == 0
    assert marketfold("compare", run_folder, "again").code == 0
    ids = {str(one) for one in parquet.read_table(run_folder / "segments.parquet")["customer_id"].to_pylist()}
    pages = [run_folder / "report.html", run_folder / "page.json", *tmp_path.glob("*.html")]
    assert len(pages) == 4
    for page in pages:
        listed = page.parent == run_folder  # the report lists customers, by ids that are no names
        assert found_in(list(unpacked(page)), who if listed else who | ids) == set(), page.name
