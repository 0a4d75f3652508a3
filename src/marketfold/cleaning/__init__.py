"""Cleaning: which order lines are purchases, and the reason of every line that is not."""

from marketfold.cleaning.clean import CleanOrders, clean_orders
from marketfold.cleaning.report import CleaningReport, ReadTotals
from marketfold.cleaning.rules import REASONS, RULES, Rule

__all__ = ["REASONS", "RULES", "CleanOrders", "CleaningReport", "ReadTotals", "Rule", "clean_orders"]
