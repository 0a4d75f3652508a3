"""Where the people of an audience are read from: orders, or a table of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import narwhals as nw

    from marketfold.decisions import SourceFacts
    from marketfold.engine import Engine


class People(Protocol):
    """A source that knows who its customers are, as `Orders` does."""

    @property
    def facts(self) -> SourceFacts:
        """How the source was read."""
        ...

    @property
    def engine(self) -> Engine:
        """The engine that holds it."""
        ...

    @property
    def lines(self) -> nw.LazyFrame[Any]:
        """`source_line`, `customer_id`, `ordered_on`, and `country` and `state` as far as the source has them."""
        ...

    def personal(self, *extra_columns: str) -> nw.LazyFrame[Any]:
        """`customer_id`, `source_line`, the personal roles of the source and the extra columns, all as text."""
        ...
