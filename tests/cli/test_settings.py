from __future__ import annotations

import json
import re
import shlex
from typing import Annotated, Any

import pytest
import typer
from pydantic import Field
from tests.cli.settings_page import PAGE, page
from typer.main import get_command
from typer.testing import CliRunner

from marketfold.cli.app import app
from marketfold.cli.examples import EXAMPLES
from marketfold.cli.flags import OUTPUT_PANEL
from marketfold.cli.settings import takes
from marketfold.config import PANELS, ClusteringOptions, Flag, RunConfig, load_config, settings_of
from marketfold.errors import ConfigError

WORDS = {int: "7", float: "0.5", bool: None}


def command(*branches: str) -> typer.Typer:
    """A command line with one command, which prints the settings that it got."""
    program = typer.Typer(add_completion=False)

    @program.command(cls=takes(*branches))
    def show(ctx: typer.Context) -> None:
        typer.echo(json.dumps(ctx.obj))

    return program


def given(*words: str, program: typer.Typer | None = None) -> Any:
    shown = CliRunner().invoke(program or command(), list(words))
    assert shown.exit_code == 0, shown.output
    return json.loads(shown.output)


def test_a_new_field_is_a_flag_with_its_help_its_default_and_its_group(monkeypatch: pytest.MonkeyPatch):
    class More(ClusteringOptions):
        """How many segments, and how surely."""

        patience: Annotated[int, Flag("--patience --wait")] = Field(default=33, description="Rounds without a gain.")

    class Wider(RunConfig):
        clustering: More = More()

    monkeypatch.setattr("marketfold.config.RunConfig", Wider)
    program = command()
    told = CliRunner().invoke(program, ["--help"], env={"COLUMNS": "140"}).output
    assert "--patience" in told
    assert "Rounds without a gain. (default: 33)" in told
    assert "Segments: what is measured, and how many there are" in told
    assert given("--patience", "5", program=program) == {"clustering": {"patience": "5"}}
    assert given("--wait", "5", program=program) == {"clustering": {"patience": "5"}}


def test_every_setting_has_a_flag_of_its_own_and_says_what_it_does():
    names = [name for setting in settings_of() for name in setting.flag.name.split()]
    assert len(names) == len(set(names))
    told = CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "300"}).output
    for setting in settings_of():
        assert setting.field.description
        assert re.search(rf"{setting.flag.name.split()[0]}[ ,]", told)
        assert setting.field.description in told


@pytest.mark.parametrize("typed", ["", ";;", '"', "\n", "comma"])
def test_a_separator_is_one_sign(typed: str):
    with pytest.raises(ConfigError, match=r"(?s)--delimiter .* cannot be used: give one sign"):
        load_config({"reading": {"delimiter": typed}})


@pytest.mark.parametrize("typed", ["\t", "\\t", "tab", "TAB"])
def test_a_tab_as_it_can_be_typed(typed: str):
    assert load_config({"reading": {"delimiter": typed}}).reading.delimiter == "\t"


def test_every_flag_reaches_its_setting():
    for setting in settings_of():
        words = [setting.flag.name.split()[0]]
        kind = type(setting.default)
        if kind is not bool:
            words.append("a=b" if kind is dict else WORDS.get(kind) or "7")
        tree = given(*words)
        for name in setting.path[:-1]:
            tree = tree[name]
        assert list(tree) == [setting.path[-1]]


def test_what_is_not_given_does_not_hide_the_environment(monkeypatch: pytest.MonkeyPatch):
    assert given() == {}
    monkeypatch.setenv("MARKETFOLD_CLUSTERING__K_MAX", "9")
    assert load_config(given("--seed", "0")).clustering.k_max == 9
    assert load_config(given("--k-max", "8")).clustering.k_max == 8


def test_nothing_and_zero_are_values_too():
    assert given("--seed", "0") == {"seed": "0"}
    assert given("--null-value", "") == {"reading": {"null_values": [""]}}


def test_lists_repeat_and_pairs_are_read():
    assert given("--not-product", "A", "--not-product", "B") == {"cleaning": {"not_products": ["A", "B"]}}
    assert given("--map", "amount=Paid in = out") == {"reading": {"mapping": {"amount": "Paid in = out"}}}


