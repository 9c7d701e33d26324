"""Measure how well pages that are images are read: pages of the fictional reports, rendered and made worse.

    python benchmarks/ocr.py [--quick | --questions | --only CONDITION] [--json FILE]

The truth is what the reader makes of the same pages with their text layer, put into a file of their own without their
pictures: so a running head that the reader leaves out where it comes again stands on both sides or on neither, and what
a picture says, which no text layer holds, is measured on a page whose words are known. Characters are compared without
blanks and marks of tables and headings, full width as half width; digit errors are those of them that change, add or
lose a digit. Numbers wrong are those of the truth, with their points and percent signs, that were not read. Chromium
sets the pages that the reports do not have: two columns, tables with lines and without, a chart of bars.
"""

import argparse
import json
import os
import platform
import re
import resource
import shutil
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter

from reportqa.reading import read_document

ROOT = Path(__file__).parent.parent
DISTRICTS = ROOT / "tests" / "fixtures" / "districts"
REPORTS = ("芦堰区义务教育发展报告2024.pdf", "砚泽区义务教育质量年度报告2024.pdf")
# What the reader puts over the words of a picture is no word of the page.
_NO_WORDS = re.compile(r"[\s|#]|-{3,}|[.…]{2,}|图中文字")
_NUMBER = re.compile(r"\d[\d,.]*%?")
_COLUMNS = (
    "清浦县共有公共图书馆7座，藏书86.4万册，比上年增加3.2万册。全年接待读者41.7万人次，外借图书58.3万册次，办理借书证6214张。",
    "各乡镇建成文化站14个，其中一级站9个、二级站5个。站内面积平均432平方米，配备专职人员37人，举办活动518场。",
    "全县有博物馆2座，馆藏文物10642件（套），其中一级文物18件。全年举办展览23个，参观人数17.9万人次，增长8.46%。",
    "县剧团全年演出162场，其中下乡演出94场，观众12.6万人次，演出收入205.8万元，比上年增长11.3%。",
    "广播人口覆盖率99.87%，电视人口覆盖率99.92%。有线电视用户5.38万户，数字电视用户5.21万户。",
    "全年投入文化事业经费3186.5万元，其中公共财政拨款2874.2万元，占90.20%；人均文化事业费61.28元。",
)
_TABLE = (
    ("乡镇", "文化站（个）", "藏书（万册）", "活动（场）"),
    ("东湾镇", "3", "18.6", "127"),
    ("石桥镇", "2", "12.4", "98"),
    ("柳坪乡", "4", "21.3", "164"),
    ("沙河乡", "5", "34.1", "129"),
)
_CHART = (("2021年", 3512), ("2022年", 3846), ("2023年", 4107), ("2024年", 4329))


@dataclass(frozen=True)
class Condition:
    """What is done to a page before it is read, and which pages of each report are taken."""

    name: str
    change: Callable[[Image.Image], Image.Image]
    dpi: int = 200
    pages: tuple[tuple[int, ...], ...] = ((1, 2, 4), (0, 1, 3))


def speckled(image: Image.Image) -> Image.Image:
    """Add the noise of an old copier: specks of two pixels, and grain."""
    chance = np.random.default_rng(7)
    pixels = np.asarray(image, np.int16) + chance.normal(0, 12, (image.height, image.width)).astype(np.int16)
    for shade in (0, 255):
        rows, columns = (chance.integers(0, size - 1, 4000) for size in (image.height, image.width))
        for down, over in ((0, 0), (0, 1), (1, 0)):
            pixels[rows + down, columns + over] = shade
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def grey(image: Image.Image) -> Image.Image:
    """Put the page on uneven grey paper, with paler ink."""
    shade = np.linspace(0.62, 0.82, image.width)[None, :] * np.linspace(1.0, 0.9, image.height)[:, None]
    return Image.fromarray((60 + np.asarray(image, np.float32) * shade * 0.75).clip(0, 255).astype(np.uint8))


def poorly_copied(image: Image.Image) -> Image.Image:
    """Put the page askew on the glass of an old copier that is out of focus."""
    askew = image.rotate(-0.7, Image.Resampling.BICUBIC, fillcolor=255)
    return speckled(askew.filter(ImageFilter.GaussianBlur(0.7)))


