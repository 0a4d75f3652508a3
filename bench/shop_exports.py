"""Made-up exports of shops in the many shapes that real ones have, each with what a right reading of it finds.

A shop is drawn first, in whole cents; what is right is counted from it in plain Python. Then the same lines are written
as an export: a language, a dialect, a way to write days and money, a container, and oddities of real files, all drawn
from one seed. Nothing here uses the reader that it is held against.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import random
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Cells = list[list[Any]]

NAMES = {
    "en": "Order ID|Customer ID|Order Date|SKU|Quantity|Unit Price|Line Total|Status|Order Total",
    "de": "Bestellnummer|Kundennummer|Bestelldatum|Artikelnummer|Menge|Einzelpreis|Betrag|Bestellstatus|Gesamtbetrag",
    "fr": "Numéro de commande|Numéro client|Date de commande|Code article|Quantité|Prix unitaire|Montant|Statut|Total",
    "es": "Número de pedido|Id cliente|Fecha de pedido|Código producto|Cantidad|Precio unitario|Importe|Estado|Total",
    "it": "Numero ordine|Codice cliente|Data ordine|Codice prodotto|Quantità|Prezzo unitario|Importo|Stato|Totale",
    "nl": "Bestelnummer|Klantnummer|Besteldatum|Artikelnummer|Aantal|Stukprijs|Bedrag|Status|Totaal",
    "pt": "Número do pedido|Código cliente|Data do pedido|Cod produto|Quantidade|Preço unitário|Valor|Situação|Total",
}
SOLD = {"en": "Shipped", "de": "Versendet", "fr": "Expédiée", "es": "Enviado", "it": "Spedito", "nl": "Verzonden",
        "pt": "Enviado"}  # fmt: skip
NOT_SOLD = {"en": "Cancelled", "de": "Storniert", "fr": "Annulée", "es": "Cancelado", "it": "Annullato",
            "nl": "Geannuleerd", "pt": "Cancelado"}  # fmt: skip
TOTAL_WORDS = {"en": "Total", "de": "Summe", "fr": "Total", "es": "Total", "it": "Totale", "nl": "Totaal",
               "pt": "Total"}  # fmt: skip
DAY_STYLES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%Y%m%d", "%d.%m.%y",
              "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d %b %Y")  # fmt: skip
ORDER, CUSTOMER, DAY, PRODUCT, QUANTITY, PRICE, AMOUNT, STATUS, TOTAL = range(9)


@dataclass(frozen=True)
class Line:
    """One order line of a made-up shop; money in cents."""

    order: str
    customer: str
    day: date
    product: str
    quantity: int
    price: int
    sold: bool = True

    @property
    def cents(self) -> int:
        """What the line brought."""
        return self.quantity * self.price

    @property
    def bought(self) -> bool:
        """Whether it is a purchase that can be told of a customer."""
        return self.sold and self.quantity > 0 and self.cents > 0 and bool(self.customer)


@dataclass(frozen=True)
class Truth:
    """What a right reading finds: order lines, and the lines, customers and money that are left of them."""

    lines: int
    kept_lines: int
    kept_cents: int
    customers: int


@dataclass
class Export:
    """One export: where it lies, what is right, and what was odd about it."""

    path: Path
    truth: Truth
    traits: dict[str, str] = field(default_factory=dict)


def draw_shop(rng: random.Random, *, statuses: bool) -> list[Line]:
    """Order lines of a small shop: everybody orders within two years, some lines come back or are not sold."""
    first = date(2023, 1, 2)
    prices = {f"P{number:03d}": rng.randint(150, 19_999) for number in range(rng.randint(8, 40))}
    customers = [f"K{rng.randint(10_000, 99_999)}" for _ in range(rng.randint(12, 40))]
    lines: list[Line] = []
    days = sorted(rng.randint(0, 700) for _ in range(rng.randint(40, 90)))
    for number, offset in enumerate(days):
        customer = "" if rng.random() < 0.02 else rng.choice(customers)
        day, sold = first + timedelta(days=offset), not (statuses and rng.random() < 0.05)
        for product in rng.sample(sorted(prices), rng.randint(1, 5)):
            back = rng.random() < 0.01
            quantity = -1 if back else rng.randint(1, 6)
            lines.append(Line(f"{100_000 + number}", customer, day, product, quantity, prices[product], sold))
    return lines


def count_right(lines: list[Line]) -> Truth:
    """What is right, from the shop alone."""
    bought = [line for line in lines if line.bought]
    return Truth(
        lines=len(lines),
        kept_lines=len(bought),
        kept_cents=sum(line.cents for line in bought),
        customers=len({line.customer for line in bought}),
    )


@dataclass
class _Writer:
    """Everything that was drawn about how the lines are written."""

    rng: random.Random
    language: str
    traits: dict[str, str]

    def money(self, cents: int) -> str:
        """An amount in the style of the export."""
        comma, grouped, sign = (self.traits[name] for name in ("decimal", "thousands", "currency"))
        whole, part = divmod(abs(cents), 100)
        text = f"{whole:,}" if grouped == "yes" else str(whole)
        if comma == ",":
            text = text.replace(",", ".")
        text = f"{'-' if cents < 0 else ''}{text}{comma}{part:02d}"
        return text if sign == "no" else (f"{text} €" if sign == "after" else f"€{text}")

    def day(self, when: date) -> str:
        """A day in the style of the export."""
        moment = datetime(when.year, when.month, when.day, self.rng.randint(8, 20), self.rng.randint(0, 59))
        return moment.strftime(self.traits["day"])

    def cells(self, lines: list[Line]) -> Cells:
        """Header and rows of texts."""
        layout, once = self.traits["money"], self.traits["order cells"] == "once"
        sums: dict[str, int] = {}
        for line in lines:
            sums[line.order] = sums.get(line.order, 0) + line.cents
        shown = [ORDER, CUSTOMER, DAY, PRODUCT]
        shown += {"amount": [AMOUNT], "price": [QUANTITY, PRICE], "all": [QUANTITY, PRICE, AMOUNT],
                  "order total": [QUANTITY, PRICE, TOTAL]}[layout]  # fmt: skip
        if self.traits["statuses"] == "yes":
            shown.append(STATUS)
        names = NAMES[self.language].split("|")
        rows: Cells = []
        seen: set[str] = set()
        for line in lines:
            words = (SOLD if line.sold else NOT_SOLD)[self.language]
            row = [
                line.order, line.customer, self.day(line.day), line.product, str(line.quantity), self.money(line.price),
                self.money(line.cents), words, self.money(sums[line.order]),
            ]  # fmt: skip
            if once and line.order in seen:
                row[CUSTOMER] = row[DAY] = row[STATUS] = ""
            seen.add(line.order)
            rows.append([row[place] for place in shown])
        if self.traits["columns"] == "shuffled":
            order = self.rng.sample(range(len(shown)), len(shown))
            shown = [shown[place] for place in order]
            rows = [[row[place] for place in order] for row in rows]
        header = [names[place] for place in shown]
        self._add_odd_rows(header, rows, shown, sum(line.cents for line in lines))
        return [header, *rows]

    def _add_odd_rows(self, header: list[str], rows: Cells, shown: list[int], cents: int) -> None:
        """Rows that are no lines: the header again, a sum at the end."""
        if self.traits["repeated header"] == "yes":
            rows.insert(len(rows) // 2, list(header))
        if self.traits["total row"] != "no":
            row = [""] * len(header)
            row[0] = TOTAL_WORDS[self.language]
            for money in {AMOUNT, TOTAL} & set(shown):
                row[shown.index(money)] = self.money(cents)
            rows.append(row)


def _draw_traits(rng: random.Random, language: str) -> dict[str, str]:
    """How an export is written; a little more than half of it is what most are."""

    def odd(usual: str, *others: str, share: float = 0.3) -> str:
        return rng.choice(others) if rng.random() < share else usual

    comma = "." if language == "en" else odd(",", ".")
    traits = {
        "language": language,
        "money": rng.choice(("amount", "price", "all", "order total")),
        "decimal": comma,
        "thousands": odd("no", "yes"),
        "currency": odd("no", "after", "before", share=0.2),
        "day": odd("%Y-%m-%d", *DAY_STYLES, share=0.7),
        "statuses": odd("no", "yes", share=0.5),
        "order cells": odd("each line", "once", share=0.2),
        "columns": odd("as usual", "shuffled"),
        "repeated header": odd("no", "yes", share=0.08),
        "total row": odd("no", "yes", share=0.1),
        "title": odd("no", "yes", share=0.1),
        "container": odd("text", "xlsx", "parquet", "gz", "bz2", "xz", "zip", "two files", "two sheets", share=0.4),
        "encoding": odd("utf-8", "utf-8-sig", "utf-16", "cp1252", share=0.3),
        "delimiter": odd(";" if comma == "," else ",", ";", "\t", "|"),
        "quoting": odd("minimal", "all"),
        "line end": odd("\n", "\r\n"),
        "blank lines": odd("no", "yes", share=0.1),
    }
    if traits["container"] in {"xlsx", "two sheets", "parquet"}:
        traits |= dict.fromkeys(("encoding", "delimiter", "quoting", "line end", "blank lines"), "none")
    return traits


def _as_text(cells: Cells, traits: dict[str, str]) -> bytes:
    buffer = io.StringIO()
    quoting: Literal[0, 1] = csv.QUOTE_ALL if traits["quoting"] == "all" else csv.QUOTE_MINIMAL
    if traits["title"] == "yes":
        buffer.write(f"Sales report{traits['line end'] * 2}")
    writer = csv.writer(buffer, delimiter=traits["delimiter"], quoting=quoting, lineterminator=traits["line end"])
    for place, row in enumerate(cells):
        writer.writerow(row)
        if traits["blank lines"] == "yes" and place % 17 == 5:
            buffer.write(traits["line end"])
    return buffer.getvalue().encode(traits["encoding"])


def _write_workbook(path: Path, sheets: list[Cells], traits: dict[str, str]) -> None:
    with xlsxwriter.Workbook(path) as book:
        for cells in sheets:
            sheet = book.add_worksheet()
            above = 2 if traits["title"] == "yes" else 0
            if above:
                sheet.write_string(0, 0, "Sales report")
            for place, row in enumerate(cells, start=above):
                for column, cell in enumerate(row):
                    if cell != "":
                        sheet.write_string(place, column, cell)


def _halves(cells: Cells) -> tuple[Cells, Cells]:
    header, *rows = cells
    middle = len(rows) // 2
    return [header, *rows[:middle]], [header, *rows[middle:]]


def _zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", data)
    return buffer.getvalue()


_PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zip": _zipped,
}


def _write(cells: Cells, traits: dict[str, str], folder: Path) -> Path:
    """The export in its container."""
    container = traits["container"]
    if container in {"xlsx", "two sheets"}:
        path = folder / "orders.xlsx"
        _write_workbook(path, list(_halves(cells)) if container == "two sheets" else [cells], traits)
        return path
    if container == "parquet":
        path = folder / "orders.parquet"
        header, *rows = cells
        columns = [[row[place] or None for row in rows] for place in range(len(header))]
        pq.write_table(pa.table([pa.array(column, pa.string()) for column in columns], names=header), path)
        return path
    if container == "two files":
        path = folder / "orders"
        path.mkdir()
        for number, half in enumerate(_halves(cells), start=1):
            (path / f"part {number}.csv").write_bytes(_as_text(half, traits))
        return path
    data = _as_text(cells, traits)
    path = folder / ("orders.csv" if container == "text" else f"orders.csv.{container}")
    path.write_bytes(_PACKED[container](data) if container in _PACKED else data)
    return path


def make_export(seed: int, folder: Path, **fixed: str) -> Export:
    """Draw a shop and write it as an export.

    Parameters
    ----------
    folder
        An empty folder to write into; made where it is not there.
    fixed
        Traits that are not drawn, by their names with `_` for a blank.
    """
    folder.mkdir(exist_ok=True)
    rng = random.Random(seed)
    language = rng.choice(sorted(NAMES))
    traits = _draw_traits(rng, language) | {name.replace("_", " "): value for name, value in fixed.items()}
    if traits["container"] in {"xlsx", "two sheets", "parquet"} and traits["encoding"] != "none":
        traits |= dict.fromkeys(("encoding", "delimiter", "quoting", "line end", "blank lines"), "none")
    lines = draw_shop(rng, statuses=traits["statuses"] == "yes")
    writer = _Writer(rng, traits["language"], traits)
    return Export(_write(writer.cells(lines), traits, folder), count_right(lines), traits)


def damage(data: bytes, rng: random.Random) -> bytes:
    """A few bytes of a file lost, doubled, moved, changed or cut off."""
    spoiled = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        if not spoiled:
            break
        start = rng.randrange(len(spoiled))
        end = min(len(spoiled), start + rng.choice((1, 1, 2, 8, 64, 400)))
        kind = rng.randrange(6)
        if kind == 0:
            del spoiled[start:end]
        elif kind == 1:
            spoiled[start:start] = spoiled[start:end]
        elif kind == 2:
            spoiled[start:end] = rng.randbytes(end - start)
        elif kind == 3:
            spoiled[start:start] = rng.choice((b'"', b"\n", b"\r", b"\0", b",", b";", b"\t", b"\xff", b"\x1b", b"''"))
        elif kind == 4:
            del spoiled[end:]
        else:
            spoiled[start:start] = rng.choice((b"\n", b"=1+1", b"1e999", b"NaN", b"\xe2\x80\xae", b"9" * 40))
    return bytes(spoiled)
