"""Make the example files beside this script, and their right totals: `python -m tests.data.make`.

Everything is made up and seeded: firms, streets and towns exist nowhere, contacts are letters and trees, phones lie in
the ranges that regulators keep free for fiction. Each file has the layout, the bytes and the traps of one kind of
export; `totals.json` holds what a right reading finds, counted here in plain Python, in whole cents.

==================== =========================================================================================
`sales.csv`          order lines of a wholesaler: 25 columns, code page 437, no customer id, the territory `NA`,
                     prices cut off at 100, a deal size that follows from the sale, a month and a year twice told
`sales_two_styles.csv` the same lines with half of the days written another way
`purchases.txt`      one intake of a shop's customers: columns apart by spaces, CRLF, days as YYYYMMDD
`customers.csv`      a table of customers, not of orders
`printed_list.txt`   a list as a merchandise system prints it: title, frames and rules, code page 1252, decimal comma,
                     minus behind the number, the title and the names again on each page
`customers.csv`      a table of customers, not of orders: neither ids nor days
`shoppers.csv`       a table of a mall's customers: id, gender, age, income and a score
`households.csv`     a table of households, columns apart by tabs: yes and no, a day, marital status, constants, blanks
`members.csv`        a table of a loyalty programme: days of first and last order, orders and money by channel, e-mails
`credit_notes.csv`   invoices with credit notes, a cancelled line, a line without customer and one with nothing on it
`uci_credit_notes.csv` the layout of Online Retail: everything bought and cancelled minutes later, a part sent back,
                     a return of before the file, postage, a manual charge, a discount of no order
`shopify.csv`        order cells on the first line only; voided, cancelled, refunded and partly refunded orders
`woocommerce.csv`    lines of goods, shipping, fees, coupons, tax and a gift card, with the statuses of that shop
`stripe.csv`         payments: paid, failed, refunded in whole and in part
`money_layouts.py`   makes and describes four exports whose columns of money are of several grains
`shopify_blanks.csv` a shop's orders as Shopify writes them, all that is the order's on its first line alone
`ebay.csv`           the same as eBay's report: a row for the order beside a row for each item, notes below
`etsy.csv`           the same as Etsy's order items, the guests without a buyer
`odoo.csv`           the same as Odoo writes order lines: what is the order's, its number too, on the first row alone
==================== =========================================================================================
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.data.money_layouts import layouts

HERE = Path(__file__).parent

HEADER = (
    "ORDERNUMBER", "QUANTITYORDERED", "PRICEEACH", "ORDERLINENUMBER", "SALES", "ORDERDATE", "STATUS", "QTR_ID",
    "MONTH_ID", "YEAR_ID", "PRODUCTLINE", "MSRP", "PRODUCTCODE", "CUSTOMERNAME", "PHONE", "ADDRESSLINE1",
    "ADDRESSLINE2", "CITY", "STATE", "POSTALCODE", "COUNTRY", "TERRITORY", "CONTACTLASTNAME", "CONTACTFIRSTNAME",
    "DEALSIZE",
)  # fmt: skip
FIRST_DAY, LAST_DAY = date(2021, 1, 4), date(2023, 5, 31)
CAP = 10_000
"""Cents; a dearer price is written as 100 all the same."""

FIRST_WORDS = (
    "Amber",
    "Bahía",
    "Cobalt",
    "Dune",
    "Ember",
    "Fjord",
    "Glade",
    "Harbour",
    "Ivory",
    "Juniper",
    "Kestrel",
    "Lagoon",
)
SECOND_WORDS = (
    "Model Works",
    "Märkte",
    "Miniatures Co.",
    "Señal Supply",
    "Trading Ltd",
    "Hobby House",
    "Collectables",
    "Depot, Inc.",
)
CONTACTS = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Señal", "Theta", "Märta")
TREES = ("Alder", "Birch", "Cedar", "Elm", "Hazel", "Larch", "Maple", "Rowan")
TOWNS = ("Ashmere", "Bramling", "Corvale", "Dunholt", "Eastwick Bay", "Fennbridge")
PLACES = {  # country: territory, weight, states, how a phone that reaches somebody is written
    "USA": ("NA", 24, "NY CA MA", "212555{:04d}"),
    "Canada": ("NA", 9, "ON BC", "416555{:04d}"),
    "France": ("EMEA", 13, "", ""),
    "UK": ("EMEA", 12, "", "+44 20 7946 0{:03d}"),
    "Germany": ("EMEA", 8, "", ""),
    "Spain": ("EMEA", 7, "", ""),
    "Norway": ("EMEA", 4, "", ""),
    "Sweden": ("EMEA", 4, "", ""),
    "Italy": ("EMEA", 4, "", ""),
    "Austria": ("EMEA", 3, "", ""),
    "Belgium": ("EMEA", 3, "", ""),
    "Denmark": ("EMEA", 3, "", ""),
    "Australia": ("APAC", 8, "NSW", ""),
    "Singapore": ("APAC", 4, "", ""),
    "Japan": ("Japan", 5, "", ""),
}
LINES = {"Sail Boats": 30, "Steam Trains": 16, "Old Trams": 12, "Gliders": 6, "Lorries": 4}
"""Products of each line."""
STATUSES = {"Shipped": 0.93, "Cancelled": 0.02, "Resolved": 0.02, "On Hold": 0.02, "Disputed": 0.01}
SEASON = (3, 3, 3, 3, 3, 3, 3, 3, 4, 5, 13, 5)


def seeded(seed: int) -> random.Random:
    """The same numbers on every machine."""
    return random.Random(seed)  # noqa: S311  (an example keeps no secret)


def cents(amount: int) -> str:
    """As an export writes money: no zeros that say nothing."""
    return f"{amount // 100}.{amount % 100:02d}".rstrip("0").rstrip(".")


def _day(rng: random.Random, first: date, last: date) -> date:
    """A day of a span, where a month weighs as its season does and 2023 more than the years before."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    weights = [SEASON[day.month - 1] * (1.4 if day.year == 2023 else 1.0) for day in days]
    return rng.choices(days, weights)[0]


