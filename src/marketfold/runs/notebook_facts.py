"""What the notebook of a run is made from: its file read once more, and the run as it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.cleaning import clean_orders
from marketfold.customer_tables import CustomerTable
from marketfold.errors import RunFolderError, TooFewUnitsError
from marketfold.features import (
    EXPECTED,
    build_features,
    build_matrix,
    literature_line_table,
    plain_formulas,
)
from marketfold.notebook import Data, Goal, Measured, Network, NotebookFacts, Places, TextReading
from marketfold.orders import DAY_NUMBER, NAMED_MONTH, TextSource
from marketfold.reduction import AutoencoderReducer, TrainingSettings
from marketfold.schema import ROLES
from marketfold.selection import select_features

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketfold.cleaning import CleanOrders
    from marketfold.features import FeatureMatrix
    from marketfold.orders import Orders, PlainForm, Source
    from marketfold.runs.read import Run
    from marketfold.units import FeatureTable

PLAIN = frozenset({
    "amount_by_likeness", "amount_from_price", "amount_may_include", "amount_per_item", "bought_added_up",
    "charges", "credit_notes_ignored", "currencies", "customer_by_id", "customer_by_name", "customer_is_row",
    "customer_of_each_order", "customer_repeated", "customer_table", "customer_table_asked", "day_by_content",
    "days_after_today", "discount_in_price", "discount_in_total", "discount_left", "emails_folded",
    "few_days_of_month", "first_day_apart", "flags_unused", "header_found", "ids_cut_off", "ids_differ_in_case",
    "ids_differ_in_zeros", "impossible_days", "last_day_apart", "likeness_differs", "missing_filled",
    "net_of_returns", "no_customer_as_usual", "not_a_customer", "one_of_several", "one_order_each", "order_by_day",
    "order_total", "order_total_differs", "order_total_left", "orders_of_several_customers", "other_money",
    "placeholder_days", "price_differs", "price_of_line", "repeats_kept", "returns_unmatched",
    "returns_unmatched_few", "set_aside", "short_codes", "statuses_not_delivered", "statuses_not_paid",
    "statuses_open", "statuses_part_returned", "statuses_unknown", "total_is_lower", "unreadable_days",
})  # fmt: skip
"""Decisions of reading and cleaning that the notebook follows in plain pandas, or that change no line."""
_TIME = re.compile(r"[T,\s:]*%[HIMSpfzZ].*$")


@dataclass(frozen=True)
class Gathered:
    """A run and its file, read once more; `clean` is None of a table of customers.

    `table` has every feature and `everything` is it scaled, `wanted` has those of the run's set, and `matrix` is what
    the segments were made of.
    """

    run: Run
    read: Orders | CustomerTable
    clean: CleanOrders | None
    table: FeatureTable
    everything: FeatureMatrix
    wanted: FeatureTable
    matrix: FeatureMatrix


def gather(run: Run, read: Orders | CustomerTable) -> Gathered:
    """Clean and measure again what was read.

    Raises
    ------
    RunFolderError
        If it comes to other features than the run, which another version may have made.
    """
    config, clean = run.config, None
    if isinstance(read, CustomerTable):
        table = read.features
    else:
        clean = clean_orders(read, config.cleaning)
        table = build_features(clean, config.features)
    wanted = select_features(table, run.record["feature_set"]["name"])
    matrix = build_matrix(wanted, geography=config.features.geography)
    if matrix.names != run.model.names or len(table) != run.segments.num_rows:
        raise RunFolderError(
            f"{run.folder} was made from other features than this version measures of its file. Make the run again."
        )
    return Gathered(run, read, clean, table, build_matrix(table), wanted, matrix)


# --- how the file is read


def _reasons(given: Gathered) -> list[str]:
    """Why plain pandas does not read and clean the file as the run did, sentences; none where it does."""
    read, source = given.read, given.read.source
    if not isinstance(source, TextSource):
        return [
            "It is no text file by itself: a workbook, a Parquet file, or several files or sheets read as one table."
        ]
    said = [*read.facts.decisions, *(given.clean.report.decisions if given.clean else ())]
    found = [f"{one.what} That takes more than a line of pandas." for one in said if one.code not in PLAIN]
    if _plain_form(source) is None:
        found.append("The file is packed, or rows of it had to be mended before they could be split.")
    if isinstance(read, CustomerTable):
        if any(one.kind == "days" for one in read.uses.shaping):
            found.append("How a column of days is written is told by all of its cells together.")
        return found
    if _day_formats(read) is None:
        found.append("Its days are written in a way that pandas does not read.")
    if given.clean and _returns_not_counted(given.clean):
        found.append("Some returns are of purchases that are set aside themselves, and are not counted again.")
    return found


def _day_formats(orders: Orders) -> tuple[str, ...] | None:
    """How its days are written; None where pandas cannot be told."""
    styles = [_TIME.sub("", style) for style in orders.cells.date_styles]
    known = all(style.startswith("%") or style in {DAY_NUMBER, NAMED_MONTH} for style in styles)
    return tuple(dict.fromkeys(styles)) if styles and known else None


def _returns_not_counted(clean: CleanOrders) -> bool:
    returned: int = clean.engine.collect(clean.returns.select("source_line")).num_rows
    aside = clean.report.ledger.lines_set_aside
    return returned != aside.get("cancelled", 0) + aside.get("returned", 0)


def _plain_form(source: Source) -> PlainForm | None:
    return source.plain_form if isinstance(source, TextSource) else None


def _text_reading(given: Gathered) -> TextReading | None:
    read, plain = given.read, _plain_form(given.read.source)
    if plain is None:
        return None
    form = (plain.delimiter or r"\s+", read.facts.encoding or "utf-8", plain.header)
    null_values = given.run.config.reading.null_values
    if isinstance(read, CustomerTable):
        return TextReading(*form, null_values, {}, {})
    kept = [name for name in read.lines.collect_schema().names() if name in read.facts.mapping]
    codes = {one.code for one in read.facts.decisions}
    numeric = [name for name in kept if ROLES[name].kind in {"number", "money"}]
    mails = read.lines.filter(nw.col("customer_id").str.contains("@", literal=True)).select("customer_id").head(1)
    return TextReading(
        *form,
        null_values,
        columns={name: read.facts.mapping[name] for name in kept},
        numbers={name: read.cells.decimals.get(name, "") for name in numeric},
        day_formats=_day_formats(read) or (),
        no_days=bool(codes & {"placeholder_days", "impossible_days"}),
        folds_emails="emails_folded" not in given.run.config.reading.undo and bool(read.engine.collect(mails).num_rows),
    )


# --- the facts


def facts_of(given: Gathered, places: Places, why_saved: Iterable[str]) -> NotebookFacts:
    """All that a notebook is made from; with reasons in `why_saved` it begins with saved lines."""
    own = given.run.model.reducer
    return NotebookFacts(
        places=places,
        data=_data(given, tuple(why_saved)),
        measured=_measured(given),
        goal=_goal(given),
        network=_network(given),
        own_network=_own_network(given, own) if hasattr(own, "network_") else None,
    )


def reasons_to_save(given: Gathered) -> tuple[str, ...]:
    """Why the notebook of a run cannot begin with its file, sentences; empty where it can."""
    return tuple(dict.fromkeys(_reasons(given)))


def _data(given: Gathered, why_saved: tuple[str, ...]) -> Data:
    read, clean, record = given.read, given.clean, given.run.record
    said = tuple(f"{one['what']} {one['why']}".strip() for one in record["input"]["decisions"])
    return Data(
        name=read.facts.name,
        sha256=record["input"].get("sha256"),
        is_orders=clean is not None,
        reading=None if why_saved else _text_reading(given),
        why_saved=why_saved,
        said=said,
        ledger=record["ledger"],
        has_money=given.table.has_money,
        rules=clean.report.applied if clean else (),
        came_back=clean is not None and clean.taken_back is not None,
        columns=clean.columns if clean else (),
        literature=_literature(clean) if clean else ((), ()),
    )


def _literature(clean: CleanOrders) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Numbers and classes of order lines that published analyses take."""
    table = literature_line_table(clean.orders)
    if table is None:
        numbers = ("quantity", "unit_price", "amount", "list_price")
        return (*(name for name in numbers if name in clean.columns), "month", "year"), ()
    classes = tuple(dict.fromkeys(one.block for one in table.features if one.block))
    return tuple(one.name for one in table.features if not one.block), classes


