"""Chromium as a reader of the console uses it, with everything it logs and asks for kept for the checks at the end."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

_LIMIT = 20

# The contrast of each visible text with what is behind it, by WCAG's formula; those below 4.5 (3 for large letters).
_POOR_CONTRAST = """
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const rgba = text => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const found = [];
for (const element of document.body.querySelectorAll("*")) {
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  if (!own || !element.checkVisibility({ visibilityProperty: true }) || element.closest(".apart, .skip, .stale, script, style, option")) continue;
  if (element.disabled || !element.getClientRects().length) continue;
  const style = getComputedStyle(element);
  const front = rgba(element instanceof SVGElement ? style.fill : style.color);
  let behind = null;
  for (let at = element; at && !behind; at = at.parentElement) {
    const colour = rgba(getComputedStyle(at).backgroundColor);
    if (colour[3] > 0.99) behind = colour;
  }
  const [a, b] = [light(front), light(behind ?? [255, 255, 255, 1])];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const size = parseFloat(style.fontSize), isLarge = size >= 24 || size >= 18.6 && style.fontWeight >= 700;
  if (ratio < (isLarge ? 3 : 4.5)) found.push([ratio.toFixed(2), element.tagName, element.className.baseVal ?? element.className, element.textContent.slice(0, 40)]);
}
return found;
"""


class Browser:
    """One tab. `origin` is the relay's, `secrets` are what no address and no storage may ever hold."""

    def __init__(
        self, origin: str, secrets: list[str], *, width: int = 1280, height: int = 900, language: str = "en-US"
    ) -> None:
        self.origin = origin
        self.secrets = secrets
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
            "--hide-scrollbars", "--disable-background-networking", "--disable-component-update", f"--lang={language}",
        ):
            options.add_argument(argument)
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.requested: list[str] = []
        self.logged: list[dict[str, Any]] = []
        self.resize(width, height)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.quit()

    # What a person does

    def resize(self, width: int, height: int) -> None:
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def open(self, path: str) -> None:
        self.driver.get(self.origin + path)

    def sign_in(self, token: str, path: str = "/console", *, waits: bool = True) -> None:
        self.open(path)
        self.type("#token", token + Keys.ENTER)
        if waits:
            self.wait("signed in", lambda: self.is_shown("#signout"))
            self.settle()

    def click(self, selector: str) -> None:
        self.one(selector).click()

    def type(self, selector: str, text: str) -> None:
        box = self.one(selector)
        box.clear()
        box.send_keys(text)

    def press(self, *keys: str) -> None:
        """Types into whatever has the focus."""
        for key in keys:
            webdriver.ActionChains(self.driver).send_keys(key).perform()

    def back(self) -> None:
        self.driver.back()
        self.settle()

    # What a person sees

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return str(self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector))

    def texts(self, selector: str) -> list[str]:
        return list(self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector))

    def is_shown(self, selector: str) -> bool:
        return bool(self.run("return document.querySelector(arguments[0])?.checkVisibility() ?? false", selector))

    def focused(self) -> str:
        """The id, or the row's id, of what has the focus."""
        return str(self.run("const e = document.activeElement; return e.id || e.closest('tr')?.dataset.id || e.textContent"))

    @property
    def query(self) -> dict[str, str]:
        return dict(self.run("return Object.fromEntries(new URLSearchParams(location.search))"))

    @property
    def ids(self) -> list[str]:
        return list(self.run("return [...document.querySelectorAll('#rows tr')].map(e => e.dataset.id)"))

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def command(self, name: str, **parameters: object) -> Any:
        return self.driver.execute_cdp_cmd(name, parameters)

    def wait(self, what: str, holds: Callable[[], Any]) -> Any:
        """Waits for what must come; the limit is for what never does."""
        end = time.monotonic() + _LIMIT
        while True:
            value = holds()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"never happened: {what}; the page says: {self.text('main')[:1500]}")
            time.sleep(0.03)

    def settle(self) -> None:
        """Waits until nothing is on its way."""
        self.wait("the page is loaded", lambda: not self.run(
            "return !!document.querySelector('.stale, [aria-busy]') || /Loading|正在加载/.test(document.querySelector('main').innerText)"
        ))

    def screenshot(self, path: str) -> None:
        shot = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    # What must hold on every page

    def check_readable(self) -> None:
        """Contrast, names of controls, and no scrolling sideways."""
        poor = self.run(_POOR_CONTRAST)
        assert not poor, f"poor contrast: {poor}"
        wide = self.run("return [document.documentElement.scrollWidth, window.innerWidth]")
        beyond = "return [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
        assert wide[0] <= wide[1], f"scrolls sideways: {wide}: {self.run(beyond + '.slice(0, 9).map(e => e.outerHTML.slice(0, 200))')}"
        nodes = self.command("Accessibility.getFullAXTree")["nodes"]
        controls = {"button", "textbox", "searchbox", "combobox", "checkbox", "radio", "link", "spinbutton", "table", "form"}
        for node in nodes:
            if node.get("ignored") or node.get("role", {}).get("value") not in controls:
                continue
            assert node.get("name", {}).get("value"), f"without a name: {node}"
        landmarks = {node.get("role", {}).get("value") for node in nodes}
        assert {"main", "banner", "contentinfo"} <= landmarks, landmarks

    def collect(self) -> None:
        """Takes the logs in; Chromium hands each entry out once."""
        self.logged += self.driver.get_log("browser")
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.requested.append(message["params"]["request"]["url"])

    def check_quiet(self, *statuses: int) -> None:
        """No fault in the log but answers with these statuses, nothing asked of another origin, the token nowhere."""
        self.collect()
        for entry in self.logged:
            is_expected = entry["source"] == "network" and any(
                f"status of {status} " in entry["message"] for status in statuses
            )
            is_cut_off = 0 in statuses and "net::ERR_INTERNET_DISCONNECTED" in entry["message"]
            assert is_expected or is_cut_off or entry["level"] in ("DEBUG", "INFO"), entry
        for url in self.requested:
            assert url.startswith((self.origin + "/", "data:", "about:")), f"asked of elsewhere: {url}"
        kept = self.run(
            "return JSON.stringify([location.href, document.cookie, {...localStorage}, {...sessionStorage}, name, history.state])"
            " + document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map(e => e.value)"
        )
        databases = self.driver.execute_async_script(
            "Promise.all([indexedDB.databases(), self.caches ? caches.keys() : []]).then(found => arguments[0](found.flat()))"
        )
        assert databases == [], databases
        assert self.run("return localStorage.length + sessionStorage.length + document.cookie.length") == 0
        for secret in self.secrets:
            assert secret not in kept, "the page keeps the token"
            assert not any(secret in url for url in self.requested), "the token stood in an address"