def _products(rng: random.Random) -> list[tuple[str, str, int]]:
    """Line, code and list price in whole units of each product."""
    return [
        (line, f"M{10 + place}_{1000 + number * 7}", rng.randint(40, 190))
        for place, (line, n_products) in enumerate(LINES.items())
        for number in range(n_products)
    ]


def _customers(rng: random.Random) -> list[dict[str, Any]]:
    """Ninety firms in three plain groups, and two that buy as much as a dozen others."""
    names = [f"{first} {second}" for first in FIRST_WORDS for second in SECOND_WORDS]
    rng.shuffle(names)
    made = []
    for number, name in enumerate(names[:92]):
        country = rng.choices(list(PLACES), [weight for _, weight, _, _ in PLACES.values()])[0]
        territory, _, states, phone = PLACES[country]
        group = "giant" if number < 2 else "steady" if number < 44 else "small" if number < 70 else "lapsed"
        made.append(
            {
                "CUSTOMERNAME": name,
                "PHONE": phone.format(100 + number) if phone else f"555-{number:02d}",
                "ADDRESSLINE1": f"{number + 1} {rng.choice(TREES)} Street",
                "ADDRESSLINE2": f"Level {number % 7 + 1}" if number % 9 == 0 else "",
                "CITY": rng.choice(TOWNS),
                "STATE": rng.choice(states.split() or [""]),
                "POSTALCODE": "" if number % 31 == 5 else f"{10_000 + 97 * number}",
                "COUNTRY": country,
                "TERRITORY": territory,
                "CONTACTLASTNAME": rng.choice(TREES),
                "CONTACTFIRSTNAME": rng.choice(CONTACTS),
                "group": group,
            }
        )
    return made


ORDERS = {"giant": (16, 18), "steady": (4, 5), "small": (2, 3), "lapsed": (2, 3)}
LINES_EACH = {"giant": (5, 7), "steady": (3, 5), "small": (1, 2), "lapsed": (3, 5)}
ITEMS = {"giant": (30, 60), "steady": (25, 50), "small": (15, 22), "lapsed": (25, 50)}
UNTIL = {"giant": LAST_DAY, "steady": LAST_DAY, "small": LAST_DAY, "lapsed": date(2021, 10, 31)}


def sales_rows() -> list[dict[str, Any]]:
    """Every line of `sales.csv`; `cents`, `day` and `group` are for the totals and are not written."""
    rng = seeded(11)
    products = _products(rng)
    weights = [3 if line == "Sail Boats" else 2 for line, _, _ in products]
    orders = []
    for customer in _customers(rng):
        group = customer["group"]
        days = {_day(rng, FIRST_DAY, UNTIL[group]) for _ in range(rng.randint(*ORDERS[group]))}
        orders += [(day, customer) for day in sorted(days)]
    orders.sort(key=lambda order: order[0])
    orders[0], orders[-1] = (FIRST_DAY, orders[0][1]), (LAST_DAY, orders[-1][1])
    rows = []
    for number, (day, customer) in enumerate(orders):
        status = rng.choices(list(STATUSES), list(STATUSES.values()))[0]
        if number in {0, len(orders) - 1}:
            status = "Shipped"
        chosen = sorted(set(rng.choices(products, weights, k=rng.randint(*LINES_EACH[customer["group"]]))))
        for place, (line, code, list_price) in enumerate(chosen, start=1):
            quantity = rng.randint(*ITEMS[customer["group"]])
            price = round(list_price * rng.uniform(0.75, 1.2) * 100)
            price += price == CAP
            amount = quantity * price
            rows.append(
                {
                    **customer,
                    "ORDERNUMBER": 50_100 + number,
                    "QUANTITYORDERED": quantity,
                    "PRICEEACH": cents(min(price, CAP)),
                    "ORDERLINENUMBER": place,
                    "SALES": cents(amount),
                    "ORDERDATE": f"{day.month}/{day.day}/{day.year} 0:00",
                    "STATUS": status,
                    "QTR_ID": (day.month + 2) // 3,
                    "MONTH_ID": day.month,
                    "YEAR_ID": day.year,
                    "PRODUCTLINE": line,
                    "MSRP": list_price,
                    "PRODUCTCODE": code,
                    "DEALSIZE": "Small" if amount < 300_000 else "Medium" if amount <= 700_000 else "Large",
                    "cents": amount,
                    "day": day,
                }
            )
    rng.shuffle(rows)
    return rows


