"""The recipes of CONTRIBUTING.md are followed on a copy of the source, and what they add is then used."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest
from pyarrow import csv as arrow_csv

from marketfold.demo import make_shop

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
FILES = {
    "A cleaning rule": 1,
    "A feature": 2,
    "A reducer": 2,
    "A platform for audiences": 3,
    "A setting": 2,
    "A chapter": 2,
    "A feature set, or an engine": 2,
}
"""How many files of the source each recipe takes: of a feature the second has its phrase, of a setting it reads it.

Two platforms are made, one for mail and one for advertisements.
"""
IN_STEP = (
    "tests/cleaning/test_rules.py",
    "tests/segments/test_phrases.py",
    "tests/reduction/test_estimator_contract.py",
    "tests/reduction/test_table.py::TestOneLineMore::test_takes_its_place_among_the_simple_ones",
    "tests/reduction/test_table.py::test_names_are_those_of_the_classes_and_costs_rise",
    "tests/audiences/test_platform.py",
    "tests/cli/test_settings.py",
)
"""What holds each table to what every entry must have."""
NOT_ADDED = "not test_estimator_contract or rojection"
"""Of the reducers only the one that was added is held to it here."""
USE = """
import json, runpy, sys
from contextlib import redirect_stdout
from pathlib import Path
from tests.notebook.cells import run_but_training
from typer.testing import CliRunner
from marketfold.cli.app import app
from marketfold.errors import ModelError
told = {}
for name, words in json.load(sys.stdin).items():
    done = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
    as_it_should = isinstance(done.exception, ModelError) if name == "sql" else done.exit_code == 0
    assert as_it_should, f"{words}: {done.output}{done.exception!r}"
    told[name] = done.output + str(done.exception)
with redirect_stdout(sys.stderr):
    cells = run_but_training(Path("run-notebook.py").read_text(encoding="utf-8"))
runpy.run_module("tests.warehouse.test_dialects", run_name="__main__")
told["agreement"] = str(cells["agreement"](cells["labels"]))
json.dump(told, sys.stdout)
"""
"""Each command does what it says but `sql`, which has no form for a reducer that was added.

