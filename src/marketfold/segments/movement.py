"""What happened between two runs: who moved, who came and went, what drifted, and whether the old model still fits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from marketfold.errors import ParameterError
from marketfold.frames import terse
from marketfold.segments.drift import find_drift
from marketfold.segments.journeys import follow, money_basis, segment_money
from marketfold.segments.matching import match_segments, shared_units
from marketfold.snapshot import Snapshot, check_comparable
from marketfold.thresholds import OUTSIDE_ALLOWED

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from numpy.typing import NDArray

    from marketfold.schema import Unit
    from marketfold.segments.drift import Drift
    from marketfold.segments.journeys import Journeys, MoneyBasis, SegmentMoney

OUTSIDE_SURE = 0.01
"""An old model no longer fits when more of the units than are allowed fit none of its segments, and that is more than
before at this level (Fisher's exact test)."""


@dataclass(frozen=True)
class ModelFit:
    """Whether the earlier run's model still fits: units beyond the reach of every segment, then and now, 0 to 1."""

    outside_then: float
    outside_now: float
    still_fits: bool


@terse
@dataclass(frozen=True)
class Movement:
    """What happened between two runs.

    Attributes
    ----------
    earlier_numbers, later_numbers, earlier_names, later_names
        Segments of either run, ascending, and their names: of the later run as the earlier one numbers the same groups.
    moves : int64, shape (n_earlier, n_later)
        Shared units by segment then and now.
    lost, new : int64, shape (n_earlier,) and (n_later,)
        Units that only the earlier run has, by their segment then; and only the later, by their segment now.
    drift
        One for each feature, most drift first.
    journeys
        Every unit by itself.
    fit
        None where the earlier model's reach was not given.
    earlier_on, later_on
        The days on which the runs looked back; None where they had none.
    basis, currency
        Whether the revenue of the runs can be subtracted, and its currency.
    renumbered
        Number of a segment in the later run, and the one that it has here, where these differ.
    merged
        Segments then and now between which units changed as segments were made one, or taken apart, by hand.
    """

    earlier_numbers: tuple[int, ...]
    later_numbers: tuple[int, ...]
    earlier_names: tuple[str, ...]
    later_names: tuple[str, ...]
    moves: NDArray[np.int64]
    lost: NDArray[np.int64]
    new: NDArray[np.int64]
    drift: tuple[Drift, ...]
    journeys: Journeys
    unit: Unit = "customer"
    fit: ModelFit | None = None
    earlier_on: date | None = None
    later_on: date | None = None
    basis: MoneyBasis = "unknown"
    currency: str | None = None
    renumbered: tuple[tuple[int, int], ...] = ()
    merged: tuple[tuple[int, int], ...] = ()

    @property
    def days(self) -> int | None:
        """Days between the two runs; None where one of them has no day."""
        return (self.later_on - self.earlier_on).days if self.earlier_on and self.later_on else None

    @property
    def money(self) -> tuple[SegmentMoney, ...]:
        """Revenue of each segment of either run, by its number; nothing where amounts cannot be compared."""
        if self.basis in {"unknown", "currencies"}:
            return ()
        names = dict(zip(self.earlier_numbers, self.earlier_names, strict=True))
        names |= dict(zip(self.later_numbers, self.later_names, strict=True))
        return segment_money(self.journeys, sorted(names.items()))

    @property
    def shared(self) -> int:
        """Units that both runs have."""
        return int(self.moves.sum())

    @property
    def n_merged(self) -> int:
        """Units of both runs in another segment, as theirs was made one with it or taken apart from it by hand."""
        then, now = self.earlier_numbers, self.later_numbers
        return sum(int(self.moves[then.index(before), now.index(after)]) for before, after in self.merged)

    @property
    def stayed_share(self) -> float:
        """Share of the shared units whose segment number is the same, or another by hand alone, 0 to 1."""
        same = [(i, self.later_numbers.index(n)) for i, n in enumerate(self.earlier_numbers) if n in self.later_numbers]
        stayed = sum(int(self.moves[i, j]) for i, j in same) + self.n_merged
        return stayed / self.shared if self.shared else 0.0


def model_fit(then: NDArray[np.bool_], now: NDArray[np.bool_]) -> ModelFit:
    """Whether a model still fits, by which units were beyond its reach then, and which are now.

    >>> model_fit(np.arange(100) < 1, np.arange(200) < 3).still_fits
    True
    """
    counts = np.array([[now.sum(), (~now).sum()], [then.sum(), (~then).sum()]])
    more = float(scipy.stats.fisher_exact(counts, alternative="greater").pvalue) < OUTSIDE_SURE
    share = float(now.mean())
    return ModelFit(float(then.mean()), share, not (more and share > OUTSIDE_ALLOWED))


def compare_runs(
    earlier: Snapshot,
    later: Snapshot,
    *,
    outside_then: NDArray[np.bool_] | None = None,
    outside_now: NDArray[np.bool_] | None = None,
    merged_then: Collection[int] = (),
    merged_now: Collection[int] = (),
) -> Movement:
    """Set two runs of the same unit and features side by side.

    Equal numbers mean the same group, as a run with `--previous` gives them. Where the later run was made without it,
    its segments are numbered like those of the earlier one that they are (`match_segments`).

    Parameters
    ----------
    outside_then, outside_now
        Which units of the earlier, and of the later run, lie beyond the reach of every segment of the earlier model
        (`KMeansSegmenter.fits_none`).
    merged_then, merged_now
        Numbers of segments of the earlier, and of the later run, that were made of several by hand.

    Raises
    ------
    ParameterError
        If the runs segment different units or have different features, or the later one looks back from an earlier day.

    Examples
    --------
    >>> before = Snapshot("customer", np.array(["a", "b", "c"]), np.array([1, 1, 2]), {1: "Friends", 2: "Guests"})
    >>> after = Snapshot("customer", np.array(["a", "b", "d"]), np.array([1, 2, 2]), {1: "Friends", 2: "Guests"})
    >>> movement = compare_runs(before, after)
    >>> movement.moves.tolist(), movement.lost.tolist(), movement.new.tolist()
    ([[1, 1], [0, 0]], [0, 1], [0, 1])
    """
    check_comparable(earlier, later, features=True)
    _check_order(earlier, later)
    later, renumbered = _numbered_alike(earlier, later)
    moves = shared_units(earlier, later)
    then, now = ((run.numbers[:, None] == run.segment_numbers).sum(axis=0) for run in (earlier, later))
    return Movement(
        earlier_numbers=earlier.segment_numbers,
        later_numbers=later.segment_numbers,
        earlier_names=tuple(map(earlier.name, earlier.segment_numbers)),
        later_names=tuple(map(later.name, later.segment_numbers)),
        moves=moves,
        lost=then - moves.sum(axis=1),
        new=now - moves.sum(axis=0),
        drift=find_drift(earlier, later),
        journeys=follow(earlier, later),
        unit=later.unit,
        fit=model_fit(outside_then, outside_now) if outside_then is not None and outside_now is not None else None,
        earlier_on=earlier.as_of,
        later_on=later.as_of,
        basis=money_basis(earlier, later),
        currency=later.takings.currency if later.takings else None,
        renumbered=renumbered,
        merged=_merged(
            moves,
            (earlier.segment_numbers, merged_then),
            (later.segment_numbers, {dict(renumbered).get(own, own) for own in merged_now}),
        ),
    )


def _merged(
    moves: NDArray[np.int64],
    then: tuple[tuple[int, ...], Collection[int]],
    now: tuple[tuple[int, ...], Collection[int]],
) -> tuple[tuple[int, int], ...]:
    """Segments then and now of which most of the one is in the other, which was made of several, or is a part of it.

    `then` and `now` are the numbers of a run's segments, and which of them were made of several.
    """
    found = set[tuple[int, int]]()
    for counts, (parts, _), (wholes, merged), is_now in ((moves, then, now, True), (moves.T, now, then, False)):
        within = 2 * counts > counts.sum(axis=1, keepdims=True)
        for place, whole in enumerate(wholes):
            inside = [part for part, lies in zip(parts, within[:, place], strict=True) if lies]
            if whole in merged and len(inside) > 1:
                found |= {(part, whole) if is_now else (whole, part) for part in inside if part != whole}
    return tuple(sorted(found))


def _check_order(earlier: Snapshot, later: Snapshot) -> None:
    if earlier.as_of and later.as_of and later.as_of < earlier.as_of:
        raise ParameterError(
            f"The first run looks back from {earlier.as_of}, the second from {later.as_of}, which is before it. Give "
            "the earlier run first."
        )


def _numbered_alike(earlier: Snapshot, later: Snapshot) -> tuple[Snapshot, tuple[tuple[int, int], ...]]:
    """The later run under the numbers of the earlier one, where the same groups have others, and which are changed."""
    matches = match_segments(earlier, later)
    if all(match.earlier in {None, match.segment} for match in matches):
        return later, ()
    number = {match.segment: match.number for match in matches}
    own = np.array([number[one] for one in later.numbers.tolist()], dtype=np.int_)
    names = {match.number: match.name for match in matches}
    changed = tuple((match.segment, match.number) for match in matches if match.segment != match.number)
    return replace(later, numbers=own, names=names), changed