def sales_totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What a right reading of `sales.csv` finds."""

    def distinct(column: str, among: list[dict[str, Any]] = rows) -> int:
        return len({row[column] for row in among})

    kept = [row for row in rows if row["STATUS"] != "Cancelled"]
    reached = {row["CUSTOMERNAME"] for row in rows if PLACES[row["COUNTRY"]][3]}
    # the codes of Singapore have six digits, and five here: a spreadsheet took a 0
    placed = {row["CUSTOMERNAME"] for row in rows if row["POSTALCODE"] and row["COUNTRY"] != "Singapore"}
    return {
        "lines": len(rows),
        "orders": distinct("ORDERNUMBER"),
        "customers": distinct("CUSTOMERNAME"),
        "first_on": str(min(row["day"] for row in rows)),
        "last_on": str(max(row["day"] for row in rows)),
        "amount": sum(row["cents"] for row in rows) / 100,
        "lines_kept": len(kept),
        "orders_kept": distinct("ORDERNUMBER", kept),
        "customers_kept": distinct("CUSTOMERNAME", kept),
        "amount_kept": sum(row["cents"] for row in kept) / 100,
        "countries": distinct("COUNTRY"),
        "products": distinct("PRODUCTCODE"),
        "categories": distinct("PRODUCTLINE"),
        "statuses": dict(Counter(row["STATUS"] for row in rows).most_common()),
        "deal_sizes": dict(Counter(row["DEALSIZE"] for row in rows).most_common()),
        "territory_na": sum(row["TERRITORY"] == "NA" for row in rows),
        "price_capped": sum(row["PRICEEACH"] == "100" for row in rows),
        "empty": {column: sum(row[column] == "" for row in rows) for column in ("STATE", "POSTALCODE", "ADDRESSLINE2")},
        "customers_with_a_phone": len(reached),
        "customers_reachable": len(reached | placed),
    }


def csv_text(header: tuple[str, ...], rows: list[dict[str, Any]]) -> str:
    """A file of comma-separated values, its lines ended by a line feed."""
    out = io.StringIO()
    writer = csv.DictWriter(out, header, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def in_two_styles(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every other day as another export writes it, month first as before."""
    return [
        row if place % 2 else {**row, "ORDERDATE": f"{row['day']:%m/%d/%Y} 00:00"} for place, row in enumerate(rows)
    ]


def purchases() -> list[tuple[int, date, int, int]]:
    """Customer, day, items and cents of each purchase: all customers come within a quarter, and half of them once."""
    rng = seeded(12)
    first, last = date(2021, 1, 1), date(2022, 6, 30)
    rows = []
    for customer in range(1, 601):
        month = rng.choices((1, 2, 3), (32, 36, 32))[0]
        came = date(2021, month, rng.randint(1, 28))
        days = [came]
        if rng.random() < 0.5:
            for _ in range(rng.randint(1, 6)):
                gap = int(rng.expovariate(1 / 70)) + 1
                if (day := days[-1] + timedelta(days=gap)) <= last:
                    days.append(day)
        spends = rng.choice((900, 1_300, 2_400))
        for day in days:
            items = 1 + min(int(rng.expovariate(0.9)), 8)
            rows.append(
                (customer, day, items, 0 if rng.random() < 0.008 else round(items * spends * rng.uniform(0.8, 1.3)))
            )
    rows[0] = (1, first, *rows[0][2:])
    rows.append((rows[-1][0], last, 2, 2_500))
    # Two equal purchases of one customer on one day cannot be told from one that stands there twice.
    rows.insert(1, rows[0])
    return rows


def purchase_totals(rows: list[tuple[int, date, int, int]]) -> dict[str, Any]:
    """What a right reading of `purchases.txt` finds."""
    cohorts: dict[int, date] = {}
    for customer, day, _, money in rows:
        if money:
            cohorts[customer] = min(day, cohorts.get(customer, day))
    return {
        "lines": len(rows),
        "customers": len({customer for customer, *_ in rows}),
        "first_on": str(min(day for _, day, _, _ in rows)),
        "last_on": str(max(day for _, day, _, _ in rows)),
        "items": sum(items for _, _, items, _ in rows),
        "amount": sum(money for *_, money in rows) / 100,
        "zero_lines": sum(money == 0 for *_, money in rows),
        "bought_once": sum(n == 1 for n in Counter(customer for customer, *_ in rows).values()),
        "cohorts": [sum(first.month == month for first in cohorts.values()) for month in (1, 2, 3)],
        "came_back_after_2021_09": len(
            {customer for customer, day, _, money in rows if money and day >= date(2021, 10, 1)}
        ),
    }


def purchases_text(rows: list[tuple[int, date, int, int]]) -> str:
    """The file as it is written, columns apart by spaces, with CRLF."""
    lines = [" customer_id  date number_of_cds  dollar_value"]
    lines += [f" {customer:05d} {day:%Y%m%d} {items:2d} {money / 100:7.2f}" for customer, day, items, money in rows]
    return "\r\n".join([*lines, ""])


def customers_text() -> str:
    """Yearly spend of sixty customers by department: neither ids nor days."""
    rng = seeded(13)
    header = ("Channel", "Region", "Bread", "Cheese", "Fruit", "Frozen", "Paper", "Spices")
    rows = [
        {name: rng.randint(1, 3) if name in header[:2] else round(rng.lognormvariate(8, 1.1)) for name in header}
        for _ in range(60)
    ]
    return csv_text(header, rows)


