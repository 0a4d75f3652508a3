"""What a person may type, at the end of the help of each command."""

from __future__ import annotations

EXAMPLES = {
    "run": (
        "marketfold run orders.csv",
        "marketfold run orders.xlsx --map customer_id=KDNR --currency EUR",
        "marketfold run orders.csv --quick --segments 4",
        "marketfold run orders.csv --budget 50k --margin '30 %' --previous runs/spring",
    ),
    "inspect": (
        "marketfold inspect orders.csv",
        "marketfold inspect orders.csv --date-format %d/%m/%Y --decimal ,",
        "marketfold inspect 'exports/*.csv' --json",
    ),
    "demo": (
        "marketfold demo",
        "marketfold demo --lines 60000 --effect 0.5",
    ),
    "score": ("marketfold score runs/orders new_orders.csv --out scored.csv",),
    "refresh": (
        "marketfold refresh runs/orders new_orders.csv",
        "marketfold refresh runs/orders-2026-07-01 july.csv --out runs/august",
    ),
    "sql": (
        "marketfold sql runs/orders --dialect bigquery --orders shop.order_lines",
        "marketfold sql runs/orders --dialect postgres --as-of 'CURRENT_DATE - 1'",
        "marketfold sql runs/orders --dialect duckdb --dbt segments",
    ),
    "plan": (
        "marketfold plan runs/orders",
        "marketfold plan runs/orders --set '2.offer.promise=free tea'",
        "marketfold plan runs/orders --renew",
    ),
    "rename": (
        "marketfold rename runs/orders 2 'Tea lovers'",
        "marketfold rename runs/orders 'Lapsed discount buyers' 'Bargain hunters'",
    ),
    "learn": (
        "marketfold learn",
        "marketfold learn runs/orders --out lessons.html",
    ),
    "notebook": (
        "marketfold notebook runs/orders",
        "marketfold notebook runs/orders --out lessons/orders.ipynb --orders moved/orders.csv",
    ),
    "report": ("marketfold report runs/orders",),
    "figures": (
        "marketfold figures runs/orders --to svg",
        "marketfold figures runs/orders --to csv --only ledger",
    ),
    "compare": ("marketfold compare runs/spring runs/autumn --out changes.html",),
    "export": (
        "marketfold export runs/orders --to meta --country DE",
        "marketfold export runs/orders --to mailchimp --consent-column newsletter --segment 2",
    ),
    "measure": ("marketfold measure runs/orders later_orders.csv --from 2026-07-01 --to 2026-09-30",),
    "studio": (
        "marketfold studio",
        "marketfold studio orders.csv",
        "marketfold studio demo/run",
        "marketfold studio --root ~/exports --no-browser --port 8080",
    ),
}


def epilog(command: str) -> str:
    """The examples of a command, each on a line of its own."""
    return "\n\n".join(("Examples:", *(f"  {example}" for example in EXAMPLES[command])))
