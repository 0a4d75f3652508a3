"""Each finding in words, from its numbers alone; tests/exploration holds the numbers against pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from marketfold.cleaning import clean_orders
from marketfold.demo import make_shop
from marketfold.exploration import Finding, explore
from marketfold.orders import read_orders
from marketfold.report.sentences.exploration import finding_sentence
from marketfold.report.sentences.phrases import phrases

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLED = {"sampled_lines": 50_000, "kept_lines": 100_000}
PRICED = {"value": 100.0, "in_money": 1.0, "line_share": 0.4619, "lines": 1276}
PRODUCT = {"column": ("PRICEEACH",), "quantity": ("QUANTITYORDERED",), "amount": ("SALES",)}
SOME = {"customer_share": 0.512, "customers": 12_054, "revenue_share": 0.213, "all_customers": 23_502}
INTAKE = {"customers": 23_270, "all_customers": 23_502}
DISCOUNTED = {"mean": 0.083, "given_share": 0.46, "above_share": 0.31}
MONTH = {"ratio": 2.51, "revenue": 1_059_442.84, "average_month": 421_000.4, "month": 11, "year": 2004}
CASES: list[tuple[str, Mapping[str, float], Mapping[str, tuple[str, ...]], str]] = [
    ("set_aside", {"lines": 703, "line_share": 0.249}, {"reason": ("no_customer",)},
     "25 % of the lines read (703) were set aside for one reason: no customer."),
    ("one_intake", INTAKE, {"until": ("1997-03-31",)},
     "23,270 of 23,502 customers bought for the first time by 31 March 1997: the file follows one intake, and its "
     "course over time is theirs."),
    ("few_newcomers", INTAKE, {"until": ("1997-03-31",)},
     "23,270 of 23,502 customers bought for the first time by 31 March 1997: hardly anyone is new."),
    ("nobody_came_back", {**SOME, "customer_share": 1, "customers": 92, "all_customers": 92}, {},
     "Each of the 92 customers ordered once: nothing can be learned about coming back."),
    ("once", SOME, {}, "51 % of customers (12,054 of 23,502) ordered once; they bring 21 % of revenue."),
    ("came_back", {**SOME, "customers": 2, "all_customers": 92, "repeat_share": 0.978}, {},
     "97.8 % of customers ordered more than once (90 of 92)."),
    ("came_back", {**SOME, "customers": 0, "all_customers": 92, "repeat_share": 1}, {},
     "Each of the 92 customers ordered more than once."),
    ("cap", PRICED, {"column": ("PRICEEACH",)}, "PRICEEACH stops at exactly €100 on 46 % of lines: it is capped."),
    ("cap", {**PRICED, "differs_at_cap_share": 1, "differs_below_share": 0}, PRODUCT,
     "PRICEEACH stops at exactly €100 on 46 % of lines: it is capped. On exactly these lines QUANTITYORDERED x "
     "PRICEEACH is not SALES: go by SALES."),
    ("cap", {**PRICED, "differs_at_cap_share": 0.95, "differs_below_share": 0.05}, PRODUCT,
     "PRICEEACH stops at exactly €100 on 46 % of lines: it is capped. QUANTITYORDERED x PRICEEACH differs from SALES "
     "on 95 % of them: go by SALES."),
    ("cap", {"value": 100.0, "line_share": 0.4619, **SAMPLED}, {"column": ("points",)},
     "points stops at exactly 100 on 46 % of lines: it is capped (seen on 50,000 lines drawn from 100,000)."),
    ("cut", {"cut_1": 3, "cut_2": 7}, {"column": ("pack",), "number": ("QUANTITY",)},
     "pack follows from QUANTITY (cut at 3 and 7): segments by pack only restate QUANTITY."),
    ("cut", {"cut_1": 3_000, "cut_2": 7_000, "in_money": 1.0}, {"column": ("DEALSIZE",), "number": ("SALES",)},
     "DEALSIZE follows from SALES (cut at €3,000 and €7,000): segments by DEALSIZE only restate SALES."),
    ("date_parts", {"columns": 2, "lines": 2_763, "lines_kept": 2_763},
     {"columns": ("QTR_ID", "YEAR_ID"), "parts": ("quarter", "year"), "date": ("ORDERDATE",)},
     "On each of 2,763 kept lines, QTR_ID is the quarter of ORDERDATE and YEAR_ID its year: they say nothing that "
     "ORDERDATE does not."),
    ("date_parts", {"columns": 1, "lines": 50_000, "lines_kept": 100_000},
     {"columns": ("QTR_ID",), "parts": ("quarter",), "date": ("ORDERDATE",)},
     "On each of 50,000 lines drawn from 100,000, QTR_ID is the quarter of ORDERDATE: it says nothing that ORDERDATE "
     "does not."),
    ("peak", MONTH, {"years": ("2003", "2004")},
     "November brings 2.5 times an average month (€1,059,443 against €421,000, mean of 2003 and 2004)."),
    ("peak_of_one_year", MONTH, {},
     "November 2004 brought 2.5 times an average month (€1,059,443 against €421,000); one year does not tell a season "
     "from an event."),
    ("few_large_customers", {"customers": 2, "revenue_share": 0.155, "ratio": 3.1}, {},
     "2 customers bring 16 % of revenue, each about 3.1 times the next largest or more: look at them by hand."),
    ("few_large_customers", {"customers": 1, "revenue_share": 0.45, "ratio": 12.2}, {},
     "1 customer brings 45 % of revenue, about 12 times the next largest or more: look at them by hand."),
    ("concentration",
     {"customers": 7_761, "customer_share": 0.33, "top_fifth_share": 0.665, "all_customers": 23_502}, {},
     "33 % of customers (7,761 of 23,502) bring 80 % of revenue; the largest fifth brings 66 %."),
    ("spread_widely", {"customers": 60, "customer_share": 0.6, "top_fifth_share": 0.3, "all_customers": 100}, {},
     "Revenue is spread widely: it takes 60 % of customers to bring 80 % of it."),
    ("growth", {"growth_share": 0.41, "revenue": 1_700, "revenue_before": 1_206, "year": 2005},
     {"months": ("1", "2", "3", "4", "5")},
     "January to May 2005 brought 41 % more than the same months of 2004 (€1,700 against €1,206)."),
    ("growth", {"growth_share": -0.67, "revenue": 400, "revenue_before": 1_206, "year": 2005}, {"months": ("3",)},
     "March 2005 brought 67 % less than the same month of 2004 (€400 against €1,206)."),
    ("status", {"line_share": 0.9270, "lines": 2_617, "lines_read": 2_823},
     {"value": ("Shipped",), "column": ("STATUS",)},
     "92.7 % of the 2,823 lines read are Shipped: STATUS says little."),
    ("list_price_is_no_ceiling", DISCOUNTED, {"list_price": ("MSRP",)},
     "46 % of lines are charged at least 1 % below MSRP and 31 % at least 1 % above: MSRP is no ceiling."),
    ("discount", DISCOUNTED, {"list_price": ("MSRP",)},
     "46 % of lines are charged at least 1 % below MSRP; over all lines the discount is 8.3 % on average."),
    ("hardly_a_discount", DISCOUNTED, {"list_price": ("MSRP",)}, "Hardly a line is charged below MSRP."),
    ("gaps", {"median_days": 53, "gaps": 46_000, "lower_days": 19, "upper_days": 130}, {},
     "Half of all repeat orders come within 53 days of the one before, the middle half after 19 to 130 days "
     "(46,000 gaps)."),
    ("dominates", {"revenue_share": 0.391, "next_revenue_share": 0.19},
     {"value": ("Classic Cars",), "next": ("Vintage Cars",), "column": ("PRODUCTLINE",)},
     "Classic Cars brings 39 % of revenue, the most of any PRODUCTLINE; Vintage Cars follows with 19 %."),
    ("incomplete", {"days_without_orders": 9}, {"last_day": ("2005-05-22",)},
     "The orders end on 22 May 2005: May is incomplete, and comparisons leave it out."),
    ("absent", {"columns": 3}, {"columns": ("product_id", "list_price", "status")},
     "There is no column for product, list price or status: what depends on it is left out."),
    ("missing", {"empty_share": 0.38, "lines": 1_074}, {"column": ("TERRITORY",)},
     "TERRITORY is empty or unreadable on 38 % of the lines read (1,074)."),
    ("constant", {"columns": 1, "lines": 2_763}, {"columns": ("source",)},
     "source has one value on all 2,763 lines: nothing can be told apart by it."),
    ("constant", {"columns": 2, "lines": 2_763}, {"columns": ("source", "till")},
     "source and till have each one value on all 2,763 lines: nothing can be told apart by it."),
    ("same", {"values": 3, "given_values": 3}, {"column": ("size",), "given": ("band",)},
     "size and band say the same: one adds nothing to the other."),
    ("follows", {"values": 3, "given_values": 9, **SAMPLED}, {"column": ("size",), "given": ("band",)},
     "size follows from band without exception: it adds nothing to it (seen on 50,000 lines drawn from 100,000)."),
    ("returns", {"lines": 60, "line_share": 0.0213, "value": 194_487.48, "lines_read": 2_823}, {},
     "60 of the 2,823 lines read (2.1 %) were set aside as cancelled or returned, worth €194,487; they do not count as "
     "purchases."),
    ("duplicates", {"lines": 1, "line_share": 0.02}, {}, "1 line repeats another one exactly (2 % of the lines read)."),
    ("duplicates", {"lines": 255, "line_share": 0.15}, {},
     "255 lines repeat another one exactly (15 % of the lines read)."),
    ("correlation", {"r": 0.812}, {"columns": ("MSRP", "SALES")},
     "MSRP and SALES move together (r = 0.81): together they say little more than one of them."),
    ("correlation", {"r": -0.8}, {"columns": ("MSRP", "SALES")},
     "MSRP and SALES move against each other (r = \u22120.80): together they say little more than one of them."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "numbers", "texts", "sentence"), CASES, ids=[case[0] for case in CASES])
def test_a_finding_in_words(
    code: str, numbers: dict[str, float], texts: dict[str, tuple[str, ...]], sentence: str
) -> None:
    assert finding_sentence(Finding(code, "", 0.5, numbers, texts), "EUR") == sentence


def test_every_code_is_said() -> None:
    assert {code.partition(".")[0] for code in phrases("finding")} == {case[0] for case in CASES}


def test_without_a_currency_money_is_a_number() -> None:
    finding = Finding("peak", "", 0.5, MONTH, {"years": ("2003", "2004")})
    assert "(1,059,443 against 421,000, mean" in finding_sentence(finding)


def test_the_findings_of_a_shop_are_sentences() -> None:
    exploration = explore(clean_orders(read_orders(make_shop(lines=3_000, random_state=0).lines)))
    said = [finding_sentence(finding, exploration.currency) for finding in exploration.findings]
    assert len(said) >= 5
    assert all(text.endswith(".") and "nan" not in text for text in said)
    assert any("€" in text for text in said)