def _groups(rng: random.Random, n: int = 300) -> list[int]:
    """A planted group of four for each of `n` customers, in no order."""
    groups = [place % 4 for place in range(n)]
    rng.shuffle(groups)
    return groups


def _near(rng: random.Random, middle: float, spread: float, least: int = 0) -> int:
    return max(least, round(rng.gauss(middle, spread)))


SHOPPER_HEADER = ("CustomerID", "Gender", "Age", "Annual Income (k$)", "Spending Score (1-100)")


def shoppers() -> tuple[list[dict[str, Any]], list[int]]:
    """Four corners of income and score; age goes with the score, gender with nothing."""
    rng = seeded(14)
    groups = _groups(rng)
    incomes, scores, ages = (32, 32, 92, 92), (20, 80, 20, 80), (52, 25, 46, 33)
    rows = [
        {
            "CustomerID": f"{number:04d}",
            "Gender": rng.choice(("Female", "Male")),
            "Age": _near(rng, ages[group], 4, 18),
            "Annual Income (k$)": _near(rng, incomes[group], 7, 10),
            "Spending Score (1-100)": min(99, _near(rng, scores[group], 7, 1)),
        }
        for number, group in enumerate(groups, start=1)
    ]
    return rows, groups


HOUSEHOLD_HEADER = (
    "ID", "Year_Birth", "Education", "Marital_Status", "Income", "Kidhome", "Dt_Customer", "MntBread", "MntWine",
    "NumWebVisits", "Newsletter", "Complain", "Z_Cost", "Remark",
)  # fmt: skip


def households() -> tuple[list[dict[str, Any]], list[int]]:
    """Four groups by income, children, spend and newsletter; status and education only describe."""
    rng = seeded(15)
    groups = _groups(rng)
    incomes, bread, wine = (24_000, 48_000, 48_000, 82_000), (40, 380, 90, 420), (15, 40, 420, 700)
    kids, visits, letter, born = (1, 2, 0, 0), (8, 7, 4, 1), (0.02, 0.98, 0.02, 0.98), (1988, 1978, 1966, 1956)
    statuses = "Married", "Single", "Together"
    rows = []
    for number, group in enumerate(groups):
        joined = date(2021, 1, 1) + timedelta(days=700 - 170 * group + rng.randint(0, 120))
        rows.append(
            {
                "ID": 5_000 + 37 * number % 9_973,
                "Year_Birth": _near(rng, born[group], 3),
                "Education": rng.choice(("Basic", "Graduation", "Master", "PhD")),
                "Marital_Status": rng.choices(statuses, (1, 5, 1) if group == 2 else (4, 1, 3))[0],
                "Income": "" if number % 40 == 7 else _near(rng, incomes[group], 4_000, 5_000),
                "Kidhome": kids[group],
                "Dt_Customer": f"{joined:%d-%m-%Y}",
                "MntBread": _near(rng, bread[group], bread[group] / 9),
                "MntWine": _near(rng, wine[group], wine[group] / 9),
                "NumWebVisits": _near(rng, visits[group], 1),
                "Newsletter": "Yes" if rng.random() < letter[group] else "No",
                "Complain": int(rng.random() < 0.03),
                "Z_Cost": 3,
                "Remark": f"note {number} of {rng.randint(1, 9_999)}",
            }
        )
    return rows, groups


MEMBER_HEADER = (
    "master_id", "order_channel", "first_order_date", "last_order_date", "order_num_total_ever_online",
    "order_num_total_ever_offline", "customer_value_total_ever_offline", "customer_value_total_ever_online", "email",
    "newsletter_consent",
)  # fmt: skip


def members() -> tuple[list[dict[str, Any]], list[int]]:
    """Four groups by how long ago, how often, how much and where they buy."""
    rng = seeded(16)
    groups = _groups(rng, 320)
    away, online, offline, worth = (15, 15, 200, 200), (48, 8, 24, 5), (24, 5, 48, 8), (60, 90, 40, 60)
    members_for = (300, 300, 1_200, 1_200)
    last, rows = date(2024, 5, 30), []
    for number, group in enumerate(groups):
        came = last - timedelta(days=_near(rng, away[group], away[group] / 6))
        counts = _near(rng, online[group], online[group] / 8, 1), _near(rng, offline[group], offline[group] / 8, 1)
        money = [count * worth[group] * rng.uniform(0.7, 1.3) for count in counts]
        rows.append(
            {
                "master_id": f"m-{rng.getrandbits(40):010x}-{number}",
                "order_channel": rng.choice(("Android App", "Desktop", "Ios App", "Mobile")),
                "first_order_date": f"{came - timedelta(days=members_for[group] + rng.randint(-60, 60)):%Y-%m-%d}",
                "last_order_date": f"{came:%Y-%m-%d}",
                "order_num_total_ever_online": f"{counts[0]}.0",
                "order_num_total_ever_offline": f"{counts[1]}.0",
                "customer_value_total_ever_offline": f"{money[1]:.2f}",
                "customer_value_total_ever_online": f"{money[0]:.2f}",
                "email": f"{rng.choice(TREES).lower()}{number}@example.org",
                "newsletter_consent": rng.choice(("yes", "yes", "no")),
            }
        )
    rows[0]["last_order_date"] = f"{last:%Y-%m-%d}"
    return rows, groups


