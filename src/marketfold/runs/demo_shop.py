"""The demo shop as a folder with an order file in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.csv_files import write_csv
from marketfold.demo import DEMO_LINES, make_shop
from marketfold.runs.folder import staged_folder

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.demo import Shop

DEMO_ORDERS = "orders.csv"


def write_demo_shop(folder: Path, lines: int | None = None, seed: int = 0) -> Shop:
    """Make the demo shop, with its orders and its planted groups in a new folder; enough lines for audiences if None.

    Raises
    ------
    RunFolderError
        If the folder exists, or cannot be written.
    """
    shop = make_shop(lines or DEMO_LINES, seed)
    with staged_folder(folder) as staging:
        write_csv(shop.lines, staging / DEMO_ORDERS)
        write_csv(shop.truth, staging / "planted_groups.csv")
    return shop
