"""A browser for tests: Chromium without a window; what a page complains of fails the test."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

_WATCH = """
addEventListener("securitypolicyviolation", (e) => console.error("policy", e.violatedDirective, e.blockedURI));
"""
# A query that does not parse is answered with 400, which Chromium writes to the console.
_TOLD_ANYWAY = "Failed to load resource: the server responded with a status of 400"


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    found = next(
        filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
    )
    if found is None:
        pytest.fail("pages are tested in Chromium, and none is installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Opens pages of one server, and keeps what they asked of others or complained of."""

    browser: Browser
    base: str
    troubles: list[str] = field(default_factory=list)
    contexts: dict[bool, BrowserContext] = field(default_factory=dict)

    def open(self, path: str, *, java_script_enabled: bool = True) -> Page:
        """A new page; what it loads is kept for the next one."""
        if java_script_enabled not in self.contexts:
            self.contexts[java_script_enabled] = self.browser.new_context(
                viewport={"width": 1440, "height": 900}, java_script_enabled=java_script_enabled
            )
        context = self.contexts[java_script_enabled]
        context.set_default_timeout(15000)
        page = context.new_page()
        page.on("request", self._ask)
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.add_init_script(_WATCH)
        page.goto(self.base + path.removeprefix("/"))
        return page

    def _ask(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.troubles.append(f"request: {request.url}")

    def _hear(self, kind: str, text: str) -> None:
        if not text.startswith(_TOLD_ANYWAY):
            self.troubles.append(f"{kind}: {text}")


@contextlib.contextmanager
def visiting(browser: Browser, base: str) -> Iterator[Visitor]:
    """A visitor of a server."""
    visitor = Visitor(browser, base)
    yield visitor
    for context in visitor.contexts.values():
        context.close()


@contextlib.contextmanager
def untroubled(visitor: Visitor) -> Iterator[Visitor]:
    """The same visitor for one test: its pages are closed, and its troubles fail the test."""
    visitor.troubles.clear()
    yield visitor
    for context in visitor.contexts.values():
        for page in context.pages:
            page.close()
    assert not visitor.troubles, visitor.troubles


@contextlib.contextmanager
def from_disk(browser: Browser, folder: Path) -> Iterator[Callable[..., Page]]:
    """Opens pages from disk with the network cut; what they ask for or complain of fails the test."""
    troubles: list[str] = []
    contexts: list[BrowserContext] = []

    def open_file(html: str, hash: str = "", *, width: int = 1440, **options: Any) -> Page:
        file = folder / "page.html"
        file.write_bytes(html.encode())
        context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, **options
        )
        contexts.append(context)
        context.set_default_timeout(15000)

        def watch(route: Any) -> None:
            if route.request.url.partition("#")[0] == file.as_uri():
                route.continue_()
                return
            troubles.append(f"request: {route.request.url}")
            route.abort()

        context.route("**/*", watch)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.add_init_script(_WATCH)
        page.goto(file.as_uri() + hash)
        page.wait_for_selector("body[data-ready=yes]", state="attached")
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert not troubles, troubles


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe-core finds wrong on a page, by rule with the first place."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0]['failureSummary'][:300]}"
        for one in found
    ]
