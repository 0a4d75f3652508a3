"""A table of customers, as it stands in the warehouse, as the features of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.errors import ModelError

if TYPE_CHECKING:
    from sqlglot import exp

    from marketfold.model import SegmentModel
    from marketfold.warehouse.layers import Layers


def add_customer_table(layers: Layers, model: SegmentModel, table: exp.Expr, as_of: str | None) -> str:
    raise ModelError("later")
