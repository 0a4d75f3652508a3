"""Everything a user can set, in one frozen tree: defaults < `marketfold.toml` < environment < flags.

Each stage takes its own branch, so that a notebook and the command line speak of the same settings:
`read_orders("orders.csv", ReadingOptions(date_format="%d/%m/%Y"))` and `marketfold run orders.csv --date-format
%d/%m/%Y`.

A setting is declared here and nowhere else: its field gives the flag, the help, the default and the group of the
command line, and its line in docs/reference/settings.md.
"""

from __future__ import annotations

import codecs
import difflib
import math
import os
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from marketfold.decisions import undoable
from marketfold.entered import entered_number
from marketfold.errors import ConfigError, Fault
from marketfold.reduction import REDUCERS, method_choices
from marketfold.schema import FeatureSetName, RFMMeasure, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

CONFIG_FILE = "marketfold.toml"
_SOME_DAY = datetime(2024, 2, 13, 14, 55, 7)

LARGEST_SEED = 4_000_000_000
"""scikit-learn takes 32 bits, and parts of a run add to the seed."""
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2100, 1, 1)
MOST_MONEY = 1e12
"""In any currency more than a campaign costs, and few enough figures to divide to the cent."""


def _known_method(method: str) -> str:
    if method not in {"auto", *REDUCERS}:
        code = "unknown_reduction"
        raise PydanticCustomError(code, "Input should be {methods}", {"methods": method_choices()})
    return method


def _known_decision(code: str) -> str:
    if code not in undoable():
        close = difflib.get_close_matches(code, undoable(), n=1)
        text = f"Input should be one of {', '.join(undoable())}" + (f"; did you mean {close[0]}?" if close else "")
        raise PydanticCustomError("unknown_decision", "{text}", {"text": text})
    return code


Entered = BeforeValidator(entered_number)


def _refused(code: str, text: str) -> PydanticCustomError:
    return PydanticCustomError(code, "Input should be {text}", {"text": text})


def _separator(text: str) -> str:
    mark = {r"\t": "\t", "tab": "\t"}.get(text.lower(), text)
    if len(mark) != 1 or mark in "\"'\r\n\0" or mark.isalnum():
        raise _refused("separator", "one sign that separates fields, as in , ; | or tab")
    return mark


def _text_encoding(name: str) -> str:
    try:
        known = codecs.lookup(name)
    except (LookupError, ValueError):
        known = None
    if known is None or not getattr(known, "_is_text_encoding", True):
        raise _refused("encoding", "an encoding of text, such as utf-8, cp1252, cp437 or utf-16")
    return name


def _readable_format(text: str) -> str:
    try:
        datetime.strptime(_SOME_DAY.strftime(text), text)
    except (ValueError, re.error, OverflowError):
        raise _refused("date_format", "directives of strptime, each once, as in %d/%m/%Y") from None
    return text


def _size(text: str) -> str:
    if not re.fullmatch(r"\s*\d{1,9}(\.\d{1,3})?\s*([KMGT]i?B|%)\s*", text, re.IGNORECASE):
        raise _refused("size", "a size such as 2GB or 500MB")
    return text


def _cut_points(text: str) -> str:
    try:
        cuts = [float(part) for part in text.split(",")]
    except ValueError:
        cuts = []
    if len(cuts) != 4 or not all(map(math.isfinite, cuts)) or cuts != sorted(set(cuts)):
        raise _refused("cuts", "four ascending numbers, as in 30,90,180,365")
    return text


def _plain_text(text: str) -> str:
    if "\0" in text:
        raise _refused("text", "a text without NUL")
    return text


PlainText = Annotated[str, AfterValidator(_plain_text)]
ReductionMethod = Annotated[str, AfterValidator(_known_method)]


@dataclass(frozen=True)
class Flag:
    """How a setting is called on the command line, where its own name with dashes does not do.

    Further spellings follow after a space, as in `--feature-set --view`; `metavar` stands for the value in the help.
    """

    name: str
    metavar: str | None = None


