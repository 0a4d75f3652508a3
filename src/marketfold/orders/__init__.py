"""A file or frame -> order lines in our columns, and the rows that could not be read.

What reads cells, names of columns and sources is offered as well, for what is read that is no orders.
"""

from marketfold.orders.adding import AddedLines, add_lines, with_columns_of
from marketfold.orders.addresses import TableAddress, table_address
from marketfold.orders.cells import BLANKS, NUMBER_LIKE, bare
from marketfold.orders.cells import as_texts as cells_as_texts
from marketfold.orders.column_profiles import first_samples, may_be_personal, profile_columns
from marketfold.orders.dates import (
    DAY_NUMBER,
    EARLIEST,
    LATEST_READ,
    NAMED_MONTH,
    latest_day,
    looks_like_dates,
    without_time_of_day,
)
from marketfold.orders.day_columns import read_days
from marketfold.orders.fingerprint import fingerprint
from marketfold.orders.in_spark import is_elsewhere
from marketfold.orders.inspection import Inspection, inspect_orders
from marketfold.orders.names import plain_name, without_accents
from marketfold.orders.numbers import read_number, sample_evidence
from marketfold.orders.open_columns import is_contact, sounds_personal
from marketfold.orders.opening import open_source, tables_within
from marketfold.orders.reading import Orders, kept_orders, read_orders
from marketfold.orders.role_names import sureness as alias_rank
from marketfold.orders.roles import match_roles
from marketfold.orders.sources import Source, unique_labels
from marketfold.orders.text_files import PlainForm, TextSource

__all__ = [
    "BLANKS",
    "DAY_NUMBER",
    "EARLIEST",
    "LATEST_READ",
    "NAMED_MONTH",
    "NUMBER_LIKE",
    "AddedLines",
    "Inspection",
    "Orders",
    "PlainForm",
    "Source",
    "TableAddress",
    "TextSource",
    "add_lines",
    "alias_rank",
    "bare",
    "cells_as_texts",
    "fingerprint",
    "first_samples",
    "inspect_orders",
    "is_contact",
    "is_elsewhere",
    "kept_orders",
    "latest_day",
    "looks_like_dates",
    "match_roles",
    "may_be_personal",
    "open_source",
    "plain_name",
    "profile_columns",
    "read_days",
    "read_number",
    "read_orders",
    "sample_evidence",
    "sounds_personal",
    "table_address",
    "tables_within",
    "unique_labels",
    "with_columns_of",
    "without_accents",
    "without_time_of_day",
]