CREDIT_NOTES = """\
invoice,line,customer,date,sku,quantity,unit price,status
1001,1,K1,2024-02-01,TEA,4,2.50,paid
1001,2,K1,2024-02-01,CUP,2,7.00,paid
1002,1,K2,2024-02-03,TEA,10,2.50,paid
C1003,1,K2,2024-02-09,TEA,-3,2.50,paid
1004,1,K3,2024-02-11,CUP,1,7.00,cancelled
1005,1,,2024-02-12,CUP,1,7.00,paid
1006,1,K3,2024-02-14,TEA,0,2.50,paid
1007,1,K3,2024-02-20,POT,1,24.00,paid
C1008,1,K1,2024-02-22,CUP,-2,7.00,paid
1009,1,K2,2024-03-01,POT,2,24.00,paid
"""
CREDIT_NOTE_TOTALS = {
    "lines": 10,
    "kept": {"lines": 5, "amount": 121.0},
    "set_aside": {
        "cancelled": {"lines": 1, "amount": 7.0},
        "returned": {"lines": 2, "amount": -21.5},
        "no_customer": {"lines": 1, "amount": 7.0},
        "zero_price": {"lines": 1, "amount": 0.0},
    },
    "net": {"lines": 4, "amount": 99.5},
}
"""By hand: 10 + 14 + 25 + 24 + 48 were bought; a cup was cancelled, three teas and both cups of K1 came back on credit
notes."""


