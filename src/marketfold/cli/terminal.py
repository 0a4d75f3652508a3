"""Where text goes to a terminal: nothing from a file can steer it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

from marketfold.words import STEERING, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderResult
    from rich.table import Table


def say(text: object, *, err: bool = False) -> None:
    """Print a line."""
    typer.echo(printable(str(text)), err=err)


def say_json(value: Any) -> None:
    """Print a value as JSON; what would steer a terminal is escaped, so that programs read the value as it is."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    typer.echo(STEERING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text))


class _Printable:
    """What is to be printed, in texts that cannot steer a terminal: its colours are rich's, and come later."""

    def __init__(self, shown: ConsoleRenderable) -> None:
        self.shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.segment import Segment

        for text, style, control in console.render(self.shown, options):
            yield Segment(text if control else printable(text), style, control)


def console(*, err: bool = False) -> Console:
    """A console for tables and sentences."""
    from rich.console import Console as RichConsole
    from rich.console import RenderHook

    class Hook(RenderHook):
        def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
            return [_Printable(one) for one in renderables]

    made = RichConsole(file=sys.stderr if err else sys.stdout, highlight=False)
    made.push_render_hook(Hook())
    return made


def warn(out: Console, *notes: str) -> None:
    """Print what to be careful of, each on a line of its own; "" is left out."""
    from rich.text import Text

    for note in filter(None, notes):
        out.print(Text(f"! {note}", style="yellow"))


def table_of(title: str, headings: Iterable[str], left: Collection[str] = ()) -> Table:
    """A table of numbers, but for the columns that are named as texts."""
    from rich.table import Table as RichTable

    made = RichTable(title=title, title_justify="left")
    for heading in headings:
        is_text = heading in left
        made.add_column(heading, justify="left" if is_text else "right", no_wrap=not is_text, overflow="fold")
    return made
