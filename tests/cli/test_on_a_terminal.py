"""What stands on a terminal while a command works, and when it is done."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from marketfold.cli.app import app
from marketfold.cli.examples import EXAMPLES
from marketfold.cli.summary import MOST_DECISIONS, MOST_NEXT
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


@pytest.fixture(scope="module")
def watched(folder: Path) -> tuple[str, str]:
    """What a run in `watched` wrote aside, and its result."""
    return on_terminal(folder, "run", "orders.csv", "--out", "watched", "--currency", "chf")


def test_a_run_has_one_line_that_is_replaced_and_ends_with_the_total(watched: tuple[str, str]):
    shown, result = watched
    steps = list(STEP.finditer(shown))
    assert len({step[1] for step in steps}) > 2
    assert {step[2] for step in steps} == {"10"}
    shares = [int(step[3]) for step in steps]
    assert shares == sorted(shares)
    assert "\n" not in shown[steps[0].start() : steps[-1].end()]  # drawn over itself
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "")
    assert re.fullmatch(r"Done in [\d.]+ (s|min \d+ s)\.", plain.strip().splitlines()[-1])
    assert "Step" not in result


def test_a_result_says_what_was_decided_then_the_segments_then_what_comes_next(watched: tuple[str, str], folder: Path):
    _, result = watched
    record = json.loads((folder / "watched" / "run.json").read_text("utf-8"))
    before, after = result.split("trust")
    decided = [one["what"] for one in record["input"]["decisions"] if one["way"] != "warned"]
    told = " ".join(before.split())
    assert 0 < sum(what in told for what in decided) <= MOST_DECISIONS
    assert "CHF" in before
    assert before.count("\n- ") <= MOST_DECISIONS + 1
    assert after.index("Report: /") < after.index("Next: ")
    check_next(after, folder / "watched")


def check_next(told: str, run: Path) -> list[str]:
    """What comes next are at most three commands that are known, on places that are there, from any folder."""
    commands = [line.removeprefix("Next:").strip() for line in told[told.index("Next: ") :].strip().splitlines()]
    assert 0 < len(commands) <= MOST_NEXT
    for command in commands:
        program, name, place, *_ = shlex.split(command)
        assert (program, name in EXAMPLES) == ("marketfold", True)
        assert Path(place).is_absolute()
        assert Path(place).exists()
    assert any(str(run) in command for command in commands)
    return [shlex.split(command)[1] for command in commands]


@pytest.mark.parametrize(
    ("typed", "comes_next"),
    [
        ("learn watched", ["plan", "export", "figures"]),
        ("compare watched watched", ["plan", "export", "learn"]),
        ("score watched orders.csv", ["run", "plan", "export"]),
        ("export watched --to csv --consent-override test", ["plan", "learn", "figures"]),
    ],
)
@pytest.mark.usefixtures("watched")
def test_every_command_says_what_comes_next(
    typed: str, comes_next: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(folder)
    ended = CliRunner().invoke(app, typed.split(), env={"COLUMNS": "200"})
    assert ended.exit_code == 0, ended.output
    assert check_next(ended.output, folder / "watched") == comes_next
    assert not re.search(r"(?<![/\w])(learn|comparison)\.html", ended.output)


@pytest.mark.parametrize("silent", ["--quiet", "--json"])
def test_a_run_that_is_to_be_quiet_says_nothing_aside(folder: Path, silent: str, examples: Path):
    given = ("--reduction=none", "--segments=3")  # the segments are not what is asked about
    shown, _ = on_terminal(folder, "run", str(examples / "shoppers.csv"), "--out", f"silent{silent}", silent, *given)
    assert shown == ""
