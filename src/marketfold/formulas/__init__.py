"""Formulas of features that people write themselves: Narwhals expressions over order lines, kept as text.

The text is Python as one writes it, `(nw.col("quantity") > 5).mean()`, and none of it is ever run: it is parsed, each
name in it is looked up in the tables below, and the expression is built anew from what they allow. So a formula can
stand in JSON and in TOML, be read from anybody's folder, and give the same on DuckDB, Polars and Spark: what these
do not agree on (a mean of truths, rows that are filtered, a quotient by zero) is built in one way for all.
"""

from marketfold.formulas.formula import Formula, read_formula

__all__ = ["Formula", "read_formula"]
