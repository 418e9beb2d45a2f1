"""A page that is looked at: what it complains of, and what axe finds in it."""

from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, Response

# axe can't tell the contrast of one-character labels and of what touches another box: it is computed for those here,
# from the colour of the text and the nearest ground that isn't transparent.
_CONTRAST = """(targets) => targets.map((target) => {
  const element = document.querySelector(target);
  const numbers = (color) => (color.match(/[0-9.]+/g) || []).map(Number);
  const light = (color) => {
    const part = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const [red, green, blue] = numbers(color).map(part);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  let ground = element;
  const seen = (color) => { const told = numbers(color); return told.length < 4 || told[3] > 0; };
  while (ground && !seen(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
  const behind = ground ? getComputedStyle(ground).backgroundColor : "rgb(255, 255, 255)";
  const [one, other] = [light(getComputedStyle(element).color), light(behind)];
  return [target, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
})"""
_OPTIONS = {"resultTypes": ["violations", "incomplete"]}
_LEAST = 4.5
_PATIENCE_MS = 10_000


class Watched:
    """A page with everything it complained of: errors of scripts, refusals of the content policy, failed loads."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._url = url
        page.set_default_timeout(_PATIENCE_MS)
        page.on("console", lambda told: self._hear(told.type, told.text))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("requestfailed", self._miss)

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {text}")

    def _miss(self, request: Request) -> None:
        if request.is_navigation_request() and request.failure == "net::ERR_ABORTED":
            return  # the page stays where it is, because what came is a file to keep
        self.complaints.append(f"{self.page.url}: {request.url} failed")

    def go(self, path: str) -> Response:
        """Go to a path."""
        response = self.page.goto(self._url + path)
        assert response is not None
        return response

    def too_wide(self) -> int:
        """By how much the page is wider than the screen."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def barriers(self) -> list[str]:
        """What stands in somebody's way: axe's violations, and contrasts under 4.5 where axe couldn't tell."""
        found: dict[str, Any] = _axe().run(self.page, options=_OPTIONS).response
        told = [f"{one['id']}: {node['html'][:100]}" for one in found["violations"] for node in one["nodes"]]
        unsure = [one for one in found["incomplete"] if one["id"] == "color-contrast"]
        targets = [node["target"][0] for one in unsure for node in one["nodes"]]
        contrasts = self.page.evaluate(_CONTRAST, targets)
        told += [f"contrast {ratio:.2f}: {target}" for target, ratio in contrasts if ratio < _LEAST]
        told += [f"not decided: {one['id']}" for one in found["incomplete"] if one["id"] != "color-contrast"]
        return told


@cache
def _axe() -> Axe:
    return Axe()
