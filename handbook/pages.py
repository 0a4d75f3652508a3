"""Pages of the reference that are made from the source: every command, every public name, and the words."""

from __future__ import annotations

import html
import inspect
import re
import tomllib
from pathlib import Path
from typing import Any

import typer.main

import marketfold
from marketfold.cli.app import app
from marketfold.cli.examples import EXAMPLES
from marketfold.report.sentences.phrases import phrases

HERE = Path(__file__).parent
LIBRARY = HERE.parent / "docs" / "reference" / "library.md"


def commands_page() -> str:
    """Each command with its arguments, its flags and examples, as `--help` has them."""
    ours: Any = typer.main.get_command(app)
    parts = [f"# Command line\n\n{ours.help}\n", "`marketfold --help` and the `--help` of a command say the same.\n"]
    for name, command in ours.commands.items():
        context = command.make_context(name, [], resilient_parsing=True)
        taken = " ".join(context.command.collect_usage_pieces(context)).replace("{", "").replace("}", "")
        parts.append(f"## {name}\n\n{command.help}\n\n```\nmarketfold {name} {taken}\n```\n")
        panels: dict[str, list[Any]] = {}
        for one in command.get_params(context):
            if one.name != "help":
                panels.setdefault(getattr(one, "rich_help_panel", None) or "", []).append(one)
        for panel, members in panels.items():
            parts.append((f"### {panel} {{ #{name}-{_slug(panel)} }}\n\n" if panel else "") + _table(members))
        parts.append("\n".join(("```", *EXAMPLES[name], "```\n")))
    return "\n".join(parts)


def _table(parameters: list[Any]) -> str:
    """What a person may type and what it does, a line for each."""
    return "| to type | what it does |\n|---|---|\n" + "".join(
        f"| {_typed(one)} | {_cell(_help(one))} |\n" for one in parameters
    )


def _typed(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    taken = "" if parameter.is_flag else f" {parameter.metavar or 'TEXT'}"
    return ", ".join(f"`{flag}{_cell(taken)}`" for flag in [*parameter.opts, *parameter.secondary_opts])


def _help(parameter: Any) -> str:
    """The help of a parameter, which ends with what holds without it where that is told at all."""
    told = parameter.help or ""
    if "(default: " in told or parameter.default in (None, False):
        return told
    return f"{told} (default: {parameter.default})"


def _cell(text: str) -> str:
    return html.escape(text, quote=False).replace("|", "\\|") if "`" not in text else text.replace("|", "\\|")


def _slug(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower()).strip("-")


def api_page() -> str:
    """Every public name with its docstring, in the groups of the page of the library."""
    text = LIBRARY.read_text(encoding="utf-8")
    parts, group = ["# Every name of the library\n", API_LEAD], ""
    for heading, name in re.findall(r"^#+ (.*)$|^\| `mf\.(\w+)` \|", text, re.MULTILINE):
        if heading:
            group = heading
            continue
        if group:
            parts.append(f"## {group}\n")
            group = ""
        found = getattr(marketfold, name)
        parts.append(f"::: {found.__name__ if inspect.ismodule(found) else f'{found.__module__}.{name}'}\n")
        if found is marketfold.figures:
            parts += [_first_sentence(figure, getattr(found, figure)) for figure in found.__all__]
    return "\n".join(parts)


API_LEAD = "What `import marketfold as mf` gives. How they go together: [the library](library.md).\n"


def _first_sentence(name: str, found: Any) -> str:
    told = inspect.getdoc(found) if callable(found) else None
    return f"- `{name}`" + (f": {' '.join(told.split(chr(10) * 2)[0].split())}" if told else "")


def glossary_page() -> str:
    """Our words, the field's, and what they mean: of the report's glossary, and of `words.toml` where that has none."""
    ours = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    meanings = {word: one["means"] for word, one in ours.items() if "means" in one} | dict(phrases("glossary"))
    parts = ["# Glossary\n\nWhat a word means here, and what books and other tools call the same thing.\n"]
    for word in sorted(meanings, key=str.lower):
        elsewhere = f" *elsewhere: {ours[word]['field']}*" if word in ours else ""
        parts.append(f"**{word}**{elsewhere}\n:   {_cell(meanings[word])}\n")
    return "\n".join(parts)
