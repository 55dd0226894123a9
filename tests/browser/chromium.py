"""A real, headless Chromium (Debian's, with its chromium-driver), with and without JavaScript."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

_SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,1000",
)


def open_chromium(folder: Path, *, scripts: bool = True) -> Chrome:
    """A new browser with a profile of its own in `folder`; the caller quits it."""
    options = ChromeOptions()
    for switch in (*_SWITCHES, f"--user-data-dir={folder / 'chromium'}"):
        options.add_argument(switch)
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    return Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def narrow_to(driver: Chrome, width: int) -> None:
    """A phone's screen: no real window is made that narrow."""
    size = {"width": width, "height": 780, "deviceScaleFactor": 2, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
