"""What the types of rows say in the list of a payment account."""

from __future__ import annotations

import pytest

from marketfold.orders.payment_types import says_back, says_moved, says_paid, says_payout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Payment", "paid"),
        ("Mobile payment", "paid"),
        ("Zahlungseingang", "paid"),
        ("Payment Refund", "paid back"),
        ("Chargeback", "back"),
        ("Rückzahlung", "paid back"),
        ("Reversal", "back"),
        ("Dispute", "back"),
        ("Remboursement", "back"),
        ("Payout", "moved payout"),
        ("Auszahlung", "moved payout"),
        ("Payout reversal", "back"),
        ("Refund of a fee", "back moved"),
        ("Payment fee", "moved"),
        ("Hold on payment", "moved"),
        ("Currency conversion", "moved"),
        ("Invoice", ""),
    ],
)
def test_what_a_type_says(text: str, said: str):
    asked = {"paid": says_paid, "back": says_back, "moved": says_moved, "payout": says_payout}
    assert " ".join(name for name, says in asked.items() if says(text)) == said
