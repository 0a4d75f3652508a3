from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np

from marketfold.config import RunConfig, settings_of
from marketfold.page import Terms, tables_of
from marketfold.report.making_chapter import OF_FILES, glossary_chapter, making_chapter, settings_rows
from marketfold.version import __version__, versions

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


def tables(analysis: Analysis) -> dict[str, dict[str, str]]:
    return {table.key: {row[0]: row[1] for row in table.rows} for table in tables_of(making_chapter(analysis).parts)}


def test_every_setting_stands_once_with_its_value(analysis: Analysis) -> None:
    settings = tables(analysis)["settings"]
    assert settings["seed"] == str(analysis.run.config.seed)
    assert settings["clustering.segments"] == "3"
    assert settings["reduction.method"] == "none"
    assert len(settings) == len(list(settings_rows(analysis.run.config.model_dump(mode="json"))))


def test_of_a_file_its_name_is_said_and_not_where_it_lies() -> None:
    config = RunConfig()
    kinds = {".".join(one.path) for one in settings_of() if Path in get_args(one.kind)}
    assert kinds == OF_FILES
    for given, said in (("/home/ann/ours.toml", "ours.toml"), ("../ours.toml", "ours.toml"), ("auto", "auto")):
        campaigns = config.campaigns.model_copy(update={"playbook": Path(given)})
        rows = dict(settings_rows(config.model_copy(update={"campaigns": campaigns}).model_dump(mode="json")))
        assert rows["campaigns.playbook"] == said


def test_what_is_empty_is_said_in_words() -> None:
    rows = dict(settings_rows({"a": None, "b": [], "c": {}, "d": True, "e": {"f": False}}))
    assert rows == {"a": "not set", "b": "none", "c": "not set", "d": "yes", "e.f": "no"}


def test_versions_are_those_of_this_python(analysis: Analysis) -> None:
    told = tables(analysis)["versions"]
    assert told == {"Python": platform.python_version(), "marketfold": __version__, **versions()}
    assert told["numpy"] == np.__version__


def test_every_stage_has_its_time_and_every_feature_its_name(analysis: Analysis) -> None:
    found = tables(analysis)
    assert list(found["stages"]) == [cost.name for cost in analysis.run.stages]
    assert set(found["used"].values()) == set(analysis.segmentation.matrix.names)


def test_the_glossary_is_in_alphabetical_order_and_says_each_word_once(analysis: Analysis) -> None:
    (terms,) = glossary_chapter(analysis).parts
    assert isinstance(terms, Terms)
    words = [word.lower() for word, _ in terms.terms]
    assert words == sorted(set(words))
    assert len(words) > 10
