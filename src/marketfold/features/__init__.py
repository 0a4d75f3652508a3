"""Features: from lines to one row per customer, order or order line, then to a scaled matrix and back."""

from marketfold.features.build import build_features
from marketfold.features.geography import keep_columns
from marketfold.features.literature_baseline import literature_line_table
from marketfold.features.matrix import FeatureMatrix, build_matrix
from marketfold.features.restating import determines, find_restatements
from marketfold.features.scaler import MatrixScaler
from marketfold.features.split import before_day, purchase_span, split_at

__all__ = [
    "FeatureMatrix",
    "MatrixScaler",
    "before_day",
    "build_features",
    "build_matrix",
    "determines",
    "find_restatements",
    "keep_columns",
    "literature_line_table",
    "purchase_span",
    "split_at",
]
