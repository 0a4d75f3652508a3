"""What is said of two runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold import words
from marketfold.report.sentences.phrases import phrases, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.segments import ModelFit, Movement

AGEING = {
    "recency_days": "days since the last order",
    "tenure_days": "days since the first order",
    "gap_mean_days": "the wait for a second order",
    "trend": "growth, whose later half begins later",
}
"""Beside these, totals and shares of the calendar grow with the orders."""


def knows_quiet(movement: Movement) -> bool:
    """Whether it can be told who came back: of customers, with days of orders, and some days between the runs."""
    known = not np.isnat(movement.journeys.last_on).all()
    return known and movement.unit == "customer" and bool(movement.days)


def _counts(movement: Movement) -> dict[str, Any]:
    who, unit = movement.journeys, words.unit_word(movement.unit)
    came, quiet = int(who.came_back.sum()), int(who.went_quiet.sum())
    moved = int((who.in_both & (who.before != who.after)).sum()) - movement.n_merged
    return {
        "came": words.plural(came, unit),
        "n_came": came,
        "quiet": quiet,
        "quiet_units": words.plural(quiet, unit),
        "best": int((who.went_quiet & who.best).sum()),
        "moved": words.plural(moved, unit),
        "n_moved": moved,
        "unit": unit,
    }


def movement_title(movement: Movement) -> str:
    """The news in a line: who came back and who went quiet, or else who moved."""
    n = _counts(movement)
    if not movement.shared:
        code = "strangers"
    elif n["n_came"] or n["quiet"]:
        code = "both" if n["n_came"] and n["quiet"] else "came" if n["n_came"] else "quiet"
        code += ".best" if n["best"] else ""
    elif n["n_moved"] or movement.n_merged:
        code = "merged" if not n["n_moved"] else "moved" if knows_quiet(movement) else "moved.only"
    else:
        code = "still"
    return say("movement", f"title.{code}", **n)


def movement_sentences(movement: Movement, labels: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What a reader should know first of two runs; `labels` say what features are called."""
    new, gone = int(movement.new.sum()), int(movement.lost.sum())
    moved = (
        say("movement", "stayed", shared=movement.shared, stayed=movement.stayed_share)
        if movement.shared
        else say("movement", "strangers")
    )
    return (
        *money_sentences(movement),
        moved,
        say("movement", "came_and_went", new=new, gone=gone),
        *drift_sentences(movement, labels),
        *([fit_sentence(movement.fit)] if movement.fit else []),
    )


def money_sentences(movement: Movement) -> tuple[str, ...]:
    """What came in between two runs, and from whom; or what each run has, and why no more can be told."""
    who, basis, currency = movement.journeys, movement.basis, movement.currency
    if basis in {"unknown", "currencies"}:
        return (say("movement", f"why.{basis}"),)
    before, after = float(who.brought_before.sum()), float(who.brought_after.sum())
    if basis != "between":
        return (
            say("movement", "money.each", currency, before=before, after=after, why=say("movement", f"why.{basis}")),
        )
    if not movement.days:
        return (say("movement", "money.same day"),)
    more, arrived = who.brought_after - who.brought_before, who.before == 0
    same, new = float(more[who.in_both].sum()), float(who.brought_after[arrived].sum())
    said: dict[str, Any] = {"days": words.days(movement.days), "total": same + new, "same": same, "new": new}
    said |= {"shared": movement.shared, "units": words.units_word(movement.unit), "arrived": int(arrived.sum())}
    found = [say("movement", "money.between" if arrived.any() else "money.between.no new", currency, **said)]
    for name, group, money in (("came", who.came_back, more), ("quiet", who.went_quiet, who.brought_before)):
        n = int(group.sum())
        code = f"money.{name}" if n > 1 else f"money.{name}.one"
        found += [say("movement", code, currency, **{name: n, f"{name}_money": float(money[group].sum())})] if n else []
    return tuple(found)


def drift_sentences(movement: Movement, labels: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What has shifted beyond what time moves; nothing where no features were kept."""
    drifted = tuple((labels or {}).get(one.feature, one.feature) for one in movement.drift if one.level == "much drift")
    if drifted:
        return (say("movement", "drifted", features=drifted),)
    return (say("movement", "steady"),) if movement.drift else ()


def ages_sentence(movement: Movement) -> str:
    """Say what the days between the runs move by themselves; "" where they move nothing."""
    ageing = [one.feature for one in movement.drift if one.level == "ages"]
    if not ageing or not movement.days:
        return ""
    what = [AGEING[name] for name in ageing if name in AGEING]
    what += ["what is added up over a customer's whole time, and shares of the calendar"] * (len(what) < len(ageing))
    return say("movement", "ages", days=words.days(movement.days), what=tuple(what))


def merged_sentence(movement: Movement) -> str:
    """Say who is in another segment only as segments were made one, or taken apart, by hand; "" where nobody is."""
    if not movement.n_merged:
        return ""
    then = dict(zip(movement.earlier_numbers, movement.earlier_names, strict=True))
    now = dict(zip(movement.later_numbers, movement.later_names, strict=True))
    pairs = tuple(f"from {one} ({then[one]}) to {other} ({now[other]})" for one, other in movement.merged)
    who = words.plural(movement.n_merged, words.unit_word(movement.unit))
    return say("movement", "merged", pairs=pairs, n=movement.n_merged, who=who)


def renumbered_sentence(movement: Movement) -> str:
    """Say which segments of the later run have another number here; "" where none has."""
    pairs = tuple(f"{here} is its {own}" for own, here in movement.renumbered)
    return say("movement", "renumbered", pairs=pairs) if pairs else ""


def file_sentence(movement: Movement, file: str, n_rows: int) -> str:
    """Say where the people stand by their ids."""
    money = say("movement", "file.money") if movement.basis == "between" else ""
    units = words.units_word(movement.unit)
    return say("movement", "file", file=file, rows=n_rows, units=units, money=money)


def fit_sentence(fit: ModelFit) -> str:
    """Whether the earlier run's model still fits, and what to do."""
    return say("movement", "fits" if fit.still_fits else "fits no longer", now=fit.outside_now, then=fit.outside_then)


def about_people(movement: Movement, file: str, most: int) -> list[tuple[str, str]]:
    """What the second sheet of the workbook of people says, with no name of anybody; a sheet holds so many at most."""
    days = [words.day(one) for one in (movement.earlier_on, movement.later_on) if one]
    texts = phrases("movement")
    return [
        ("Rows", say("movement", "sheet.rows", most=most)),
        *([("Runs", " to ".join(days))] if days else []),
        ("Quiet", texts["quiet" if knows_quiet(movement) else "quiet.unknown"]),
        ("Careful", say("movement", "sheet.careful", file=file)),
    ]
