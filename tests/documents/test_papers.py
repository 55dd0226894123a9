"""Papers as files: nothing is lost, nothing runs, everybody can read them."""

from __future__ import annotations

import io
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import get_args
from xml.etree import ElementTree

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from documents.papers import PaperKind, write_paper
from documents.picture import draw_ratings, svg_to_png
from programme.messages import Bullets, Facts, Heading, Picture, Table, Text
from programme.paper import Paper, PaperBlock
from programme.rag import COMPLETE, LOOKS, Rag

KINDS: tuple[PaperKind, ...] = get_args(PaperKind)
AT_RISK, ON_TRACK = LOOKS[Rag.AT_RISK], LOOKS[Rag.ON_TRACK]
ICONS = [look.icon for look in (*LOOKS.values(), COMPLETE)]
PAPER = Paper(
    "SEND Board: digest for the chair",
    "Meeting of Tuesday 4 October 2022",
    date(2022, 9, 27),
    (
        Heading("At a glance"),
        draw_ratings([(look, count) for count, look in enumerate(LOOKS.values())], "Actions by rating"),
        Text("Since July one action fell to 🔴 At risk."),
        Facts((("Chair", "Director of Children’s Services"), ("Worst rating", "🟠 Vulnerable since July"))),
        Bullets(("P2.3c: agree Mar-23\n(first Oct-22)", "P1.1a: ask the office")),
        Text("Counts keep the agreed timescale.", quiet=True),
        Heading("All actions"),
        Table(
            ("Ref", "Owner", "Reported", "The record shows"),
            (
                ("P2.3c", "SENDPO; Head of Inclusion", "🔴 At risk", "moved twice Oct-22→Mar-23"),
                ("P1.1a", "DCO", "✅ Complete", ""),
            ),
        ),
    ),
)


class Page(HTMLParser):
    """What a reader of the page gets: its words (alternative texts among them) and its tags."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.words = ""
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.words += "" if tag in {"wbr", "span"} else " "
        self.words += dict(attrs).get("alt") or ""

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def words_of(file: bytes, kind: PaperKind) -> str:
    """Every word in the file, read by somebody else's reader."""
    match kind:
        case "text":
            return file.decode()
        case "html":
            return Page(file).words
        case "docx":
            body = Document(io.BytesIO(file)).element.body
            texts = ["".join(part.itertext(qn("w:t"))) for part in body.iter(qn("w:p"))]
            return " ".join([*texts, *(picture.get("descr", "") for picture in body.iter(qn("wp:docPr")))])
        case "xlsx":
            book = load_workbook(io.BytesIO(file))
            return " ".join(str(cell.value or "") for sheet in book for row in sheet.iter_rows() for cell in row)
        case "pdf":
            if not shutil.which("pdftotext"):
                if os.environ.get("CI"):
                    pytest.fail("CI needs pdftotext (Debian's poppler-utils).")
                pytest.skip("pdftotext is not installed")
            run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=file, capture_output=True, check=True)
            # A picture's words are in its alternative text, which pdftotext leaves out.
            return run.stdout.decode() + " ".join(alternative_texts(file))


def alternative_texts(pdf: bytes) -> list[str]:
    return [text.decode("latin-1") for text in re.findall(rb"/Alt ?\(([^)]*)\)", pdf)]


def said(block: PaperBlock) -> list[str]:
    match block:
        case Heading(text) | Text(text) | Picture(_, text):
            return [text]
        case Bullets(items):
            return list(items)
        case Facts(pairs):
            return [part for pair in pairs for part in pair]
        case Table(columns, rows):
            return [cell for row in (columns, *rows) for cell in row]


def every_word(paper: Paper) -> set[str]:
    texts = [paper.title, paper.subtitle, *(text for block in paper.blocks for text in said(block))]
    return {word for text in texts for word in text.split() if word not in ICONS}


