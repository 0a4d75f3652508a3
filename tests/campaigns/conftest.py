from __future__ import annotations

import pytest
from tests.campaigns.cases import Case, case_of

from marketfold.demo import make_shop
from marketfold.orders import read_orders


@pytest.fixture(scope="session")
def shop_case() -> Case:
    """The demo shop with its planted groups as segments."""
    shop = make_shop(lines=30_000, seed=3)
    groups = dict(zip(shop.truth["customer_id"].to_pylist(), shop.truth["group"].to_pylist(), strict=True))
    return case_of(read_orders(shop.lines), groups)
