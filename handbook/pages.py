"""Pages of the reference that are made from the source: every command, every public name, and the words."""

from __future__ import annotations

import html
import re
import tomllib
from pathlib import Path
from typing import Any

import typer.main

from marketfold.cli.app import app
from marketfold.cli.examples import EXAMPLES
from marketfold.report.sentences.phrases import phrases

HERE = Path(__file__).parent
LIBRARY = HERE.parent / "docs" / "reference" / "library.md"


def commands_page() -> str:
    """Each command with its arguments, its flags and examples, as `--help` has them."""
    ours: Any = typer.main.get_command(app)
    parts = [f"# Command line\n\n{ours.help}\n", f"`marketfold --help` and the `--help` of a command say the same.\n"]
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
        return f"`{parameter.metavar}`"
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
    parts = ["# Every name of the library\n\nWhat `import marketfold as mf` gives. How they go together: [the library](library.md).\n"]
    for heading, name in re.findall(r"^#+ (.*)$|^\| `mf\.(\w+)` \|", text, re.MULTILINE):
        parts.append(f"## {heading}\n" if heading else f"::: marketfold.{name}\n")
    return "\n".join(part for part, after in zip(parts, [*parts[1:], "#"]) if not (part[:2] == "##" == after[:2]))


def glossary_page() -> str:
    """Our words, the field's, and what they mean: of the report's glossary, and of `words.toml` where that has none."""
    ours = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    meanings = dict(phrases("glossary"))
    rows = {word: meanings.get(word) or ours[word]["means"] for word in {*meanings, *ours}}
    lines = [
        f"| **{word}** | {ours.get(word, {}).get('field', '')} | {_cell(rows[word])} |"
        for word in sorted(rows, key=str.lower)
    ]
    return "\n".join([GLOSSARY_HEAD, *lines, ""])


GLOSSARY_HEAD = """# Words

What a word means here, and what books and other tools call the same thing.

| here | elsewhere | what it means |
|---|---|---|"""
