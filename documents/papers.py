"""A paper as a file: plain text, a web page, Word, PDF or Excel, each of them accessible."""

from __future__ import annotations

from typing import Literal

from documents.paper_parts import tidy
from programme.paper import Paper

PaperKind = Literal["text", "html", "docx", "pdf", "xlsx"]


def write_paper(paper: Paper, kind: PaperKind) -> bytes:
    """The whole file. The same paper gives the same bytes, save where a PDF finds other fonts on another machine."""
    paper = tidy(paper)
    # Word, Excel and PDF each bring a heavy library: it is loaded when the first such paper is asked for.
    match kind:
        case "text":
            from documents.paper_text import write_text

            return write_text(paper)
        case "html":
            from documents.paper_html import write_html

            return write_html(paper)
        case "docx":
            from documents.paper_docx import write_docx

            return write_docx(paper)
        case "pdf":
            from documents.paper_pdf import write_pdf

            return write_pdf(paper)
        case "xlsx":
            from documents.paper_xlsx import write_xlsx

            return write_xlsx(paper)