CONDITIONS = (
    Condition("clean, 200 dpi", lambda image: image, pages=((0, 1, 2, 3, 4), (0, 1, 2, 3, 4))),
    Condition("150 dpi", lambda image: image, dpi=150),
    Condition("tilted 1°", lambda image: image.rotate(1, Image.Resampling.BICUBIC, fillcolor=255)),
    Condition("blurred", lambda image: image.filter(ImageFilter.GaussianBlur(1.4))),
    Condition("speckled", speckled),
    Condition("grey paper", grey),
    Condition("poor copy, 150 dpi", poorly_copied, dpi=150),
    Condition("upside down, JPEG 40", lambda image: image.transpose(Image.Transpose.ROTATE_180)),
)


def excerpt(file: Path, pages: Sequence[int], target: Path) -> Path:
    """Write pages of a PDF as a file of their own, without their pictures."""
    document = pdfium.PdfDocument.new()
    document.import_pages(pdfium.PdfDocument(file), list(pages))
    for page in document:
        for picture in list(page.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE])):
            page.remove_obj(picture)
        page.gen_content()
    document.save(target)
    return target


def render(file: Path, pages: Sequence[int], dpi: int) -> list[Image.Image]:
    """Render pages of a PDF in grey."""
    document = pdfium.PdfDocument(file)
    return [document[number].render(scale=dpi / 72).to_pil().convert("L") for number in pages]


def scan(images: Sequence[Image.Image], target: Path, dpi: int = 200) -> Path:
    """Write images as the pages of a PDF."""
    images[0].save(target, save_all=True, append_images=images[1:], resolution=dpi, quality=85)
    return target


def bare(text: str) -> str:
    """Leave the characters alone: no blanks, no marks, one width."""
    return _NO_WORDS.sub("", unicodedata.normalize("NFKC", text))


def errors(truth: str, read: str) -> tuple[int, int]:
    """Count the edits between two texts, all of them and those of digits.

    >>> errors("招生6191人", "招生619l人"), errors("在校12人", "在枝12人")
    ((1, 1), (1, 0))
    """
    previous = [(column, sum(char.isdigit() for char in read[:column])) for column in range(len(read) + 1)]
    for row, here in enumerate(truth, 1):
        current = [(row, previous[0][1] + here.isdigit())]
        for column, there in enumerate(read, 1):
            kept = previous[column - 1]
            if here != there:
                kept = (kept[0] + 1, kept[1] + (here.isdigit() or there.isdigit()))
            lost = (previous[column][0] + 1, previous[column][1] + here.isdigit())
            added = (current[-1][0] + 1, current[-1][1] + there.isdigit())
            current.append(min(kept, lost, added))
        previous = current
    return previous[-1]


def tables(text: str) -> list[list[list[str]]]:
    """Return the cells of the tables of a text."""
    found: list[list[list[str]]] = []
    inside = False
    for line in text.split("\n"):
        if line.startswith("|"):
            if not inside:
                found.append([])
            if set(line) - set("|- "):
                found[-1].append([bare(cell) for cell in line.strip("|").split("|")])
        inside = line.startswith("|")
    return [[row for row in table if any(row)] for table in found]


def numbers_lost(truth: str, read: str) -> tuple[int, int]:
    """Return how many numbers of the true text the other one lacks, of how many.

    >>> numbers_lost("招生6191人，占14.02%", "招生6191人，占1402%")
    (1, 2)
    """
    said, found = (Counter(_NUMBER.findall(unicodedata.normalize("NFKC", text))) for text in (truth, read))
    return (said - found).total(), said.total()


def cells_right(truth: str, read: str) -> tuple[int, int]:
    """Return how many cells of the tables of the true text are right in their place, of how many.

    A table is held against the one that is most like it: one that was cut in two has half its cells wrong, not those of
    every table behind it.
    """
    right = total = 0
    others = tables(read)
    for table in tables(truth):
        right += max((_same_cells(table, other) for other in others), default=0)
        total += sum(map(len, table))
    return right, total


def _same_cells(table: list[list[str]], other: list[list[str]]) -> int:
    rows = zip(table, other, strict=False)
    return sum(one == two for row, said in rows for one, two in zip(row, said, strict=False))


Counts = Counter[str]


