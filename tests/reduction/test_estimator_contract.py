from __future__ import annotations

from typing import Any

from sklearn.utils.estimator_checks import parametrize_with_checks

from marketfold.reduction import NoReducer, PCAReducer


@parametrize_with_checks([NoReducer(), PCAReducer()])  # type: ignore[untyped-decorator]
def test_estimator_keeps_scikit_learn_habits(estimator: Any, check: Any) -> None:
    check(estimator)
