from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import marketfold
from marketfold.cli.app import app

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(command.name or "" for command in app.registered_commands)
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", marketfold.__all__)
def test_every_public_name_is_there_and_documented(name: str):
    assert inspect.getdoc(getattr(marketfold, name))


@pytest.mark.parametrize("name", sorted(set(marketfold.__all__) - {"errors", "figures"}))
def test_every_public_name_has_an_example_that_runs(name: str):
    """The examples of all modules are run by pytest, which collects doctests."""
    assert ">>>" in (inspect.getdoc(getattr(marketfold, name)) or "")


def test_a_function_keeps_its_name_where_a_package_is_called_like_it():
    importlib.import_module("marketfold.features")
    assert inspect.isfunction(marketfold.features)
    assert inspect.ismodule(marketfold.figures)
    assert "elbow_figure" in dir(marketfold.figures)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_thing"):
        marketfold.no_such_thing  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme_and_says_what_it_does(command: str):
    assert re.search(rf"`{command}`|marketfold {command}", README)
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output


def test_every_page_that_the_readme_names_exists():
    links = re.findall(r"\]\(((?:docs|[A-Z])[^)#]*)\)", README)
    assert links
    assert not [link for link in links if not (ROOT / link).is_file()]


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]):
    program = (
        "import sys\nfrom marketfold.cli import main\n"
        f"sys.argv = ['marketfold', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'plotly', 'duckdb', 'pandas', 'pyspark', 'scipy'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))\n"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "LOADED []" in shown.stdout


def test_a_run_that_trains_no_network_never_loads_tensorflow(tmp_path: Path):
    program = (
        "import sys\nfrom marketfold import make_shop, segment\n"
        "found = segment(make_shop(1_000).lines, segments=3, k_max=4, bootstraps=2)\n"
        f"found.save({str(tmp_path / 'run')!r})\n"
        "print('LOADED', 'tensorflow' in sys.modules)\n"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "LOADED False" in shown.stdout


def test_every_module_is_importable_by_itself():
    package = ROOT / "src" / "marketfold"
    for path in sorted(set(package.rglob("*.py")) - set((package / "learn" / "code").iterdir())):  # those are programs
        module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        importlib.import_module(module)