def with_table(*rows: tuple[str, ...]) -> Paper:
    return replace(PAPER, blocks=(Table(("Ref", "Text"), rows),))


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_it_holds_every_word_of_the_paper(self, kind: PaperKind) -> None:
        words = words_of(write_paper(PAPER, kind), kind)
        assert {word for word in every_word(PAPER) if word not in words} == set()
        assert "27 September 2022" in words

    def test_the_same_paper_is_the_same_bytes(self, kind: PaperKind) -> None:
        assert write_paper(PAPER, kind) == write_paper(PAPER, kind)

    def test_an_empty_paper_is_still_a_file_with_its_title(self, kind: PaperKind) -> None:
        empty = replace(PAPER, subtitle="", blocks=())
        assert "digest for the chair" in words_of(write_paper(empty, kind), kind)

    def test_blank_blocks_and_uneven_rows_do_no_harm(self, kind: PaperKind) -> None:
        blocks = (Heading(" "), Text(""), Facts(()), Bullets(()), Table((), ()), Table(("Ref",), (("P1", "extra"), ())))
        words = words_of(write_paper(replace(PAPER, title="", blocks=blocks), kind), kind)
        assert "Untitled" in words
        assert "extra" in words

    def test_a_table_without_rows_keeps_its_head(self, kind: PaperKind) -> None:
        assert "Text" in words_of(write_paper(with_table(), kind), kind)

    def test_smart_quotes_dashes_and_mark_up_arrive_as_written(self, kind: PaperKind) -> None:
        odd = "“quoted” it’s Oct–Mar <script>alert(1) </script> *a* #b $c$ [d] \\e &amp; @f __g__ <wbr>"
        words = words_of(write_paper(with_table(*((text, text) for text in odd.split())), kind), kind)
        assert [text for text in odd.split() if text not in words] == []

    def test_arabic_arrives(self, kind: PaperKind) -> None:
        words = words_of(write_paper(with_table(("P1", "مرحبا")), kind), kind)
        assert "مرحبا" in words or "مرحبا"[::-1] in words

    def test_a_cell_of_3000_characters_is_whole(self, kind: PaperKind) -> None:
        long = " ".join(f"word{number:03}" for number in range(375))
        words = words_of(write_paper(with_table(("P1", long), ("P2", "y" * 3000)), kind), kind)
        assert [word for word in long.split() if word not in words] == []
        assert words.count("y") >= 3000

    def test_control_characters_and_lone_surrogates_are_left_out(self, kind: PaperKind) -> None:
        words = words_of(write_paper(with_table(("P1", "a\0b\x0bc\ud800d\ufffee\x1bf")), kind), kind)
        assert "P1" in words
        assert not set(words) & set("\0\x0b\ud800\ufffe\x1b")


def test_a_heavy_library_is_loaded_only_when_it_is_needed() -> None:
    code = "import sys, documents.papers, documents.picture; print({'docx', 'openpyxl', 'typst'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def any_words() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), max_size=60)


def papers(words: st.SearchStrategy[str]) -> st.SearchStrategy[Paper]:
    rows = st.lists(st.tuples(words, words, st.sampled_from([str(AT_RISK), ""])), min_size=1, max_size=4).map(tuple)
    blocks = st.one_of(
        words.map(Heading),
        st.builds(Text, words, st.booleans()),
        st.lists(st.tuples(words, words), max_size=3).map(tuple).map(Facts),
        st.lists(words, max_size=3).map(tuple).map(Bullets),
        st.builds(Table, st.tuples(words, words, words), rows),
    )
    return st.builds(Paper, words, words, st.dates(), st.lists(blocks, max_size=5).map(tuple))


@given(papers(any_words()))
@settings(deadline=None)
def test_plain_text_and_html_hold_every_word_of_any_paper(paper: Paper) -> None:
    for kind in ("text", "html"):
        words = words_of(write_paper(paper, kind), kind)
        assert {word for word in every_word(paper) if word not in words} == set()


def awkward_words() -> st.SearchStrategy[str]:
    """Marks, joiners and letters that many a font lacks, in any order."""
    return st.text(st.characters(categories=("Mn", "Mc", "Me", "Cf", "Lo", "So", "Zs")), max_size=40)


