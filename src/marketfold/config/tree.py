"""The tree of settings."""

from __future__ import annotations

from datetime import date
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from marketfold.config.values import (
    FIRST_DAY,
    FOUND,
    LARGEST_SEED,
    LAST_DAY,
    MOST_MONEY,
    Currency,
    CutPoints,
    DateFormat,
    DecisionCode,
    Encoding,
    Entered,
    FeatureName,
    Flag,
    Formula,
    Master,
    Merges,
    Money,
    PlainText,
    ReductionMethod,
    Separator,
    Size,
    Wanted,
)
from marketfold.reduction import method_choices
from marketfold.schema import FeatureSetName, RFMMeasure, Unit
from marketfold.thresholds import LEAST_ASKED

CONFIG_FILE = "marketfold.toml"

FILE_PANEL = "File: how it is read, and which lines count"
SEGMENTS_PANEL = "Segments: what is measured, and how many there are"
CAMPAIGNS_PANEL = "Campaigns: what is planned for each segment"
PANELS = (FILE_PANEL, SEGMENTS_PANEL, CAMPAIGNS_PANEL)
"""Of the help, in their order."""


class _Guided(BaseModel):
    """Settings that say of an unknown one which is meant."""

    @model_validator(mode="wrap")
    @classmethod
    def _guide(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(given)
        except ValidationError as error:
            from marketfold.config.unknown import guided  # noqa: PLC0415  (which asks the tree)

            raise guided(error, cls) from None


class Options(_Guided):
    """A branch of the settings: frozen, an unknown key is an error. `panel` is where its flags stand in the help."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    panel: ClassVar[str] = SEGMENTS_PANEL


OF_THE_ENGINE = ("engine", "master")
"""Settings of reading that say what reads and where it runs, and not how orders are written."""


class ReadingOptions(Options):
    """How a source becomes order lines."""

    panel = FILE_PANEL

    mapping: Annotated[
        dict[PlainText, PlainText], Flag("--map", "ROLE=COLUMN", "found by names and cells", "What columns mean")
    ] = Field(
        default_factory=dict, description="What a column means, where its name does not tell, as in ordered_on=DATE."
    )
    no_role: Annotated[tuple[PlainText, ...], Flag(metavar="COLUMN")] = Field(
        default=(), description="Columns that mean nothing here, whatever their names and cells say."
    )
    null_values: Annotated[tuple[PlainText, ...], Flag("--null-value", title="Texts that mean an empty cell")] = Field(
        default=(), description="Texts that stand for a missing cell, beside the empty cell."
    )
    date_format: Annotated[DateFormat | None, Flag(metavar="FORMAT", unset="found")] = Field(
        default=None, description="How dates are written, as in %d/%m/%Y, where they fit more than one format."
    )
    decimal: Annotated[Literal[".", ","] | None, Flag(metavar="SIGN", unset="found")] = Field(
        default=None, description="Decimal sign, . or , where the numbers do not tell."
    )
    delimiter: Annotated[Separator | None, FOUND] = Field(
        default=None, description="Field separator of a text file, where it is not found."
    )
    encoding: Annotated[Encoding | None, FOUND] = Field(
        default=None, description="Encoding of a text file, where it is not found."
    )
    sheet: Annotated[PlainText | None, Flag(metavar="NAME", unset="found")] = Field(
        default=None, description="Sheet of a workbook or table of a database, where it is not found."
    )
    table: bool = Field(
        default=False, description="Read as a table of customers, one row for each, where that is not found."
    )
    header_row: Annotated[int | None, Flag(metavar="N", unset="found")] = Field(
        default=None, ge=1, description="Row with the names of the columns, 1 for the first, where it is not found."
    )
    currency: Annotated[Currency | None, FOUND] = Field(
        default=None, description="Currency of the money, by its code or sign, as in EUR or €, whatever the file says."
    )
    engine: Literal["duckdb", "spark"] = Field(
        default="duckdb", description="What reads and counts: duckdb, which is built in, or spark."
    )
    master: Annotated[Master | None, Flag(metavar="URL", unset="as Spark is set up, or this machine")] = Field(
        default=None, repr=False, description="Where Spark runs, as in local[4], spark://host:7077 or sc://host:15002."
    )
    undo: Annotated[tuple[DecisionCode, ...], Flag(title="Decisions not to be made")] = Field(
        default=(), description="Decisions of the reading, by their codes in `marketfold inspect`, not to be made."
    )
    memory_limit: Annotated[Size | None, Flag(unset="80 % of the memory", title="Most memory")] = Field(
        default=None, description="Most memory that reading and counting may take, as in 2GB."
    )

    def built_in(self) -> ReadingOptions:
        """The same by the engine that is built in, whatever read before."""
        return self.model_copy(update={name: type(self).model_fields[name].default for name in OF_THE_ENGINE})


class CleaningOptions(Options):
    """Which order lines count as purchases."""

    panel = FILE_PANEL

    cancelled_statuses: Annotated[tuple[str, ...], Flag("--cancelled-status", "STATUS")] = Field(
        default=(),
        description="Statuses, in any case, of a line that was not bought after all, beside those that are known.",
    )
    sale_statuses: Annotated[tuple[str, ...], Flag("--sale-status", "STATUS")] = Field(
        default=(), description="Statuses, in any case, of a line that was bought, whatever their words say."
    )
    not_products: Annotated[tuple[str, ...], Flag("--not-product", "TEXT")] = Field(
        default=(),
        description="Product ids, in any case, that are charges and not products, beside those that are known.",
    )
    products: Annotated[tuple[str, ...], Flag("--product", "TEXT")] = Field(
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

    unit: Annotated[Unit, Flag(title="What is segmented")] = Field(
        default="customer", description="What the segments are made of: customer, order or order_line."
    )
    as_of: Annotated[date | None, Flag(metavar="DAY", unset="the day after the last order", title="Look back from")] = (
        Field(
            default=None,
            ge=FIRST_DAY,
            le=LAST_DAY,
            description="Day on which features look back, YYYY-MM-DD; orders from that day on are left aside.",
        )
    )
    feature_set: Annotated[FeatureSetName, Flag("--feature-set --view", title="What customers are told apart by")] = (
        Field(
            default="auto",
            description="What customers are told apart by; auto tries each and takes what foretells most: "
            f"{', '.join(get_args(FeatureSetName))}.",
        )
    )
    geography: bool = Field(default=False, description="Let countries and territories shape segments.")
    rfm_cuts: Annotated[
        dict[RFMMeasure, CutPoints],
        Flag("--rfm-cut", "SCORE=CUTS", "fifths of the customers", "Cut points of RFM scores"),
    ] = Field(
        default_factory=dict,
        description="Cut points of an RFM score, as in recency=30,90,180,365.",
    )
    own_features: Annotated[
        dict[FeatureName, Formula],
        Flag("--own-feature", "NAME=FORMULA", title="Features of your own"),
        Wanted('a formula such as (nw.col("quantity") > 5).mean().fill_null(0)'),
    ] = Field(
        default_factory=dict,
        description="A feature of your own, as in weekend_share=(nw.col('ordered_on').dt.weekday() > 5).mean().",
    )


class ReductionOptions(Options):
    """How features become dimensions."""

    method: Annotated[ReductionMethod, Flag("--reduction")] = Field(
        default="auto",
        description="How many features are made into few dimensions before customers are grouped: "
        f"{method_choices()}; auto tries them and takes the simplest that is not worse.",
    )
    n_dimensions: Annotated[int | None, Flag("--dimensions", unset="found")] = Field(
        default=None, ge=1, le=1_000, description="Dimensions to keep."
    )


class ClusteringOptions(Options):
    """How many segments, and how surely."""

    segments: Annotated[int | None, Flag(unset="chosen from the evidence", title="Number of segments")] = Field(
        default=None, ge=LEAST_ASKED, le=1_000, description="Number of segments."
    )
    merge: Annotated[Merges, Flag(metavar="NUMBERS", title="Segments to be one")] = Field(
        default=(),
        description="Segments to make one, as in 1+3, by the numbers they have before merging or carrying on.",
    )
    k_max: Annotated[int, Flag(title="Most segments tried")] = Field(
        default=15, ge=3, le=1_000, description="Largest number of segments on the elbow curve."
    )
    choose_among: Annotated[int, Flag(title="Most units by which segments are chosen")] = Field(
        default=200_000,
        ge=100,
        le=1_000_000_000,
        description="Most units that segments are chosen and tested by; of more a sample, and all are put into them.",
    )
    in_memory: Annotated[int, Flag(title="Most customers in memory at once")] = Field(
        default=1_000_000,
        ge=100,
        le=1_000_000_000,
        description="Most customers whose features are in memory at once; those of more stay with the engine.",
    )
    bootstraps: Annotated[int, Flag(title="How often it is tried whether they come out again")] = Field(
        default=100, ge=2, le=100_000, description="Pairs of resamples in the stability test."
    )

    @property
    def merges(self) -> tuple[tuple[int, ...], ...]:
        """The numbers of each merge."""
        return tuple(tuple(map(int, one.split("+"))) for one in self.merge)


class CampaignOptions(Options):
    """What is planned for each segment."""

    panel = CAMPAIGNS_PANEL

    playbook: str | Path = Field(
        default="auto", description="retail, b2b, a TOML file of your own, or auto for the one that fits the orders."
    )
    budget: Money | None = Field(
        default=None, gt=0, le=MOST_MONEY, description="Money to divide between the campaigns."
    )
    margin: Annotated[float | None, Entered, Wanted("a share above 0 and up to 1, or a per cent such as 30 %")] = Field(
        default=None, gt=0, le=1, description="Share of revenue that is left after costs, as in 0.3 or 30 %."
    )
    contact_cost: Money | None = Field(
        default=None, gt=0, le=MOST_MONEY, description="Cost of reaching one customer once."
    )
    campaign_days: int = Field(
        default=90, ge=7, le=1_000, description="Length of a campaign and of its measurement, in days."
    )
    smallest_lift: Annotated[
        float, Entered, Wanted("a share of up to 100, such as 0.2, or a per cent such as 20 %")
    ] = Field(
        default=0.2,
        gt=0,
        le=100,
        description="Smallest effect of a campaign worth knowing, as in 0.2 or 20 % more revenue; it sizes the groups "
        "that are held out.",
    )


class RunConfig(_Guided, BaseSettings):
    """Settings of one run.

    Examples
    --------
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
    quick: Annotated[bool, Flag(title="Quick run")] = Field(
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


def _signature() -> Signature:
    """What a notebook shows of `RunConfig`: its fields, and not what pydantic takes beside them."""
    fields = RunConfig.model_fields.items()
    return Signature([Parameter(name, Parameter.KEYWORD_ONLY, default=one.get_default()) for name, one in fields])


setattr(RunConfig, "__signature__", _signature())  # noqa: B010  (a class has it as a lazy attribute: mypy)
