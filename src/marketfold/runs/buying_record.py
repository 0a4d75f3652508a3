"""What `run.json` says of how people buy: what goes together, and who comes back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from marketfold.report import baskets_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.analysis import Analysis
    from marketfold.campaigns import Pair
    from marketfold.exploration import Cohorts


def bought_together(analysis: Analysis) -> dict[str, Any] | None:
    """Pairs that stand in the same orders beyond chance; None where order lines name no products."""
    baskets, numbers = analysis.plan.baskets, [profile.number for profile in analysis.segments.profiles]
    if baskets is None:
        return None
    names = ("what", "orders", "single", "large", "n_things", "n_left_out", "n_tested", "n_found")
    own = zip(numbers, baskets.of_segments, strict=True)
    return {name: getattr(baskets, name) for name in names} | {
        "sentence": baskets_sentence(baskets),
        "pairs": [_pair(pair, numbers) for pair in baskets.pairs],
        "of_segments": [{"number": number, "pair": pair and _pair(pair, numbers)} for number, pair in own],
    }


def cohorts(analysis: Analysis) -> dict[str, Any] | None:
    """Who came back in each segment; None for units that are no customers, and without orders of two periods."""
    returning = analysis.plan.cohorts
    if returning is None:
        return None
    first = returning.of_segments[0]
    followed = zip(analysis.segments.profiles, returning.of_segments, strict=True)
    return {
        "unit": first.unit,
        "starts": first.starts.astype("datetime64[D]").astype(str).tolist(),
        "ends_on": returning.ends_on.isoformat(),
        "last_is_whole": returning.whole,
        "segments": [
            {"number": profile.number, "sizes": one.sizes.tolist(), "active": _active(one)} for profile, one in followed
        ],
    }


def _active(one: Cohorts) -> list[list[int]]:
    """Of each cohort the customers who bought n periods later, as far as the data goes."""
    return [[int(n) for n in row if n >= 0] for row in one.active]


def _pair(pair: Pair, numbers: Sequence[int]) -> dict[str, Any]:
    told = {name: getattr(pair, name) for name in ("lift", "first_confidence", "second_confidence")}
    return {**asdict(pair), **told, "segment": None if pair.segment is None else numbers[pair.segment]}