UCI = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
541431,23166,MEDIUM CERAMIC JAR,74,2011-01-18 10:01:00,1.04,12346,United Kingdom
C541433,23166,MEDIUM CERAMIC JAR,-74,2011-01-18 10:17:00,1.04,12346,United Kingdom
541500,22001,LUNCH BAG,10,2011-01-20 09:00:00,1.65,12347,France
541500,22002,CAKE STAND,2,2011-01-20 09:00:00,12.75,12347,France
541500,POST,POSTAGE,1,2011-01-20 09:00:00,18.00,12347,France
C541600,22002,CAKE STAND,-1,2011-02-01 12:00:00,12.75,12347,France
541700,22001,LUNCH BAG,20,2011-02-10 15:00:00,1.65,12347,France
C541750,22001,LUNCH BAG,-10,2011-02-11 15:00:00,1.65,12347,France
C541800,21999,PAPER LANTERN,-6,2011-02-12 10:00:00,2.10,12348,United Kingdom
541900,22001,LUNCH BAG,4,2011-03-01 10:00:00,1.65,12348,United Kingdom
541900,M,Manual,1,2011-03-01 10:00:00,5.00,12348,United Kingdom
C541950,D,Discount,-1,2011-03-02 10:00:00,7.50,12348,United Kingdom
"""
UCI_TOTALS = {
    "lines": 12,
    "kept": {"lines": 5, "amount": 158.56},
    "set_aside": {
        "shipping": {"lines": 1, "amount": 18.0},
        "charge": {"lines": 1, "amount": 5.0},
        "discount": {"lines": 1, "amount": -7.5},
        "returned": {"lines": 4, "amount": -118.81},
    },
    "net": {"lines": 3, "amount": 52.35},
    "unmatched": 12.6,
    "customers": {"12347": 45.75, "12348": 6.6},
}
"""By hand: 76.96 + 16.50 + 25.50 + 33.00 + 6.60 were bought. All jars of 12346 came back; of 12347 one stand, and the
ten bags are exactly those of the first order; the lanterns of 12348 were bought before. 12347 keeps
25.50 - 12.75 + 33.00."""

SHOPIFY = """\
Name,Email,Financial Status,Fulfillment Status,Currency,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
Lineitem sku,Cancelled at,Refunded Amount
#1,ada@example.com,paid,fulfilled,EUR,2024-01-05 10:00:00 +0100,1,Cup,10.00,C1,,0.00
#1,ada@example.com,,,,2024-01-05 10:00:00 +0100,2,Plate,10.00,P1,,
#2,bea@example.com,voided,unfulfilled,EUR,2024-01-06 10:00:00 +0100,5,Cup,10.00,C1,2024-01-07 09:00:00 +0100,0.00
#3,cid@example.com,refunded,fulfilled,EUR,2024-01-08 10:00:00 +0100,2,Cup,10.00,C1,,30.00
#3,cid@example.com,,,,2024-01-08 10:00:00 +0100,1,Plate,10.00,P1,,
#4,ada@example.com,partially_refunded,fulfilled,EUR,2024-02-01 10:00:00 +0100,2,Cup,10.00,C1,,9.00
#4,ada@example.com,,,,2024-02-01 10:00:00 +0100,1,Plate,10.00,P1,,
#5,bea@example.com,pending,unfulfilled,EUR,2024-02-02 10:00:00 +0100,1,Cup,10.00,C1,,0.00
#6,dan@example.com,paid,fulfilled,EUR,2024-02-03 10:00:00 +0100,1,Gift card,50.00,GIFT,,0.00
#6,dan@example.com,,,,2024-02-03 10:00:00 +0100,3,Cup,10.00,C1,,
"""
SHOPIFY_TOTALS = {
    "lines": 10,
    "kept": {"lines": 5, "amount": 90.0},
    "set_aside": {
        "cancelled": {"lines": 2, "amount": 60.0},
        "returned": {"lines": 2, "amount": 30.0},
        "gift_card": {"lines": 1, "amount": 50.0},
    },
    "net": {"lines": 5, "amount": 81.0},
    "customers": {"ada@example.com": 51.0, "dan@example.com": 30.0},
}
"""By hand: orders 1, 4 and the cups of 6 were bought for 30 each; 9 of order 4 went back,
once and not for each line."""

WOOCOMMERCE = """\
order_number,status,customer_id,order_date,line_type,sku,item_name,quantity,line_total
1,wc-completed,7,2024-01-05,line_item,MUG,Mug,2,20.00
1,wc-completed,7,2024-01-05,line_item,JAR,Jar,1,10.01
1,wc-completed,7,2024-01-05,coupon,WELCOME,WELCOME,1,-3.00
1,wc-completed,7,2024-01-05,shipping,,Versandkosten,1,4.90
1,wc-completed,7,2024-01-05,tax,,MwSt. 19 %,1,5.00
2,wc-processing,8,2024-01-09,line_item,LABEL,Shipping label roll,1,7.00
2,wc-processing,8,2024-01-09,fee,,Frais de dossier,1,2.00
2,wc-processing,8,2024-01-09,line_item,GC50,Gift card 50,1,50.00
3,wc-failed,8,2024-01-10,line_item,MUG,Mug,1,10.00
4,wc-on-hold,9,2024-01-11,line_item,MUG,Mug,1,10.00
5,wc-refunded,9,2024-01-12,line_item,MUG,Mug,3,30.00
6,wc-completed,9,2024-01-13,line_item,JAR,Jar,2,20.00
6,wc-completed,9,2024-02-01,line_item,JAR,Jar,1,-10.00
7,wc-laid-away,9,2024-02-02,line_item,JAR,Jar,1,10.00
"""
WOOCOMMERCE_TOTALS = {
    "lines": 14,
    "kept": {"lines": 5, "amount": 64.01},
    "set_aside": {
        "discount": {"lines": 1, "amount": 0.0},
        "shipping": {"lines": 1, "amount": 4.9},
        "tax": {"lines": 1, "amount": 5.0},
        "charge": {"lines": 1, "amount": 2.0},
        "gift_card": {"lines": 1, "amount": 50.0},
        "cancelled": {"lines": 2, "amount": 20.0},
        "returned": {"lines": 2, "amount": 20.0},
    },
    "net": {"lines": 5, "amount": 54.01},
    "customers": {"7": 27.01, "8": 7.0, "9": 20.0},
}
"""By hand: goods of order 1 bear the coupon (30.01 - 3), the label roll is goods, `wc-laid-away` is nobody's word
and counts; one jar of order 6 came back."""

STRIPE = """\
id,Description,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Customer Email
ch_1,Order,2024-01-05 10:00,20.00,0.00,eur,Paid,cus_1,ada@example.com
ch_2,Order,2024-01-06 10:00,15.00,0.00,eur,Failed,cus_1,ada@example.com
ch_3,Order,2024-01-07 10:00,30.00,30.00,eur,Refunded,cus_2,bea@example.com
ch_4,Order,2024-02-01 10:00,40.00,12.50,eur,Paid,cus_2,bea@example.com
ch_5,Order,2024-02-02 10:00,25.00,25.00,eur,Paid,cus_3,cid@example.com
"""
STRIPE_TOTALS = {
    "lines": 5,
    "kept": {"lines": 3, "amount": 85.0},
    "set_aside": {"cancelled": {"lines": 1, "amount": 15.0}, "returned": {"lines": 1, "amount": 30.0}},
    "net": {"lines": 2, "amount": 47.5},
    "customers": {"cus_1": 20.0, "cus_2": 27.5},
}
"""By hand: 20 + 40 + 25 were paid, 12.50 and all of the last 25 went back."""


GOODS = (("Mug", 990), ("Bowl", 1450), ("Plate", 725), ("Chair", 8900), ("Rug", 12900), ("Clock", 3450))
"""Names and prices in cents."""
SHIPPING = 350


def shop_orders() -> list[dict[str, Any]]:
    """Forty orders of twelve customers and a few guests, one to four goods each; every tenth went back as a whole."""
    rng = seeded(29)
    made = []
    for number in range(40):
        customer = None if number % 13 == 5 else rng.randrange(12)
        goods = rng.sample(range(len(GOODS)), rng.randint(1, 4))
        items = [(place, rng.randint(1, 3)) for place in sorted(goods)]
        day = date(2024, 1, 8) + timedelta(days=5 * number + rng.randint(0, 4))
        made.append(
            {"number": 1001 + number, "customer": customer, "day": day, "items": items, "back": number % 10 == 7}
        )
    return made


def worth(items: list[tuple[int, int]]) -> int:
    """Cents."""
    return sum(GOODS[place][1] * pieces for place, pieces in items)


def shop_totals(orders: list[dict[str, Any]]) -> dict[str, Any]:
    """What a right reading of any of the layouts finds; lines are those of goods."""
    guests = [order for order in orders if order["customer"] is None]
    return {
        "lines": sum(len(order["items"]) for order in orders),
        "orders": len(orders),
        "customers": len({order["customer"] for order in orders} - {None}),
        "first_on": str(min(order["day"] for order in orders)),
        "last_on": str(max(order["day"] for order in orders)),
        "amount": sum(worth(order["items"]) for order in orders) / 100,
        "lines_later": sum(len(order["items"]) - 1 for order in orders),
        "orders_of_several": sum(len(order["items"]) > 1 for order in orders),
        "lines_of_guests": sum(len(order["items"]) for order in guests),
        "lines_back": sum(len(order["items"]) for order in orders if order["back"] and order not in guests),
        "money_back": sum(worth(order["items"]) for order in orders if order["back"] and order not in guests) / 100,
    }


def money(amount: int) -> str:
    """Cents with both decimals."""
    return f"{amount // 100}.{amount % 100:02d}"


def shopify_text(orders: list[dict[str, Any]]) -> str:
    """As Shopify's export with the order's cells on its first line."""
    header = (
        "Name", "Email", "Financial Status", "Currency", "Total", "Created at", "Lineitem quantity", "Lineitem name",
        "Lineitem price", "Billing Country", "Phone",
    )  # fmt: skip
    rows = []
    for order in orders:
        who = order["customer"]
        first = {
            "Email": "" if who is None else f"k{who}@example.org",
            "Financial Status": "refunded" if order["back"] else "paid",
            "Currency": "EUR",
            "Total": money(worth(order["items"]) + SHIPPING),
            "Created at": f"{order['day']} 10:00:00 +0100",
            "Billing Country": "DE",
            "Phone": "" if who is None else f"+49 30 555 {100 + who}",
        }
        for place, (good, pieces) in enumerate(order["items"]):
            name, price = GOODS[good]
            line = {"Lineitem quantity": pieces, "Lineitem name": name, "Lineitem price": money(price)}
            cells = {"Name": f"#{order['number']}"} | (first if place == 0 else {}) | line
            rows.append({column: cells.get(column, "") for column in header})
    return csv_text(header, rows)


def ebay_text(orders: list[dict[str, Any]]) -> str:
    """As eBay's report: an order of several items has a row of its own above them, and notes stand below."""
    header = (
        "Order Number", "Buyer Username", "Buyer Email", "Item Title", "Quantity", "Sold For", "Total Price",
        "Sale Date",
    )  # fmt: skip
    rows = []
    for order in orders:
        who = order["customer"]
        cells = {
            "Order Number": order["number"],
            "Buyer Username": "" if who is None else f"k_{who}",
            "Buyer Email": "" if who is None else f"k{who}@example.org",
            "Total Price": "$" + money(worth(order["items"]) + SHIPPING),
            "Sale Date": f"{order['day']:%b-%d-%y}",
        }
        lines = [
            {"Item Title": GOODS[good][0], "Quantity": pieces, "Sold For": "$" + money(GOODS[good][1])}
            for good, pieces in order["items"]
        ]
        if len(lines) > 1:
            pieces = sum(pieces for _, pieces in order["items"])
            rows.append(cells | {"Quantity": pieces, "Sold For": "$" + money(worth(order["items"]))})
            cells = {"Order Number": order["number"]}
        rows += [cells | line for line in lines]
    text = csv_text(header, [{column: row.get(column, "") for column in header} for row in rows])
    return f"\n{text}\n{len(orders)},record(s) downloaded,,,,,,\nSeller ID : made_up,,,,,,,\n"


