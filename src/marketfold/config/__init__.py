"""Everything a user can set, in one frozen tree: defaults < `marketfold.toml` < environment < flags.

Each stage takes its own branch, so that a notebook and the command line speak of the same settings:
`read_orders("orders.csv", ReadingOptions(date_format="%d/%m/%Y"))` and `marketfold run orders.csv --date-format
%d/%m/%Y`.

A setting is declared in `tree` and nowhere else: its field gives the flag, the help, the default and the group of the
command line, and its line in docs/reference/settings.md.
"""

from marketfold.config.as_given import Difference, as_flags, as_toml, chosen, differences, from_flags, given_settings
from marketfold.config.changes import Way, flags_named, settled, ways_in, with_given, without_flags, without_given
from marketfold.config.faults import in_plain_words
from marketfold.config.keywords import Given, config_from, full_name, keyword
from marketfold.config.loading import load_config
from marketfold.config.settings import Setting, flags, settings_of
from marketfold.config.tree import (
    CAMPAIGNS_PANEL,
    CONFIG_FILE,
    OF_THE_ENGINE,
    PANELS,
    SEGMENTS_PANEL,
    CampaignOptions,
    CleaningOptions,
    ClusteringOptions,
    FeatureOptions,
    ReadingOptions,
    ReductionOptions,
    RunConfig,
)
from marketfold.config.values import Flag, Wanted

__all__ = [
    "CAMPAIGNS_PANEL",
    "CONFIG_FILE",
    "OF_THE_ENGINE",
    "PANELS",
    "SEGMENTS_PANEL",
    "CampaignOptions",
    "CleaningOptions",
    "ClusteringOptions",
    "Difference",
    "FeatureOptions",
    "Flag",
    "Given",
    "ReadingOptions",
    "ReductionOptions",
    "RunConfig",
    "Setting",
    "Wanted",
    "Way",
    "as_flags",
    "as_toml",
    "chosen",
    "config_from",
    "differences",
    "flags",
    "flags_named",
    "from_flags",
    "full_name",
    "given_settings",
    "in_plain_words",
    "keyword",
    "load_config",
    "settings_of",
    "settled",
    "ways_in",
    "with_given",
    "without_flags",
    "without_given",
]