def measure(truth: str, images: Sequence[Image.Image], scratch: Path, dpi: int = 200) -> Counts:
    """Read images, and hold what was read against the truth: what there is, what of it is wrong, and the time."""
    began, worked = time.perf_counter(), time.process_time()
    text = read_document(scan(images, scratch / "scan.pdf", dpi)).text
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    wanted = bare(truth)
    wrong, digits = errors(wanted, bare(text))
    right, cells = cells_right(truth, text)
    lost, numbers = numbers_lost(truth, text)
    found: Counts = Counter()
    found.update({"pages": len(images), "characters": len(wanted), "characters wrong": wrong})
    found.update({"digits": sum(map(str.isdigit, wanted)), "digits wrong": digits})
    found.update({"numbers": numbers, "numbers wrong": lost, "cells": cells, "cells wrong": cells - right})
    found.update({"ms": round(seconds * 1000), "processor ms": round(processor * 1000)})
    return found


def shares(counts: Counts) -> dict[str, float]:
    """Return what is told of counts: sums, shares of what is wrong, seconds a page."""
    told: dict[str, float] = {"pages": counts["pages"]}
    for what in ("characters", "digits", "numbers", "cells"):
        if counts[what]:
            told |= {what: counts[what], f"{what} wrong": counts[f"{what} wrong"]}
            told[f"{what} wrong, %"] = round(100 * counts[f"{what} wrong"] / counts[what], 3)
    told["seconds a page"] = round(counts["ms"] / 1000 / counts["pages"], 2)
    told["processor seconds a page"] = round(counts["processor ms"] / 1000 / counts["pages"], 2)
    return told


def counted(told: dict[str, float]) -> Counts:
    """Return the counts of what :func:`shares` told."""
    found: Counts = Counter({what: int(told[what]) for what in told if "%" not in what and "seconds" not in what})
    found["ms"] = round(told["seconds a page"] * 1000 * told["pages"])
    found["processor ms"] = round(told["processor seconds a page"] * 1000 * told["pages"])
    return found


def set_pages(scratch: Path) -> dict[str, tuple[str, Image.Image]]:
    """Let Chromium set the pages that the reports do not have; returns the true text and the image of each."""
    sys.path.insert(0, str(ROOT / "tests"))
    from conftest import CHROMIUM_OPTIONS, find_chromium
    from playwright.sync_api import sync_playwright

    paragraphs = "".join(f"<p>{words}</p>" for words in _COLUMNS)
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in _TABLE)
    bars = "".join(
        f"<text x='{110 + at * 120}' y='{300 - value / 20}' text-anchor='middle'>{value}</text>"
        f"<rect x='{80 + at * 120}' y='{308 - value / 20}' width='60' height='{value / 20}' fill='#4878a8'/>"
        f"<text x='{110 + at * 120}' y='330' text-anchor='middle'>{label}</text>"
        for at, (label, value) in enumerate(_CHART)
    )
    written = "\n".join("|" + "|".join(row) + "|" for row in _TABLE)
    charted = "\n".join(f"|{label}|{value}|" for label, value in _CHART)
    chart = f"<svg width=560 height=340 style='font:15px sans-serif'>{bars}</svg>"
    caption, source = "图1各年全县图书馆外借图书（册）", "外借图书连续三年增长，其中少儿读物占38.6%。"
    pages = {
        "two columns": (
            "一、文化事业\n" + "\n".join(_COLUMNS),
            f"<h2>一、文化事业</h2><div class=two>{paragraphs}</div>",
        ),
        "table with lines": (
            f"表1各乡镇文化设施\n{written}",
            f"<p class=caption>表 1 各乡镇文化设施</p><table class=ruled>{rows}</table>",
        ),
        "table without lines": (
            f"表1各乡镇文化设施\n{written}",
            f"<p class=caption>表 1 各乡镇文化设施</p><table>{rows}</table>",
        ),
        "chart of bars": (
            f"{_COLUMNS[0]}\n{caption}\n{charted}\n{source}",
            f"<p>{_COLUMNS[0]}</p><div style='text-align:center'>{chart}</div>"
            f"<p class=caption>{caption}</p><p>{source}</p>",
        ),
    }
    style = "body{font:10.5pt/1.7 serif;margin:2.4cm}p{text-indent:2em;margin:.3em 0;text-align:justify}"
    style += ".two{column-count:2;column-gap:1cm}table{width:100%;border-collapse:collapse}td{padding:3px 24px}"
    style += ".caption{text-align:center;text-indent:0}.ruled td{border:1px solid}"
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_OPTIONS)
        page = browser.new_page()
        for name, (truth, body) in pages.items():
            page.set_content(f"<meta charset=utf-8><style>{style}</style>{body}")
            page.pdf(path=scratch / "page.pdf", format="A4")
            found[name] = (truth, render(scratch / "page.pdf", [0], 200)[0])
        browser.close()
    return found


