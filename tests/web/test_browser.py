"""The little JavaScript there is, in a real Chromium."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from starlette.applications import Starlette

from bot.web.pages import demo_routes
from tests.browser.chromium import narrow_to, open_chromium
from tests.web.stage import EVERY_BLOCK, MemoryStage

pytestmark = pytest.mark.browser

# Resolves when the condition holds, looked at after every change to the page.
WAIT = """
const [condition, done] = arguments, look = new Function("return " + condition);
const check = () => { if (look()) { watch.disconnect(); done(true); } };
const watch = new MutationObserver(check);
watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
check();
"""


class Window:
    """One browser window on the demo."""

    def __init__(self, driver: Chrome, home: str) -> None:
        self._driver = driver
        self._home = home

    def open(self, path: str) -> None:
        self._driver.get(self._home + path)

    def type(self, selector: str, keys: str) -> None:
        self._driver.find_element(By.CSS_SELECTOR, selector).send_keys(keys)

    def press(self, selector: str) -> None:
        self._driver.find_element(By.CSS_SELECTOR, selector).click()

    def run(self, script: str) -> Any:
        return self._driver.execute_script(script)

    def wait_until(self, condition: str) -> None:
        self._driver.execute_async_script(WAIT, condition)

    def narrow_to(self, width: int) -> None:
        narrow_to(self._driver, width)


@pytest.fixture
def stage() -> MemoryStage:
    return MemoryStage()


@pytest.fixture
def home(stage: MemoryStage) -> Iterator[str]:
    """The demo served on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=demo_routes(stage)), log_level="warning", ws="none"))
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        serving.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        serving.join()


@pytest.fixture
def window(home: str, tmp_path: Path) -> Iterator[Window]:
    driver = open_chromium(tmp_path)
    driver.set_script_timeout(15)
    yield Window(driver, home)
    driver.quit()


def test_enter_sends_without_leaving_the_page(window: Window, stage: MemoryStage) -> None:
    window.open("/as/SENDPO")
    window.run("window.stayed = true")
    window.type("#text", "status" + Keys.ENTER)
    window.wait_until("document.getElementById('latest').textContent.includes('Noted: status')")
    assert stage.heard == [("SENDPO", "status", {})]
    assert window.run("return [window.stayed, document.activeElement.id, document.activeElement.value]") == [
        True,
        "text",
        "",
    ]
    assert window.run("return document.getElementById('heard').textContent") == "Noted: status"


def test_a_move_shows_its_news_and_the_focus_stays(window: Window) -> None:
    window.open("/as/SENDPO")
    window.run("window.stayed = true")
    window.press("#clock [value=morning]")
    window.wait_until("document.getElementById('news').textContent.startsWith('It is later now')")
    assert window.run("return [window.stayed, document.activeElement.value]") == [True, "morning"]
    assert "6 September" in window.run("return document.getElementById('clock').textContent")


def test_an_answer_in_a_long_list_leaves_the_reader_there(window: Window, stage: MemoryStage) -> None:
    for _ in range(3):
        stage.tell("SENDPO", EVERY_BLOCK)
    window.open("/as/SENDPO")
    where = "return Math.round(document.querySelector('[data-line=\"1\"] .danger').getBoundingClientRect().top)"
    window.run("document.querySelector('[data-line=\"1\"] .danger').scrollIntoView({ block: 'center' })")
    before = window.run(where)
    window.press('[data-line="1"] .danger')
    window.wait_until("document.getElementById('news').textContent === 'Noted: notmine P2.3c'")
    assert abs(window.run(where) - before) <= 1
    assert window.run("return document.activeElement.value") == "notmine P2.3c"


def test_answers_of_a_form_arrive(window: Window, stage: MemoryStage) -> None:
    stage.say("BIA", "form", {})
    window.open("/as/BIA")
    window.press("#latest [value=at_risk]")
    window.press("#latest button.primary")
    window.wait_until("document.getElementById('latest').textContent.includes('Noted: mitigate P2.3c')")
    answers = {"what": "Two more clinics", "who": "HoS SEND", "when": "2022-10-01", "rating": "at_risk", "group": "g3"}
    assert stage.heard[-1] == ("BIA", "mitigate P2.3c", answers)


@pytest.mark.parametrize("path", ["/", "/as/SENDPO", "/as/BIA", "/start-over"])
def test_nothing_scrolls_sideways_on_a_small_phone(path: str, window: Window, stage: MemoryStage) -> None:
    stage.tell("SENDPO", EVERY_BLOCK)
    stage.say("BIA", "form", {})
    window.narrow_to(360)
    window.open(path)
    assert window.run("return [innerWidth, document.documentElement.scrollWidth]") == [360, 360]
