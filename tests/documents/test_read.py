from __future__ import annotations

import pytest

from documents.read import MOST_BYTES, read_plan
from programme.messages import UserError

PLAN = "Ref\tActions\tOwner\tTimescale\nP4.1\ta. Build.\tMe\tMay-23\n"


@pytest.mark.parametrize("name", ["plan.txt", "PLAN.TXT", "a plan.v2.md"])
def test_a_text_is_read_with_or_without_a_byte_order_mark(name: str) -> None:
    for encoding in ("utf-8", "utf-8-sig"):
        assert [action.ref for action in read_plan(PLAN.encode(encoding), name).actions] == ["P4.1a"]


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"x" * (MOST_BYTES + 1), "plan.txt", "larger than 20 MB"),
        (PLAN.encode(), "plan.exe", "a kind that cannot be read"),
        (PLAN.encode(), "plan", "a kind that cannot be read"),
        (PLAN.encode("utf-16"), "plan.txt", "not text in UTF-8"),
        ("Café".encode("latin-1"), "plan.txt", "not text in UTF-8"),
        (b"Ref\0\0", "plan.md", "not text in UTF-8"),
        (b"PK\x03\x04....", "plan.txt", "a Word or Excel file"),
        (b"%PDF-1.7", "plan.txt", "a PDF"),
        (b"", "plan.txt", "holds no plan"),
        (PLAN.encode()[:-8], "plan.txt", "stops before its owner or its timescale"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_plain_sentence(data: bytes, name: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        read_plan(data, name)
    assert said in refused.value.text
    assert refused.value.text.endswith(".")