class Options(BaseModel):
    """A branch of the settings: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReadingOptions(Options):
    """How a source becomes order lines."""

    mapping: Annotated[dict[PlainText, PlainText], Flag("--map", "ROLE=COLUMN")] = Field(
        default_factory=dict, description="What a column means, where its name does not tell."
    )
    null_values: Annotated[tuple[PlainText, ...], Flag("--null-value")] = Field(
        default=(), description="Texts that stand for a missing cell, beside the empty cell."
    )
    date_format: Annotated[str, AfterValidator(_readable_format)] | None = Field(
        default=None, description="How dates are written, as in %d/%m/%Y, where they fit more than one format."
    )
    decimal: Literal[".", ","] | None = Field(
        default=None, description="Decimal sign, . or , where the numbers do not tell."
    )
    delimiter: Annotated[str, AfterValidator(_separator)] | None = Field(
        default=None, description="Field separator of a text file, where it is not found."
    )
    encoding: Annotated[str, AfterValidator(_text_encoding)] | None = Field(
        default=None, description="Encoding of a text file, where it is not found."
    )
    sheet: PlainText | None = Field(default=None, description="Sheet of a workbook, where it is not found.")
    table: bool = Field(
        default=False, description="Read as a table of customers, one row for each, where that is not found."
    )
    header_row: int | None = Field(
        default=None, ge=1, description="Row with the names of the columns, 1 for the first, where it is not found."
    )
    undo: tuple[Annotated[str, AfterValidator(_known_decision)], ...] = Field(
        default=(), description="Decisions of the reading, by their codes in `marketfold inspect`, not to be made."
    )
    memory_limit: Annotated[str, AfterValidator(_size)] | None = Field(
        default=None, description="Most memory the embedded engine may take, as in 2GB."
    )


class CleaningOptions(Options):
    """Which order lines count as purchases."""

    cancelled_statuses: Annotated[tuple[str, ...], Flag("--cancelled-status")] = Field(
        default=(),
        description="Statuses, in any case, of a line that was not bought after all, beside those that are known.",
    )
    sale_statuses: Annotated[tuple[str, ...], Flag("--sale-status")] = Field(
        default=(), description="Statuses, in any case, of a line that was bought, whatever their words say."
    )
    not_products: Annotated[tuple[str, ...], Flag("--not-product")] = Field(
        default=(),
        description="Product ids, in any case, that are charges and not products, beside those that are known.",
    )
    products: Annotated[tuple[str, ...], Flag("--product")] = Field(
        default=(), description="Product ids or names, in any case, that are products, whatever their words say."
    )
    gross: bool = Field(default=False, description="Count what was bought whether or not it came back.")
    test_customers: Annotated[tuple[str, ...], Flag("--test-customer")] = Field(
        default=("test", "test customer", "dummy", "testkunde"),
        description="Customer ids or names, in any case, made for testing.",
    )
    drop_duplicates: bool = Field(
        default=False, description="Set exact repeats aside even where no line number repeats."
    )
    allow_mostly_set_aside: bool = Field(
        default=False, description="Go on when more than half of the lines are set aside."
    )


class FeatureOptions(Options):
    """What is measured of each unit."""

    unit: Unit = Field(default="customer", description="What is segmented: customer, order or order_line.")
    as_of: date | None = Field(
        default=None,
        ge=FIRST_DAY,
        le=LAST_DAY,
        description="Day on which features look back, YYYY-MM-DD; the day after the last order if not set.",
    )
    feature_set: Annotated[FeatureSetName, Flag("--feature-set --view")] = Field(
        default="auto", description=f"Features that shape the segments: {', '.join(get_args(FeatureSetName))}."
    )
    geography: bool = Field(default=False, description="Let countries and territories shape segments.")
    rfm_cuts: Annotated[
        dict[RFMMeasure, Annotated[str, AfterValidator(_cut_points)]],
        Flag("--rfm-cut", "SCORE=CUTS"),
    ] = Field(
        default_factory=dict,
        description="Cut points of an RFM score, as in recency=30,90,180,365, in the place of quintiles.",
    )


class ReductionOptions(Options):
    """How features become dimensions."""

    method: Annotated[ReductionMethod, Flag("--reduction")] = Field(
        default="auto", description=f"{method_choices()}; auto takes the simplest that is not worse."
    )
    n_dimensions: Annotated[int | None, Flag("--dimensions")] = Field(
        default=None, ge=1, le=1_000, description="Dimensions to keep; found from the data if not set."
    )


class ClusteringOptions(Options):
    """How many segments, and how surely."""

    segments: int | None = Field(
        default=None, ge=2, le=1_000, description="Number of segments; chosen from the evidence if not set."
    )
    k_max: int = Field(default=15, ge=3, le=1_000, description="Largest number of segments on the elbow curve.")
    bootstraps: int = Field(default=100, ge=2, le=100_000, description="Pairs of resamples in the stability test.")


class CampaignOptions(Options):
    """What is planned for each segment."""

    playbook: str | Path = Field(
        default="auto", description="retail, b2b, a TOML file of your own, or auto for the one that fits the orders."
    )
    budget: Annotated[float | None, Entered] = Field(
        default=None, gt=0, le=MOST_MONEY, description="Money to divide between the campaigns."
    )
    margin: Annotated[float | None, Entered] = Field(
        default=None, gt=0, le=1, description="Share of revenue that is left after costs, 0 to 1."
    )
    contact_cost: Annotated[float | None, Entered] = Field(
        default=None, gt=0, le=MOST_MONEY, description="Cost of reaching one customer once."
    )
    campaign_days: int = Field(
        default=90, ge=7, le=1_000, description="Length of a campaign and of its measurement, in days."
    )
    smallest_lift: Annotated[float, Entered] = Field(
        default=0.2, gt=0, le=100, description="Smallest relative lift worth knowing; it sizes the holdouts."
    )


class RunConfig(BaseSettings):
    """Settings of one run.

    >>> RunConfig(seed=7).clustering.k_max
    15
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="MARKETFOLD_", env_nested_delimiter="__", toml_file=CONFIG_FILE
    )

    seed: int = Field(
        default=0,
        ge=0,
        le=LARGEST_SEED,
        description="Same input, settings and versions with the same seed: the same segments.",
    )
    quick: bool = Field(
        default=False, description="Leave out what is slow: no network is trained unless it is asked for."
    )
    reading: ReadingOptions = ReadingOptions()
    cleaning: CleaningOptions = CleaningOptions()
    features: FeatureOptions = FeatureOptions()
    reduction: ReductionOptions = ReductionOptions()
    clustering: ClusteringOptions = ClusteringOptions()
    campaigns: CampaignOptions = CampaignOptions()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags before environment before file; neither dotenv nor secrets files are read."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


