"""Cleaning: which order lines are purchases, and the reason of every line that is not."""

from marketfold.cleaning.clean import clean_orders
from marketfold.cleaning.clean_lines import CleanOrders
from marketfold.cleaning.given import orders_of
from marketfold.cleaning.order_rules import FoundTexts, OrderRules
from marketfold.cleaning.report import CleaningReport, ReadTotals, check_enough_kept, list_reasons
from marketfold.cleaning.rules import DISCOUNT, REASONS, RETURNS, RULES, AppliedRule, Rule
from marketfold.cleaning.sampled import sample_customers

__all__ = [
    "DISCOUNT",
    "REASONS",
    "RETURNS",
    "RULES",
    "AppliedRule",
    "CleanOrders",
    "CleaningReport",
    "FoundTexts",
    "OrderRules",
    "ReadTotals",
    "Rule",
    "check_enough_kept",
    "clean_orders",
    "list_reasons",
    "orders_of",
    "sample_customers",
]
