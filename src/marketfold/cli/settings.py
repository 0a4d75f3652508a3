"""The flags that set something: each is made from its field in `RunConfig`, and from nothing else."""

from __future__ import annotations

import contextlib
import inspect
import shlex
from typing import TYPE_CHECKING, Annotated, Any, get_origin

import typer
from typer.core import TyperCommand
from typer.main import get_command

from marketfold.cli.flags import OUTPUT_PANEL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketfold.config import Flag, Setting


def takes(*branches: str) -> type[TyperCommand]:
    """A class of command that takes the flags of some settings beside its own.

    The flags are made when the command is called or asks for its help: until then no settings are loaded. What the
    user gave comes to the command in `ctx.obj`, nested as `load_config` takes it; an unset flag is not in it, for it
    must not hide the environment or `marketfold.toml`.

    `branches` are parts of the tree of settings, as "reading" or "features.as_of"; all of it if none is named.
    """

    class Command(TyperCommand):
        def get_params(self, ctx: Any) -> list[Any]:
            *own, help_ = super().get_params(ctx)
            help_.rich_help_panel = OUTPUT_PANEL  # type: ignore[attr-defined]
            taken = [one for one in own if one.param_type_name == "argument"]
            return [*taken, *_options(self._settings()), *(one for one in own if one not in taken), help_]

        def _settings(self) -> list[Setting]:
            from marketfold.config import PANELS, RunConfig, settings_of

            wanted = [tuple(branch.split(".")) for branch in branches] or [()]
            found = sorted(settings_of(RunConfig), key=lambda one: PANELS.index(one.panel))
            return [one for one in found if any(one.path[: len(part)] == part for part in wanted)]

        def invoke(self, ctx: Any) -> Any:
            ctx.obj = {}
            for setting in self._settings():
                value = ctx.params.pop(_parameter(setting))
                if _origin(setting) is float and isinstance(value, str) and not ctx.params.get("quiet"):
                    _echo_number(setting.flag.name, value)
                if not (value is None or value is False or (isinstance(value, list | tuple) and not value)):
                    _put(ctx.obj, setting.path, pairs(value, setting.flag) if _origin(setting) is dict else value)
            return super().invoke(ctx)

    return Command


def _parameter(setting: Setting) -> str:
    return "_".join(("set", *setting.path))


def _put(tree: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def _origin(setting: Setting) -> Any:
    """The type of a setting without what it holds."""
    return get_origin(setting.kind) or setting.kind


_METAVARS: dict[Any, str] = {float: "NUMBER", int: "NUMBER", bool: ""}


def _echo_number(flag: str, text: str) -> None:
    """Say how a number was read that is not written as a machine writes it."""
    from marketfold.entered import entered_number

    try:
        float(text)
    except ValueError:
        with contextlib.suppress(ValueError):  # what is no number the settings refuse
            typer.echo(f"{flag} {text} is read as {entered_number(text):,.10g}.", err=True)


def _type(setting: Setting) -> Any:
    """What the command line checks by itself; all else is text, which the settings check."""
    origin = _origin(setting)
    return list[str] if origin in {tuple, dict} else bool if origin is bool else str


def _help(setting: Setting) -> str:
    """The field's own description, and what holds where the flag is not given."""
    text = setting.field.description or ""
    if _type(setting) == list[str]:
        text = f"{text} May repeat{'; replaces the list' if setting.default else ''}."
    return f"{text} (default: {setting.default_words})"


def _options(settings: Iterable[Setting]) -> list[Any]:
    """The options, as typer makes them of a function's parameters."""
    parameters = []
    for setting in settings:
        flag = setting.flag
        option = typer.Option(
            *flag.name.split(),
            metavar=flag.metavar or _METAVARS.get(_origin(setting), "TEXT"),
            help=_help(setting),
            rich_help_panel=setting.panel,
        )
        annotation: Any = Annotated[_type(setting) | None, option]
        parameters.append(
            inspect.Parameter(_parameter(setting), inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        )

    def command(**_: Any) -> None:
        """Have no other parameters than those below."""

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    maker = typer.Typer(add_completion=False)
    maker.command()(command)
    return list(get_command(maker).params)


def pairs(texts: list[str], flag: Flag) -> dict[str, str]:
    """Read pairs such as `role=COLUMN`, which the flag's `metavar` names.

    >>> from marketfold.config import Flag
    >>> pairs(["ordered_on=Bought on"], Flag("--map", "ROLE=COLUMN"))
    {'ordered_on': 'Bought on'}
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            message = f"{flag.name} {shlex.quote(text)} is no pair: give {flag.metavar}."
            raise typer.BadParameter(message)
        if name in found:
            message = f"{flag.name} says twice what {name} is, {found[name]} and {value}: say it once."
            raise typer.BadParameter(message)
        found[name] = value
    return found
