"""The demo in a real browser: the whole loop, with a little JavaScript and without any, by mouse and by keyboard."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.chromium import narrow_to, open_chromium

pytestmark = pytest.mark.browser


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A real `halfterm demo` of its own, ended by process id."""
    command = [sys.executable, "-m", "bot.cli", "demo", "--port", "0", "--folder", str(tmp_path / "demo")]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+/", process.stdout.readline())
            assert found, "the demo did not say where it is"
            yield found[0]
        finally:
            process.terminate()
            process.wait(timeout=10)


class Page:
    """What a person does with the page: reads the conversation, presses what is written on a button, types."""

    def __init__(self, driver: Chrome, address: str) -> None:
        self.driver, self.address = driver, address
        # The page may be drawn anew between finding a thing and using it.
        self.wait = WebDriverWait(
            driver, 15, ignored_exceptions=(StaleElementReferenceException, NoSuchElementException)
        )

    def be(self, role: str) -> None:
        self.driver.get(f"{self.address}as/{role}")

    @property
    def conversation(self) -> str:
        return str(self.driver.find_element(By.ID, "transcript").text)

    def sees(self, words: str) -> None:
        self.wait.until(lambda _: words in self.conversation, f"“{words}” is not in the conversation")

    def press(self, label: str) -> None:
        """Press the newest button of that label."""

        def pressed(driver: Chrome) -> bool:
            found = driver.find_elements(By.XPATH, f"//button[normalize-space()='{label}']")
            if not found:
                return False
            driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found[-1])
            found[-1].click()
            return True

        self.wait.until(pressed, f"no button {label}")

    def type(self, words: str) -> None:
        def typed(driver: Chrome) -> bool:
            box = driver.find_element(By.ID, "text")
            box.clear()
            box.send_keys(words)
            driver.find_element(By.CSS_SELECTOR, "#composer button").click()
            return True

        self.wait.until(typed)

    def fill(self, name: str, words: str) -> None:
        """Answer a question of the newest form."""

        def filled(driver: Chrome) -> bool:
            found = [one for one in driver.find_elements(By.NAME, f"field.{name}") if one.is_displayed()]
            if not found:
                return False
            found[-1].clear()
            found[-1].send_keys(words)
            return True

        self.wait.until(filled, f"no question {name}")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_loop_happens_before_your_eyes(address: str, tmp_path: Path, scripts: bool) -> None:
    driver = open_chromium(tmp_path, scripts=scripts)
    try:
        page = Page(driver, address)
        # A reminder appears.
        page.be("BIA")
        page.press("Next working morning")
        page.sees("Your starting list: 2 actions")
        # The owner replies, with a tap and in words.
        page.press("Still going")
        page.sees("Noted: still going on P2.3c")
        page.type("progress P2.3c the new template is live in 12 schools")
        page.sees("Progress on P2.3c is noted")
        # The rating escalates, and the reason and the mitigation are asked for.
        page.type("/rag P2.3c at-risk")
        page.sees("I tell the chair of SEND Oversight Board")
        page.press("Say why")
        page.fill("reason", "the supplier has not signed")
        page.press("Save")
        page.sees("At 09:15 the others hear of it")
        page.press("Add the mitigation")
        page.fill("what", "a weekly import by hand")
        page.fill("by", "30 September 2022")
        page.press("Save")
        page.sees("The mitigation for P2.3c is noted")
        # The board's chair has a notice.
        page.be("SD EES%26P")
        page.press("An hour")
        page.sees("P2.3c was rated")
        page.sees("the supplier has not signed")
        page.press("I have seen this")
        page.sees("acknowledged")
        # The digest shows it.
        page.type("digest SEND Oversight Board")
        page.sees("Escalated: 1")
        # The side panel too, in words.
        panel = str(driver.find_element(By.ID, "plan-body").get_attribute("textContent"))
        assert re.search(r"At risk\s+1\b", panel)
        assert re.search(r"At risk.*P2\.3c.*Vulnerable", panel, re.DOTALL)
    finally:
        driver.quit()


def test_it_can_be_used_with_the_keyboard_alone(address: str, tmp_path: Path) -> None:
    driver = open_chromium(tmp_path, scripts=True)
    try:
        page = Page(driver, address)
        page.be("BIA")
        box = driver.find_element(By.ID, "text")
        box.send_keys("actions mine" + Keys.ENTER)
        page.sees("Your actions: 2")
        driver.find_element(By.ID, "text").send_keys(Keys.ESCAPE)
        reached = set()
        for _ in range(60):
            driver.switch_to.active_element.send_keys(Keys.TAB)
            reached.add(driver.switch_to.active_element.text.strip())
        assert {"Send", "An hour", "P2.1d"} <= reached
    finally:
        driver.quit()


def test_a_phone_needs_no_sideways_scrolling(address: str, tmp_path: Path) -> None:
    driver = open_chromium(tmp_path, scripts=True)
    try:
        narrow_to(driver, 360)
        page = Page(driver, address)
        for path in ("", "as/BIA", "as/office"):
            driver.get(address + path)
            assert driver.execute_script("return document.documentElement.scrollWidth") <= 360, path
        page.be("BIA")
        page.type("actions mine")
        page.sees("Your actions: 2")
        assert driver.execute_script("return document.documentElement.scrollWidth") <= 360
    finally:
        driver.quit()
