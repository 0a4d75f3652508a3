"""Facts of a made-up run, as they are without one."""

from __future__ import annotations

from datetime import date

from marketfold.cleaning.rules import RULES
from marketfold.notebook import Data, Goal, Measured, Network, NotebookFacts, Places, TextReading
from marketfold.units import Feature

FEATURES = (Feature("revenue_total", "revenue", "money", "value"), Feature("order_count", "orders", "count", "value"))
COLUMNS = {"order_id": "Order", "customer_id": "Who", "ordered_on": "Day", "quantity": "Items", "amount": "Total"}
NUMBERS = {"quantity": "", "amount": ","}
LEDGER = {
    "lines": {"read": 5, "kept": 4, "set_aside": {"zero_price": 1}},
    "money": {"read": 20.0, "kept": 20.0, "set_aside": {"zero_price": 0.0}},
    "net": {"lines": 4, "money": 20.0},
}
NAMES = tuple(one.name for one in FEATURES)


def facts_of_text() -> NotebookFacts:
    """Of a text file of orders whose amounts have a decimal comma, and one of whose lines is set aside."""
    rule = next(rule for rule in RULES if rule.code == "zero_price").applied({}, 1)
    reading = TextReading(";", "utf-8", 0, (), COLUMNS, NUMBERS, ("%d.%m.%Y",))
    literature = (("quantity", "amount", "month", "year"), ())
    data = Data(
        "orders.csv", "0" * 64, True, reading, (), ("The day comes first.",), LEDGER, True, (rule,),
        columns=("source_line", *COLUMNS), literature=literature,
    )  # fmt: skip
    formulas = {"revenue_total": 'units["revenue"]', "order_count": 'units["order_count"]'}
    measured = Measured("customer", 4, date(2026, 1, 1), False, FEATURES, formulas, "value", NAMES, NAMES, 2)
    goal = Goal("none", 2, 2, 1.5, (), "somebody asked for two.", 0, 5)
    places = Places("/somewhere/orders.csv", "/somewhere/run", {})
    return NotebookFacts(places, data, measured, goal, Network((2, 1), 10, 16, 0.02, 5))