def etsy_text(orders: list[dict[str, Any]]) -> str:
    """As Etsy's sold order items."""
    header = ("Sale Date", "Item Name", "Buyer", "Quantity", "Price", "Currency", "Order ID", "Item Total")
    rows = [
        {
            "Sale Date": f"{order['day']:%m/%d/%y}",
            "Item Name": GOODS[good][0],
            "Buyer": "" if order["customer"] is None else f"Buyer {order['customer']}",
            "Quantity": pieces,
            "Price": money(GOODS[good][1]),
            "Currency": "EUR",
            "Order ID": order["number"],
            "Item Total": money(GOODS[good][1] * pieces),
        }
        for order in orders
        for good, pieces in order["items"]
    ]
    return csv_text(header, rows)


def odoo_text(orders: list[dict[str, Any]]) -> str:
    """As Odoo's export of orders with their lines."""
    header = (
        "Order Reference", "Customer", "Order Date", "Order Lines/Product", "Order Lines/Quantity",
        "Order Lines/Unit Price", "Order Lines/Subtotal", "Total", "Status",
    )  # fmt: skip
    rows = []
    for order in orders:
        first = {
            "Order Reference": f"S{order['number']}",
            "Customer": "" if order["customer"] is None else f"Buyer {order['customer']}",
            "Order Date": f"{order['day']} 09:30:00",
            "Total": money(worth(order["items"])),
            "Status": "Cancelled" if order["back"] else "Sales Order",
        }
        for place, (good, pieces) in enumerate(order["items"]):
            name, price = GOODS[good]
            line = {
                "Order Lines/Product": name,
                "Order Lines/Quantity": pieces,
                "Order Lines/Unit Price": money(price),
                "Order Lines/Subtotal": money(price * pieces),
            }
            cells = (first if place == 0 else {}) | line
            rows.append({column: cells.get(column, "") for column in header})
    return csv_text(header, rows)


