"""What is given wrongly is refused in words that say what to give, and no cell of a frame is among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.mixture import GaussianMixture

import marketfold as mf
from marketfold.errors import MarketfoldError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from marketfold.cleaning import CleanOrders
    from marketfold.features import FeatureMatrix
    from marketfold.library import SavedSegments

TEXT: Any = "4"
FLOAT: Any = 4.0
NOTHING: Any = None
CLOUD = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def matrix(clean_sales: CleanOrders) -> FeatureMatrix:
    return mf.matrix(mf.features(clean_sales))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda: mf.choose_k(CLOUD, k_max=TEXT), "k_max must be a whole number; got '4'"),
        (lambda: mf.choose_k(CLOUD, k_max=FLOAT), "k_max must be a whole number; got 4.0"),
        (lambda: mf.choose_k(CLOUD, k_max=4, clusterer=AgglomerativeClustering), "give an instance"),
        (lambda: mf.KMeansSegmenter(TEXT).fit(CLOUD), "n_segments must be a whole number; got '4'"),
        (lambda: mf.KMeansSegmenter(NOTHING).fit(CLOUD), "n_segments must be a whole number; got None"),
        (lambda: mf.KMeansSegmenter(FLOAT).fit(CLOUD), "n_segments must be a whole number; got 4.0"),
        (lambda: mf.choose_k(np.repeat(CLOUD[:8], 3, axis=0), k_max=4, clusterer=GaussianMixture(reg_covar=0)),
         "GaussianMixture cannot be fitted to 24 units of 3 features"),
    ],
)  # fmt: skip
def test_a_number_a_class_or_a_clusterer_that_cannot_be_used(given: Callable[[], Any], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        given()


@pytest.mark.parametrize("shown", [True, False, 0])
def test_whether_progress_is_wished_can_be_said_of_functions_that_show_none(shown: Any) -> None:
    assert mf.choose_k(CLOUD, k_max=3, progress=shown).k == 3
    assert len(mf.assess_stability(CLOUD, mf.KMeansSegmenter(3).fit(CLOUD), n_pairs=1, progress=shown).trust) == 3


def test_no_cell_of_a_frame_stands_in_an_error() -> None:
    frame: Any = pd.DataFrame({"who": ["Ann Other"] * 60, "one": CLOUD[:, 0], "two": CLOUD[:, 1]})
    made = mf.KMeansSegmenter(3).fit(frame[["one", "two"]])
    fitted = mf.MatrixScaler().fit(frame[["one", "two"]])
    for use in (
        mf.KMeansSegmenter(3).fit, made.predict, mf.PCAReducer(2).fit, mf.MatrixScaler().fit, fitted.transform,
        lambda given: mf.choose_k(given, k_max=3),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match="The columns 'who' of the frame hold no numbers") as error:
            use(frame)
        assert "Ann" not in str(error.value)


def test_a_table_in_days_and_money_is_not_taken_for_a_matrix(matrix: FeatureMatrix) -> None:
    for use in (mf.KMeansSegmenter(3).fit, lambda given: mf.choose_k(given, k_max=3)):
        with pytest.raises(ParameterError, match=r"give mf.matrix\(table\)"):
            use(matrix.table)
    assert mf.choose_k(matrix, k_max=3).k == 3


def test_a_day_that_is_none_and_a_part_that_says_so(clean_sales: CleanOrders) -> None:
    for wrong in ("2005-01-01", "soon"):
        with pytest.raises(ParameterError, match=r"as in date\(2026, 1, 1\)"):
            mf.split_at(clean_sales, wrong)  # type: ignore[arg-type]
    span = clean_sales.activity.span
    assert span
    cut = span[0] + (span[1] - span[0]) // 2
    assert repr(mf.split_at(clean_sales, cut)[0]).endswith(f"of which those before {cut} are looked at>")


def test_a_number_beside_a_clusterer_that_has_its_own(clean_sales: CleanOrders) -> None:
    with pytest.raises(ParameterError, match="give GaussianMixture the number"):
        mf.segment(clean_sales, clusterer=GaussianMixture(3), segments=4)


def test_a_report_is_no_pdf(saved: SavedSegments, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"end the name in \.html"):
        saved.report(tmp_path / "report.pdf")
    assert not list(tmp_path.iterdir())


def test_amounts_that_are_not_there_are_not_made_of_prices(saved: SavedSegments) -> None:
    lines = mf.make_shop(lines=2_000, random_state=1).lines
    scored = saved.score(lines)
    assert saved.score(mf.read(lines)).to_arrow().equals(scored.to_arrow() if hasattr(scored, "to_arrow") else scored)
    amount = saved.model.orders.columns.get("amount") if saved.model.orders else None
    assert amount
    with pytest.raises(MarketfoldError, match=f"the amounts of the column '{amount}'"):
        saved.score(lines.drop_columns([amount]))
