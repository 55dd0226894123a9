"""An owner answers what the bot asked, by button, thread, command, modal and Home; pictures go to docs/pictures.

Slack's place is taken by local-slack (npm), which listens on every address: it, the bot and the browser all run in a
network namespace of their own, where nothing else can reach them. It takes almost anything, so it judges nothing: the
strict stand-in of the tests does. For emoji in the pictures: Debian's fonts-noto-color-emoji.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from selenium.common.exceptions import WebDriverException

from tests.browser.chromium import open_chromium
from tests.try_slack.page import Page

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PICTURES = ROOT / "docs" / "pictures"
LOCAL_SLACK = HERE / "node_modules" / "local-slack-linux-x64" / "bin" / "local-slack"
PORT = 3000
ADDRESS = f"http://localhost:{PORT}"
NEEDS = {
    "npm": "npm",
    "unshare": "util-linux",
    "ip": "iproute2",
    "chromium": "chromium",
    "chromedriver": "chromium-driver",
}
WORKSPACE = {
    "workspace": {"name": "A council", "domain": "council", "teamId": "T1"},
    "app": {
        "appId": "A1",
        "botUserId": "UBOT",
        "botName": "halfterm",
        "botToken": "xoxb-local",
        "appToken": "xapp-local",
        "mode": "socket",
    },
    "users": [
        {"id": "U1", "name": "sm-ews", "real_name": "Education Welfare Service Manager", "tz": "Europe/London"},
        {"id": "U2", "name": "sd-eesp", "real_name": "Service Director", "tz": "Europe/London"},
        {"id": "U9", "name": "office", "real_name": "Programme office", "tz": "Europe/London"},
    ],
    "channels": [{"id": "C1", "name": "send-oversight-board", "members": ["U1", "U2", "U9", "UBOT"]}],
}
STARTS, ASKS = "2022-09-05T09:00+01:00", "2022-09-20T09:00+01:00"


def main() -> int:
    missing = [package for program, package in NEEDS.items() if shutil.which(program) is None]
    if missing:
        return say(f"make try-slack needs {' and '.join(missing)} (Debian: apt install {' '.join(missing)}).", 1)
    if "--inside" in sys.argv:
        return inside()
    subprocess.run(["npm", "install", "--silent"], cwd=HERE, check=True)
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True).returncode != 0:
        return say("make try-slack needs a network namespace: run it as root.", 1)
    return subprocess.run([*alone, sys.executable, "-m", "tests.try_slack", "--inside"], cwd=ROOT).returncode


def inside() -> int:
    """All of it, where only loopback is."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "workspace.json").write_text(json.dumps(WORKSPACE))
        command = [LOCAL_SLACK, "--config", folder / "workspace.json", "--port", str(PORT)]
        with running(command, folder, "slack.log"):
            until(lambda: bool(get("state")))
            set_up(folder)
            serve = [sys.executable, "-m", "bot.cli", "serve", "--port", "8010", "--now", ASKS]
            with running(serve, folder, "bot.log"):
                driver = open_chromium(folder)
                try:
                    driver.set_window_size(1200, 900)
                    act(Page(driver, ADDRESS, PICTURES))
                except WebDriverException as error:
                    driver.save_screenshot(str(HERE / "went-wrong.png"))
                    log = (folder / "bot.log").read_text()[-2000:]
                    return say(f"{log}\nIt went wrong: {error.msg}. See {HERE.name}/went-wrong.png.", 1)
                finally:
                    driver.quit()
    return 0


def set_up(folder: Path) -> None:
    """The sample plan; one owner, one chair and the office in Slack; what they were asked until now."""
    halfterm(folder, "import", str(ROOT / "bot" / "sample" / "plan.txt"), now=STARTS)
    halfterm(folder, "terms", str(ROOT / "bot" / "sample" / "terms.csv"), now=STARTS)
    halfterm(folder, "people", "office", "slack:T1:U9", now=STARTS)
    halfterm(folder, "people", "set", "SM EWS", "slack:T1:U1", now=STARTS)
    halfterm(folder, "people", "set", "SD EES&P", "slack:T1:U2", now=STARTS)
    board = ["SEND Oversight Board", "--chair", "SD EES&P", "--meets", "2022-10-04T10:00+01:00"]
    halfterm(folder, "groups", "set", *board, now=STARTS)
    for now in (STARTS, ASKS):
        halfterm(folder, "tick", now=now)


def act(page: Page) -> None:
    """The owner's Home; three reminders answered in three ways, by the watch; the modal; the chair's Home."""
    page.sees("connected", ".app-status")
    page.open_conversation("halfterm")
    page.sees("Your actions: 3", ".home")
    page.take("slack-home.png")
    page.open_conversation("Education Welfare")
    page.sees("3 actions need a word from you")
    page.take("slack-reminder.png")
    began = time.monotonic()

    page.press("On track")
    page.sees("2 of 3 actions still need a word")
    page.take("slack-button.png")
    by_button = time.monotonic()

    page.open_thread("need a word from you")
    page.say("slipping to Dec, waiting on the memorandum of understanding", ".thread-pane")
    page.press("P2.3b", ".thread-pane")
    page.press("Vulnerable, new timescale Dec-22", ".thread-pane")
    page.sees("P2.3b is now", ".thread-pane")
    page.take("slack-thread.png")
    page.close_thread()
    in_thread = time.monotonic()

    page.say("/rag P2.6a at-risk")
    page.sees("P2.6a is now")
    by_command = time.monotonic()
    page.sees("All answered, thank you")
    page.take("slack-command.png")

    page.say("/update P2.6a")
    page.fill("Rating", "🟠 Vulnerable")
    page.fill("Why?", "Two of five schools have no contact yet")
    page.fill("What has been done?", "The referral form is one page now")
    page.take("slack-modal.png")
    page.press("Save", ".modal")
    page.sees("P2.6a · 🟠 Vulnerable")
    page.take("slack-saved.png")

    page.act_as("Service Director")
    page.open_conversation("halfterm")
    page.sees("SEND Oversight Board", ".home")
    page.take("slack-home-chair.png")
    say(
        f"Three reminders answered in {by_command - began:.1f} s: by button {by_button - began:.1f} s, "
        f"in the thread {in_thread - by_button:.1f} s, by command {by_command - in_thread:.1f} s."
    )


def halfterm(folder: Path, *words: str, now: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "bot.cli", *words, "--now", now],
        cwd=folder, env=environment(folder), check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"sqlite:///{folder / 'try.db'}",
        "SECRET_KEY": "only for trying it out, and thrown away",
        "SLACK_BOT_TOKEN": "xoxb-local",
        "SLACK_APP_TOKEN": "xapp-local",
        "SLACK_API_URL": f"{ADDRESS}/api/",
    }


@contextmanager
def running(command: list[Any], folder: Path, log: str) -> Iterator[None]:
    """A process of ours, ended at the end."""
    with (folder / log).open("w") as out, subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=out, stderr=subprocess.STDOUT
    ) as process:  # fmt: skip
        try:
            yield
        finally:
            process.terminate()
            process.wait(10)


def get(what: str) -> dict[str, Any]:
    """What local-slack says of itself; {} where it does not answer yet."""
    try:
        with urlopen(f"{ADDRESS}/_control/{what}", timeout=2) as answer:
            return dict(json.load(answer))
    except OSError:
        return {}


def until(holds: Any, seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            raise TimeoutError("local-slack or the bot did not come up")


def say(words: str, code: int = 0) -> int:
    sys.stdout.write(f"{words}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
