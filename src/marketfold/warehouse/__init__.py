"""A model as SQL, for a warehouse that keeps its order lines: features, scale, segments and who fits none."""

from marketfold.warehouse.dbt import NAMES, dbt_project, segment_names
from marketfold.warehouse.dialects import DIALECTS
from marketfold.warehouse.statement import model_sql

__all__ = ["DIALECTS", "NAMES", "dbt_project", "model_sql", "segment_names"]
