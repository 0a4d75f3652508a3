"""A model as SQL, for a warehouse that keeps its order lines: features, scale, segments and who fits none."""

from marketfold.warehouse.dialects import DIALECTS, table_parts
from marketfold.warehouse.statement import TABLE, features_sql, model_sql, segments_sql

__all__ = ["DIALECTS", "TABLE", "features_sql", "model_sql", "segments_sql", "table_parts"]
