"""What a notebook is made from: what the run read, decided and reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketfold.schema import UNIT_ID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from marketfold.cleaning import AppliedRule
    from marketfold.customer_tables import Shaping
    from marketfold.schema import Unit
    from marketfold.units import Feature


@dataclass(frozen=True)
class Places:
    """Where things lie, in full: they stand in the first cell of code and nowhere else.

    `file` is None where the notebook does not read it; `tables` are what was saved beside the notebook, by the name of
    the variable that holds the place of each.
    """

    file: str | None
    run: str
    tables: Mapping[str, str]


@dataclass(frozen=True)
class TextReading:
    """A text file as the run read it, where plain pandas can read it alike.

    Attributes
    ----------
    separator
        A character; a pattern of blanks where columns stand apart by those.
    header
        Row of the names, from 0.
    columns
        Source column of each role that is read, in the order of the roles; none of a table of customers.
    numbers
        Decimal sign of each of these roles that holds numbers; "" where all of them are plain.
    day_formats
        How days are written, as strptime says it, or `DAY_NUMBER` or `NAMED_MONTH` of `orders`.
    no_days
        Whether some days are none that an order can have.
    """

    separator: str
    encoding: str
    header: int
    null_values: tuple[str, ...]
    columns: Mapping[str, str]
    numbers: Mapping[str, str]
    day_formats: tuple[str, ...] = ()
    no_days: bool = False
    folds_emails: bool = False


@dataclass(frozen=True)
class Data:
    """From which file, and what became of its lines.

    Attributes
    ----------
    reading
        How plain pandas reads the file; None where it does not, for the reasons of `why_saved`.
    said
        What the run decided in reading and cleaning, sentences.
    came_back
        Whether something came back of purchases, and is taken off by a table that was saved.
    columns
        Those of the purchases.
    literature
        Columns that published analyses of order lines take: numbers, and classes.
    """

    name: str
    sha256: str | None
    is_orders: bool
    reading: TextReading | None
    why_saved: tuple[str, ...]
    said: tuple[str, ...]
    ledger: Mapping[str, Any]
    has_money: bool
    rules: tuple[AppliedRule, ...] = ()
    came_back: bool = False
    columns: tuple[str, ...] = ()
    literature: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


@dataclass(frozen=True)
class Measured:
    """The units, their features, and which of them make the matrix of the run.

    Attributes
    ----------
    as_of, is_cut
        The day from which features look back, and whether lines on or after it were left aside.
    formulas
        Each feature in plain pandas; none of a table of customers.
    shaped
        Of a table of customers: which columns each feature is made of.
    identity
        Column of its ids; None where the row is the id.
    feature_set, wanted, names
        What the run's set is called, its features, and those that are left once constants and repeats are out.
    everything
        How many columns the matrix of all features has.
    expected
        Parameters of the two models of buying; None where no feature follows from them.
    """

    unit: Unit
    n_units: int
    as_of: date | None
    is_cut: bool
    features: tuple[Feature, ...]
    formulas: Mapping[str, str]
    feature_set: str
    wanted: tuple[str, ...]
    names: tuple[str, ...]
    everything: int
    shaped: tuple[Shaping, ...] = ()
    identity: str | None = None
    expected: Mapping[str, Mapping[str, float]] | None = None

    @property
    def key(self) -> str:
        """Column that says which unit a row belongs to."""
        return UNIT_ID[self.unit]

    @property
    def unit_words(self) -> str:
        """What a unit is called."""
        return self.unit.replace("_", " ")

    @property
    def blocks(self) -> dict[str, str]:
        """Block of each feature that has one."""
        return {feature.name: feature.block for feature in self.features if feature.block}

    @property
    def places(self) -> tuple[str, ...]:
        """Columns of places that features are made of."""
        return tuple(dict.fromkeys(one.block or "" for one in self.features if one.aspect == "geography"))

    @property
    def has_own(self) -> bool:
        """Whether somebody defined one of the features."""
        return any(feature.aspect == "own" for feature in self.features)

    def has(self, name: str) -> bool:
        """Whether a feature was measured."""
        return any(feature.name == name for feature in self.features)


@dataclass(frozen=True)
class Network:
    """An autoencoder: widths from input to code, and how it is trained.

    `fits` is whether it has no more weights than the data have values; `tied` and `code_activation` are of the run's.
    """

    widths: tuple[int, ...]
    epochs: int
    batch_size: int
    learning_rate: float
    patience: int
    fits: bool = True
    tied: bool = False
    code_activation: str = "linear"


@dataclass(frozen=True)
class Goal:
    """What the notebook must come to.

    `places` are the segment of each centre, from 0, where some were merged, and empty where none were; `why_k` is why
    there are so many, a sentence.
    """

    method: str
    n_dimensions: int
    k: int
    wcss: float
    places: tuple[int, ...]
    why_k: str
    seed: int
    k_max: int


@dataclass(frozen=True)
class NotebookFacts:
    """All of it; `own_network` is the one that the run's segments stand on, where they do on one."""

    places: Places
    data: Data
    measured: Measured
    goal: Goal
    network: Network
    own_network: Network | None = None
