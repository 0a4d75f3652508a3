"""A model as a project of dbt: features, segments, the names of the segments as a seed, and tests of all three."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from marketfold.customer_tables import is_of_table
from marketfold.warehouse.dialects import table_parts
from marketfold.warehouse.statement import features_sql, segments_sql

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.model import SegmentModel

PROJECT = "marketfold"
FEATURES, SEGMENTS, NAMES = "marketfold_features", "marketfold_segments", "marketfold_segment_names"
_SOURCE = "marketfold_source"
_MARK = "\ue000"
"""Stands, once or oftener, where the template names another table: a letter that is hardly in a text."""
_JINJA = re.compile(r"\{[{%#]")


_OF_RETURNS = "no_returns_unmatched"
_TESTS = {
    "segments_are_known": """
SELECT segment FROM {{ ref('marketfold_segments') }}
WHERE segment NOT IN (SELECT segment FROM {{ ref('marketfold_segment_names') }})
""",
    "confidence_is_a_share": """
SELECT customer_id FROM {{ ref('marketfold_segments') }}
WHERE confidence < 0 OR confidence > 1
""",
    "everybody_has_a_segment": """
SELECT customer_id FROM {{ ref('marketfold_features') }}
WHERE customer_id NOT IN (SELECT customer_id FROM {{ ref('marketfold_segments') }})
""",
    _OF_RETURNS: """
{{ config(severity="warn") }}
SELECT customer_id FROM {{ ref('marketfold_segments') }}
WHERE unmatched_returns > 0
""",
}
"""Rows that there should not be; only `marketfold score` finds the purchase that a returned line takes back."""


def dbt_project(model: SegmentModel, dialect: str, table: str, as_of: str | None = None) -> dict[str, str]:
    """The texts of a project, by their place in it; the seed, which is a table, is `segment_names`.

    Parameters as of `model_sql`, and the same errors.
    """
    source = f"{{{{ source('{_SOURCE}', '{_SOURCE}') }}}}"
    features = _template(lambda place: features_sql(model, dialect, place, as_of), source)
    segments = _template(lambda place: segments_sql(model, dialect, place), f"{{{{ ref('{FEATURES}') }}}}")
    tests = dict(_TESTS)
    if is_of_table(model.settings):
        del tests[_OF_RETURNS]
    return {
        "dbt_project.yml": _yaml({
            "name": PROJECT, "version": "1.0.0", "config-version": 2, "profile": PROJECT,
            "model-paths": ["models"], "seed-paths": ["seeds"], "test-paths": ["tests"],
        }),
        "models/schema.yml": _yaml(_schema(table)),
        f"models/{FEATURES}.sql": features,
        f"models/{SEGMENTS}.sql": segments,
        **{f"tests/marketfold_{name}.sql": text.lstrip() for name, text in tests.items()},
    }  # fmt: skip


def segment_names(model: SegmentModel) -> pa.Table:
    """The seed: number, name and trust of each segment."""
    return pa.table({
        "segment": pa.array([one.number for one in model.segments], pa.int32()),
        "segment_name": pa.array([one.name for one in model.segments], pa.string()),
        "trust": pa.array([one.trust for one in model.segments], pa.string()),
    })  # fmt: skip


def _template(statement: Callable[[exp.Table], str], table: str) -> str:
    """The statement over a table as a template: what a text of the shop has of its signs is no command of it."""
    mark = _MARK
    while (text := statement(exp.Table(this=exp.var(mark)))).count(mark) > 1:  # a text of the shop has it, too
        mark += _MARK
    quoted = _JINJA.sub(lambda found: f"{{{{ '{found[0]}' }}}}", text)
    return f'{{{{ config(materialized="table") }}}}\n\n{quoted.replace(mark, table)}\n'


def _schema(table: str) -> dict[str, object]:
    *where, name = table_parts(table)
    places = dict(zip(("schema", "database"), reversed(where), strict=False))
    quoting = {"database": "database" in places, "schema": "schema" in places, "identifier": True}
    said = {
        "features": "What was measured of each customer, in the shop's own units.",
        "segments": "The segment of each customer, how sure it is, and whether the customer fits none.",
    }
    keyed = [{"name": "customer_id", "data_tests": ["unique", "not_null"]}]
    told = [{"name": name, "data_tests": ["not_null"]} for name in ("segment", "distance", "confidence", "fits_none")]
    return {
        "version": 2,
        "sources": [{
            "name": _SOURCE,
            "schema": "{{ target.schema }}",
            **{key: _plain(value) for key, value in places.items()},
            "quoting": quoting,
            "tables": [{"name": _SOURCE, "identifier": _plain(name)}],
        }],
        "models": [
            {"name": FEATURES, "description": said["features"], "columns": keyed},
            {"name": SEGMENTS, "description": said["segments"], "columns": [*keyed, *told]},
        ],
        "seeds": [{"name": NAMES, "columns": [{"name": "segment", "data_tests": ["unique", "not_null"]}]}],
    }  # fmt: skip


def _plain(text: str) -> str:
    """A name as dbt reads it, whatever signs of its templates are in it."""
    return _JINJA.sub(lambda found: f"{{{{ '{found[0]}' }}}}", text)


def _yaml(tree: object) -> str:
    """YAML, of which JSON is a part."""
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"
