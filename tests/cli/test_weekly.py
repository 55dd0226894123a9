"""The programme office's weekly note at the command line: as text, and as JSON for a program."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.run import halfterm, well

NOW = "2022-09-20T10:00"


def test_the_note_is_printed_a_line_for_each_list_and_the_end_of_the_history_last(planned: Path) -> None:
    lines = well("weekly", now=NOW).splitlines()
    assert lines[0] == "For the programme office, as at 20 September 2022."
    assert any(line.startswith("- Roles with nobody in them: ") for line in lines)
    head = re.search(r"halfterm audit verify --head (\d+:\w+)$", lines[-1])
    assert head
    well("audit", "verify", "--head", head[1])


def test_a_program_reads_it_as_json(planned: Path) -> None:
    found = halfterm("weekly", "--json", now=NOW).json
    assert found["as_at"] == "2022-09-20"
    (vacant,) = [one for one in found["lists"] if one["title"] == "Roles with nobody in them"]
    assert vacant["total"] > len(vacant["first"]) == 4
    well("audit", "verify", "--head", found["head"])
