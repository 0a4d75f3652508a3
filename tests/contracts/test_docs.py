"""What the documentation says can be done: its Python runs, its commands, files, names and links are there."""

from __future__ import annotations

import importlib
import inspect
import re
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer.main

import marketfold
from marketfold.audiences import PLATFORMS
from marketfold.cli.app import app
from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.csv_files import write_csv
from marketfold.decisions import kinds, undoable
from marketfold.pipeline import segment_market

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOR_CONTRIBUTORS = [ROOT / f"{name}.md" for name in ("SECURITY", "CODE_OF_CONDUCT", "CHANGELOG", "examples/README")]
AUDIENCES = ROOT / "docs" / "reference" / "audiences.md"
RECIPES = ROOT / "CONTRIBUTING.md"
"""Its blocks are followed in `test_contributing`, and name files that are yet to be made."""
SETTINGS = """
quick = true
[reduction]
method = "none"
[clustering]
segments = 3
k_max = 4
bootstraps = 2
"""
"""Little effort: what is tested is that the blocks run."""
MOST_WORDS_OF_PROSE = 17_000
"""On the pages of `docs` together; lower it when they get shorter, never raise it."""


def page_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(language: str) -> list[Any]:
    """Fenced blocks of one language, each with the page and the line it stands on.

    Those of the tutorials build on each other: `browser/test_tutorials` follows them.
    """
    found = []
    for path in PAGES:
        if path.parent.name == "tutorials":
            continue
        text = path.read_text(encoding="utf-8")
        for block in re.finditer(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            line = text[: block.start()].count("\n") + 2
            found.append(pytest.param(block[1], id=f"{page_name(path)}:{line}"))
    return found


def commands() -> list[str]:
    """Lines that begin with our command, and commands in backticks that carry flags."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    fenced = re.findall(r"^(marketfold .*?)(?:\s{2,}#.*)?$", text, re.MULTILINE)
    return sorted({*fenced, *re.findall(r"`(marketfold [a-z]+[^`\n]*)`", text)})


@pytest.fixture(scope="module")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the files that the pages speak of."""
    folder = tmp_path_factory.mktemp("docs")
    lines = marketfold.make_shop(1_500).lines
    write_csv(lines, folder / "orders.csv")
    named = ["KDNR" if name == "customer_id" else name for name in lines.column_names]
    assert "KDNR" in named
    write_csv(lines.rename_columns(named), folder / "bestellungen.csv")
    (folder / "marketfold.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    """What a reader has at hand when a block begins; a shop so large that there is a holdout to measure with."""
    begun = date(2026, 3, 1)
    config = RunConfig(
        quick=True,
        features=FeatureOptions(as_of=begun),
        clustering=ClusteringOptions(segments=4, k_max=4, bootstraps=2),
        reduction=ReductionOptions(method="none"),
    )
    analysis = segment_market(marketfold.make_shop(20_000).lines, config)
    made = analysis.segmentation
    return {
        "analysis": analysis, "orders": analysis.data.orders, "clean": analysis.data.clean, "segmentation": made,
        "profiles": analysis.segments.profiles, "table": made.table, "matrix": made.matrix, "plan": analysis.plan,
        "later": analysis.data.clean, "later_lines": marketfold.make_shop(2_000, random_state=1).lines,
        "date_from": begun, "date_to": date(2026, 5, 29), "mf": marketfold,
    }  # fmt: skip


@pytest.mark.parametrize("block", blocks("python"))
def test_every_block_of_python_runs(
    block: str, known: dict[str, Any], shop_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(shop_folder)
    exec(compile(block, "block", "exec"), dict(known))  # noqa: S102  (our own documentation)


def test_every_command_and_flag_is_known():
    ours: Any = typer.main.get_command(app)
    unknown = []
    for command in commands():
        _, name, *words = shlex.split(command)
        given = {word.split("=")[0] for word in [name, *words] if word.startswith("--")}
        command_or_all = ours if name.startswith("--") else ours.commands[name]
        of_command = command_or_all.get_params(command_or_all.make_context(name, [], resilient_parsing=True))
        flags = {flag for one in of_command for flag in [*one.opts, *one.secondary_opts]}
        unknown += [f"{command}: {flag}" for flag in given - flags - {"--help"}]
    assert not unknown


def test_every_name_of_ours_can_be_imported():
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    for name in set(re.findall(r"`(marketfold\.[a-z_]+(?:\.\w+)*)(?:\(.*?\))?`", text)) - {"marketfold.toml"}:
        parts = name.split(".")
        found: Any = importlib.import_module(".".join(parts[:2]))
        for depth, part in enumerate(parts[2:], start=3):
            found = getattr(found, part, None) or importlib.import_module(".".join(parts[:depth]))


@pytest.mark.parametrize("page", [*PAGES, *FOR_CONTRIBUTORS], ids=page_name)
def test_every_file_that_a_page_names_exists(page: Path):
    text = page.read_text(encoding="utf-8")
    places = (ROOT, ROOT / "src" / "marketfold")
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|toml|json|yml|j2))`", text)) - {"model/model.json"}
    assert not [name for name in named if not any((place / name).is_file() for place in places)]


@pytest.mark.parametrize("page", [*PAGES, *FOR_CONTRIBUTORS, RECIPES], ids=page_name)
def test_every_link_of_a_page_leads_somewhere(page: Path):
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for place, _, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(#([^)]*))?\)", prose):
        path = page.parent / place if place else page
        assert path.exists(), place
        if anchor:
            heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def rows_of_kinds() -> list[tuple[set[tuple[str, str]], str]]:
    """Ways with their codes, and what undoes them, of each row of the tables of what a source can hold."""
    text = (ROOT / "docs" / "reference" / "reading.md").read_text(encoding="utf-8")
    rows = []
    for way, undo in re.findall(r"^\|.*\| ((?:read|asked|warned|set aside)\b[^|]*) \| ([^|]*)\|$", text, re.MULTILINE):
        told = re.findall(r"(read|asked|warned|set aside) \(([^)]*)\)", way)
        rows.append(({(name, code) for name, codes in told for code in re.findall(r"`(\w+)`", codes)}, undo))
    return rows


def test_every_kind_of_decision_stands_in_the_reference():
    pages = [(ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") for name in ("reading.md", "cleaning.md")]
    assert not [code for code in kinds() if not any(f"`{code}`" in page for page in pages)]


def test_what_the_reference_says_of_a_decision_is_so():
    rows = rows_of_kinds()
    assert len(rows) > 60
    told = [(way, code, undo) for codes, undo in rows for way, code in codes]
    assert len({code for _, code, _ in told}) == len(told), "one row for each kind"
    assert not [(way, code) for way, code, _ in told if way not in {kinds()[code].way, "asked"}]
    flags = {code: re.findall(r"--\S+(?: [a-z_]+(?==|$))?", kinds()[code].undo) for _, code, _ in told}
    assert not [(code, flag) for _, code, undo in told for flag in flags[code] if flag not in undo]


def test_every_platform_is_named_where_platforms_are():
    """In the README, and with the headers of its file in the reference; one that is named is there."""
    called = {name: one.title.split()[0] for name, one in PLATFORMS.items() if one.purpose != "list"}
    readme, page = (" ".join(path.read_text(encoding="utf-8").split()) for path in (PAGES[0], AUDIENCES))
    (listed,) = re.findall(r"audiences for (.*?), and a verdict", readme)
    assert re.split(r", | and ", listed) == list(called.values())
    (taken,) = re.findall(r"`--to` takes (.*?)\. ", page)
    assert re.findall(r"`(\w+)`", taken) == list(PLATFORMS)
    (plain,) = re.findall(r"leaves the hashing to (.*?), which", page)
    hashing = [called[name] for name, one in PLATFORMS.items() if one.hashes and one.plain_taken]
    assert re.split(r", | or ", plain) == hashing
    rows = dict(re.findall(r"^\| `(\w+)` [^|]*\|([^|]*)\|", AUDIENCES.read_text(encoding="utf-8"), re.MULTILINE))
    assert list(rows) == list(PLATFORMS)
    for name, one in PLATFORMS.items():
        headers = {column.header_of(hashed=True) for column in one.columns}
        assert headers <= set(re.findall(r"`([^`]+)`", rows[name])), name


def test_every_flag_that_undoes_a_decision_exists():
    text = " ".join(undo for _, undo in rows_of_kinds())
    ours: Any = typer.main.get_command(app)
    run = ours.commands["run"]
    known = {flag for one in run.get_params(run.make_context("run", [], resilient_parsing=True)) for flag in one.opts}
    assert set(re.findall(r"--[a-z-]+", text)) <= known
    assert set(re.findall(r"--undo (\w+)", text)) == set(undoable())


def test_every_public_name_stands_in_the_reference_as_it_says_of_itself():
    text = (ROOT / "docs" / "reference" / "library.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `mf\.(\w+)` \| (.*) \|$", text, re.MULTILINE))
    documented = {name: inspect.getdoc(getattr(marketfold, name)) or "" for name in marketfold.__all__}
    assert told == {name: text.split("\n\n")[0].replace("\n", " ") for name, text in documented.items()}


def test_every_page_can_be_reached_from_an_index():
    """From that of all pages, or that of its folder."""
    indexes = [path for path in PAGES[1:] if path.name == "README.md"]
    linked = {
        index.parent / place for index in indexes for place in re.findall(r"\]\(([^)#]+)", index.read_text("utf-8"))
    }
    assert not [page for page in PAGES[1:] if page not in linked and page != ROOT / "docs" / "README.md"]


def words_of_prose(page: Path) -> int:
    """Words (what has a letter or a digit) outside tables and fenced blocks, headings and texts of pictures too."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    words = " ".join(line for line in text.splitlines() if not line.lstrip().startswith("|")).split()
    return sum(any(sign.isalnum() for sign in word) for word in words)


def test_the_pages_together_can_be_read():
    counted = {page_name(page): words_of_prose(page) for page in PAGES if page.is_relative_to(ROOT / "docs")}
    longest = sorted(counted.items(), key=lambda one: -one[1])
    listed = "\n".join(f"{words:6,} {name}" for name, words in longest)
    assert sum(counted.values()) < MOST_WORDS_OF_PROSE, f"Cut words; the longest page first:\n{listed}"


def test_words_of_prose_are_those_outside_tables_and_blocks(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("# Two words\n\n- three\n\n| not | these |\n|---|---|\n\n```\nnor these\n```\n\n1. four\n")
    assert words_of_prose(page) == 5
