"""`page.json`: a page as records, from which its HTML is rendered and can be again.

A segment's name, which people may change, stands only once. While chapters write their sentences and figures draw their
labels, a segment is called by a stand-in; in the file that is `{"segment": 3}`, and a sentence around it is
`{"pieces": ["Begin with ", {"segment": 3}]}`. A text that came from data is a JSON string and can be taken for neither.
"""

from __future__ import annotations

import re
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from marketfold.damage import denied, reason, told_as
from marketfold.errors import RunFolderError
from marketfold.figures import wrapped
from marketfold.json_files import plain, read_json, write_json
from marketfold.page.report_page import ReportPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_OPEN = f"[{secrets.token_hex(5)}:"
_STAND_IN = re.compile(rf"{re.escape(_OPEN)}(\d+)\]")
"""No text that was written before this process began can hold it, and it is short enough for any label's line."""

_LISTS, _NESTED, _WITH_TEXT = (list, tuple), (list, dict), (str, dict, list, tuple)
_PAGE, _NAMES = TypeAdapter(ReportPage), TypeAdapter(dict[int, str])


def stand_in(number: int) -> str:
    """What a segment is called while its page is made."""
    return f"{_OPEN}{number}]"


@dataclass(frozen=True)
class PageData:
    """A page on which the segments can be given other names.

    Attributes
    ----------
    page
        Its records, with stand-ins for the segments' names.
    names
        By the segment's number.
    """

    page: ReportPage
    names: Mapping[int, str]

    def named(self) -> ReportPage:
        """The page as people read it."""
        return _PAGE.validate_python(_named(plain(self.page), self.names))

    @classmethod
    def load_named(cls, path: Path) -> ReportPage:
        """A file's page as people read it: `load(path).named()` in a third of its time. RunFolderError as there."""
        with _read(path) as (page, names):
            return _PAGE.validate_python(_named(page, names))

    def save(self, path: Path) -> None:
        """Write as JSON."""
        page = _each_text(plain(self.page), _reference)
        write_json({"names": self.names, "page": page}, path, indent=None)

    @classmethod
    def load(cls, path: Path) -> PageData:
        """Read from JSON.

        Raises
        ------
        RunFolderError
            If it is not there, too large, damaged, or something else than a page.
        """
        with _read(path) as (page, names):
            return cls(_PAGE.validate_python(page), names)


@contextmanager
def _read(path: Path) -> Iterator[tuple[Any, dict[int, str]]]:
    """What a file says, with stand-ins, and the names; what fails within is told of the file."""
    try:
        content = read_json(path)
    except PermissionError as error:
        raise RunFolderError(denied(str(path))) from error
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror or error}). Make the run again."
        raise RunFolderError(message) from error
    except ValueError as error:
        raise RunFolderError(f"{path} is damaged ({reason(error)}). Make the run again.") from error
    with told_as(RunFolderError, str(path)):
        names = _NAMES.validate_python(content["names"])
        yield _with_stand_ins(content["page"], names), names


def _each_text(value: Any, change: Callable[[str], Any]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    if isinstance(value, _LISTS):
        return [_each_text(item, change) if isinstance(item, _WITH_TEXT) else item for item in value]
    return value


def _reference(text: str) -> Any:
    if _OPEN not in text:
        return text
    parts = _STAND_IN.split(text)
    pieces = [{"segment": int(part)} if place % 2 else part for place, part in enumerate(parts) if part]
    return pieces[0] if len(pieces) == 1 else {"pieces": pieces}


def _with_stand_ins(value: Any, names: Mapping[int, str]) -> Any:
    if isinstance(value, list):  # figures are long lists of numbers
        return [_with_stand_ins(item, names) if isinstance(item, _NESTED) else item for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"segment"}:
        if (number := value["segment"]) not in names:
            raise KeyError(number)
        return stand_in(number)
    if value.keys() == {"pieces"}:
        return "".join(_with_stand_ins(piece, names) for piece in value["pieces"])
    return {key: _with_stand_ins(item, names) for key, item in value.items()}


def _named(value: Any, names: Mapping[int, str], width: int = 0) -> Any:
    """Names for stand-ins; `width` is where the labels of the figure around it break."""

    def name(text: str) -> str:
        return _STAND_IN.sub(lambda found: names[int(found[1])], text)

    def label(text: str) -> str:
        return wrapped(name(text.replace("<br>", " ")), width) if _OPEN in text else text

    if isinstance(value, str):
        return name(value) if _OPEN in value else value
    if isinstance(value, _LISTS):
        return [_named(item, names, width) if isinstance(item, _WITH_TEXT) else item for item in value]
    if isinstance(value, dict):
        width = _label_width(value) or width
        return {
            key: _each_text(item, label) if width and key in {"x", "y"} else _named(item, names, width)
            for key, item in value.items()
        }
    return value


def _label_width(figure: Mapping[str, Any]) -> int:
    layout = figure.get("layout")
    meta = layout.get("meta") if isinstance(layout, dict) else None
    width = meta.get("label_width") if isinstance(meta, dict) else None
    return width if isinstance(width, int) and width > 0 else 0
