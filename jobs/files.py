"""The files that follow a message."""

from __future__ import annotations

import re

from documents.papers import write_paper
from documents.picture import svg_to_png
from jobs.sender import Attachment
from programme.digest import Digest
from programme.digest_words import compose_digest_paper
from programme.messages import Picture

_PIXELS = 1_280  # across


def draw_digest_files(digest: Digest, picture: Picture) -> tuple[Attachment, ...]:
    """The whole digest as a Word file, and its picture."""
    paper = compose_digest_paper(digest, picture)
    name = "-".join([*re.findall("[a-z0-9]+", digest.group.lower())[:8], digest.day.isoformat()])
    return (
        Attachment(f"digest-{name}.docx", paper.title, "", write_paper(paper, "docx")),
        Attachment(f"ratings-{name}.png", "Ratings", picture.words, svg_to_png(picture.svg, _PIXELS)),
    )
