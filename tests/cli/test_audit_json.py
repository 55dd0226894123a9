"""What checking the history finds, for a program."""

from __future__ import annotations

from pathlib import Path

from tests.cli.run import halfterm, well


def test_a_whole_history_has_its_rows_its_head_and_no_fault(planned: Path) -> None:
    ran = halfterm("audit", "verify", "--json")
    assert ran.code == 0
    head = well("audit", "verify").splitlines()[-1].removeprefix("Head: ")
    assert ran.json == {"rows": 3, "redacted": [], "faults": [], "head": head}
    assert halfterm("audit", "verify", "--json", "--head", head).code == 0


def test_a_fault_is_told_and_ends_with_one(planned: Path) -> None:
    (planned / "halfterm.key").unlink()
    ran = halfterm("audit", "verify", "--json")
    assert ran.code == 1
    assert "row 1 has been changed" in ran.json["faults"][0]