def _measured(given: Gathered) -> Measured:
    record, table, matrix = given.run.record, given.table, given.matrix
    features = {one.name: one for one in (*table.features, *given.wanted.features, *matrix.table.features)}
    of_customers = given.read if isinstance(given.read, CustomerTable) else None
    is_expected = set(features) & set(EXPECTED)
    return Measured(
        unit=table.unit,
        n_units=len(table),
        as_of=table.as_of,
        is_cut=given.run.config.features.as_of is not None,
        features=tuple(features.values()),
        formulas=plain_formulas(table.unit, tuple(features), table.settings) if of_customers is None else {},
        feature_set=record["feature_set"]["name"],
        wanted=tuple(dict.fromkeys((*given.wanted.names, *matrix.names))),
        names=matrix.names,
        everything=len(given.everything.names),
        shaped=of_customers.uses.shaping if of_customers else (),
        identity=of_customers.facts.mapping.get("customer_id") if of_customers else None,
        expected=record["expected"]["parameters"] if is_expected else None,
    )


def _goal(given: Gathered) -> Goal:
    run, model, chosen = given.run, given.run.model, given.run.record["choose_k"]
    places = model.segmenter.places_.tolist() if model.segmenter.n_made < len(model.segmenter.places_) else ()
    return Goal(
        method=run.record["reduction"]["method"],
        n_dimensions=model.reducer.n_dimensions_,
        k=len(model.segmenter.centers_),
        wcss=model.segmenter.wcss_,
        places=tuple(places),
        why_k=chosen["decision"],
        seed=run.record["seed"],
        k_max=run.config.clustering.k_max,
    )


def _network(given: Gathered) -> Network:
    """One for all features, as wide as they bear; the smallest where they bear none."""
    X = given.everything.values
    n_features = X.shape[1]
    try:
        shape = AutoencoderReducer().architecture_for(X)
        widths, fits = shape.encoder_widths, True
    except TooFewUnitsError:
        widths, fits = (n_features, max(1, n_features // 2)), False
    return _taught(widths, len(X), max(widths), fits=fits)


def _own_network(given: Gathered, reducer: Any) -> Network:
    shape = reducer.network_.architecture
    form = {"tied": shape.tied, "code_activation": shape.code_activation}
    return _taught(shape.encoder_widths, len(given.table), shape.widest, **form)


def _taught(widths: tuple[int, ...], n_units: int, widest: int, **form: Any) -> Network:
    """A network as a run teaches it on so many units."""
    plan = TrainingSettings().plan(n_units, widest, 0)
    return Network(widths, plan.epochs, plan.batch_size, round(plan.learning_rate, 4), plan.patience, **form)