The notebook is run, and the statements that the tests keep are written anew.
"""
RUN = (
    "run orders.csv --out run --quiet --quick --segments 3 --k-max 4 --bootstraps 2 --feature-set age "
    "--reduction projection --dimensions 2 --leave-out discount_share"
)
MYPY_CACHE, GOLDEN = ".mypy_cache", "tests/warehouse/golden"


@dataclass(frozen=True)
class Block:
    """What one block of a recipe changes."""

    path: str
    language: str
    text: str

    def apply(self, root: Path) -> None:
        """Change, make or lengthen the file below a root."""
        path = root / self.path
        if self.language == "diff":
            rows = [(row[:1], row[1:]) for row in self.text.splitlines()]
            old, new = ("\n".join(line for sign, line in rows if sign != other) for other in "+-")
            before = path.read_text(encoding="utf-8")
            assert before.count(f"\n{old}\n") == 1, f"{self.path} has these lines once:\n{old}"
            path.write_text(before.replace(f"\n{old}\n", f"\n{new}\n"), encoding="utf-8")
        else:
            known = path.read_text(encoding="utf-8") if path.exists() else ""
            gap = {"python": "\n\n", "toml": "\n"}[self.language] if known else ""
            path.write_text(f"{known}{gap}{self.text}", encoding="utf-8")


def recipes() -> dict[str, list[Block]]:
    """Blocks of each recipe, each with the file that is named last before it."""
    found: dict[str, list[Block]] = {}
    for section in re.split(r"^### \d\. ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        path, blocks = "", []
        for named, language, text in re.findall(
            r"^In `([^`]+)`:$|^```(\w+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL
        ):
            path = named or path
            blocks += [] if named else [Block(path, language, text)]
        found[section.splitlines()[0]] = blocks
    return found


def run(copy: Path, *command: str, stdin: str = "") -> str:
    """What a Python of the copy prints; it must succeed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "MARKETFOLD"))}
    env |= {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *command], cwd=copy, env=env, input=stdin, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source in which every recipe was followed."""
    root = tmp_path_factory.mktemp("recipes")
    for name in ("src", "tests", "docs/reference"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    if (ROOT / MYPY_CACHE).is_dir():
        shutil.copytree(ROOT / MYPY_CACHE, root / MYPY_CACHE)  # what `make lint` knows of files that stay as they are
    shutil.copy(ROOT / "pyproject.toml", root)
    for blocks in recipes().values():
        for block in blocks:
            block.apply(root)
    run(root, "-m", "tests.cli.settings_page")
    return root


@pytest.fixture(scope="module")
def told(copy: Path) -> dict[str, str]:
    """What the commands of the copy print; `run` is made there of a shop of which one line has too many items."""
    lines = make_shop(1_500).lines
    place = lines.column_names.index("quantity")
    many = [200_000.0, *lines["quantity"].to_pylist()[1:]]
    arrow_csv.write_csv(lines.set_column(place, "quantity", [many]), copy / "orders.csv")
    commands = {
        "inspect": "inspect orders.csv",
        "run": RUN,
        "export": "export run --to parrot --out parrot",
        "score": "score run orders.csv --out scored.csv",
        "notebook": "notebook run --no-check",
        "sql": "sql run --dialect duckdb",
        "tables": "figures run --to csv --out tables",
        "help": "run --help",
    }
    given = json.dumps({name: words.split() for name, words in commands.items()})
    told: dict[str, str] = json.loads(run(copy, "-c", USE, stdin=given))
    return told


@pytest.fixture(scope="module")
def record(copy: Path, told: dict[str, str]) -> dict[str, Any]:
    """Of the run with the rule, the feature, the reducer, the setting and the feature set."""
    assert "run" in told
    read: dict[str, Any] = json.loads((copy / "run" / "run.json").read_text(encoding="utf-8"))
    return read


def test_each_recipe_takes_no_more_files_than_it_promises():
    sources = {name: {one.path for one in blocks if one.path.startswith("src/")} for name, blocks in recipes().items()}
    assert {name: len(paths) for name, paths in sources.items()} == FILES


def test_the_test_of_each_recipe_passes_and_its_lines_are_those_of_the_house(copy: Path):
    blocks = [block for blocks in recipes().values() for block in blocks]
    tests = [f"{one.path}::{name}" for one in blocks for name in re.findall(r"^def (test_\w+)", one.text, re.MULTILINE)]
    assert len(tests) >= len(FILES)
    paths = sorted({one.path for one in blocks if one.path.endswith(".py")})
    examples = [path for path in paths if path.startswith("src/")]
    done = run(copy, "-m", "pytest", "-p", "no:cacheprovider", "-k", NOT_ADDED, *tests, *IN_STEP, *examples)
    assert re.search(r"\d+ passed", done)
    run(copy, "-m", "ruff", "check", "--no-cache", *paths)
    run(copy, "-m", "ruff", "format", "--no-cache", "--check", *paths)
    run(copy, "-m", "mypy", *paths)


def test_every_test_that_the_page_names_is_there_when_its_recipe_was_followed(copy: Path):
    named = re.findall(r"\btests/[\w/]+(?:\.py)?", PAGE.read_text(encoding="utf-8"))
    assert not [path for path in named if not (copy / path).exists()]


def test_the_rule_sets_its_line_aside(record: dict[str, Any], told: dict[str, str], copy: Path):
    assert record["ledger"]["lines"]["set_aside"]["many_items"] == 1
    assert "set aside: many_items" in told["inspect"]
    assert "more items than a shop can send" in (copy / "run" / "set_aside.csv").read_text(encoding="utf-8")


def test_the_kept_statements_are_written_anew_with_the_rule_and_nothing_else(told: dict[str, str], copy: Path):
    assert "`python -m tests.warehouse.test_dialects`" in PAGE.read_text(encoding="utf-8")
    assert told
    for path in (ROOT / GOLDEN).iterdir():
        before, after = (one.read_text(encoding="utf-8").splitlines() for one in (path, copy / GOLDEN / path.name))
        changed = [row[2:].strip() for row in ndiff(before, after) if row[0] in "+-"]
        assert changed == ["WHEN quantity > 100000", "THEN 'many_items'"], path.name


def test_the_feature_is_measured_and_the_one_that_is_left_out_is_not(record: dict[str, Any]):
    measured = set(record["features"]["measured"])
    assert "weekend_share" in measured
    assert "discount_share" not in measured


def test_the_reducer_makes_a_run_that_scores(record: dict[str, Any], copy: Path):
    assert (record["reduction"]["method"], record["reduction"]["n_dimensions"]) == ("projection", 2)
    with (copy / "scored.csv").open(encoding="utf-8", newline="") as file:
        assert {row["segment"] for row in csv.DictReader(file)} <= {"1", "2", "3", ""}


def test_sql_says_which_reducer_it_has_no_statement_for(told: dict[str, str]):
    assert "stand on a random projection, for which there is no statement in SQL" in " ".join(told["sql"].split())


def test_the_notebook_comes_to_the_segments_by_the_reducer_of_the_run(told: dict[str, str], copy: Path):
    script = (copy / "run-notebook.py").read_text(encoding="utf-8")
    assert "stand on a random projection, which was added to Marketfold" in script
    assert float(told["agreement"]) == 1.0


def test_the_platform_takes_its_audiences(told: dict[str, str], copy: Path):
    assert "Parrot Post" in told["export"]
    files = sorted((copy / "parrot").glob("*_parrot.csv"))
    assert files
    assert files[0].read_text(encoding="utf-8-sig").startswith("Perch,Town,Song")


def test_the_setting_is_a_flag_and_the_methods_are_known_to_the_help(told: dict[str, str]):
    assert re.search(r"--leave-out\s+FEATURE\s+Features that are not measured", told["help"])
    assert "projection" in told["help"]
    assert "age, expected" in told["help"]


def test_the_chapter_stands_in_the_report(record: dict[str, Any], copy: Path):
    page = (copy / "run" / "report.html").read_text(encoding="utf-8")
    assert "How even is each segment?" in page
    assert all(f"{one['number']}. {one['name']}" in page for one in record["segments"])


def test_customers_are_segmented_by_the_feature_set(record: dict[str, Any]):
    assert record["feature_set"]["name"] == "age"
    assert record["features"]["shaping"] == ["recency_days", "tenure_days"]
