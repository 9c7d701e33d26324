"""Detection and recognition of lines of text: the one place that knows rapidocr, loaded by the first image."""

from __future__ import annotations

import threading
import time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportqa.reading.recognition.images import Pixels, UnreadableImage

Quads = NDArray[np.float32]
_THREADS = 2
_DETECTED_AT = 1280
_RUN = 24
_MOST_SECONDS = 120
_LEAST_SCORE = 0.5
_TURNED_SCORE = 0.9
_LONGEST = 8
# One page at a time: the sessions keep their threads busy, and the memory is bounded.
_LOCK = threading.RLock()


class Seen(NamedTuple):
    """A line as it is recognised: its characters, the centre of each in pixels of the crop, how sure each is."""

    text: str
    centres: list[float]
    scores: list[float]
    crop: Pixels


def version() -> str:
    """Return what a result depends on: the library, whose models are part of it."""
    from importlib.metadata import version as installed

    return f"rapidocr {installed('rapidocr')}"


def detect(image: Pixels) -> Quads:
    """Return the quadrangles around the lines of an image, shape (lines, 4, 2), clockwise from the upper left."""
    from rapidocr.main import RapidOCRError

    with _LOCK:
        try:
            _, found = _engine().detect_and_crop(image, {})
        except RapidOCRError:
            # Its way to say that there is no text.
            return np.zeros((0, 4, 2), np.float32)
    return np.asarray(found.boxes, np.float32)


def is_upside_down(image: Pixels, quads: Quads) -> bool:
    """Tell whether most of the long lines stand on their heads; of short ones no model can tell: 86, 98."""
    widths = np.linalg.norm(quads[:, 0] - quads[:, 1], axis=1)
    crops = [_crop(image, quads[number]) for number in np.argsort(-widths)[:_LONGEST]]
    with _LOCK:
        _, found = _engine().cls_and_rotate(crops)
    turned = sum(label == "180" and score > _TURNED_SCORE for label, score in found.cls_res)
    return bool(turned * 2 > len(crops))


def recognise(image: Pixels, quads: Quads) -> list[Seen | None]:
    """Return what each line says, None for one of which nothing can be made out.

    Raises UnreadableImage where the page is made so that it takes minutes.
    """
    deadline = time.monotonic() + _MOST_SECONDS
    found: list[Seen | None] = [None] * len(quads)
    # Lines of one length together: the shorter ones of a run are filled up to the longest.
    order = sorted(range(len(quads)), key=lambda number: float(np.linalg.norm(quads[number][0] - quads[number][1])))
    for start in range(0, len(order), _RUN):
        if time.monotonic() > deadline:
            raise UnreadableImage(f"识别超过 {_MOST_SECONDS // 60} 分钟")
        run = order[start : start + _RUN]
        for number, seen in zip(run, _read([_crop(image, quads[number]) for number in run]), strict=True):
            found[number] = seen
    return found


def _read(crops: list[Pixels]) -> list[Seen | None]:
    with _LOCK:
        result = _engine().recognize_txt(crops)
    lines = zip(result.txts, result.scores, result.word_results, crops, strict=True)
    return [_seen(text, score, words, crop) for text, score, words, crop in lines]


def _seen(text: str, score: float, words: Any, crop: Pixels) -> Seen | None:
    columns = [column for word in words.word_cols for column in word]
    scores = [sure for char, sure in zip(text, words.confs, strict=False) if not char.isspace()]
    bare = "".join(text.split())
    if not bare or score < _LEAST_SCORE or not len(bare) == len(columns) == len(scores):
        return None
    width = crop.shape[1] / words.line_txt_len
    return Seen(bare, [(column + 0.5) * width for column in columns], scores, crop)


def _crop(image: Pixels, quad: NDArray[np.float32]) -> Pixels:
    """Cut a line out, straightened; never turned: a lone 1 is as tall and narrow as a line that runs down."""
    import cv2

    width = max(float(np.linalg.norm(quad[0] - quad[1])), float(np.linalg.norm(quad[3] - quad[2])), 1.0)
    height = max(float(np.linalg.norm(quad[0] - quad[3])), float(np.linalg.norm(quad[1] - quad[2])), 1.0)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), corners)
    size = (max(round(width), 1), max(round(height), 1))
    cut = cv2.warpPerspective(image, matrix, size, borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)
    return np.asarray(cut, np.uint8)


@cache
def _engine() -> Any:
    import rapidocr
    from rapidocr import RapidOCR

    # Named one by one, so that nothing is ever looked for elsewhere.
    models = Path(rapidocr.__file__).parent / "models"
    settings = {
        "Global.log_level": "error",
        "Global.use_vertical_padding": False,
        "Global.return_word_box": True,
        "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
        "Det.limit_side_len": _DETECTED_AT,
        "Det.limit_type": "max",
        "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
        "Cls.model_path": str(models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
        "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
    }
    return RapidOCR(params=settings)
