from __future__ import annotations

import pytest
from tests.audiences.cases import A_HASH

from marketfold.audiences.identifiers import plain_letters, postal_code, us_state


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("10022", "US", "10022"), ("10022-1234", "US", "10022-1234"), ("1002", "US", None), ("10022.0", "US", "10022"),
        ("S-958 22", "SE", "958 22"), ("FIN-02271", "FI", "02271"), ("N 5804", "NO", "5804"),
        ("D-80686", "DE", "80686"),
        ("ec2 5nt", "GB", "EC2 5NT"), ("H1J 1C3", "CA", "H1J 1C3"), ("=1+1", "DE", None), (A_HASH, "DE", None),
    ],
)  # fmt: skip
def test_postal_codes(text: str, country: str, expected: str | None):
    assert postal_code(text, country) == expected


def test_letters():
    assert plain_letters("Øresund Straße Łódź") == "oresund strasse lodz"
    assert us_state("N.Y.") == "ny"
    assert us_state("Bavaria") is None