def questions(scratch: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Ask two question sets over the reports' files and over their scans, at 150 dpi and tilted.

    One is about one report, the other about all four together. Every question is asked of both: where evidence was
    misread, its citation counts as missed.
    """
    from reportqa.evaluation.running import ALL, evaluate, read_gold, summarize
    from reportqa.index.build import build_index
    from reportqa.index.changes import RECOGNISED
    from reportqa.qa import ReportQA

    results: dict[str, dict[str, dict[str, float]]] = {}
    for form in ("text", "scan"):
        corpus = scratch / form / "corpus"
        corpus.mkdir(parents=True)
        for source in sorted((DISTRICTS / "pdf").glob("*.pdf")):
            if form == "text":
                shutil.copy(source, corpus)
                continue
            pages = range(len(pdfium.PdfDocument(source)))
            tilted = [page.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=255) for page in render(source, pages, 150)]
            scan(tilted, corpus / source.name, 150)
        for name, reports in (("library_questions.jsonl", corpus), ("questions.jsonl", corpus / REPORTS[1])):
            index = scratch / form / name
            if (scratch / form / RECOGNISED).exists():
                shutil.copytree(scratch / form / RECOGNISED, index / RECOGNISED)
            build_index([reports], index)
            if (index / RECOGNISED).exists() and not (scratch / form / RECOGNISED).exists():
                shutil.copytree(index / RECOGNISED, scratch / form / RECOGNISED)
            gold = scratch / name
            gold.write_text((DISTRICTS / name).read_text("utf-8").replace('.md"', '.pdf"'), "utf-8")
            qa = ReportQA.open(index)
            rows, answers = evaluate(qa, read_gold(gold, qa.documents()))
            told: dict[str, float] = {"questions": len(answers)}
            for measure, (value, count) in summarize(rows)[ALL].items():
                told[measure] = round(value, 4)
                if measure == "figure@1":
                    told["figure questions"], told["figures right"] = count, round(value * count)
            results.setdefault(name, {})[form] = told
            print(name, form, told, flush=True)
    return results


def readings(scratch: Path, quick: bool, only: str) -> dict[str, Counts]:
    """Read the pages under each condition, or ``only`` one; of each one page where it is to be ``quick``."""
    found: dict[str, Counts] = {}
    for condition in CONDITIONS:
        if only not in ("", condition.name):
            continue
        counts: Counts = Counter()
        for report, pages in list(zip(REPORTS, condition.pages, strict=True))[: 1 if quick else None]:
            file = excerpt(DISTRICTS / "pdf" / report, pages[:1] if quick else pages, scratch / "text.pdf")
            images = [
                condition.change(image) for image in render(file, range(len(pdfium.PdfDocument(file))), condition.dpi)
            ]
            counts += measure(read_document(file).text, images, scratch, condition.dpi)
        found[condition.name] = counts
        print(condition.name, shares(counts), flush=True)
    for name, (truth, image) in ({} if only else set_pages(scratch)).items():
        found[name] = measure(truth, [image], scratch)
        print(name, shares(found[name]), flush=True)
    return found


def main() -> None:
    """Measure, print, and write where asked; the load is that of the machine beforehand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one page of each condition, no questions")
    parser.add_argument("--questions", action="store_true", help="the questions alone")
    parser.add_argument("--only", default="", help="one condition alone, by its name")
    parser.add_argument("--json", type=Path, help="where what was not measured this time stays as it is")
    options = parser.parse_args()
    record: dict[str, Any] = (
        json.loads(options.json.read_text("utf-8")) if options.json and options.json.exists() else {}
    )
    record |= {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
        "versions": {name: version(name) for name in ("reportqa", "rapidocr", "onnxruntime", "opencv-python-headless")},
    }
    with tempfile.TemporaryDirectory() as folder:
        if not options.questions:
            found = readings(Path(folder), options.quick, options.only)
            record["pages"] = record.get("pages", {}) | {name: shares(counts) for name, counts in found.items()}
            record["all pages"] = shares(sum(map(counted, record["pages"].values()), Counter()))
            record["peak memory, MiB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
            print(record["all pages"])
        if not options.quick and not options.only:
            record["questions"] = questions(Path(folder))
    if options.json:
        options.json.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
