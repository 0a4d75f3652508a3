"""How order lines were read and cleaned, kept with a model, so that a warehouse can do it again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from marketfold.cleaning.rules import MatchedValues, Rule, rules_for
from marketfold.cleaning.word_lists import plain_text
from marketfold.schema import ORDER_LINE

if TYPE_CHECKING:
    from collections.abc import Collection

    from marketfold.cleaning.clean_lines import CleanOrders
    from marketfold.config import ReadingOptions

_LISTS = frozenset({("customer_id", "test_customer"), ("product_id", "not_a_product")})
"""Columns and reasons whose texts the user lists."""
_READ_AS_WORDS = frozenset({"status", "payment_status", "line_type", "category", "product_name"})
"""Columns whose texts are read as words; of product ids some are codes, which are looked at together."""


@dataclass(frozen=True)
class FoundTexts:
    """Texts of one column that do not count, as the source spells them, and for what reason."""

    column: str
    reason: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class OrderRules:
    """What is asked of order lines one by one, and what was decided of them together.

    Attributes
    ----------
    columns
        Source column of each role that the lines have.
    null_values
        Texts that stand for a missing cell.
    found
        Texts that do not count.
    credit_notes
        Whether C and digits as an order number mark a credit note.
    drops_repeats
        Whether a line that agrees with another in every column counts once.
    gross
        Whether revenue stays as it was bought, whatever came back.
    folds_emails
        Whether ids that are e-mails are the same in any case.
    decisions
        Codes of all that was decided in reading and cleaning.
    """

    columns: dict[str, str]
    null_values: tuple[str, ...]
    found: tuple[FoundTexts, ...]
    credit_notes: bool
    drops_repeats: bool
    gross: bool
    folds_emails: bool
    decisions: tuple[str, ...]

    @classmethod
    def of(cls, clean: CleanOrders, reading: ReadingOptions) -> Self:
        """Those of orders that were cleaned, and how they were read."""
        asked, facts = clean.report.asked, clean.facts
        names = [name for name in clean.orders.lines.collect_schema().names() if name in ORDER_LINE]
        decisions = (*facts.decisions, *clean.report.decisions)
        return cls(
            columns={name: facts.mapping[name] for name in names if name in facts.mapping},
            null_values=tuple(reading.null_values),
            found=tuple(FoundTexts(column, code, texts) for (column, code), texts in asked.texts.items()),
            credit_notes=asked.credit_notes,
            drops_repeats=asked.drops_repeats,
            gross=asked.gross,
            folds_emails=facts.id_is_personal and "emails_folded" not in reading.undo,
            decisions=tuple(sorted({one.code for one in decisions})),
        )

    @property
    def matched(self) -> MatchedValues:
        """The texts that do not count, as rules take them."""
        return {(one.column, one.reason): one.texts for one in self.found}

    def rules(self, columns: Collection[str]) -> list[Rule]:
        """The rules that lines with these columns can be asked, without those that look for texts and have none."""
        asked = rules_for(columns, credit_notes=self.credit_notes)
        return [rule for rule in asked if not rule.listed or self.matched.get((rule.columns[0], rule.code))]

    def in_any_case(self, rule: Rule) -> frozenset[str]:
        """Those of a rule's texts that cleaning finds in capitals and in small letters as well.

        Words are told apart by capitals within them, too: `NotPaid` is two words, and `notpaid` is another text.
        """
        which = (rule.columns[0], rule.code)
        texts = self.matched.get(which, ())
        if which in _LISTS:
            return frozenset(texts)
        read = texts if rule.columns[0] in _READ_AS_WORDS else ()
        return frozenset(text for text in read if plain_text(text) == plain_text(text.lower()))

    def to_state(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)
