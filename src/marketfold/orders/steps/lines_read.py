"""Order lines on their way through the steps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from marketfold.orders.steps.overview import Overview, look_over

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import narwhals as nw

    from marketfold.config import ReadingOptions
    from marketfold.decisions import Decision
    from marketfold.engine import Engine
    from marketfold.errors import Fault


@dataclass(frozen=True)
class LinesRead:
    """Typed lines, what their columns mean, and what was decided so far.

    Attributes
    ----------
    lines
        `source_line` and a column for each role in `mapping`, lazily.
    mapping
        Source column of each role that `lines` has or may need.
    sample
        The first cells of each source column, as they stand there: enough to see what is worth a look at every line.
    options
        What the user said; what is said there is no longer asked.
    texts
        The cells that were no plain number or day, as `CellReadings.left` has them.
    typed_days
        For a source column of a workbook with days beside texts: the `source_line`s whose cell is a day and no text.
    currency
        Code of the currency that was given, or that the signs in the cells show.
    """

    lines: nw.LazyFrame[Any]
    engine: Engine
    mapping: Mapping[str, str]
    sample: Mapping[str, Sequence[object]]
    options: ReadingOptions
    decisions: tuple[Decision, ...] = ()
    faults: tuple[Fault, ...] = ()
    texts: nw.LazyFrame[Any] | None = None
    typed_days: Mapping[str, frozenset[int]] = field(default_factory=dict)
    currency: str | None = None
    _seen: list[Overview] = field(default_factory=list, repr=False, compare=False)

    def has(self, *roles: str) -> bool:
        """Whether the source has a column for each of these roles."""
        return set(roles) <= set(self.mapping)

    def may(self, code: str) -> bool:
        """Whether a decision was left to us (`--undo CODE` takes it away)."""
        return code not in self.options.undo

    def cells(self, role: str) -> Sequence[object]:
        """The first cells of a role's column."""
        return self.sample[self.mapping[role]]

    @property
    def overview(self) -> Overview:
        """What all lines say together, asked when it is first needed and again once the lines have changed."""
        if not self._seen:
            self._seen.append(look_over(self))
        return self._seen[0]

    def measure(self, **asked: nw.Expr) -> dict[str, Any]:
        """Aggregates over all lines, by name."""
        row: dict[str, Any] = self.engine.collect(
            self.lines.select(*(value.alias(name) for name, value in asked.items()))
        ).to_pylist()[0]
        return row

    def decided(self, decision: Decision, lines: nw.LazyFrame[Any] | None = None) -> LinesRead:
        """The same with one more decision, and the lines that came of it."""
        return replace(self if lines is None else self.with_lines(lines), decisions=(*self.decisions, decision))

    def with_lines(self, lines: nw.LazyFrame[Any]) -> LinesRead:
        """The same with other lines."""
        return replace(self, lines=lines, _seen=[])

    def without(self, role: str) -> LinesRead:
        """The same as if the source had no column for a role."""
        mapping = {name: column for name, column in self.mapping.items() if name != role}
        return replace(self, mapping=mapping, lines=self.lines.drop(role, strict=False))

    def refused(self, fault: Fault) -> LinesRead:
        """The same with one more reason not to read the source."""
        return replace(self, faults=(*self.faults, fault))
