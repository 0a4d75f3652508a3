"""How it was made: settings, seed, versions and costs, and the words of the field."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

from marketfold import words
from marketfold.page import Column, Fact, Facts, Fold, Prose, Section, TablePart, Terms, numbers
from marketfold.reduction import short_label
from marketfold.selection import ALL
from marketfold.version import __version__, versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from marketfold.analysis import Analysis

GLOSSARY: tuple[tuple[str, str], ...] = (
    ("Adjusted Rand index", "How far two ways of grouping agree: 1 is the same, 0 is what chance gives."),
    ("Autoencoder", "A network that must repeat its input through a narrow middle; the middle is a short description."),
    ("Component", "A direction in which customers differ, mixed from several features (see PCA)."),
    ("Elbow", "The number of groups after which another one lowers WCSS only a little."),
    ("Feature", "Something measured of each customer: days since the last order, number of orders, and so on."),
    ("Holdout", "Customers who are left out of a campaign on purpose, so that its effect can be measured."),
    ("Jaccard", "Members that two groups share, out of all members of either: 1 is the same, 0 is none."),
    ("K-means", "Puts each customer into the group whose centre is nearest, and moves the centres until all is still."),
    ("Lift", "How many times as frequent something is here as among everybody."),
    ("Median", "The middle value: half lie below it, half above."),
    ("Order line", "One product on one order."),
    ("PCA", "Principal component analysis: turns the data so that few directions show most of the differences."),
    ("Scaled", "Put on one scale, so that days and money count alike: 0 is the average, 1 is one standard deviation."),
    ("Segment", "A group of customers that bought alike."),
    (
        "Silhouette",
        "How much nearer customers are to their own group than to the next: 1 is far apart, 0 is on the edge.",
    ),
    ("Trust", "Whether a segment came out again in resamples: stable, a pattern, or weak."),
    ("WCSS", "Within-cluster sum of squares: how far all are from the centre of their group, squared and added."),
)


_SAID = {"None": "not set", "{}": "not set", "True": "yes", "False": "no"}


def settings_rows(settings: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Settings as rows of dotted name and value.

    >>> list(settings_rows({"seed": 0, "reading": {"decimal": None, "null_values": ("NA",)}}))
    [('seed', '0'), ('reading.decimal', 'not set'), ('reading.null_values', 'NA')]
    """
    for name, value in settings.items():
        where = f"{path}.{name}" if path else name
        if isinstance(value, dict) and value:
            yield from settings_rows(value, where)
        elif isinstance(value, (list, tuple)):
            yield where, ", ".join(map(str, value)) or "none"
        else:
            yield where, _SAID.get(str(value), str(value))


def _recipe(analysis: Analysis) -> Facts:
    recipe = analysis.choice.evidence.recipe
    features = "all features" if recipe.feature_set == ALL else recipe.feature_set.replace("_", " and ")
    return Facts(
        (
            Fact("Seed", str(analysis.run.config.seed), "the same input and seed give the same segments"),
            Fact("Looked at", features),
            Fact("Reduction", short_label(recipe.method), f"{analysis.segmentation.dimensions.shape[1]} dimensions"),
            Fact("Segments", str(recipe.n_segments), analysis.segmentation.segmenter.label),
            Fact("Features look back from", words.day(analysis.segmentation.table.as_of)),
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
        (cost.name, words.seconds(cost.seconds), words.count(cost.peak_mb) if cost.peak_mb else words.MISSING)
        for cost in analysis.run.stages
    )
    used = tuple((feature.label, feature.name) for feature in analysis.segmentation.matrix.table.features)
    left_out = _left_out(analysis)
    costs = (Column("Stage"), *numbers("Time", "Peak memory, MiB"))
    return Section(
        "making",
        "How it was made",
        (
            _recipe(analysis),
            Prose(
                (
                    "Orders become one row for each unit; skewed features are put on a logarithmic scale, extremes are "
                    "trimmed, and all are scaled alike. K-means groups the rows. Names, phones, e-mails and addresses "
                    "never enter any of this, nor this page.",
                )
            ),
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
    return Section("glossary", "Glossary", (Terms(GLOSSARY),))
