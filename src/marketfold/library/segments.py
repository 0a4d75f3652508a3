"""Segments, and what a data scientist does with them: the same members, whether they were just made or loaded."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from marketfold.config import config_from
from marketfold.figures import segment_colour
from marketfold.library.figures import OnPage
from marketfold.library.keywords import takes_settings
from marketfold.library.kinds import of_kind
from marketfold.library.results import Comparison, MeasuredCampaigns
from marketfold.progress import shown_progress
from marketfold.runs import compare_sides, measure_addressed, score_orders
from marketfold.stage_costs import StageClock
from marketfold.words import share, units_word

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.analysis import Previous
    from marketfold.campaigns import CampaignPlan
    from marketfold.config import RunConfig
    from marketfold.frames import Table
    from marketfold.library.results import ExportedAudiences
    from marketfold.library.saved import SavedSegments
    from marketfold.model import SegmentModel
    from marketfold.runs import Addressed, Side
    from marketfold.schema import Watched
    from marketfold.units import FeatureTable

MOST_SHOWN = 12
"""Segments that the text names; a frame has all."""


def as_day(day: date | str) -> date:
    """A day, or its ISO text.

    >>> as_day("2026-07-01")
    datetime.date(2026, 7, 1)
    """
    if isinstance(day, str):
        return date.fromisoformat(day)
    return day.date() if isinstance(day, datetime) else day


class Segments(OnPage):
    """Customers (or orders, or order lines) in segments, with what is known of them and what can be done next.

    `segment` makes them and `load` reads them from a folder. As a frame (`to_pandas`, `to_polars`, `to_arrow`) they are
    one row for each customer: its id, segment (from 1) with name and trust, distance, confidence, what it brought and
    what is expected of it.

    Examples
    --------
    >>> from marketfold.demo import make_shop
    >>> from marketfold.library import segment
    >>> found = segment(make_shop(lines=600).lines, segments=3, quick=True, k_max=4, bootstraps=2)
    >>> found.n_segments, found.to_pandas().columns[:3].tolist()
    (3, ['customer_id', 'segment', 'segment_name'])
    >>> later = found.score(make_shop(lines=2_000, random_state=1).lines)
    >>> type(later).__name__, sorted(later["segment"].unique().to_pylist())
    ('Table', [1, 2, 3])
    """

    @property
    @abstractmethod
    def source(self) -> str:
        """From what they were made."""

    @property
    @abstractmethod
    def config(self) -> RunConfig:
        """The settings that they were made with."""

    @property
    @abstractmethod
    def plan(self) -> CampaignPlan:
        """A campaign for each segment."""

    @property
    @abstractmethod
    def model(self) -> SegmentModel:
        """What assigns further customers; ModelError where a folder keeps none."""

    @property
    @abstractmethod
    def features(self) -> FeatureTable:
        """What was measured of each customer, in the user's units."""

    @property
    @abstractmethod
    def profiles(self) -> Table:
        """Everybody, then one row for each segment: its size, money, trust, rule and medians."""

    @property
    @abstractmethod
    def traps(self) -> Table:
        """What may be wrong with the segments: severity, code, segments, and a sentence."""

    @abstractmethod
    def save(self, folder: str | Path, *, progress: Watched = True) -> SavedSegments:
        """Write a run folder with report, lists of customers and briefs, whole or not at all; `load` reads it.

        RunFolderError if the folder exists already, or cannot be written.
        """

    @abstractmethod
    def export(
        self,
        to: str,
        folder: str | Path | None = None,
        *,
        orders: Any = None,
        progress: Watched = True,
        **options: Any,
    ) -> ExportedAudiences:
        """Write audiences to upload, without those held out; the only place where names and addresses are read.

        Parameters
        ----------
        to
            Name of the platform, such as `google`, `meta`, `klaviyo` or `csv`.
        folder
            Where to; `audiences-PLATFORM` if not given, beside the run folder where there is one.
        orders
            The orders, where they are not to be found any more.
        options
            Fields of `ExportOptions`: `consent_column`, `consent_override`, `suppression`, `country`, `segments` ...

        Raises
        ------
        AudienceError
            If consent is neither recorded nor overridden, or no audience may be written.
        ParameterError
            If there is no such option.
        """

    @abstractmethod
    def as_previous(self) -> Previous:
        """What a new segmentation carries on: `segment(orders, previous=...)`."""

    @abstractmethod
    def _side(self) -> Side: ...

    @abstractmethod
    def _addressed(self) -> Addressed: ...

    @property
    def n_segments(self) -> int:
        """How many segments there are."""
        return len(self.plan.campaigns)

    @property
    def names(self) -> dict[int, str]:
        """Name of each segment, by its number."""
        return {one.number: one.name for one in self.plan.campaigns}

    @takes_settings("reading")
    def score(self, source: Any, *, as_of: date | str | None = None, progress: Watched = True, **settings: Any) -> Any:
        """Give the customers of other orders these segments, as a frame of the kind that was given.

        Parameters
        ----------
        source
            Orders as `read` takes them; of a path or a dictionary a `Table` is given back.
        as_of
            Day on which features look back; the day after the last order if not given.
        settings
            Those of reading that differ from those with which the segments were made.

        Raises
        ------
        ModelError
            If the model is not kept, or the orders do not hold its features.
        OrdersError
            If they cannot be read as orders.
        """
        features = self.config.features.model_copy(update={"as_of": as_day(as_of) if as_of else None})
        config = config_from(self.config.model_copy(update={"features": features}), settings, groups=("reading",))
        with shown_progress(progress, "score") as told:
            return of_kind(source, score_orders(self.model, source, config, told))

    def to_sql(self, dialect: str, orders: str = "orders", *, as_of: str | None = None) -> str:
        """Print the model as SQL: what gives each customer of a warehouse's own table of order lines the segment.

        Parameters
        ----------
        dialect
            `duckdb`, `postgres`, `bigquery`, `snowflake`, `databricks`, `redshift` or `spark`.
        orders
            Table or view with the columns that the segments were made of: numbers as numbers, days as days.
        as_of
            Day to look back from: a date, `CURRENT_DATE`, or `CURRENT_DATE - 7`; the day after the last purchase of the
            table if not given.

        Raises
        ------
        ModelError
            If the model, or what was decided of its orders, cannot be said in SQL: then it says what to do.
        ParameterError
            If there is no such dialect, or `orders` or `as_of` is not what it should be.
        """
        from marketfold.warehouse import model_sql  # noqa: PLC0415  (few ask for SQL, and sqlglot takes a while)

        return model_sql(self.model, dialect, orders, as_of)

    def compare(self, earlier: Segments | str | Path, *, progress: Watched = True) -> Comparison:
        """Say what happened since earlier segments, or those of a folder: who moved, came, left, went quiet.

        ParameterError if they are of other units or features, or look back from a later day.
        """
        from marketfold.library.saved import load  # noqa: PLC0415  (it makes segments)

        before = earlier if isinstance(earlier, Segments) else load(earlier)
        with shown_progress(progress, "compare") as told, StageClock(told).stage("compare"):
            after = self._side()
            return Comparison(compare_sides(before._side(), after), after.features.features)  # noqa: SLF001

    def measure(
        self, later: Any, date_from: date | str, date_to: date | str, *, progress: Watched = True
    ) -> MeasuredCampaigns:
        """Say what the campaigns did, by the orders of all customers in a period, its first and last day given.

        MeasurementError if the period begins before the segments looked back, or nobody was held out.
        """
        with shown_progress(progress, "measure") as told:
            period = as_day(date_from), as_day(date_to)
            return MeasuredCampaigns(measure_addressed(self._addressed(), later, period, StageClock(told)))

    def __len__(self) -> int:
        return sum(one.customers for one in self.plan.campaigns)

    def __repr__(self) -> str:  # ids may be names: they are not shown
        campaigns, unit = self.plan.campaigns, units_word(self.plan.unit)
        lines = [f"<Segments of {self.source[-80:]}: {len(self):,} {unit} in {self.n_segments}>"]
        for one in campaigns[:MOST_SHOWN]:
            money = f", {share(one.revenue_share)} of revenue" if one.revenue_share else ""
            lines.append(
                f"  {one.number}  {one.name[:60]}: {one.customers:,} {unit}{money}, {one.trust or 'not tested'}"
            )
        if len(campaigns) > MOST_SHOWN:
            lines.append(f"  and {len(campaigns) - MOST_SHOWN} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        unit = units_word(self.plan.unit)
        cards = "".join(
            f'<div style="border-left:6px solid {segment_colour(one.number)};padding:2px 10px;margin:6px 0">'
            f"<b>{one.number}. {escape(one.name)}</b> <small>{escape(one.trust or 'not tested')}</small><br>"
            f"{one.customers:,} {unit} ({share(one.customer_share)})"
            f"{f', {share(one.revenue_share)} of revenue' if one.revenue_share else ''}<br>"
            f"<i>{escape(one.aim_title)}</i>: {escape(one.goal)}</div>"
            for one in self.plan.campaigns[:MOST_SHOWN]
        )
        more = self.n_segments - MOST_SHOWN
        rest = f"<p>and {more} more</p>" if more > 0 else ""
        head = f"<p>{len(self):,} {unit} of {escape(self.source)} in {self.n_segments} segments</p>"
        return f"{head}{cards}{rest}"
