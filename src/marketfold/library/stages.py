"""The stages by themselves, with settings by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import config_from
from marketfold.errors import ParameterError
from marketfold.features import build_features, build_matrix
from marketfold.library.keywords import takes_settings
from marketfold.orders import Orders, read_orders
from marketfold.units import FeatureTable

if TYPE_CHECKING:
    from marketfold.config import Given
    from marketfold.features import FeatureMatrix


@takes_settings("reading")
def read(source: Any, config: Given = None, **settings: Any) -> Orders:
    """Read orders, whatever their columns are called.

    Parameters
    ----------
    source
        A path (CSV, TSV, Excel, Parquet, a folder or a pattern) or several, a dictionary of columns, or a pandas,
        Polars, PyArrow, DuckDB or PySpark table.
    config
        Settings as a whole: a `RunConfig`, a dictionary, or the path of a TOML file.
    settings
        Those of reading by their names, as in `date_format="%d/%m/%Y"`.

    Raises
    ------
    OrdersError
        If the source cannot be read as orders; all faults are named at once.
    ConfigError
        If a setting is unknown, out of its range, or of another stage.

    Examples
    --------
    >>> sold = {"when": ["2024-01-31", "2024-02-01"], "who": ["A", "B"], "paid": [12.5, 8.0]}
    >>> read(sold, mapping={"ordered_on": "when", "customer_id": "who", "amount": "paid"})
    <Orders of dictionary: 2 lines>
    """
    return read_orders(source, config_from(config, settings, groups=("reading",)).reading)


@takes_settings("cleaning")
def clean(orders: Orders, config: Given = None, **settings: Any) -> CleanOrders:
    """Separate purchases from everything else, and account for every line.

    Settings as in `read`, those of cleaning. OrdersError if there is no line; TooMuchSetAsideError if more than half of
    the lines would be set aside.

    Examples
    --------
    >>> from marketfold.demo import make_shop
    >>> clean(read(make_shop(lines=2_000).lines), drop_duplicates=True)
    <CleanOrders: 1,995 of 2,066 lines kept>
    """
    _refuse_other(orders, Orders, "clean", "read")
    return clean_orders(orders, config_from(config, settings, groups=("cleaning",)).cleaning)


@takes_settings("features")
def features(orders: CleanOrders, config: Given = None, **settings: Any) -> FeatureTable:
    """Measure every customer (or order, or line): one row for each, in the user's own units.

    Settings as in `read`, those of features. Features of your own are Narwhals expressions over the order lines that
    each customer bought and kept, by name; see the example. Columns are called by what they mean (`amount`,
    `quantity`, `ordered_on`, `category`, ...), `.alias(...)` at the end says what the feature is called, and the end of
    its name what it is: `_share` (0 to 1), `_days`, `_count`, `_total` and `_mean` of money. They are kept as text with
    the model, and measured of later orders by it; what cannot be kept is refused.

    Raises
    ------
    ConfigError
        If a setting is unknown or out of its range; if an expression cannot be written down, reads what is personal or
        no column of order lines, or may give none or more than one number for a customer.
    ParameterError
        If a feature of your own reads a column that these orders do not have, or is called as one of ours is.
    TooFewUnitsError
        If no purchase is before the as-of day.

    Examples
    --------
    >>> from marketfold.demo import make_shop
    >>> orders = clean(read(make_shop(lines=2_000).lines))
    >>> table = features(orders)
    >>> table.to_pandas().columns[0], table["order_count"].shape == (len(table),)
    ('customer_id', True)

    >>> import narwhals as nw
    >>> at_weekends = nw.col("amount").filter(nw.col("ordered_on").dt.weekday() > 5).sum() / nw.col("amount").sum()
    >>> own = {"weekend_share": at_weekends.alias("share of revenue at weekends")}
    >>> table = features(orders, own_features=own)
    >>> table.names[-1], table.features[-1].label
    ('weekend_share', 'share of revenue at weekends')
    """
    _refuse_other(orders, CleanOrders, "features", "clean")
    return build_features(orders, config_from(config, settings, groups=("features",)).features)


def matrix(table: FeatureTable, *, geography: bool = False) -> FeatureMatrix:
    """Choose the features that say something of their own, and scale them: what reduction and clustering work on.

    With `geography` countries and territories shape the matrix too. OrdersError if nothing tells the units apart;
    TooFewUnitsError if there are fewer than two.

    Examples
    --------
    >>> from marketfold.demo import make_shop
    >>> X = matrix(features(clean(read(make_shop(lines=2_000).lines))))
    >>> X.values.dtype.name, X.values.shape == (len(X), len(X.names))
    ('float32', True)
    """
    _refuse_other(table, FeatureTable, "matrix", "features")
    return build_matrix(table, geography=geography)


def _refuse_other(given: object, wanted: type, stage: str, before: str) -> None:
    """ParameterError where a stage is not given what the one before it gives."""
    if not isinstance(given, wanted):
        raise ParameterError(
            f"mf.{stage} takes {wanted.__name__}, which mf.{before}(...) gives, and got {type(given).__name__}."
        )
