from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests import slack_payloads

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"

# What a marked test needs on the machine, and what to say where it is missing.
NEEDS = {
    "browser": (("chromium", "chromedriver"), "Debian's chromium and chromium-driver"),
    "node": (("node", "tests/node/node_modules/.bin/tsc"), "Node.js and `make node`"),
}
ROOT = Path(__file__).parents[1]
LAST = "tests/slack_channel/test_payloads.py"  # it judges what all the others sent
_left_out: dict[str, int] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Judge last; and leave out the tests whose part is missing here; under CI they stay, and fail."""
    items.sort(key=lambda item: item.nodeid.startswith(LAST))
    if os.environ.get("CI"):
        return
    missing = {mark for mark, (programs, _) in NEEDS.items() if not all(map(_is_there, programs))}
    left_out = [item for item in items if any(item.get_closest_marker(mark) for mark in missing)]
    for item in left_out:
        mark = next(mark for mark in NEEDS if item.get_closest_marker(mark))
        _left_out[mark] = _left_out.get(mark, 0) + 1
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_there(program: str) -> bool:
    """A program by its name, or a file by its place in the tree."""
    return (ROOT / program).exists() if "/" in program else shutil.which(program) is not None


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The last lines: what the judges said of all that Slack was sent, and which tests were left out and why."""
    if slack_payloads.judged:
        print(f"{slack_payloads.judged}: {len(slack_payloads.refused)} refused.")
    if _left_out:
        parts = [f"{count} {mark} tests (they need {NEEDS[mark][1]})" for mark, count in _left_out.items()]
        print(f"Left out: {' and '.join(parts)}.")


@pytest.fixture(scope="session")
def real_plan_text() -> str:
    """A real statement of action, which the repository does not ship: skipped where it is absent, failed under CI."""
    path = SEEDS / "003_fa3a29701a2bdb87.txt"
    if path.exists():
        return path.read_text(encoding="utf-8")
    if os.environ.get("CI"):
        pytest.fail("The real documents are missing: CI needs them in ../shared/seeds.")
    pytest.skip("The real documents are not in ../shared/seeds.")
