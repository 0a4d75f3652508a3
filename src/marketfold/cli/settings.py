"""The flags that set something: each is made from its field in `RunConfig`, and from nothing else."""

from __future__ import annotations

import contextlib
import inspect
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import typer
from typer.core import TyperCommand
from typer.main import get_command

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketfold.config import Setting


def takes(*branches: str) -> type[TyperCommand]:
    """A class of command that takes the flags of some settings beside its own.

    The flags are made when the command is called or asks for its help: until then no settings are loaded. What the
    user gave comes to the command in `ctx.obj`, nested as `load_config` takes it; an unset flag is not in it, for it
    must not hide the environment or `marketfold.toml`.

    `branches` are parts of the tree of settings, as "reading" or "features.as_of"; all of it if none is named.
    """

    class Command(TyperCommand):
        def get_params(self, ctx: Any) -> list[Any]:
            own = super().get_params(ctx)
            return [*own[:-1], *_options(self._settings()), own[-1]]  # --help stays the last

        def _settings(self) -> list[Setting]:
            from marketfold.config import RunConfig, settings_of

            wanted = [tuple(branch.split(".")) for branch in branches] or [()]
            found = settings_of(RunConfig)
            return [one for one in found if any(one.path[: len(part)] == part for part in wanted)]

        def invoke(self, ctx: Any) -> Any:
            ctx.obj = {}
            for setting in self._settings():
                value = ctx.params.pop(_parameter(setting))
                if _origin(setting) is float and isinstance(value, str) and not ctx.params.get("quiet"):
                    _echo_number(setting.flag.name, value)
                if not (value is None or value is False or (isinstance(value, list | tuple) and not value)):
                    _put(ctx.obj, setting.path, pairs(value, setting.flag.name) if _origin(setting) is dict else value)
            return super().invoke(ctx)

    return Command


def _parameter(setting: Setting) -> str:
    return "_".join(("set", *setting.path))


def _put(tree: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def _origin(setting: Setting) -> Any:
    """The type of a setting without None and without what it holds."""
    annotation = setting.field.annotation
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType] if NoneType in get_args(annotation) else []
    kind = kinds[0] if kinds else annotation
    return get_origin(kind) or kind


_METAVARS: dict[Any, str] = {float: "NUMBER"}


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
    return list[str] if origin in {tuple, dict} else origin if origin in {bool, int} else str


def _help(setting: Setting) -> str:
    """The field's own description, and what holds where the flag is not given."""
    text, default = setting.field.description or "", setting.default
    if _type(setting) == list[str]:
        return f"{text} May repeat{'; replaces the list' if default else ''}."
    return text if default is None or default is False else f"{text} (default: {default})"


def _options(settings: Iterable[Setting]) -> list[Any]:
    """The options, as typer makes them of a function's parameters."""
    parameters = []
    for setting in settings:
        flag = setting.flag
        option = typer.Option(
            *flag.name.split(),
            metavar=flag.metavar or _METAVARS.get(_origin(setting)),
            help=_help(setting),
            rich_help_panel=setting.group or None,
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


def pairs(texts: list[str], flag: str) -> dict[str, str]:
    """Read `role=COLUMN` pairs.

    >>> pairs(["ordered_on=Bought on"], "--map")
    {'ordered_on': 'Bought on'}
    """
    roles: dict[str, str] = {}
    for text in texts:
        role, equals, column = (part.strip() for part in text.partition("="))
        if not (role and equals and column):
            message = f"{flag} wants ROLE=COLUMN, as in {flag} customer_id=CUSTOMERNAME; got {text!r}."
            raise typer.BadParameter(message)
        if role in roles:
            message = f"{flag} names the role {role!r} twice; say once which column it is."
            raise typer.BadParameter(message)
        roles[role] = column
    return roles
