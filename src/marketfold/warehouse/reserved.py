"""Words that are no names of columns: what a warehouse reads as its own, or has as a column of every table."""

from __future__ import annotations

from sqlglot.dialects.dialect import Dialect

from marketfold.warehouse.dialects import DIALECTS

_POSTGRES = """
all analyse analyze and any array as asc asymmetric authorization between bigint binary both case cast check collate
collation column concurrently constraint create cross current_catalog current_date current_role current_schema
current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign
freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like
limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
references returning right select session_user similar some symmetric system_user table tablesample then to trailing
true union unique user using variadic verbose when where window with
"""
_COLUMNS_OF_POSTGRES = "cmax cmin ctid tableoid xmax xmin"
_SNOWFLAKE = """
account alter connect connection current database delete drop following gscluster increment insert issue minus
organization qualify regexp revoke rlike row rows sample schema set start trigger try_cast update values view whenever
"""
_SPARK = "anti escape filter minus percentile_cont semi sql time unknown within"
RESERVED: frozenset[str] = frozenset(f"{_POSTGRES} {_COLUMNS_OF_POSTGRES} {_SNOWFLAKE} {_SPARK}".split()).union(
    *({word.lower() for word in Dialect.get_or_raise(one).generator_class.RESERVED_KEYWORDS} for one in DIALECTS)
)
"""Of all dialects, so that a feature's column is called the same in each. sqlglot has the words of three of them."""
