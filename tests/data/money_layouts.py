"""Exports whose columns of money are of several grains, with their right totals; `make.py` writes them.

===================== ========================================================================================
`amazon_orders.txt`   all orders: `item-price` is for the whole quantity, a cancelled line has none
`square_items.csv`    items sold: gross and net beside each other with signs, a discount below zero, refunds
`olist_joined.csv`    items joined with payments: what was paid for the order stands on each item
`magento_items.csv`   items of orders: configurable and simple pairs, bundles that have the price or whose parts do
===================== ========================================================================================
"""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]

_GOODS = (("Cup", 725), ("Bowl", 1450), ("Lamp", 8900), ("Rug", 12950), ("Clock", 3450), ("Towel", 1199))
_ORDERS = 90


def _money(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def _orders() -> list[Row]:
    """Lines in whole cents: order, customer, day, product, quantity, price."""
    rng = random.Random(20240226)  # noqa: S311  (made-up data)
    lines = []
    for order in range(1001, 1001 + _ORDERS):
        day = date(2023, 2, 1) + timedelta(rng.randrange(500))
        customer = rng.randrange(1, 25)
        for place, goods in enumerate(rng.sample(range(len(_GOODS)), rng.choice((1, 1, 2, 2, 3))), start=1):
            name, price = _GOODS[goods]
            lines.append(
                {"order": order, "customer": customer, "day": day, "place": place, "goods": goods, "name": name,
                 "quantity": rng.choice((1, 1, 2, 3, 4)), "price": price}
            )  # fmt: skip
    return lines


def _text(rows: list[Row], separator: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _counts(lines: list[Row], amount: int) -> Row:
    orders, customers = ({line[name] for line in lines} for name in ("order", "customer"))
    return {"lines": len(lines), "orders": len(orders), "customers": len(customers), "amount": amount / 100}


def _amazon(lines: list[Row]) -> tuple[bytes, Row]:
    rows, amount = [], 0
    for line in lines:
        cancelled = line["order"] % 15 == 0
        status = "Cancelled" if cancelled else "Shipped"
        price = 0 if cancelled else line["quantity"] * line["price"]
        amount += price
        rows.append(
            {
                "amazon-order-id": f"302-{line['order']:07d}-0000001", "merchant-order-id": "",
                "purchase-date": f"{line['day']}T09:08:40+00:00", "order-status": status,
                "sales-channel": "Amazon.de", "product-name": line["name"], "sku": f"SKU-{line['goods']}",
                "asin": f"B00{line['goods']}", "item-status": status,
                "quantity": 0 if cancelled else line["quantity"], "currency": "" if cancelled else "EUR",
                "item-price": "" if cancelled else _money(price), "item-tax": "" if cancelled else "0.00",
                "shipping-price": "", "item-promotion-discount": "",
                "buyer-email": f"b{line['customer']:02d}@marketplace.example",
            }
        )  # fmt: skip
    return _text(rows, "\t"), _counts(lines, amount)


def _square(lines: list[Row]) -> tuple[bytes, Row]:
    rows, amount, back = [], 0, 0
    for line in lines:
        sign = -1 if line["order"] % 20 == 7 else 1
        gross = sign * line["quantity"] * line["price"]
        off = -gross // 10 if line["order"] % 4 == 0 else 0
        amount += gross + off
        back += gross + off if sign < 0 else 0
        rows.append(
            {
                "Date": line["day"], "Time": "08:25:11", "Category": "Home", "Item": line["name"],
                "Qty": f"{sign * line['quantity']}.0", "Price Point Name": "Regular", "SKU": f"SKU-{line['goods']}",
                "Gross Sales": f"${_money(gross)}", "Discounts": f"${_money(off)}",
                "Net Sales": f"${_money(gross + off)}", "Tax": f"${_money((gross + off) // 5)}",
                "Transaction ID": f"TX{line['order']}", "Event Type": "Refund" if sign < 0 else "Payment",
                "Customer ID": f"CU{line['customer']:04d}",
            }
        )  # fmt: skip
    return _text(rows), _counts(lines, amount) | {"returned": back / 100}


def _olist(lines: list[Row]) -> tuple[bytes, Row]:
    items = [line for line in lines for _ in range(min(line["quantity"], 2))]
    paid: dict[int, int] = {}
    for item in items:
        paid[item["order"]] = paid.get(item["order"], 0) + item["price"] + 700
    seen: dict[int, int] = {}
    rows = []
    for item in items:
        seen[item["order"]] = seen.get(item["order"], 0) + 1
        rows.append(
            {
                "order_id": f"o{item['order']}", "customer_unique_id": f"c{item['customer']:02d}",
                "order_purchase_timestamp": f"{item['day']} 15:50:02", "order_status": "delivered",
                "order_item_id": seen[item["order"]], "product_id": f"p{item['goods']}",
                "price": _money(item["price"]), "freight_value": "7.00", "payment_value": _money(paid[item["order"]]),
            }
        )  # fmt: skip
    return _text(rows), _counts(items, sum(item["price"] for item in items)) | {"paid": sum(paid.values()) / 100}


def _magento(lines: list[Row]) -> tuple[bytes, Row]:
    rows: list[Row] = []
    parts: list[Row] = []

    def add(line: Row, kind: str, sku: str, price: int, parent: int | str = "") -> int:
        parts.append(line)
        rows.append(
            {
                "item_id": 5000 + len(rows), "order_id": line["order"], "parent_item_id": parent, "product_type": kind,
                "created_at": f"{line['day']} 10:00:00", "customer_id": line["customer"], "sku": sku,
                "name": line["name"], "qty_ordered": f"{line['quantity']}.0000", "price": _money(price),
                "row_total": _money(price * line["quantity"]), "status": "complete",
            }
        )  # fmt: skip
        return int(rows[-1]["item_id"])

    for line in lines:
        sku, half = f"SKU-{line['goods']}", line["price"] // 2
        kind = ("simple", "configurable", "bundle", "bundle of parts")[line["goods"] % 4]
        own = add(line, kind.split()[0], sku, 0 if kind == "bundle of parts" else line["price"])
        if kind == "configurable":  # the variant repeats the price of its product
            add(line, "simple", sku, line["price"], own)
        elif kind != "simple":
            add(line, "simple", f"{sku}-a", half, own)
            add(line, "simple", f"{sku}-b", line["price"] - half, own)
    return _text(rows), _counts(parts, sum(line["quantity"] * line["price"] for line in lines))


def layouts() -> dict[str, tuple[bytes, Row]]:
    """Content and right totals of each file, by its name."""
    lines = _orders()
    return {
        "amazon_orders.txt": _amazon(lines),
        "square_items.csv": _square(lines),
        "olist_joined.csv": _olist(lines),
        "magento_items.csv": _magento(lines),
    }
