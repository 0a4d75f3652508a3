"""A table with one row for each customer -> features, what describes them, and what was left out."""

from marketfold.customer_tables.cells import NO, YES
from marketfold.customer_tables.columns import ColumnUses, Shaping
from marketfold.customer_tables.reading import (
    ASIDE,
    CustomerTable,
    Measured,
    is_of_table,
    measure_again,
    measured_by,
    read_customers,
    read_source,
    refuse_settings_of_orders,
)
from marketfold.customer_tables.recognition import is_customer_table
from marketfold.customer_tables.roles import part_of

__all__ = [
    "ASIDE",
    "NO",
    "YES",
    "ColumnUses",
    "CustomerTable",
    "Measured",
    "Shaping",
    "is_customer_table",
    "is_of_table",
    "measure_again",
    "measured_by",
    "part_of",
    "read_customers",
    "read_source",
    "refuse_settings_of_orders",
]
