"""What a person does on local-slack's page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait


class Page:
    """One person's browser; `pictures` is the folder that pictures are written to."""

    def __init__(self, driver: Chrome, address: str, pictures: Path) -> None:
        self.driver, self.pictures = driver, pictures
        # The page may be drawn anew between finding a thing and using it.
        self.wait = WebDriverWait(
            driver, 20, ignored_exceptions=(StaleElementReferenceException, NoSuchElementException)
        )
        driver.get(address)

    def open_conversation(self, name: str) -> None:
        """A channel, a direct message or an app of the sidebar."""
        self._until(lambda: self._last(f"//aside[@class='sidebar']//button[contains(., '{name}')]").click())
        self._until(lambda: self._is_there(".channel-title"))

    def sees(self, words: str, where: str = ".main") -> None:
        self._until(lambda: words in self.driver.find_element(By.CSS_SELECTOR, where).text, f"“{words}” is not there")

    def press(self, label: str, where: str = ".main") -> None:
        """The newest button of that label."""
        self._until(lambda: self._newest(where, label).click(), f"no button {label}")

    def say(self, words: str, where: str = ".main") -> None:
        def typed() -> None:
            box = self.driver.find_element(By.CSS_SELECTOR, f"{where} .composer textarea")
            box.clear()
            box.send_keys(words, Keys.ENTER)

        self._until(typed)

    def open_thread(self, words: str) -> None:
        """The thread of the newest message that holds `words`."""

        def opened() -> None:
            found = [one for one in self.driver.find_elements(By.CSS_SELECTOR, ".main .msg") if words in one.text]
            button = found[-1].find_element(By.CSS_SELECTOR, "button[title='Reply in thread']")
            self.driver.execute_script("arguments[0].click()", button)

        self._until(opened)
        self._until(lambda: self._is_there(".thread-pane"))

    def close_thread(self) -> None:
        self._until(lambda: self.driver.find_element(By.CSS_SELECTOR, ".thread-x").click())

    def fill(self, label: str, value: str) -> None:
        """One field of the modal, by its label."""

        def filled() -> None:
            block = self._last(f"//div[@class='modal']//div[contains(@class, 'bk-input')][contains(., '{label}')]")
            (field,) = block.find_elements(By.CSS_SELECTOR, "input, textarea, select")
            if field.tag_name == "select":
                Select(field).select_by_visible_text(value)
            else:
                field.clear()
                field.send_keys(value)

        self._until(filled, f"no field {label}")

    def act_as(self, name: str) -> None:
        self._until(
            lambda: Select(self.driver.find_element(By.CSS_SELECTOR, ".actas select")).select_by_visible_text(name)
        )

    def take(self, name: str) -> None:
        """A picture of the page, with the newest of the conversation in view and lines broken where Slack would."""
        self.driver.execute_script("""
            const style = document.createElement('style');
            style.textContent = '.bk-text, .bk-context-text { white-space: pre-line }';
            document.head.append(style);
            for (const one of document.querySelectorAll('.messages, .thread-body')) one.scrollTop = one.scrollHeight;
        """)
        self.driver.save_screenshot(str(self.pictures / name))

    def _newest(self, where: str, label: str) -> WebElement:
        found = self.driver.find_elements(By.CSS_SELECTOR, f"{where} button")
        one = [button for button in found if button.text.strip() == label][-1]
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", one)
        return one

    def _last(self, path: str) -> WebElement:
        found = self.driver.find_elements(By.XPATH, path)
        if not found:
            raise NoSuchElementException(path)
        return found[-1]

    def _is_there(self, selector: str) -> bool:
        return bool(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def _until(self, does: Callable[[], Any], otherwise: str = "") -> None:
        """`does` again until it goes well and is not False."""

        def done(_: Chrome) -> bool:
            try:
                return does() is not False
            except IndexError:
                return False

        self.wait.until(done, otherwise)
