"""Which sign stands before the cents, asked of whole columns: of a source, and of each of its files by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.orders.numbers import DecimalEvidence, comma_as_point, evidence_of
from marketfold.schema import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.engine import Engine


def column_evidence(frame: nw.LazyFrame[Any], engine: Engine, columns: Mapping[str, str]) -> dict[str, DecimalEvidence]:
    """What the texts of number columns say of the decimal sign, by role."""
    if not columns:
        return {}
    asked = [part for role, column in columns.items() for part in evidence_of(nw.col(column), role)]
    (found,) = engine.collect(frame.select(*asked)).to_pylist()
    kinds = ("comma", "point", "open_comma", "open_point")
    return {role: DecimalEvidence(*(int(found[f"{role} {kind}"] or 0) for kind in kinds)) for role in columns}


def with_points(
    frame: nw.LazyFrame[Any], engine: Engine, names: Sequence[str], seen: list[DecimalEvidence]
) -> nw.LazyFrame[Any]:
    """Numbers of one file with a decimal point, where it writes a comma; what it says is added to `seen`."""
    numbers = {name: name for name in names if ROLES[name].kind in {"number", "money"}}
    own = sum(column_evidence(frame, engine, numbers).values(), DecimalEvidence())
    seen.append(own)
    if own.sign != ",":
        return frame
    return frame.with_columns(*(comma_as_point(nw.col(name)).alias(name) for name in numbers))


def told_by_file(
    files: Sequence[DecimalEvidence], mapping: Mapping[str, str], evidence: Mapping[str, DecimalEvidence]
) -> Decision | None:
    """That each of several files was read by its own decimal sign; None where one of them does not tell its own."""
    if len(files) < 2 or any(own.is_open for own in files):
        return None
    commas = sum(own.sign == "," for own in files)
    columns = tuple(mapping[role] for role, found in evidence.items() if found.comma and found.point)
    return Decision("decimals_by_file", columns, numbers={"commas": commas, "files": len(files)})
