"""Images to lines of characters with their places, by the models that come with rapidocr; nothing is fetched.

images       which images are looked at, and in what form
engine       detection and recognition, the one place that knows rapidocr
ink          the size of the type of a line, and where it leaves a gap
lines        a line of text, character by character
rules        the lines that rule a table
specks       the specks of an old copier, taken out
regions      drawings and photographs among the text
pages        all of it for one page: turned upright, straightened, recognised, its marks made full-width
charts       the numbers of a chart tied to its labels
corrections  what the owner of the reports has put right
recogniser   pages one after the other: kept by the hash of their image, told as they are done
placing      where in the text each line of a page went
"""

from __future__ import annotations

from reportqa.reading.recognition.corrections import LineCorrections
from reportqa.reading.recognition.images import (
    LONGEST_SIDE,
    UnreadableImage,
    as_jpeg,
    check_size,
    count_frames,
    frames_of,
)
from reportqa.reading.recognition.lines import LEADERS, Symbol, TextLine
from reportqa.reading.recognition.pages import Recognised
from reportqa.reading.recognition.recogniser import Recogniser
from reportqa.reading.recognition.regions import Region
from reportqa.reading.recognition.rules import Ruling

__all__ = [
    "LEADERS",
    "LONGEST_SIDE",
    "LineCorrections",
    "Recognised",
    "Recogniser",
    "Region",
    "Ruling",
    "Symbol",
    "TextLine",
    "UnreadableImage",
    "as_jpeg",
    "check_size",
    "count_frames",
    "frames_of",
]