@given(papers(st.text(max_size=40) | awkward_words()))
@settings(deadline=None, max_examples=25)
def test_no_words_at_all_can_stop_a_paper(paper: Paper) -> None:
    for kind in KINDS:
        assert write_paper(paper, kind)


class TestPlainText:
    def test_lines_are_at_most_100_columns_save_a_long_address(self) -> None:
        address = "https://example.org/" + "a" * 120
        text = write_paper(with_table(("P1", "word " * 600), ("P2", address)), "text").decode()
        assert [line for line in text.splitlines() if len(line) > 100 and line.strip() != f"Text: {address}"] in (
            [],
            [f"  {address}"],
        )

    def test_a_wide_table_reads_as_labelled_lines_with_short_fields_unbroken(self) -> None:
        table = Table(
            ("Ref", "Action", "Owner"), (("P2.3c", "publish " * 12, "Head of Inclusion"), ("P1.1a", "", "DCO"))
        )
        text = write_paper(replace(PAPER, blocks=(table,)), "text").decode()
        assert "\n- Ref: P2.3c · Action: publish" in text
        assert "Owner: Head of Inclusion\n" in text
        assert "\n- Ref: P1.1a · Action: – · Owner: DCO\n" in text

    def test_a_narrow_table_stands_in_columns(self) -> None:
        table = Table(("Rating", "Now", "Before"), ((str(AT_RISK), "2", "1"), (str(ON_TRACK), "31", "30")))
        text = write_paper(replace(PAPER, blocks=(table,)), "text").decode()
        assert text.endswith("Rating       Now  Before\n🔴 At risk   2    1\n🟢 On track  31   30\n")


class TestHtml:
    page = Page(write_paper(PAPER, "html"))

    def test_it_says_its_language_and_has_one_first_heading(self) -> None:
        assert self.page.all("html") == [{"lang": "en-GB"}]
        assert len(self.page.all("h1")) == 1
        assert len(self.page.all("h2")) == 2

    def test_every_head_cell_has_a_scope(self) -> None:
        assert [cell["scope"] for cell in self.page.all("th")] == ["col"] * 4 + ["row"] * 2

    def test_the_picture_has_its_words_and_nothing_comes_from_elsewhere(self) -> None:
        (picture,) = self.page.all("img")
        assert picture["alt"].startswith("10 actions: 0 at risk, 1 vulnerable")
        assert picture["src"].startswith("data:image/svg+xml;base64,")
        assert not [tag for tag, attributes in self.page.tags if tag in {"script", "link"} or "onload" in attributes]

    def test_a_rating_is_a_word_on_its_colour(self) -> None:
        page = write_paper(PAPER, "html").decode()
        assert f'class="rated" style="background:{AT_RISK.colour}">At risk</td>' in page
        assert f'<span class="look" style="color:{AT_RISK.colour}">At risk</span>.' in page


class TestWord:
    document = Document(io.BytesIO(write_paper(PAPER, "docx")))

    def test_headings_are_headings(self) -> None:
        styles = {paragraph.text: paragraph.style.name for paragraph in self.document.paragraphs if paragraph.style}
        assert styles[PAPER.title] == "Heading 1"
        assert styles["At a glance"] == styles["All actions"] == "Heading 2"

    def test_title_language_and_dates_are_set(self) -> None:
        properties = self.document.core_properties
        assert (properties.title, properties.language) == (PAPER.title, "en-GB")
        assert properties.modified is not None
        assert properties.modified.date() == PAPER.as_at
        assert {lang.get(qn("w:val")) for lang in self.document.styles.element.iter(qn("w:lang"))} == {"en-GB"}

    def test_the_head_of_a_table_repeats_and_short_rows_do_not_break(self) -> None:
        (table,) = self.document.tables
        assert [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows] == [True, False, False]
        assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in table.rows)

    def test_the_picture_has_its_words(self) -> None:
        (picture,) = self.document.element.body.iter(qn("wp:docPr"))
        assert picture.get("descr").startswith("10 actions: ")

    def test_a_rating_is_a_white_word_on_its_colour(self) -> None:
        cell = self.document.tables[0].rows[1].cells[2]
        assert cell.text == "At risk"
        assert cell._tc.find(f".//{qn('w:shd')}").get(qn("w:fill")) == AT_RISK.colour.lstrip("#")

    def test_the_page_is_a4(self) -> None:
        section = self.document.sections[0]
        assert [round((side or 0) / Cm(1), 1) for side in (section.page_width, section.page_height)] == [21.0, 29.7]


