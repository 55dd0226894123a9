"""`make year`: the sample programme's year, with people who answer, with nobody answering, and beside a bot that sends
every rung by itself. Writes its table between the marks of docs/year.md."""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.year.play import open_year, play
from tests.year.report import draw_table, list_figures, list_naive

PAGE = Path(__file__).parents[2] / "docs" / "year.md"
BEGINS, ENDS = "<!-- the table: make year -->\n", "<!-- its end -->"
SEED = 1


def main() -> int:
    """Play both years and write the table. 1 where a promise was broken."""
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / name for name in ("stage", "answered", "silent")]
        for place in places:
            place.mkdir()
        stage = open_year(places[0])
        calendar = stage.app.calendar
        stage.close()
        answered = play(places[1], seed=SEED, say=partial(_tell, "people answer"))
        silent = play(places[2], seed=SEED, answers=0, say=partial(_tell, "nobody answers"))
    columns = [
        ("people answer three in four", list_figures(answered, calendar)),
        ("nobody ever answers", list_figures(silent, calendar)),
        ("each rung a message", list_naive(answered)),
        ("each rung a message, nobody answers", list_naive(silent)),
    ]
    table = draw_table(columns)
    sys.stdout.write(f"{table}\n")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    PAGE.write_text(f"{before}{BEGINS}\n{table}\n\n{ENDS}{rest.partition(ENDS)[2]}", encoding="utf-8")
    return 1 if answered.closed or silent.closed else 0


def _tell(which: str, line: str) -> None:
    sys.stderr.write(f"{which}: {line}\n")


if __name__ == "__main__":
    sys.exit(main())
