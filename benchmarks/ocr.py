"""Measure how well pages that are images are read: pages of the fictional reports, rendered and made worse.

    python benchmarks/ocr.py [--quick] [--json FILE]

The text of the files is the truth. Characters are compared without blanks and marks of tables and headings, full width
as half width; digit errors are those of them that change, add or lose a digit. Chromium sets the pages that the
reports do not have: two columns, a table without lines, a chart.
"""

import argparse
import json
import platform
import random
import re
import resource
import shutil
import statistics
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter

from reportqa.reading import read_document

ROOT = Path(__file__).parent.parent
DISTRICTS = ROOT / "tests" / "fixtures" / "districts"
REPORTS = ("芦堰区义务教育发展报告2024.pdf", "砚泽区义务教育质量年度报告2024.pdf")
_NO_WORDS = re.compile(r"[\s|#]|-{3,}|[.…]{2,}")
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
    """What is done to a page before it is read, and which pages of which report are taken."""

    name: str
    change: Callable[[Image.Image], Image.Image]
    dpi: int = 200
    pages: tuple[int, ...] = (1, 2, 4)
    report: str = REPORTS[0]


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


CONDITIONS = (
    Condition("clean, 200 dpi", lambda image: image, pages=(0, 1, 2, 3, 4)),
    Condition("150 dpi", lambda image: image, dpi=150),
    Condition("tilted 1°", lambda image: image.rotate(1, Image.Resampling.BICUBIC, fillcolor=255)),
    Condition("blurred", lambda image: image.filter(ImageFilter.GaussianBlur(1.4))),
    Condition("speckled", speckled),
    Condition("grey paper", grey),
    Condition("upside down, JPEG 40", lambda image: image.transpose(Image.Transpose.ROTATE_180)),
)


def render(file: Path, pages: Sequence[int], dpi: int, pictures: bool = False) -> list[Image.Image]:
    """Render pages of a PDF in grey; without their pictures, for what these say is no text of the file."""
    document = pdfium.PdfDocument(file)
    images = []
    for number in pages:
        page, scale = document[number], dpi / 72
        image = page.render(scale=scale).to_pil().convert("L")
        for one in () if pictures else page.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE]):
            left, bottom, right, top = one.get_bounds()
            high = page.get_height()
            image.paste(255, tuple(round(side * scale) for side in (left, high - top, right, high - bottom)))
        images.append(image)
    return images


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
    return found


def cells_right(truth: str, read: str) -> tuple[int, int]:
    """Return how many cells of the tables of the true text are right in their place, of how many."""
    right = total = 0
    others = tables(read)
    for number, table in enumerate(tables(truth)):
        other = others[number] if number < len(others) else []
        for row, cells in enumerate(table):
            said = other[row] if row < len(other) else []
            right += sum(cell == said[at] for at, cell in enumerate(cells) if at < len(said))
            total += len(cells)
    return right, total


def page_texts(file: Path) -> list[str]:
    """Read a PDF with a text layer page by page."""
    document = read_document(file)
    return [document.text[start:end] for start, end in zip(document.pages, (*document.pages[1:], None), strict=True)]


