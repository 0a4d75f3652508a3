from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from marketfold.cli import main
from marketfold.csv_files import write_csv
from marketfold.demo import Shop, make_shop


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]

LITTLE = ("--quick", "--feature-set=value", "--reduction=none", "--segments=3", "--k-max=4", "--bootstraps=2")
"""Flags of a run whose segments are not what is asked about: finding the best is most of what a small run costs."""

WHOLE = ("--bootstraps", 5, "--k-max", 6)
"""Flags of a run that tries everything, and each a few times."""


def command_line(patch: pytest.MonkeyPatch, *words: object) -> int:
    """Run the command line, and give its exit code."""
    patch.setattr(sys, "argv", ["marketfold", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def marketfold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Run the command line in an empty working folder."""
    monkeypatch.chdir(tmp_path)

    def command(*words: object) -> Ended:
        code = command_line(monkeypatch, *words)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return command


@pytest.fixture(scope="session")
def shop() -> Shop:
    return make_shop(3_000)


@pytest.fixture(scope="session")
def shop_file(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "orders.csv"
    write_csv(shop.lines, path)
    return path


@pytest.fixture(scope="session")
def run_folder(shop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run on a small demo shop by the command, networks and all, made once; quiet says nothing."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    said = StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        code = command_line(patch, "run", shop_file, "--out", folder, *WHOLE, "--quiet")
    assert (code, said.getvalue()) == (0, "")
    return folder
