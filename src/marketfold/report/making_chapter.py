"""How it was made: settings, seed, versions and costs, and the words of the field."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketfold import words
from marketfold.page import Column, Fact, Facts, Fold, Prose, Section, TablePart, Terms, numbers
from marketfold.reduction import short_label
from marketfold.report.sentences.phrases import phrases, say
from marketfold.report.sentences.selection import features_of
from marketfold.selection import ALL
from marketfold.version import __version__, versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from marketfold.analysis import Analysis

OF_FILES = frozenset({"campaigns.playbook"})
"""Settings that may be the path of a file."""
_SAID = {"None": "not set", "{}": "not set", "True": "yes", "False": "no"}


def settings_rows(settings: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Settings as rows of dotted name and value; of a file its name, and not where it lies.

    >>> list(settings_rows({"seed": 0, "reading": {"decimal": None, "null_values": ("NA",)}}))
    [('seed', '0'), ('reading.decimal', 'not set'), ('reading.null_values', 'NA')]
    """
    for name, value in settings.items():
        where = f"{path}.{name}" if path else name
        if where in OF_FILES:
            yield where, Path(value).name
        elif isinstance(value, dict) and value:
            yield from settings_rows(value, where)
        elif isinstance(value, (list, tuple)):
            yield where, ", ".join(map(str, value)) or "none"
        else:
            yield where, _SAID.get(str(value), str(value))


def _recipe(analysis: Analysis) -> Facts:
    recipe, as_of = analysis.choice.evidence.recipe, analysis.segmentation.table.as_of
    features = "all features" if recipe.feature_set == ALL else features_of(recipe.feature_set)
    return Facts(
        (
            Fact("Seed", str(analysis.run.config.seed), "the same input and seed give the same segments"),
            Fact("Looked at", features),
            Fact("Reduction", short_label(recipe.method), f"{analysis.segmentation.dimensions.shape[1]} dimensions"),
            Fact("Segments", str(analysis.segmentation.n_segments), analysis.segmentation.segmenter.label),
            *([Fact("As of", words.day(as_of))] if as_of else []),
            Fact("Marketfold", __version__),
        )
    )


def _left_out(analysis: Analysis) -> TablePart | None:
    left = {**analysis.segmentation.table.left_out, **analysis.segmentation.matrix.left_out}
    if not left:
        return None
    return TablePart(
        "left-out", (Column("Feature"), Column("Why")), tuple(left.items()), title="Features that were left out"
    )


def making_chapter(analysis: Analysis) -> Section:
    """Everything that somebody needs to make it again."""
    settings = tuple(settings_rows(analysis.run.config.model_dump(mode="json")))
    made_of = {"Python": platform.python_version(), "marketfold": __version__, **versions()}
    stages = tuple(
        (
            cost.name,
            words.seconds(cost.seconds),
            words.seconds(cost.processor_seconds),
            words.known(cost.peak_mb, words.count),
        )
        for cost in analysis.run.stages
    )
    used = tuple((feature.label, feature.name) for feature in analysis.segmentation.matrix.table.features)
    left_out = _left_out(analysis)
    costs = (Column("Stage"), *numbers("Time", "Of the processor", "Peak memory, MiB"))
    return Section(
        "making",
        "How it was made",
        (
            _recipe(analysis),
            Prose((say("teaching", "making" if analysis.data.kind == "orders" else "making_table"),)),
            Fold(
                "Features that shaped the segments",
                (
                    TablePart("used", (Column("Feature"), Column("Name in the files")), used),
                    *((left_out,) if left_out else ()),
                ),
            ),
            Fold("Settings", (TablePart("settings", (Column("Setting"), Column("Value")), settings),)),
            Fold("Versions", (TablePart("versions", (Column("Software"), Column("Version")), tuple(made_of.items())),)),
            Fold("Time and memory", (TablePart("stages", costs, stages),)),
        ),
    )


def glossary_chapter(_: Analysis) -> Section:
    """The words of the field."""
    return Section("glossary", "Glossary", (Terms(tuple(phrases("glossary").items())),))
