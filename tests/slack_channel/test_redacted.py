"""What was redacted is nowhere left, in no message that repeated a part of it."""

from __future__ import annotations

from pathlib import Path

from storage.history import list_rows
from tests.slack_channel.stage import OFFICE, PEOPLE, open_workplace
from tests.stories.council import stored_bytes

B = PEOPLE["B"]


def test_a_reason_offered_back_goes_with_the_words_it_was_taken_from(tmp_path: Path) -> None:
    with open_workplace(tmp_path) as place:
        (offer,) = place.write(B, "slipping to Jan-23, waiting on the zebra agreement", thread=place.last_to(B))
        assert "new timescale Jan-23" in offer
        assert b"zebra" in stored_bytes(tmp_path)
        with place.app.db.read() as tx:
            (row,) = list_rows(tx, ref="P1.1c")
        assert "are gone" in place.write(OFFICE, f"redact {row.number} it names a family")[0]
        place.app.close()  # what the file's log still held is written over
        assert b"zebra" not in stored_bytes(tmp_path)
