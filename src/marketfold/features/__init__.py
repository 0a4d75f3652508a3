"""Features: from lines to one row per customer, order or order line, then to a scaled matrix and back."""

from marketfold.features.build import SEVERAL, before_day, build_features, plan_features, split_at
from marketfold.features.buying_models import BuyingModel
from marketfold.features.catalogue import CATALOGUE, Sum
from marketfold.features.completing import complete
from marketfold.features.expected import (
    EXPECTED,
    HORIZONS,
    OVERDUE_AT,
    Outlook,
    Unfit,
    expected_columns,
    outlook_of,
    overdue,
    usual_gap,
    with_expected,
    with_outlook,
    without_outlook,
)
from marketfold.features.fitted_statistics import OTHER, FittedStatistics, category_of
from marketfold.features.geography import is_place, keep_columns, place_of
from marketfold.features.lazy_table import LazyFeatureTable, UnitRows
from marketfold.features.literature_baseline import literature_line_table
from marketfold.features.matrix import FeatureMatrix, build_matrix
from marketfold.features.own import OWN, check_own, own_formulas
from marketfold.features.plain import plain_formulas
from marketfold.features.rfm import MEASURES, QUINTILES, RFM, can_score, own_cuts, rfm_by, score_rfm
from marketfold.features.scaler import MatrixScaler

__all__ = [
    "CATALOGUE",
    "EXPECTED",
    "HORIZONS",
    "MEASURES",
    "OTHER",
    "OVERDUE_AT",
    "OWN",
    "QUINTILES",
    "RFM",
    "SEVERAL",
    "BuyingModel",
    "FeatureMatrix",
    "FittedStatistics",
    "LazyFeatureTable",
    "MatrixScaler",
    "Outlook",
    "Sum",
    "Unfit",
    "UnitRows",
    "before_day",
    "build_features",
    "build_matrix",
    "can_score",
    "category_of",
    "check_own",
    "complete",
    "expected_columns",
    "is_place",
    "keep_columns",
    "literature_line_table",
    "outlook_of",
    "overdue",
    "own_cuts",
    "own_formulas",
    "place_of",
    "plain_formulas",
    "plan_features",
    "rfm_by",
    "score_rfm",
    "split_at",
    "usual_gap",
    "with_expected",
    "with_outlook",
    "without_outlook",
]