@pytest.mark.parametrize("words", [["--map", "amount"], ["--map", "=Paid"], ["--map", "a=b", "--map", "a=c"]])
def test_pairs_that_are_none_are_refused(words: list[str]):
    shown = CliRunner().invoke(command(), words)
    assert shown.exit_code == 2
    assert "--map" in shown.output


def test_a_command_takes_only_the_settings_that_it_names():
    told = CliRunner().invoke(command("reading", "features.as_of"), ["--help"]).output
    assert "--map" in told
    assert "--as-of" in told
    assert "--unit" not in told


def test_the_page_of_settings_is_in_step():
    assert PAGE.read_text("utf-8") == page(), "write it anew: python -m tests.cli.settings_page"


@pytest.mark.parametrize(
    ("given_settings", "said"),
    [
        ({"clustering": {"segments": 1}}, "--segments 1 is too little: give a whole number from 2 to 1,000."),
        ({"clustering": {"segments": 1.5}}, "--segments 1.5 is no whole number: give a whole number from 2 to 1,000."),
        (
            {"campaigns": {"margin": "3000"}},
            "--margin 3000 is too much: give a share above 0 and up to 1, or a per cent",
        ),
        ({"campaigns": {"margin": "1.234"}}, "--margin 1.234 can be 1234 or 1.2340: write the one that is meant."),
        ({"features": {"unit": "shop"}}, "--unit shop is not known: give customer, order or order_line."),
        ({"features": {"as_of": "9999-12-31"}}, "--as-of 9999-12-31 is too late: give a day as YYYY-MM-DD, from 1970"),
        ({"reading": {"decimal": ";"}}, "--decimal ';' is not known: give '.' or ','."),
        (
            {"features": {"rfm_cuts": {"magic": "1"}}},
            "--rfm-cut magic=1 is not known: give recency, frequency or money.",
        ),
        ({"reading": {"undo": ["none such"]}}, "--undo 'none such' is not known: give one of "),
    ],
)
def test_a_fault_of_a_setting_names_its_flag_and_what_is_wanted(given_settings: dict[str, Any], said: str):
    with pytest.raises(ConfigError) as refused:
        load_config(given_settings)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("run x.csv --segments many", "--segments many is no whole number: give a whole number from 2 to 1,000."),
        ("run x.csv --map amount", "--map amount is no pair: give ROLE=COLUMN."),
        ("demo --lines many", "many is no whole number: give a whole number."),
        ("demo --lines 12", "12 is too little: give a whole number, 1,000 or more."),
        ("demo --effect nan", "nan is too little: give a number, 0 or more."),
        ("export runs/x --segment two", "two is no whole number: give a whole number."),
    ],
)
def test_a_flag_of_any_command_is_refused_in_plain_words(typed: str, said: str):
    shown = CliRunner().invoke(app, typed.split(), env={"COLUMNS": "200"})
    assert said in f"{shown.output}{shown.exception}"
    assert "Input" not in shown.output


def test_faults_are_counted_as_they_were_written():
    with pytest.raises(ConfigError) as refused:  # a cut of two faults is one thing to mend
        load_config({"features": {"rfm_cuts": {"magic": [1]}, "unit": "shop"}, "seed": -1})
    assert str(refused.value).startswith("The settings cannot be used: 3 faults.\n  - --seed -1")


def test_every_flag_says_its_default_in_its_panel():
    told = CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "300"}).output
    for setting in settings_of():
        (line,) = [line for line in told.splitlines() if re.match(rf"│ {setting.flag.name.split()[0]}[ ,]", line)]
        assert f"(default: {setting.default_words})" in line
    places = [told.index(panel) for panel in (*PANELS, OUTPUT_PANEL)]
    assert places == sorted(places)
    assert told.index("--previous") > places[-1]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_help_ends_with_examples(name: str):
    told = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200"}).output
    assert [line.strip() for line in told.splitlines() if line.strip()][-len(EXAMPLES[name]) :] == list(EXAMPLES[name])


def test_every_example_is_a_command_with_flags_that_are_known():
    commands: Any = get_command(app)
    assert EXAMPLES.keys() == commands.commands.keys()
    for name, examples in EXAMPLES.items():
        for example in examples:
            program, called, *words = shlex.split(example)
            assert (program, called) == ("marketfold", name)
            context = commands.commands[name].make_context(name, [], resilient_parsing=True)
            flags = {flag for one in commands.commands[name].get_params(context) for flag in one.opts}
            assert {word for word in words if word.startswith("--")} <= flags