def measure(truth: str, images: Sequence[Image.Image], scratch: Path, dpi: int = 200) -> dict[str, float]:
    """Read images, and hold what was read against the truth."""
    began = time.perf_counter()
    document = read_document(scan(images, scratch / f"{random.random()}.pdf", dpi))
    seconds = (time.perf_counter() - began) / len(images)
    wanted, got = bare(truth), bare(document.text)
    wrong, digits = errors(wanted, got)
    right, cells = cells_right(truth, document.text)
    return {
        "pages": len(images),
        "characters": len(wanted),
        "character errors": round(wrong / len(wanted), 5),
        "digits": sum(char.isdigit() for char in wanted),
        "digit errors": round(digits / max(sum(char.isdigit() for char in wanted), 1), 5),
        **({"cells": cells, "cells right": round(right / cells, 4)} if cells else {}),
        "seconds a page": round(seconds, 2),
    }


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
    pages = {
        "two columns": (
            "一、文化事业\n" + "\n".join(_COLUMNS),
            f"<h2>一、文化事业</h2><div class=two>{paragraphs}</div>",
        ),
        "table without lines": (
            f"表1各乡镇文化设施\n{written}",
            f"<p style='text-align:center;text-indent:0'>表 1 各乡镇文化设施</p><table>{rows}</table>",
        ),
    }
    style = "body{font:10.5pt/1.7 serif;margin:2.4cm}p{text-indent:2em;margin:.3em 0;text-align:justify}"
    style += ".two{column-count:2;column-gap:1cm}table{width:100%;border-collapse:collapse}td{padding:3px 24px}"
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_OPTIONS)
        page = browser.new_page()
        for name, (truth, body) in pages.items():
            page.set_content(f"<meta charset=utf-8><style>{style}</style>{body}")
            page.pdf(path=scratch / "page.pdf", format="A4")
            found[name] = (truth, render(scratch / "page.pdf", [0], 200)[0])
        page.set_viewport_size({"width": 600, "height": 360})
        page.set_content(f"<svg width=560 height=340 style='background:#fff;font:15px sans-serif'>{bars}</svg>")
        page.screenshot(path=scratch / "chart.png", scale="device")
        browser.close()
    return found


def questions(scratch: Path) -> dict[str, dict[str, float]]:
    """Ask the questions of one report over its file and over its scan."""
    from reportqa.evaluation.running import ALL, evaluate, read_gold, summarize
    from reportqa.index.build import build_index
    from reportqa.qa import ReportQA

    name = REPORTS[1]
    source = DISTRICTS / "pdf" / name
    pages = range(len(pdfium.PdfDocument(source)))
    lines = (DISTRICTS / "questions.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    asked = [record | {"document": name} for record in records if record["document"] != "*"]
    asked += [record for record in records if record["document"] == "*"]
    results = {}
    kept: list[str] | None = None
    for form in ("scan", "text"):
        folder = scratch / form
        (folder / "corpus").mkdir(parents=True)
        if form == "scan":
            scan(render(source, pages, 200), folder / "corpus" / name)
        else:
            shutil.copy(source, folder / "corpus" / name)
        build_index([folder / "corpus"], folder / "index")
        qa = ReportQA.open(folder / "index")
        text = "".join(qa.document(name).text.split())
        # Evidence is quoted to the letter; a question whose evidence was misread is asked of neither.
        if kept is None:
            kept = [r["id"] for r in asked if all("".join(words.split()) in text for words in r["evidence"])]
        gold = folder / "questions.jsonl"
        chosen = [record for record in asked if record["id"] in kept]
        gold.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in chosen), "utf-8")
        rows, _ = evaluate(qa, read_gold(gold, qa.documents()))
        results[form] = {measure: round(value, 4) for measure, (value, _) in summarize(rows)[ALL].items()}
        results[form]["questions"] = len(chosen)
        results[form]["left out"] = len(asked) - len(chosen)
    return results


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one page of each condition, no questions")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for condition in CONDITIONS:
            pages = condition.pages[:1] if options.quick else condition.pages
            file = DISTRICTS / "pdf" / condition.report
            texts = page_texts(file)
            images = [condition.change(image) for image in render(file, pages, condition.dpi)]
            truth = "\n".join(texts[page] for page in pages)
            results[condition.name] = measure(truth, images, scratch, condition.dpi)
            print(condition.name, results[condition.name], flush=True)
        for name, (truth, image) in set_pages(scratch).items():
            results[name] = measure(truth, [image], scratch)
            print(name, results[name], flush=True)
        asked = {} if options.quick else questions(scratch)
        print(asked)
    every = list(results.values())
    summary = {
        what: round(
            sum(one[what] * one[weight] for one in every if what in one) / sum(one.get(weight, 0) for one in every), 5
        )
        for what, weight in (("character errors", "characters"), ("digit errors", "digits"), ("cells right", "cells"))
    }
    summary["seconds a page, median"] = statistics.median(one["seconds a page"] for one in every)
    summary["peak memory, MiB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(summary)
    if options.json:
        machine = {"system": f"{platform.system()} {platform.machine()}", "python": platform.python_version()}
        record = {"machine": machine, "summary": summary, "pages": results, "questions": asked}
        options.json.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
