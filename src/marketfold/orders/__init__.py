"""A file or frame -> order lines in our columns, and the rows that could not be read."""

from marketfold.orders.fingerprint import fingerprint
from marketfold.orders.inspection import Inspection, inspect_orders
from marketfold.orders.numbers import read_number
from marketfold.orders.reading import Orders, read_orders

__all__ = ["Inspection", "Orders", "fingerprint", "inspect_orders", "read_number", "read_orders"]
