"""The settings of a run from all the places where they may be set."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict, SettingsError

from marketfold.config.faults import faults_of
from marketfold.config.tree import CONFIG_FILE, RunConfig
from marketfold.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def load_config(
    overrides: dict[str, Any] | None = None, folder: Path | None = None, *, as_keywords: bool = False
) -> RunConfig:
    """Settings from defaults, `marketfold.toml` in the working folder, the environment and then `overrides`.

    Overrides are nested as the settings are: `{"seed": 1, "clustering": {"segments": 4}}`. ConfigError names every
    setting that is unknown or out of range, an override by its flag or as it stands in a call. With a `folder` the file
    is looked for there.
    """
    try:
        if folder is None:
            return RunConfig(**(overrides or {}))
        found = _settings_in(folder)(**(overrides or {}))
        return RunConfig.model_construct(**{name: getattr(found, name) for name in RunConfig.model_fields})
    except ValidationError as error:
        faults = faults_of(error.errors(), overrides or {}, as_keywords=as_keywords)
        if len(faults) == 1:
            raise ConfigError(str(faults[0])) from error
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


@cache
def _settings_in(folder: Path) -> type[RunConfig]:
    """The settings, with the file of a folder."""

    class Settings(RunConfig):
        model_config = SettingsConfigDict(toml_file=folder / CONFIG_FILE)

    return Settings
