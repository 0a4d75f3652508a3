"""Features: from lines to one row per customer, order or order line, then to a scaled matrix and back."""

from marketfold.features.build import before_day, build_features, split_at
from marketfold.features.fitted_statistics import OTHER, category_of
from marketfold.features.geography import is_place, keep_columns, with_geography
from marketfold.features.literature_baseline import literature_line_table
from marketfold.features.matrix import FeatureMatrix, build_matrix
from marketfold.features.scaler import MatrixScaler

__all__ = [
    "OTHER",
    "FeatureMatrix",
    "MatrixScaler",
    "before_day",
    "build_features",
    "build_matrix",
    "category_of",
    "is_place",
    "keep_columns",
    "literature_line_table",
    "split_at",
    "with_geography",
]
