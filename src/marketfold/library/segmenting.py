"""From orders to segments in one call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from marketfold.cleaning import CleanOrders
from marketfold.config import RunConfig, config_from
from marketfold.errors import ParameterError
from marketfold.library.keywords import takes_settings
from marketfold.library.made import MadeSegments
from marketfold.library.saved import load
from marketfold.library.segments import Segments
from marketfold.orders import Orders
from marketfold.pipeline import segment_market

if TYPE_CHECKING:
    from marketfold.analysis import Previous
    from marketfold.config import Given
    from marketfold.schema import Watched


@takes_settings()
def segment(
    source: Any,
    config: Given = None,
    *,
    previous: Segments | Previous | str | Path | None = None,
    clusterer: Any = None,
    progress: Watched = True,
    **settings: Any,
) -> MadeSegments:
    """Segment the customers of a shop, and plan a campaign for each segment.

    A table with one row for each customer is recognised by what it holds, and segmented as it is.

    Parameters
    ----------
    source
        A path (CSV, TSV, Excel, Parquet, a folder or a pattern) or several, a dictionary of columns, a pandas, Polars,
        PyArrow, DuckDB or PySpark table, or what `read` or `clean` made of one.
    config
        Settings as a whole: a `RunConfig`, a dictionary, or the path of a TOML file; what is set nowhere comes from
        `marketfold.toml` and the environment.
    previous
        Earlier segments, or their folder: where a segment is the same group it keeps its number, its name, its arms
        and what was edited by hand.
    clusterer
        A scikit-learn clusterer of your own, as an instance, in the place of K-means; a transformer in the place of
        the reduction is `reduction=FactorAnalysis(5)`. Copies are fitted. New customers go to the nearest segment mean;
        such a model cannot be saved.
    progress
        One line in a notebook and on a terminal; False shows none, and a function is told of each step.
    settings
        By their names, as in `segments=4, reduction="pca", mapping={"customer_id": "KDNR"}`;
        `own_features={"weekend_share": ...}` are Narwhals expressions as `features` takes them.

    Raises
    ------
    OrdersError
        If the source cannot be read, or too much of it is set aside.
    ConfigError
        If a setting is unknown or out of its range, or a feature of your own cannot be kept with the segments.
    TooFewUnitsError
        If there are fewer customers than segments.

    Examples
    --------
    >>> from marketfold.demo import make_shop
    >>> found = segment(make_shop(lines=600).lines, segments=3, quick=True, k_max=4, bootstraps=2)
    >>> sorted(found.to_pandas()["segment"].unique().tolist())
    [1, 2, 3]
    """
    groups, own = _groups(source), settings.get("reduction")
    if own is not None and not isinstance(own, str | Mapping | BaseModel):
        settings = {name: value for name, value in settings.items() if name != "reduction"}
    else:
        own = None
    whole = config_from(config, settings, groups=groups)
    if clusterer is not None and settings.get("segments"):
        raise ParameterError(
            f"segments={settings['segments']} and a clusterer of your own, which finds its own number: leave out the "
            f"one, or give {type(clusterer).__name__} the number."
        )
    earlier = load(previous) if isinstance(previous, str | Path) else previous
    carried = earlier.as_previous() if isinstance(earlier, Segments) else earlier
    analysis = segment_market(source, whole, progress, previous=carried, reducer=own, clusterer=clusterer)
    return MadeSegments(analysis)


def _groups(source: Any) -> tuple[str, ...]:
    """The groups of settings that have a use, all that are left after what was done."""
    done: set[str] = set()
    if isinstance(source, Orders | CleanOrders):
        done = {"reading", "cleaning"} if isinstance(source, CleanOrders) else {"reading"}
    return tuple(name for name in RunConfig.model_fields if name not in done)
