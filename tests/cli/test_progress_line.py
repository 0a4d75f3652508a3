"""The line of progress on a real terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from marketfold.csv_files import write_csv
from marketfold.demo import make_shop

pty = pytest.importorskip("pty")

SETTINGS = "quick = true\n[clustering]\nk_max = 4\nbootstraps = 2\n"
STEP = re.compile(r"Step (\d+) of (\d+), [a-z ]+, (\d+) %(, about \d+ (s|min) left)?")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with a small shop, of which a run is soon done."""
    made = tmp_path_factory.mktemp("terminal")
    write_csv(make_shop(2_000).lines, made / "orders.csv")
    (made / "marketfold.toml").write_text(SETTINGS, encoding="utf-8")
    return made


def on_terminal(folder: Path, *command: str) -> tuple[str, str]:
    """What a command writes to a terminal of 100 columns by standard error, and what goes to standard output."""
    ours, theirs = pty.openpty()
    env = os.environ | {"COLUMNS": "100", "TERM": "xterm-256color"}
    words = [sys.executable, "-m", "marketfold", *command]
    with (folder / "stdout").open("w+", encoding="utf-8") as out:
        running = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=theirs, env=env)
        os.close(theirs)
        heard = b""
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # so Linux says that the other end is closed
                break
            if not part:
                break
            heard += part
        os.close(ours)
        assert running.wait() == 0, heard.decode()
    return heard.decode(), (folder / "stdout").read_text("utf-8")


def test_a_run_has_one_line_that_is_replaced_and_ends_with_the_total(folder: Path):
    shown, result = on_terminal(folder, "run", "orders.csv", "--out", "watched")
    steps = list(STEP.finditer(shown))
    assert len({step[1] for step in steps}) > 2
    assert {step[2] for step in steps} == {"10"}
    shares = [int(step[3]) for step in steps]
    assert shares == sorted(shares)
    assert "\n" not in shown[steps[0].start() : steps[-1].end()]  # drawn over itself
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "")
    assert re.fullmatch(r"Done in [\d.]+ (s|min \d+ s)\.", plain.strip().splitlines()[-1])
    assert "Report:" in result
    assert "Step" not in result


@pytest.mark.parametrize("silent", ["--quiet", "--json"])
def test_a_run_that_is_to_be_quiet_says_nothing_aside(folder: Path, silent: str):
    shown, _ = on_terminal(folder, "run", "orders.csv", "--out", f"silent{silent}", silent)
    assert shown == ""