@dataclass(frozen=True)
class Setting:
    """One setting: its names from the root, as ("clustering", "k_max"), and all that is said of it there.

    `group` is what the settings beside it are about; "" at the root.
    """

    path: tuple[str, ...]
    field: FieldInfo
    group: str

    @property
    def flag(self) -> Flag:
        """What it is called on the command line."""
        given = next((one for one in self.field.metadata if isinstance(one, Flag)), None)
        return given or Flag("--" + self.path[-1].replace("_", "-"))

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return "MARKETFOLD_" + "__".join(self.path).upper()

    @property
    def default(self) -> Any:
        """Its value where nobody sets it."""
        return self.field.get_default(call_default_factory=True)


def settings_of(model: type[BaseModel] = RunConfig) -> Iterator[Setting]:
    """Every setting of a tree of settings, in the order of its fields.

    >>> next(one.flag.name for one in settings_of() if one.path == ("reduction", "method"))
    '--reduction'
    """
    for name, field in model.model_fields.items():
        branch = field.annotation
        if isinstance(branch, type) and issubclass(branch, BaseModel):
            group = f"{name.capitalize()}: {(branch.__doc__ or '').splitlines()[0].rstrip('.').lower()}"
            for one in settings_of(branch):
                yield Setting((name, *one.path), one.field, one.group or group)
        else:
            yield Setting((name,), field, "")


def _origin(place: tuple[int | str, ...], overrides: dict[str, Any]) -> str:
    """A setting by its path, and where its value comes from: what was given here, the environment, or the file."""
    path = ".".join(map(str, place))
    found: Any = overrides
    for name in place:
        found = found.get(name) if isinstance(found, dict) else None
        if found is not None and not isinstance(found, dict):
            flags = (one.flag.name.split()[0] for one in settings_of() if one.path == place)
            return " ".join((path, *(f"({flag})" for flag in flags)))
    wanted = {f"MARKETFOLD_{'__'.join(map(str, place[:end])).upper()}" for end in range(1, len(place) + 1)}
    variables = [name for name in os.environ if name.upper() in wanted]
    return f"{path} (environment variable {variables[0]})" if variables else f"{path} ({CONFIG_FILE})"


_WANTED = {
    "greater_than_equal": "{ge} or more",
    "greater_than": "more than {gt}",
    "less_than_equal": "{le} or less",
    "less_than": "less than {lt}",
    "literal_error": "{expected}",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
}
"""What is wanted, by the code of a fault; the others say it themselves."""


def _fault_text(fault: ErrorDetails) -> str:
    """What was wanted and what was given."""
    limits = {name: f"{one:g}" if isinstance(one, float) else one for name, one in fault.get("ctx", {}).items()}
    wanted = _WANTED.get(fault["type"], "").format(**limits)
    wanted = wanted or fault["msg"].removeprefix("Input should be ")
    return (
        f"wanted {wanted}, got {fault['input']!r}" if wanted != fault["msg"] else f"{wanted} (got {fault['input']!r})"
    )


def load_config(overrides: dict[str, Any] | None = None) -> RunConfig:
    """Settings from defaults, `marketfold.toml` in the working folder, the environment and then `overrides`.

    Overrides are nested as the settings are: `{"seed": 1, "clustering": {"segments": 4}}`. ConfigError names every
    setting that is unknown or out of range.
    """
    try:
        return RunConfig(**(overrides or {}))
    except ValidationError as error:
        faults = [Fault(f"{_origin(fault['loc'], overrides or {})}: {_fault_text(fault)}.") for fault in error.errors()]
        raise ConfigError.from_faults("The settings cannot be used", faults) from error
    except SettingsError as error:  # a branch of the settings that is no JSON
        branches = [name for name in RunConfig.model_fields if f'"{name}"' in str(error)]
        names = [name for name in os.environ if name.upper() in {f"MARKETFOLD_{one.upper()}" for one in branches}]
        message = (
            f"The environment variable {', '.join(names) or 'MARKETFOLD_...'} cannot be read. A group of settings is "
            "set one by one, as in MARKETFOLD_CLUSTERING__SEGMENTS=4."
        )
        raise ConfigError(message) from error
    except (ValueError, RecursionError, OSError) as error:  # a marketfold.toml that is not TOML
        why = "it is nested too deep" if isinstance(error, RecursionError) else error
        raise ConfigError(f"{CONFIG_FILE} cannot be read: {why}.") from error
