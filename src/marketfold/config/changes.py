"""Settings with something more, or something less: what flags in a sentence say, put in and taken out again."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_origin

from marketfold.config.as_given import from_flags, given_settings
from marketfold.config.loading import load_config
from marketfold.config.settings import flags

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_WORD = r"""(?:'[^']*'|"[^"]*"|[^\s'"])+"""
_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*(?![\w-])")
_IN_BRACKETS = re.compile(rf"\s*\([^()]*{_FLAG.pattern}[^()]*\)")
_AFTER_A_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_VALUE = re.compile(rf"[= ]({_WORD})")
_FLAGS_ALONE = re.compile(rf"--[a-z-]+(?:[= ]{_WORD})?|\bor\b|\s")


@dataclass(frozen=True)
class Way:
    """One way out that a hint or a decision names.

    Attributes
    ----------
    words
        Its flags with their values, as a shell splits them.
    blank
        The name of the flag whose value is still to be said, with the role of a column behind it (`--map order_id`);
        empty where nothing is.
    """

    words: tuple[str, ...]
    blank: str = ""

    def filled(self, value: str) -> Way:
        """The same with the value that was to be said."""
        *first, last = self.words
        role = last.partition("=")[0] if self.blank.startswith("--map ") else ""
        return Way((*first, f"{role}={value}" if role else value))

    @property
    def text(self) -> str:
        """As it is pasted into a shell."""
        return shlex.join(self.words)

    @property
    def settings(self) -> dict[str, Any]:
        """What it sets."""
        return from_flags(list(self.words))


def flags_named(text: str) -> list[str]:
    """The flags that a sentence names, each once.

    >>> flags_named("Give --from or --to; --from comes first.")
    ['--from', '--to']
    """
    return list(dict.fromkeys(_FLAG.findall(text)))


def without_flags(text: str) -> str:
    """A sentence and its hints without the hints that name flags, for a page on which these can be clicked.

    What comes first is what was found, and stays whatever it names.

    >>> without_flags("Not said. Give --from. Or see (--to decides otherwise.) the days; to go on, give --allow-small.")
    'Not said. Or see the days.'
    >>> without_flags("--from is after --to.")
    '--from is after --to.'
    """
    bare = _IN_BRACKETS.sub("", text)
    first, *rest = _AFTER_A_SENTENCE.split(bare)
    kept = " ".join([first, *(one for one in rest if not _FLAG.search(one))])
    return f"{kept[:-1]}." if kept.endswith(";") else kept


def ways_in(text: str) -> list[Way]:
    """The flags of each way out that a sentence names; a flag that sets nothing, or two blanks, are none.

    >>> [way.words for way in ways_in("--map ordered_on=A or --map ordered_on=B")]
    [('--map', 'ordered_on=A'), ('--map', 'ordered_on=B')]
    >>> [way.text for way in ways_in("Choose with --playbook=retail or --playbook=b2b.")]
    ['--playbook retail', '--playbook b2b']
    >>> ways_in("Check the columns; --map amount=COLUMN takes another.")[0].blank
    '--map amount'
    """
    known = flags()
    in_prose = bool(_FLAGS_ALONE.sub("", text))
    found: list[tuple[int, int, list[str]]] = []
    for match in _FLAG.finditer(text):
        name, end = match[0], match.end()
        if name not in known or (found and match.start() < found[-1][1]):
            continue
        words = [name]
        if known[name].kind is not bool:
            value = _VALUE.match(text, end)
            if value is None:
                continue
            said, end = value[1], value.end()
            is_apart = text[match.end()] == " "
            if is_apart and in_prose and said.isalpha() and said.islower():  # of the sentence: its value is unsaid
                said, end = known[name].blank, match.end()
            if not said or (said == "COLUMN" and "=" not in said):
                continue
            words.append(_unquoted(said, in_prose=in_prose))
        if found and not text[found[-1][1] : match.start()].strip():
            start, _, before = found.pop()
            found.append((start, end, before + words))
        else:
            found.append((match.start(), end, words))
    ways = [Way(tuple(words), _blank_of(words)) for _, _, words in found]
    return [way for way in dict.fromkeys(ways) if way.blank != "?"]


def _unquoted(word: str, *, in_prose: bool) -> str:
    """A word as a shell takes it; a stop behind it ends the sentence, where there is one around it."""
    bare = (word.rstrip(".,;:)") or word) if in_prose else word
    try:
        return "".join(shlex.split(bare))
    except ValueError:
        return bare


def _blank_of(words: list[str]) -> str:
    """The flag that still wants its value; "?" where more than one value is to be said."""
    blanks, known, column = [], flags(), ""
    for name, value in pairwise(words):
        role, _, column = value.partition("=") if name == "--map" else ("", "", value)
        if name in known and column == known[name].blank:
            blanks.append("?" if role == "ROLE" else f"{name} {role}".strip())
    if len(blanks) > 1 or (blanks and not blanks[0].startswith(words[-2])):
        return "?"
    return blanks[0] if blanks else ""


def with_given(settings: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings and what was given beside them: of texts in a row all, of one value the one that was given.

    >>> with_given({"reading": {"undo": ["total_rows"]}}, {"reading": {"undo": ["note_rows"], "decimal": ","}})
    {'reading': {'undo': ['total_rows', 'note_rows'], 'decimal': ','}}
    """
    found = dict(settings)
    for name, value in given.items():
        own = found.get(name)
        if isinstance(own, dict) and isinstance(value, dict):
            found[name] = with_given(own, value)
        elif isinstance(own, list | tuple) and isinstance(value, list | tuple):
            found[name] = list(dict.fromkeys([*own, *value]))
        else:
            found[name] = value
    return found


def without_given(settings: Mapping[str, Any], taken: Mapping[str, Any]) -> dict[str, Any]:
    """Settings without what was given; all else stays.

    >>> without_given({"reading": {"undo": ["total_rows", "note_rows"]}}, {"reading": {"undo": ["total_rows"]}})
    {'reading': {'undo': ['note_rows']}}
    """
    found = {}
    for name, own in settings.items():
        value = taken.get(name)
        if name not in taken:
            found[name] = own
        elif isinstance(own, dict) and isinstance(value, dict):
            found[name] = without_given(own, value)
        elif isinstance(own, list | tuple) and isinstance(value, list | tuple):
            found[name] = [one for one in own if one not in value]
    return {name: own for name, own in found.items() if own not in ({}, [])}


def settled(settings: Mapping[str, Any], folder: Path | None = None) -> dict[str, Any]:
    """Settings as a run records them: each value checked and of its type, and none that holds anyway.

    What holds anyway is what `marketfold.toml`, in a `folder` if one is given, the environment and the defaults say.

    Raises
    ------
    ConfigError
        If one of them is unknown or out of range.
    """
    checked, anyway = load_config(dict(settings), folder), load_config(None, folder)
    found: dict[str, Any] = {}
    for setting, given in given_settings(settings):
        if get_origin(setting.kind) is dict:  # pairs are added to those that hold anyway
            value = {key: one for key, one in given.items() if setting.value_in(anyway).get(key) != one}
        else:
            value = setting.value_in(checked)
        if value != setting.value_in(anyway) and value != {}:
            inner = found
            for name in setting.path[:-1]:
                inner = inner.setdefault(name, {})
            inner[setting.path[-1]] = value
    return found
