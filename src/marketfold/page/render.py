"""From a page's parts to one HTML file that asks nobody for anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marketfold.errors import ParameterError
from marketfold.figures import DARK, LIGHT, SWAP, segment_colour
from marketfold.page import embed
from marketfold.page.parts import Briefs, FigureGrid, FigurePart, FigureTabs, Fold, TablePart
from marketfold.version import __version__
from marketfold.whole_files import write_whole
from marketfold.words import MONTHS, NARROW_SPACE, printable, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from marketfold.page.parts import Part
    from marketfold.page.report_page import ReportPage

REPORT_SCRIPTS = ("theme.js", "page.js", "tabs.js", "list.js", "figures.js")
_INK, _PAPER = "#101418", "#ffffff"


def kept_together(value: Any) -> Any:
    """Text in which no line ends between a number and its percent sign; scripts and styles are left alone."""
    return value.replace(" %", f"{NARROW_SPACE}%") if type(value) is str else value


def kept_apart(text: str) -> str:
    """The text that `kept_together` was given, as it comes back from a field of a form.

    >>> kept_apart(kept_together("30 %"))
    '30 %'
    """
    return text.replace(f"{NARROW_SPACE}%", " %")


@cache
def environment(*packages: str) -> Environment:
    """Templates with autoescape on, of these packages before the page's own; a missing name is an error."""
    templates = Environment(
        loader=ChoiceLoader([PackageLoader(package, "templates") for package in (*packages, "marketfold.page")]),
        autoescape=True,
        finalize=kept_together,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(percent=share, months=MONTHS)
    return templates


def asset(name: str, package: str = "marketfold.page") -> str:
    """Text of one of our own style sheets and scripts."""
    return resources.files(package).joinpath("templates", name).read_text("utf-8")


def content_policy(scripts: Sequence[str]) -> str:
    """Content-Security-Policy that runs scripts of these `embed.source_hash` only, and lets nothing leave or enter."""
    return (
        f"default-src 'none'; script-src {' '.join(scripts)}; style-src 'unsafe-inline'; img-src data: blob:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def figures_of(parts: Sequence[Part]) -> Iterator[FigurePart]:
    """Every figure among parts, in reading order."""
    for part in parts:
        if isinstance(part, FigurePart):
            yield part
        elif isinstance(part, FigureTabs | FigureGrid):
            yield from part.figures
        elif isinstance(part, Fold):
            yield from figures_of(part.parts)


def tables_of(parts: Sequence[Part]) -> Iterator[TablePart]:
    """Every table among parts, in reading order."""
    for part in parts:
        if isinstance(part, TablePart):
            yield part
        elif isinstance(part, Briefs):
            yield from (table for brief in part.briefs for table in brief.tables)
        elif isinstance(part, Fold):
            yield from tables_of(part.parts)


def _check_anchors(page: ReportPage, figures: Sequence[FigurePart]) -> None:
    """Refuse a page on which two things have the same anchor: links would lead to the wrong one."""
    counts = Counter([*(section.key for section in page.sections), *(figure.key for figure in figures)])
    twice = [key for key, count in counts.items() if count > 1]
    if twice:
        raise ParameterError(
            f"These anchors stand twice on the page: {', '.join(twice)}. Give each chapter and figure its own key."
        )


def _linear(channel: int) -> float:
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    """Relative luminance of a hexadecimal colour, 0 to 1 (WCAG 2.2).

    >>> luminance("#ffffff"), luminance("#000000")
    (1.0, 0.0)
    """
    red, green, blue = (_linear(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
    return round(0.2126 * red + 0.7152 * green + 0.0722 * blue, 6)


def contrast(one: str, other: str) -> float:
    """Contrast of two hexadecimal colours, 1 to 21 (WCAG 2.2).

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: str) -> str:
    """Dark or white letters, whichever reads better on a colour.

    >>> ink_on("#ffee00"), ink_on("#101060")
    ('#101418', '#ffffff')
    """
    return max((_INK, _PAPER), key=lambda ink: contrast(ink, colour))


def colour_rules(n_segments: int) -> str:
    """Style rules that give `.seg-1`, `.seg-2`, ... their colours, in light and in dark."""
    rules = []
    for number in range(1, n_segments + 1):
        for dark, scope in ((False, ""), (True, "[data-mode=dark] ")):
            colour = segment_colour(number, dark=dark)
            rules.append(f"{scope}.seg-{number}{{--seg:{colour};--seg-ink:{ink_on(colour)}}}")
    return "".join(rules)


def frame_values(n_segments: int, style: str, script: str, other_hashes: Sequence[str] = ()) -> dict[str, Any]:
    """What every page of this style needs: colours, style sheet, scripts and the policy that allows just them.

    Parameters
    ----------
    style, script
        Text of the page's style sheets and scripts; they come from our own files and are not escaped.
    other_hashes
        Sources of further scripts that may run.
    """
    early = asset("early.js")
    return {
        "version": __version__,
        "colours": Markup(colour_rules(n_segments)),  # noqa: S704 - made of our own hexadecimal colours
        "style": Markup(style),  # noqa: S704 - files of this package
        "early_script": Markup(early),  # noqa: S704 - a file of this package
        "script": Markup(script),  # noqa: S704 - files of this package
        "policy": content_policy([embed.source_hash(early), embed.source_hash(script), *other_hashes]),
    }


def figure_scripts(parts: Sequence[Part]) -> dict[str, Any]:
    """What the script of the figures reads: their themes, and the key and content of every figure among parts."""
    return {
        "figure_themes": embed.script_json({"light": LIGHT, "dark": DARK, "swap": SWAP}),
        "payloads": [(part.key, embed.script_json(embed.figure_payload(part))) for part in figures_of(parts)],
    }


@dataclass(frozen=True)
class LessonLinks:
    """Where the lessons are, and of each figure that one explains, by its key, the lesson's anchor and title."""

    address: str
    of_figures: Mapping[str, tuple[str, str]]


def render_page(page: ReportPage, lessons: LessonLinks | None = None) -> str:
    """HTML of a page, everything it needs inside; figures lead to their lessons, where there are any.

    Examples
    --------
    >>> from marketfold.page.report_page import ReportPage
    >>> "&lt;b&gt;" in render_page(ReportPage(title="<b>", lead="Nothing yet."))
    True
    """
    figures = [figure for section in page.sections for figure in figures_of(section.parts)]
    _check_anchors(page, figures)
    packed, _ = embed.plotly_script() if figures else ("", "")
    frame = _report_frame(page.n_segments, with_figures=bool(figures))
    html = (
        environment()
        .get_template("report.html.j2")
        .render(
            page=page,
            lesson_links=lessons,
            **figure_scripts(figures),
            plotly_packed=packed,
            **frame,
        )
    )
    return printable(html)


def _report_frame(n_segments: int, *, with_figures: bool) -> dict[str, Any]:
    script = "\n".join(asset(name) for name in REPORT_SCRIPTS)
    return frame_values(n_segments, asset("report.css"), script, [embed.plotly_script()[1]] if with_figures else [])


def page_policy() -> str:
    """What a page of `render_page` may do, for whoever serves it with a header of its own."""
    policy: str = _report_frame(0, with_figures=True)["policy"]
    return policy


def write_page(page: ReportPage, path: Path, lessons: LessonLinks | None = None) -> None:
    """Write a page as one file, whole or not at all.

    Raises
    ------
    RunFolderError
        If it cannot be written.
    """
    write_whole(render_page(page, lessons), path)
