"""The reader: its file against the layers that are trained, its windows, and what it says over the report."""

import hashlib
import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportqa.asking.highlight import answering
from reportqa.asking.question import understand
from reportqa.asking.read import bounded, ordered
from reportqa.models.reader import PassageReading, Reader, window_ranges
from reportqa.models.runtime import WEIGHTS
from reportqa.qa import ReportQA

TEXT = "本学年招生6191人，毕业6782人。校长是周砚秋。"


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.fixture(scope="module")
def qa(built_index):
    return ReportQA.open(built_index)


def test_the_file_is_that_of_its_record():
    record = json.loads((WEIGHTS / "reader.json").read_text("utf-8"))
    for name, digest in record["files"].items():
        assert hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize(
    ("question", "words"), [("招生多少人", "6191人"), ("毕业了几个人", "6782人"), ("校长是谁", "周砚秋")]
)
def test_words_that_answer(reader, question, words):
    (found,) = reader.read(question, [("某区年报：", TEXT)])
    start, end, score = found.best
    assert TEXT[start:end] == words
    assert score == pytest.approx(found.score(start, end))
    assert found.relevance > 0


def test_what_is_not_spoken_of_is_told_apart(reader):
    asked, absent = (reader.read(question, [("", TEXT)])[0] for question in ("招生多少人", "食堂有几个窗口"))
    assert absent.relevance < 0 < asked.relevance
    assert absent.best[2] < asked.best[2]


def test_passages_are_read_apart_from_each_other(reader):
    other = ("", "图书馆藏书12万册。")
    alone, (beside, _) = reader.read("招生多少人", [("", TEXT)]), reader.read("招生多少人", [("", TEXT), other])
    np.testing.assert_array_equal(alone[0].starts, beside.starts)


def test_a_long_passage_is_read_to_its_end(reader):
    long = "各学校开展活动，师生参加踊跃，效果良好。" * 20 + "全区藏书51836册。"
    (found,) = reader.read("藏书多少册", [("", long)])
    assert long[found.best[0] : found.best[1]].startswith("51836")
    assert np.isfinite(found.starts).all() and np.isfinite(found.ends).all()


@given(st.integers(1, 2000))
def test_windows_hold_every_token_and_overlap(tokens):
    ranges = window_ranges(tokens)
    assert (ranges[0][0], ranges[-1][1]) == (0, tokens)
    assert all(one[0] < other[0] <= one[1] for one, other in pairwise(ranges))
    assert all(end - start <= 200 for start, end in ranges)


def test_a_score_is_that_of_the_tokens_in_its_range():
    places = np.array([[0, 2], [2, 3], [3, 7]])
    starts, ends = np.array([1, 2, 4], np.float32), np.array([8, 16, 32], np.float32)
    reading = PassageReading(places, starts, ends, 0.0, (0, 0, 1), (0, 0, 0))
    assert (reading.score(0, 3), reading.score(2, 7), reading.score(4, 5)) == (17, 34, 36)


def test_scores_far_out_say_no_more():
    assert (bounded(99.0), bounded(-99.0), bounded(1.5)) == (15.0, -15.0, 1.5)


def test_what_was_not_read_stays_behind(qa):
    found = qa._answerer._looked_up(understand("招生多少人"), None).candidates
    read = [one for one in found if one.reading]
    assert len(read) == 5 and found[: len(read)] == read
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert ordered(found) == found
    start, end = answering(read[0])[0]
    assert read[0].passage.prose.text[start:end]


def test_the_exported_reader_is_the_trained_one(tmp_path):
    import torch

    from training.export import open_model
    from training.reader_export import write_reader
    from training.reader_model import Reader as Trained

    torch.manual_seed(0)
    trained = Trained(width=48, heads=12, inner=96, layers=2).eval()
    hidden, segments = torch.randn(2, 7, 48), torch.randint(0, 3, (2, 7))
    mask = torch.ones(2, 7, dtype=torch.bool)
    with torch.no_grad():
        spans, relevance, verdict = trained(hidden, segments, mask)
    weights = {name: value.numpy() for name, value in trained.state_dict().items()}
    fed = {"hidden": hidden.numpy(), "segments": segments.numpy(), "attention_mask": mask.numpy().astype(np.int64)}
    start, end, worth, said = open_model(write_reader(weights, 12)).run(["start", "end", "relevance", "verdict"], fed)
    np.testing.assert_allclose(start, spans[..., 0], atol=1e-4)
    np.testing.assert_allclose(end, spans[..., 1], atol=1e-4)
    np.testing.assert_allclose(worth, relevance, atol=1e-4)
    np.testing.assert_allclose(said, verdict, atol=1e-4)