class TestPdf:
    def test_it_is_tagged_pdf_ua_in_british_english(self) -> None:
        pdf = write_paper(PAPER, "pdf")
        assert pdf.startswith(b"%PDF-1.7")
        assert b"/StructTreeRoot" in pdf
        assert b"pdfuaid:part" in pdf
        assert b"/Lang(en-GB)" in pdf
        words = "10 actions: 0 at risk, 1 vulnerable, 2 on track, 3 deferred and 4 not yet rated."
        assert alternative_texts(pdf) == [words]

    def test_a_character_no_font_shows_is_named_not_boxed(self) -> None:
        words = words_of(write_paper(with_table(("P1", "done \U0001f389 here")), "pdf"), "pdf")
        # Where a font for emoji is installed, pdftotext takes the taller piece of the line for a line of its own.
        assert re.search("(?:done )?(\\[party popper]|\U0001f389) here", " ".join(words.split()))
        assert "done" in words

    def test_a_mark_no_font_has_is_named_after_its_letter(self) -> None:
        words = words_of(write_paper(replace(PAPER, blocks=(Text("n0\u1dc0te مۡ"),)), "pdf"), "pdf")
        assert re.search("n0(\\[combining dotted grave accent]|\u1dc0)te", words)
        assert "[arabic letter meem]" not in words

    def test_an_invisible_character_that_pdf_ua_forbids_is_left_out(self) -> None:
        assert "half-termly" in words_of(write_paper(with_table(("P1", "half-\ufefftermly")), "pdf"), "pdf")

    def test_typst_falling_over_some_words_costs_no_others(self) -> None:
        marks = " ".join(map(chr, range(0x8C9, 0x8E3)))  # typst 0.15 panics where these are broken into lines
        paper = replace(PAPER, blocks=(Heading(marks), Text("Łódź, Kraków: Дорога до школи"), Text(marks)))
        words = words_of(write_paper(paper, "pdf"), "pdf")
        assert "Łódź, Kraków: Дорога до школи" in words

    def test_what_looks_like_typst_is_only_words(self) -> None:
        words = words_of(write_paper(with_table(("P1", '#read("paper.typ") #panic("x")')), "pdf"), "pdf")
        assert '#read("paper.typ")' in words

    def test_the_head_of_a_long_table_is_on_every_page(self) -> None:
        pdf = write_paper(with_table(*((f"P{number}", "words " * 20) for number in range(200))), "pdf")
        pages = [page for page in words_of(pdf, "pdf").split("\f") if page.strip()]
        assert len(pages) > 3
        assert all(re.search(r"^\s*Ref\s+Text$", page, re.MULTILINE) for page in pages)
        assert f"Page 2 of {len(pages)}" in pages[1]


