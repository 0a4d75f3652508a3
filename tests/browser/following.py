"""Follow a tutorial as its reader does: type what it types, press what is in bold, and find what it shows.

A block of `sh` is typed and one of `python` runs in one session; the block of `text` after either is what comes out.
Bold words are a button or a link to press in the page that the last command opened, and a quotation stands there then.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.studio.conftest import served

from marketfold.studio import Studio

DOCS = Path(__file__).parents[2] / "docs"
TUTORIALS = DOCS / "tutorials"
SLOW = 600_000
"""Milliseconds that the segments of the whole demo shop may take on a busy machine."""
PATIENCE = 120_000
"""Milliseconds until what is to be pressed stands there."""
SIZE = ViewportSize(width=1180, height=760)
STEP = re.compile(
    r"^```(?P<language>\w+)\n(?P<block>.*?)^```|\*\*(?P<press>[^*]+)\*\*|^> (?P<shown>.*?)$"
    r"|!\[[^\]]*\]\((?P<picture>[^)]+)\)",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Reader:
    """Somebody in a folder with a browser; `opened` leads to what a command that shows a page shows."""

    folder: Path
    page: Page
    opened: Callable[[list[str]], str]
    at_picture: Callable[[Reader, Path], None]
    typed: dict[str, str] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)
    came_out: str = ""
    value: Any = None

    def follow(self, tutorial: Path) -> int:
        """Do all that a page says, in its order, and say how many steps that were."""
        steps = list(STEP.finditer(tutorial.read_text(encoding="utf-8")))
        for step in steps:
            found = step.groupdict()
            if found["language"]:
                self._block(found["language"], found["block"])
            elif found["press"]:
                self._press(found["press"])
            elif found["shown"]:
                expect(self.page.locator("body")).to_contain_text(found["shown"], timeout=SLOW, use_inner_text=True)
            else:
                self.at_picture(self, (tutorial.parent / found["picture"]).resolve())
        return len(steps)

    def _block(self, language: str, block: str) -> None:
        if language == "sh":
            for line in block.splitlines():
                self._type(line)
        elif language == "python":
            self.came_out = self._run(block)
        else:
            assert language == "text", f"a block of {language} cannot be followed"
            for line in block.splitlines():
                assert " ".join(line.split()) in " ".join(self.came_out.split()), f"{line}\nis not in\n{self.came_out}"

    def _type(self, line: str) -> None:
        words = shlex.split(line)
        assert words[0] == "marketfold", line
        if words[1] != "studio":
            if line not in self.typed:
                command = [sys.executable, "-m", *words]
                done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
                assert done.returncode == 0, done.stderr
                self.typed[line] = done.stdout + done.stderr
            self.came_out = self.typed[line]
        if address := self.opened(words[1:]):
            self.page.goto(address)

    def _run(self, block: str) -> str:
        """What a cell of a notebook shows: what is printed, and its last line if that is a value."""
        tree, said = ast.parse(block), io.StringIO()
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
            exec(compile(tree, "cell", "exec"), self.names)  # noqa: S102  (our own documentation)
            if isinstance(last, ast.Expr):
                self.value = eval(compile(ast.Expression(last.value), "cell", "eval"), self.names)  # noqa: S307
                said.write("" if self.value is None else repr(self.value))
        return said.getvalue()

    def _press(self, name: str) -> None:
        button = self.page.get_by_role("button", name=name, exact=True)
        link = self.page.get_by_role("link", name=re.compile(rf"^(\d+\. )?{re.escape(name)}(?!\w)"))
        button.or_(link).locator("visible=true").first.click(timeout=PATIENCE)


@contextlib.contextmanager
def reader(folder: Path, browser: Browser, at_picture: Callable[[Reader, Path], None]) -> Iterator[Reader]:
    """Somebody who begins in a folder; the studio stays open until the end."""
    page = browser.new_page(viewport=SIZE)
    page.set_default_timeout(SLOW)
    with contextlib.ExitStack() as stack:

        def opened(words: list[str]) -> str:
            if words[0] == "studio":
                studio = Studio.open(folder)
                stack.enter_context(served(studio))
                return studio.address
            return (folder / words[1] / "learn.html").as_uri() if words[0] == "learn" else ""

        yield Reader(folder, page, opened, at_picture)
    page.close()
