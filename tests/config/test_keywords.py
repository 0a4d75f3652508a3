"""Settings as a call gives them."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel, Field, ValidationError

from marketfold.config import ClusteringOptions, ReadingOptions, RunConfig, config_from, full_name, settings_of
from marketfold.config.keywords import tree_of
from marketfold.errors import ConfigError

GIVEN: list[dict[str, Any]] = [
    {"segments": 4},
    {"clustering": {"segments": 4}},
    {"clustering__segments": 4},
    {"segments": np.int64(4)},
]


@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_a_setting_is_set_by_its_name_its_group_or_in_full(given: dict[str, Any]):
    assert config_from(None, given).clustering.segments == 4
    assert config_from(given).clustering.segments == 4


def test_a_group_that_is_called_like_its_main_setting_takes_its_value():
    assert config_from(None, {"reduction": "pca"}).reduction.method == "pca"
    assert config_from(None, {"reduction": {"method": "pca", "n_dimensions": 3}}).reduction.n_dimensions == 3


def test_what_stands_by_its_name_comes_before_the_whole(tmp_path: Path):
    file = tmp_path / "spring.toml"
    file.write_text("seed = 5\n[clustering]\nsegments = 3\nk_max = 9\n", encoding="utf-8")
    wholes: list[Any] = [
        RunConfig(seed=5, clustering=ClusteringOptions(segments=3, k_max=9)),
        {"seed": 5, "segments": 3, "k_max": 9},
        file,
        str(file),
    ]
    for whole in wholes:
        config = config_from(whole, {"segments": 4})
        assert (config.seed, config.clustering.segments, config.clustering.k_max) == (5, 4, 9)


def test_a_mapping_is_replaced_as_a_whole():
    config = config_from(ReadingOptions(mapping={"amount": "A"}), {"mapping": {"customer_id": "K"}})
    assert config.reading.mapping == {"customer_id": "K"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"segmnets": 4}, "There is no setting segmnets; did you mean segments?"),
        ({"n_clusters": 4}, "There is no setting n_clusters; did you mean segments?"),
        ({"map": {}}, "did you mean mapping?"),
        ({"random_state": 1}, "did you mean seed?"),
        ({"reducer": "pca"}, "did you mean reduction?"),
        ({"clustering": {"segmnts": 4}}, "segmnts=4: there is no such setting; did you mean segments?"),
        ({"clustering": 4}, "clustering={'segments': ...}, or the setting by itself, as in segments=..."),
        ({"segments": 1}, "segments=1 is too little: give a whole number from 2 to 1,000."),
        ({"reduction": "pac"}, "method='pac' is not known: give auto, none, pca"),
        ({"segments": 4, "clustering": {"segments": 5}}, "segments is set twice, as 4 and as 5"),
        ({"one": 1, "two": 2}, "The settings cannot be used: 2 faults."),
    ],
)
def test_what_cannot_be_followed_is_refused_with_what_is_meant(given: dict[str, Any], message: str):
    with pytest.raises(ConfigError) as refused:
        config_from(None, given)
    assert message in str(refused.value)


def test_a_setting_of_another_stage_is_refused_and_a_whole_is_not():
    with pytest.raises(ConfigError, match="segments is a setting of clustering, and has no use in this step"):
        config_from(None, {"segments": 4}, groups=("reading",))
    assert config_from({"segments": 4}, {"decimal": ","}, groups=("reading",)).reading.decimal == ","


@pytest.mark.parametrize("content", [None, "segments =", "[clustering]\nsegmnts = 4\n"])
def test_a_file_that_cannot_be_followed_is_named(content: str | None, tmp_path: Path):
    file = tmp_path / "spring.toml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"spring\.toml|segmnts"):
        config_from(file)


class _Left(BaseModel):
    """On one side."""

    size: int = Field(default=1)


class _Right(BaseModel):
    """On the other."""

    size: int = Field(default=2)


class _Tree(BaseModel):
    left: _Left = _Left()
    right: _Right = _Right()


def test_a_name_of_two_settings_is_refused_with_their_full_names():
    settings = list(settings_of(_Tree))
    with pytest.raises(ConfigError, match=r"2 settings. Say which: left__size or right__size\."):
        tree_of({"size": 3}, settings)
    assert tree_of({"right__size": 3}, settings) == {"right": {"size": 3}}


def test_every_setting_can_be_set_by_its_own_name():
    names = [one.path[-1] for one in settings_of()]
    assert len(set(names)) == len(names)
    for one in settings_of():
        inner: Any = tree_of({full_name(one): one.default}, list(settings_of()))
        for part in one.path:
            inner = inner[part]
        assert inner == one.default


def test_the_settings_show_their_fields_and_nothing_else():
    assert list(inspect.signature(RunConfig).parameters) == list(RunConfig.model_fields)


MADE_OTHERWISE: dict[str, dict[str, Any]] = {
    "There is no setting segments; did you mean clustering={'segments': ...}?": {"segments": 4},
    "did you mean clustering={'segments': ...}?": {"n_clusters": 4, "seed": -1},
    "Input should be greater than or equal to 0": {"n_clusters": 4, "seed": -1},
    "There is no setting sead; did you mean seed?": {"clustering": {"k": 4}, "sead": 1},
    "There is no setting k; did you mean segments?": {"clustering": {"k": 4}, "sead": 1},
    "There is no setting whatever. There are: seed, quick, reading": {"whatever": 4},
    "is wanted; end it in one of": {"whatever": 4, "features": {"own_features": {"xx": "nw.col('amount')"}}},
}


@pytest.mark.parametrize(("message", "given"), MADE_OTHERWISE.items())
def test_a_tree_says_which_setting_is_meant_beside_every_other_fault(message: str, given: dict[str, Any]):
    with pytest.raises(ValidationError) as refused:
        RunConfig(**given)
    assert message in str(refused.value)


def test_a_group_by_itself_says_which_setting_is_meant():
    with pytest.raises(ValidationError, match=r"There is no setting n_segments; did you mean segments\?"):
        ClusteringOptions.model_validate({"n_segments": 4})