class TestExcel:
    def test_formulas_errors_and_numbers_stay_words(self) -> None:
        typed = ("=1+1", '=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "#N/A", "007", "1e5", "TRUE")
        file = write_paper(with_table(*((text, text) for text in typed)), "xlsx")
        cells = [row[0] for row in load_workbook(io.BytesIO(file)).worksheets[1].iter_rows(min_row=2)]
        assert [(cell.value, cell.data_type) for cell in cells] == [(text, "s") for text in typed]
        assert [cell.quotePrefix for cell in cells] == [True] * 5 + [False] * 4
        with zipfile.ZipFile(io.BytesIO(file)) as package:
            assert not any(b"<f>" in package.read(name) for name in package.namelist())

    def test_each_table_has_a_sheet_named_by_its_heading_and_the_first_sheet_leads_there(self) -> None:
        table = Table(("Ref",), (("P1",),))
        heading = Heading("What’s late: P1/P2 [all] and a good deal more")
        book = load_workbook(io.BytesIO(write_paper(replace(PAPER, blocks=(heading, table, table)), "xlsx")))
        assert book.sheetnames == ["Summary", "What’s late P1 P2 all and a goo", "What’s late P1 P2 all and a g 2"]
        links = [cell.hyperlink.location for row in book["Summary"].iter_rows() for cell in row if cell.hyperlink]
        assert links == [f"'{name}'!A1" for name in book.sheetnames[1:]]

    def test_the_head_stays_in_sight_and_a_rating_is_a_word_on_its_colour(self) -> None:
        sheet = load_workbook(io.BytesIO(write_paper(PAPER, "xlsx")))["All actions"]
        assert (sheet.freeze_panes, sheet.print_title_rows, sheet.auto_filter.ref) == ("A2", "$1:$1", "A1:D3")
        assert sheet["C2"].value == "At risk"
        assert sheet["C2"].fill.start_color.rgb == f"00{AT_RISK.colour.lstrip('#').upper()}"

    def test_more_than_a_cell_can_hold_is_cut_with_a_word_about_it(self) -> None:
        sheet = load_workbook(io.BytesIO(write_paper(with_table(("P1", "x" * 40_000)), "xlsx"))).worksheets[1]
        assert len(sheet["B2"].value) == 32_767
        assert sheet["B2"].value.endswith("(cut here: an Excel cell holds no more)")


class TestPicture:
    def test_the_words_are_a_sentence_with_every_count(self) -> None:
        counts = [(AT_RISK, 2), (ON_TRACK, 52), (COMPLETE, 0)]
        assert draw_ratings(counts, "All").words == "54 actions: 2 at risk, 52 on track and 0 complete."
        assert draw_ratings([(ON_TRACK, 1)], "One").words == "1 action: 1 on track."
        assert draw_ratings([(ON_TRACK, 0)], "None").words == draw_ratings([], "None").words == "No actions."

    def test_the_key_says_each_rating_in_words_and_figures(self) -> None:
        root = ElementTree.fromstring(draw_ratings([(AT_RISK, 1), (ON_TRACK, 900), (COMPLETE, 0)], "A & <b>").svg)
        texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
        assert texts == ["A & <b>", "900 on track", "At risk: 1", "On track: 900", "Complete: 0"]

    def test_the_bar_is_filled_to_its_edges_and_a_small_count_is_seen(self) -> None:
        root = ElementTree.fromstring(draw_ratings([(AT_RISK, 1), (ON_TRACK, 9000), (COMPLETE, 1)], "All").svg)
        bars = [bar for bar in root.iter("{http://www.w3.org/2000/svg}rect") if bar.get("height") == "44"]
        assert min(float(bar.get("width", "0")) for bar in bars) >= 6
        assert float(bars[0].get("x", "0")) == 8
        assert float(bars[-1].get("x", "0")) + float(bars[-1].get("width", "0")) == pytest.approx(632, abs=0.2)

    @pytest.mark.parametrize("look", [*LOOKS.values(), COMPLETE], ids=lambda look: look.word)
    def test_white_words_on_a_rating_have_contrast_enough(self, look: object) -> None:
        red, green, blue = (int(str(getattr(look, "colour"))[place : place + 2], 16) / 255 for place in (1, 3, 5))  # noqa: B009 - by its name, for the spelling
        light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
        assert 1.05 / (0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] + 0.05) >= 4.5

    def test_a_png_is_as_wide_as_asked(self) -> None:
        png = svg_to_png(draw_ratings([(ON_TRACK, 3)], "All\0 of it").svg, width=960)
        assert png.startswith(b"\x89PNG")
        assert struct.unpack(">I", png[16:20]) == (960,)
