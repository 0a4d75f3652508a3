"""Every tutorial can be followed word for word, and its numbers and pictures are those of the demo shop."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browser.following import DOCS, TUTORIALS, Reader, reader

from marketfold.csv_files import write_csv
from marketfold.demo import make_shop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser tutorials")]
DEMO = "marketfold demo"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with orders of the reader's own."""
    folder = tmp_path_factory.mktemp("tutorials")
    write_csv(make_shop(1_500, random_state=1).lines, folder / "orders.csv")
    return folder


@pytest.fixture(scope="module")
def demo(folder: Path) -> str:
    """What the command says that makes the demo shop and a run on it, which two tutorials begin with."""
    words = [sys.executable, "-m", *DEMO.split()]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def is_there(_: Reader, picture: Path) -> None:
    assert picture.is_file(), picture.name


@pytest.fixture
def no_second_training(demo: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The demo in full, and then an environment in which networks, which none of its segments come from, are left out.

    So what the studio and the demo say of the same shop must agree, and no network is trained for it twice.
    """
    monkeypatch.setenv("MARKETFOLD_QUICK", "true")
    return demo


@pytest.mark.parametrize("path", sorted(TUTORIALS.glob("*.md")), ids=lambda path: path.stem)
def test_a_tutorial_can_be_followed(path: Path, folder: Path, no_second_training: str, chromium: Browser):
    with reader(folder, chromium, is_there) as somebody:
        somebody.typed[DEMO] = no_second_training
        assert somebody.follow(path) > 10


def test_the_answer_on_the_first_page_is_what_the_demo_says(demo: str):
    text = (DOCS / "README.md").read_text(encoding="utf-8")
    quoted = " ".join(re.findall(r"^> (.*)$", text, re.MULTILINE))
    said = " ".join(demo.split())
    assert quoted
    assert not [sentence for sentence in re.split(r"(?<=\.) ", quoted) if sentence not in said]