LAYOUTS = {"shopify_blanks.csv": shopify_text, "ebay.csv": ebay_text, "etsy.csv": etsy_text, "odoo.csv": odoo_text}


PRINTED_WIDTHS = (10, 10, 10, 10, 11, 3, 14, 5)


def printed_lines() -> list[tuple[str, str, date, str, int, int]]:
    """Customer, document, day, material, quantity and cents of each line; a few come back."""
    rng = seeded(14)
    prices = {f"MAT-{number:03d}": rng.randint(199, 89_900) for number in range(1, 13)}
    lines = []
    for number in range(120):
        customer, day = f"{rng.randint(1, 30):010d}", date(2023, 1, 2) + timedelta(days=5 * number)
        for material in rng.sample(sorted(prices), rng.randint(1, 3)):
            pieces = -1 if rng.random() < 0.04 else rng.randint(1, 1_200)
            lines.append((customer, f"{90_000_000 + number:010d}", day, material, pieces, pieces * prices[material]))
    return lines


def printed_totals(lines: list[tuple[str, str, date, str, int, int]]) -> dict[str, Any]:
    """What a right reading of `printed_list.txt` finds; its titles and repeated names are counted apart."""
    return {
        "lines": len(lines),
        "customers": len({customer for customer, *_ in lines}),
        "orders": len({document for _, document, *_ in lines}),
        "first_on": str(min(day for _, _, day, *_ in lines)),
        "last_on": str(max(day for _, _, day, *_ in lines)),
        "amount": sum(cents for *_, cents in lines) / 100,
        "pieces": sum(pieces for *_, pieces, _ in lines),
    }


def printed_text(lines: list[tuple[str, str, date, str, int, int]]) -> str:
    """The list, sixty lines to a page."""

    def number(cents: int, digits: int) -> str:
        text = f"{abs(cents) / 10**digits:,.{digits}f}".translate(str.maketrans(",.", ".,"))
        return f"{text}-" if cents < 0 else text

    def row(*cells: str) -> str:
        padded = (f"{cell:<{width}}" for cell, width in zip(cells, PRINTED_WIDTHS, strict=True))
        return "|" + "|".join(padded) + "|"

    rule = "-" * (sum(PRINTED_WIDTHS) + len(PRINTED_WIDTHS) + 1)
    names = row("Kunde", "Beleg", "Belegdat.", "Material", "Menge", "ME", "Nettowert", "Währg")
    text = []
    for page, start in enumerate(range(0, len(lines), 60), start=1):
        text += [f"Umsatzliste Nord                       Seite {page:>3}", "", rule, names, rule]
        for customer, document, day, material, pieces, cents in lines[start : start + 60]:
            amount = f"{number(cents, 2):>14}"
            cells = (customer, document, f"{day:%d.%m.%Y}", material, f"{number(pieces * 1_000, 3):>11}", "ST", amount)
            text.append(row(*cells, "EUR"))
        text.append(rule)
    return "\r\n".join([*text, ""])


def main() -> None:
    """Write every file."""
    rows, bought, exports = sales_rows(), purchases(), layouts()
    sold, printed = shop_orders(), printed_lines()
    tables = {"shoppers.csv": shoppers(), "households.csv": households(), "members.csv": members()}
    totals = {
        "sales.csv": sales_totals(rows),
        "purchases.txt": purchase_totals(bought),
        "credit_notes.csv": CREDIT_NOTE_TOTALS,
        "uci_credit_notes.csv": UCI_TOTALS,
        "shopify.csv": SHOPIFY_TOTALS,
        "woocommerce.csv": WOOCOMMERCE_TOTALS,
        "stripe.csv": STRIPE_TOTALS,
        **{name: right for name, (_, right) in exports.items()},
        **dict.fromkeys(LAYOUTS, shop_totals(sold)),
        "printed_list.txt": printed_totals(printed),
        **{name: {"groups": "".join(map(str, groups))} for name, (_, groups) in tables.items()},
    }
    files = {
        "sales.csv": csv_text(HEADER, rows).encode("cp437"),
        "sales_two_styles.csv": csv_text(HEADER, in_two_styles(rows)).encode("cp437"),
        "purchases.txt": purchases_text(bought).encode(),
        "customers.csv": customers_text().encode(),
        "shoppers.csv": csv_text(SHOPPER_HEADER, tables["shoppers.csv"][0]).encode(),
        "households.csv": csv_text(HOUSEHOLD_HEADER, tables["households.csv"][0]).replace(",", "\t").encode(),
        "members.csv": csv_text(MEMBER_HEADER, tables["members.csv"][0]).encode(),
        "credit_notes.csv": CREDIT_NOTES.encode(),
        "uci_credit_notes.csv": UCI.encode(),
        "shopify.csv": SHOPIFY.encode(),
        "woocommerce.csv": WOOCOMMERCE.encode(),
        "stripe.csv": STRIPE.encode(),
        **{name: content for name, (content, _) in exports.items()},
        **{name: layout(sold).encode() for name, layout in LAYOUTS.items()},
        "printed_list.txt": printed_text(printed).encode("cp1252"),
        "totals.json": (json.dumps(totals, indent=1) + "\n").encode(),
    }
    for name, content in files.items():
        (HERE / name).write_bytes(content)


if __name__ == "__main__":
    main()
