"""Somebody in a studio, with a mouse or with the keyboard alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from marketfold.studio import Studio

SLOW = 180_000
"""Milliseconds that anything may take on a busy machine: what is waited for is there soon on another one."""


STOPS_AHEAD = """(element) => {
  const now = document.activeElement;
  if (now === element) return 0;
  const after = (one, other) => (one.compareDocumentPosition(other) & 4) !== 0;
  const back = after(element, now);
  const [first, last] = back ? [element, now] : [now, element];
  const stops = document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex]");
  const between = [...stops].filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility()
    && after(first, one) && after(one, last));
  return (back ? -1 : 1) * (between.length + 1);
}"""
"""How many stops of Tab lie ahead of the focus up to an element, or behind it: about as many, as some are one stop."""


@dataclass
class Guest:
    """Somebody in a studio, and everything that must not happen there."""

    page: Page
    address: str
    root: Path
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)


@dataclass
class Door:
    """A studio that can be entered once; more pages share the cookie."""

    browser: Browser
    studio: Studio
    root: Path
    contexts: list[BrowserContext] = field(default_factory=list)

    def enter(self, *, width: int = 1280, scheme: str = "light") -> Guest:
        state = self.contexts[0].storage_state() if self.contexts else None
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light",
            storage_state=state,
        )  # fmt: skip
        context.set_default_timeout(SLOW)
        guest = Guest(context.new_page(), self.studio.address.partition("/?")[0], self.root)
        guest.page.on("console", lambda said: guest.faults.extend([said.text] if said.type == "error" else []))
        guest.page.on("pageerror", lambda error: guest.faults.append(str(error)))
        guest.page.on("request", lambda asked: self._note(guest, asked.url))
        guest.page.goto(guest.address + "/" if self.contexts else self.studio.address)
        self.contexts.append(context)
        return guest

    @staticmethod
    def _note(guest: Guest, url: str) -> None:
        if not url.startswith((guest.address, "data:", "blob:")):
            guest.faults.append(url)


def drop(page: Page, path: Path) -> None:
    """Let go of a file above the page, as a mouse does."""
    held = page.evaluate_handle(
        "([text, name]) => { const held = new DataTransfer(); held.items.add(new File([text], name)); return held; }",
        [path.read_text("utf-8"), path.name],
    )
    page.dispatch_event("#drop", "dragenter", {"dataTransfer": held})
    expect(page.locator("#drop")).to_have_class("drop panel is-over")
    page.dispatch_event("#drop", "drop", {"dataTransfer": held})


class Mouse:
    """Clicks where it is to be clicked."""

    def bring(self, page: Page, path: Path) -> None:
        drop(page, path)

    def press(self, what: Locator) -> None:
        what.click(timeout=SLOW)

    def fill(self, field: Locator, text: str) -> None:
        field.fill(text, timeout=SLOW)

    def choose(self, menu: Locator, label: str) -> None:
        menu.select_option(label=label)

    def slide(self, slider: Locator, value: str) -> None:
        slider.fill(value)


class Keyboard:
    """Goes everywhere with Tab, as somebody does who has no mouse."""

    MOST_STEPS = 500

    def bring(self, page: Page, path: Path) -> None:
        self.reach(page.locator("#file"))
        page.locator("#file").set_input_files(path)  # what the dialogue, which is the system's own, would answer

    def reach(self, what: Locator) -> None:
        """Go on with Tab until it has the focus, or back where it stands before what has it.

        Half of the way at a time, so that the page is not asked after each step; the last of them are single.
        """
        expect(what).to_be_visible(timeout=SLOW)
        for _ in range(self.MOST_STEPS):
            ahead = what.evaluate(STOPS_AHEAD)
            if ahead == 0:
                return
            for _ in range(max(1, abs(ahead) // 2)):
                what.page.keyboard.press("Tab" if ahead > 0 else "Shift+Tab")
        pytest.fail(f"{what} cannot be reached")

    def press(self, what: Locator) -> None:
        self.reach(what)
        what.page.keyboard.press("Space" if what.get_attribute("type") in {"checkbox", "radio"} else "Enter")

    def fill(self, field: Locator, text: str) -> None:
        self.reach(field)
        field.page.keyboard.press("Control+A")
        field.page.keyboard.type(text)

    def choose(self, menu: Locator, label: str) -> None:
        """Go down a menu to a choice."""
        self.reach(menu)
        menu.page.keyboard.press("Home")
        for _ in range(self.MOST_STEPS):
            if menu.locator("option:checked").inner_text().strip() == label:
                return
            menu.page.keyboard.press("ArrowDown")
        pytest.fail(f"{menu} has no {label!r}")

    def slide(self, slider: Locator, value: str) -> None:
        self.reach(slider)
        for _ in range(self.MOST_STEPS):
            now = float(slider.input_value())
            if now == float(value):
                return
            slider.page.keyboard.press("ArrowRight" if now < float(value) else "ArrowLeft")
        pytest.fail(f"{slider} cannot be moved to {value}")


Hand = Mouse | Keyboard
