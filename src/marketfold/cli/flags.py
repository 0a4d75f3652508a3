"""The flags that commands share, each tied to one setting of `RunConfig`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from typer.core import TyperCommand

from marketfold.reduction import method_choices
from marketfold.schema import FeatureSetName

Source = Annotated[
    str, typer.Argument(metavar="ORDERS", help="Order lines: CSV, TSV, Excel, Parquet (file, folder or glob).")
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that `marketfold run` wrote.")]

Map = Annotated[
    list[str] | None, typer.Option("--map", metavar="ROLE=COLUMN", help="Say what a column means; may repeat.")
]
NullValue = Annotated[
    list[str] | None, typer.Option("--null-value", help="A text that stands for a missing cell; may repeat.")
]
DateFormat = Annotated[str | None, typer.Option(help="How dates are written, as in %d/%m/%Y.")]
Decimal = Annotated[str | None, typer.Option(help="Decimal sign, . or ,")]
Delimiter = Annotated[str | None, typer.Option(help="Field separator of a text file.")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of a text file.")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook.")]
MemoryLimit = Annotated[str | None, typer.Option(help="Most memory the embedded engine may take, as in 2GB.")]

NotProduct = Annotated[
    list[str] | None,
    typer.Option("--not-product", help="A product id that is a charge; replaces the list; may repeat."),
]
DropDuplicates = Annotated[bool | None, typer.Option("--drop-duplicates", help="Set exact repeats aside.")]
AllowMostlySetAside = Annotated[
    bool | None, typer.Option("--allow-mostly-set-aside", help="Go on when more than half of the lines are set aside.")
]

UnitFlag = Annotated[str | None, typer.Option("--unit", help="What is segmented: customer, order or order_line.")]
AsOf = Annotated[str | None, typer.Option(help="Day on which features look back, YYYY-MM-DD.")]
FeatureSetFlag = Annotated[
    str | None,
    typer.Option(
        "--feature-set", "--view", help=f"Features that shape the segments: {', '.join(get_args(FeatureSetName))}."
    ),
]
Geography = Annotated[bool | None, typer.Option("--geography", help="Let countries and territories shape segments.")]
Reduction = Annotated[str | None, typer.Option(help=f"{method_choices()}.")]
Dimensions = Annotated[int | None, typer.Option(help="Dimensions to keep.")]
Segments = Annotated[int | None, typer.Option(help="Number of segments, where you know better.")]
KMax = Annotated[int | None, typer.Option(help="Largest number of segments on the elbow curve.")]
Bootstraps = Annotated[int | None, typer.Option(help="Resamples in the stability test.")]
Playbook = Annotated[str | None, typer.Option(help="auto, retail, b2b, or a TOML file of your own.")]
ContactCost = Annotated[float | None, typer.Option(help="Cost of reaching one customer once.")]
CampaignDays = Annotated[int | None, typer.Option(help="Length of a campaign and of its measurement, in days.")]
SmallestLift = Annotated[float | None, typer.Option(help="Smallest lift worth seeing; it sizes the holdout.")]
Budget = Annotated[float | None, typer.Option(help="Money to divide between the campaigns.")]
Margin = Annotated[float | None, typer.Option(help="Share of revenue left after costs, 0 to 1.")]
Seed = Annotated[int | None, typer.Option(help="Same input, settings and seed: the same segments.")]

To = Annotated[str, typer.Option("--to", help="What takes the audiences.")]

Out = Annotated[Path | None, typer.Option(help="Run folder to make; under runs/ if not given.")]
Previous = Annotated[
    Path | None, typer.Option(help="An earlier run: its segment numbers, names and hand edits are kept.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


class ExportCommand(TyperCommand):
    """The command that takes its platforms from their table: the table loads what the help of others need not."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The flags, `--to` with the names of the platforms, and the first of them as its default."""
        from marketfold.audiences import PLATFORMS

        params = super().get_params(ctx)
        to: Any = next(param for param in params if param.name == "to")
        to.metavar, to.default = "|".join(PLATFORMS), next(iter(PLATFORMS))
        return params


def given(**settings: Any) -> dict[str, Any]:
    """Only what the user gave: an unset flag must not hide the environment or `marketfold.toml`."""
    return {name: value for name, value in settings.items() if value is not None}


def reading(
    map_: list[str] | None,
    null_value: list[str] | None,
    date_format: str | None,
    decimal: str | None,
    delimiter: str | None,
    encoding: str | None,
    sheet: str | None,
) -> dict[str, Any]:
    """The settings of reading that the flags of a command give."""
    return given(
        mapping=mapping(map_),
        null_values=null_value,
        date_format=date_format,
        decimal=decimal,
        delimiter=delimiter,
        encoding=encoding,
        sheet=sheet,
    )


def mapping(pairs: list[str] | None) -> dict[str, str] | None:
    """Read `role=COLUMN` pairs.

    >>> mapping(["ordered_on=Bought on"])
    {'ordered_on': 'Bought on'}
    """
    if not pairs:
        return None
    roles: dict[str, str] = {}
    for pair in pairs:
        role, equals, column = pair.partition("=")
        if not equals or not role.strip() or not column.strip():
            message = f"--map wants ROLE=COLUMN, as in --map customer_id=CUSTOMERNAME; got {pair!r}."
            raise typer.BadParameter(message)
        if role.strip() in roles:
            message = f"--map names the role {role.strip()!r} twice; say once which column it is."
            raise typer.BadParameter(message)
        roles[role.strip()] = column.strip()
    return roles


def day(text: str, flag: str) -> date:
    """Read a day.

    >>> day("2026-07-01", "--from")
    datetime.date(2026, 7, 1)
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{flag} wants a day as YYYY-MM-DD; got {text!r}."
        raise typer.BadParameter(message) from error
