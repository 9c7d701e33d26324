"""The bundled encoder: what is read at once, what is pooled, and the same as a sentence-transformers folder."""

import hashlib
import json
import shutil
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.errors import ModelError
from reportqa.models.bundled import MAX_TOKENS, PASSAGE, BundledEncoder, windows
from reportqa.models.encoder import identify_model, open_encoder
from reportqa.models.folder import read_tensors, write_model
from reportqa.models.parts import Parts
from reportqa.models.runtime import WEIGHTS, open_tokenizer

PARAGRAPH = (
    "本学年度全市中等职业学校招生12,345人（含技工学校1,455人），在校生３６５００人，比上年增长3.5%；"
    "专任教师1,980人，“双师型”教师占比62.3％，校舍建筑面积45.6万㎡。"
)
TEXTS = [
    "本学年招生多少人？",
    PARAGRAPH,
    "１２３４５６人，占比９８．５％（含技工）",
    "2019～2024年，经费由1,200.5万元增至2,318万元。",
    "一、基本情况\n（一）学校概况　　①规模 ②专业 Ⅲ类",
    "繁體字：職業教育與產業發展，學校共計十二所。",
    "ISO 9001 质量管理体系；AI、5G 与“互联网+”",
    "……——！？、；：《》【】",
    "喆",
    " 前后有空格 \t",
    "",
    "   ",
    "招生\x006191人",
    "招生\ud8006191人",
    PARAGRAPH * 3,
]
LIKE_A_REPORT = (
    "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会"
    "０１９３％，。：；（）“”、～—…ＡＢ0123456789%.,abcXYZ \t\n　①②⑩㎡℃Ⅲ"
)
HEADER = "某市教育年报，基本情况："


def whole(text, header=""):
    """A passage of which the whole text gets a vector."""
    return Parts(header, text, ((0, len(text)),), (text,))


def cosines(first, second):
    return np.sum(first * second, axis=1)


@pytest.fixture(scope="module")
def encoder():
    return open_encoder()


@pytest.fixture(scope="module")
def tokenizer():
    return open_tokenizer(WEIGHTS)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("models") / "e5")


# --- vectors ---


def test_the_files_are_those_of_their_record():
    record = json.loads((WEIGHTS / "encoder.json").read_text("utf-8"))
    for name, digest in record["files"].items():
        assert hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest() == digest
    assert record["files"]["encoder.onnx"].startswith(record["model_id"].partition("@")[2])
    assert (WEIGHTS / "encoder.onnx").stat().st_size <= 32e6


def test_vectors_are_unit_float32(encoder):
    queries = encoder.encode_queries(TEXTS)
    passages = encoder.encode_passages([whole(text, HEADER) for text in TEXTS])
    assert [vectors.shape for vectors in passages] == [(1, encoder.dim)] * len(TEXTS)
    for vectors in (queries, np.concatenate(passages)):
        assert vectors.shape == (len(TEXTS), encoder.dim)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_nothing_to_encode_gives_no_rows(encoder):
    assert encoder.encode_queries([]).shape == (0, encoder.dim)
    assert encoder.encode_passages([]) == []
    assert [one.shape for one in encoder.encode_passages([Parts(HEADER, "招生。", (), ())])] == [(0, encoder.dim)]


def test_a_question_is_nearest_to_its_answer(encoder):
    passages = [whole(text) for text in ("本学年招生6191人。", "校园占地面积320亩。", "专任教师中硕士占21%。")]
    vectors = np.concatenate(encoder.encode_passages(passages))
    scores = encoder.encode_queries(["学校有多大？", "今年招了多少学生？"]) @ vectors.T
    assert scores.argmax(axis=1).tolist() == [1, 0]


def test_a_part_is_the_mean_of_its_tokens(encoder, tokenizer):
    """By hand: the hidden states of the tokens of 招生6191人, added up, and made as long as 1."""
    text = "招生6191人，毕业6782人。"
    encoding = tokenizer.encode(PASSAGE + HEADER + text)
    shift = len(PASSAGE + HEADER)
    chosen = [k for k, (a, b) in enumerate(encoding.offsets) if b > shift and a < shift + 7 and b > a]
    inputs = {"input_ids": np.array([encoding.ids]), "attention_mask": np.ones((1, len(encoding.ids)), np.int64)}
    mean = encoder._session.run(None, inputs)[0][0][chosen].mean(axis=0)
    (found,) = encoder.encode_passages([Parts(HEADER, text, ((0, 7),), ("",))])
    np.testing.assert_allclose(found[0], mean / np.linalg.norm(mean), atol=1e-5)


def test_a_part_is_read_with_what_is_around_it(encoder):
    first, second = (Parts(header, "共6191人。", ((0, 6),), ("",)) for header in ("招生：", "经费："))
    one, other = encoder.encode_passages([first, second])
    assert cosines(one, other)[0] < 0.995


def test_order_and_company_hardly_change_a_vector(encoder):
    passages = [whole(text, HEADER) for text in TEXTS]
    together = np.concatenate(encoder.encode_passages(passages))
    backwards = np.concatenate(encoder.encode_passages(passages[::-1])[::-1])
    alone = np.concatenate([encoder.encode_passages([one])[0] for one in passages])
    # Padding changes the last bits of a sum, and so, seldom, what a value is rounded to.
    assert cosines(together, backwards).min() > 0.999
    assert cosines(together, alone).min() > 0.999


def test_equal_passages_have_equal_vectors_in_their_places(encoder):
    passages = [
        whole("招生6人。"),
        whole("教师2人。"),
        whole("招生6人。"),
        Parts("", "招生6人。", ((0, 2), (0, 5)), ("", "")),
    ]
    vectors = encoder.encode_passages(passages)
    assert np.array_equal(vectors[0], vectors[2])
    assert np.array_equal(vectors[0][0], vectors[3][1])


def test_progress_ends_with_every_character(encoder):
    told = []
    passages = [whole("招生" * 60), *(whole(f"经费{number}万元") for number in range(60))]
    encoder.encode_passages(passages, lambda done, total: told.append((done, total)))
    done = [count for count, _ in told]
    assert {total for _, total in told} == {sum(map(len, passages))}
    assert done == sorted(done)
    assert done[-1] == told[-1][1]


def test_threads_may_share_an_encoder(encoder):
    expected = encoder.encode_queries(TEXTS[:4])
    results = []
    threads = [threading.Thread(target=lambda: results.append(encoder.encode_queries(TEXTS[:4]))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    for result in results:
        assert cosines(result, expected).min() > 0.999


# --- windows ---


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_every_range_is_pooled_from_its_own_tokens(tokenizer, data):
    """Where a text fits, and where it takes windows: the tokens of a range are those that the whole text has there."""
    text = data.draw(st.text(st.sampled_from(LIKE_A_REPORT), min_size=1, max_size=40)) * data.draw(
        st.sampled_from([1, 60])
    )
    header = data.draw(st.sampled_from(["", HEADER, HEADER * 30]))
    places = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 60))
    ranges = [
        (start, min(start + length, len(text))) for start, length in data.draw(st.lists(places, min_size=1, max_size=5))
    ]
    encoding = tokenizer.encode(PASSAGE + header + text)
    shift = len(PASSAGE + header)
    found = {}
    for window in windows(encoding, shift, ranges):
        assert len(window.ids) <= MAX_TOKENS
        for number, first, last in window.parts:
            assert 0 < first < last < len(window.ids)
            found[number] = window.ids[first:last]
    assert sorted(found) == list(range(len(ranges)))
    for number, (start, end) in enumerate(ranges):
        own = [
            token
            for token, (a, b) in zip(encoding.ids[1:-1], encoding.offsets[1:-1], strict=True)
            if b > start + shift and a < end + shift
        ]
        # Spaces alone have no token, and one that begins in the header is not read again in a later window.
        assert not own or list(found[number]) in (own, own[1:])


def test_a_short_text_is_one_window(tokenizer):
    encoding = tokenizer.encode(PASSAGE + HEADER + PARAGRAPH)
    (window,) = windows(encoding, len(PASSAGE + HEADER), [(0, 5), (10, 20)])
    assert window.ids == tuple(encoding.ids)


def test_what_lies_far_in_a_long_text_is_found_there(encoder):
    text = PARAGRAPH * 12 + "图书馆藏书八万册。"
    passage = Parts(HEADER, text, ((0, 30), (len(text) - 9, len(text))), ("", ""))
    (vectors,) = encoder.encode_passages([passage])
    scores = encoder.encode_queries(["图书馆有多少册书？"]) @ vectors.T
    assert scores.argmax() == 1


# --- the same model as a folder ---


def test_the_folder_is_a_sentence_transformers_model_with_nearly_the_same_vectors(encoder, written):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(written), device="cpu")
    texts = [text for text in TEXTS if text.strip() and "\x00" not in text and "\ud800" not in text]
    vectors = model.encode_query(texts, show_progress_bar=False)
    found = cosines(vectors, encoder.encode_queries(texts))
    assert found.mean() > 0.999
    assert found.min() > 0.995


def test_the_folder_opens_by_model_under_another_name(encoder, written):
    own = open_encoder(str(written))
    assert own.dim == encoder.dim
    assert own.model_id != encoder.model_id
    assert own.model_id == identify_model(str(written))


def test_a_written_folder_is_left_as_it_is(written):
    before = (written / "model.safetensors").stat().st_mtime_ns
    told: list[str] = []
    assert write_model(written, told.append) == written
    assert (written / "model.safetensors").stat().st_mtime_ns == before
    assert told == []
    assert [path.name for path in written.parent.iterdir()] == ["e5"]


def test_whoever_reads_the_folder_reads_the_weights(written):
    assert (written / "model.safetensors").stat().st_mode == (written / "config.json").stat().st_mode


def test_files_of_the_user_are_never_replaced(tmp_path):
    (tmp_path / "论文.docx").write_bytes(b"mine")
    with pytest.raises(ModelError, match="已有别的文件"):
        write_model(tmp_path)
    with pytest.raises(ModelError, match="是一个文件"):
        write_model(tmp_path / "论文.docx")
    assert (tmp_path / "论文.docx").read_bytes() == b"mine"


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelError, match="写不进"):
        write_model(tmp_path / "file" / "model")


def test_the_stored_tensors_are_read_as_onnx_reads_them():
    onnx = pytest.importorskip("onnx")
    model = onnx.load(str(WEIGHTS / "encoder.onnx"))
    found = read_tensors((WEIGHTS / "encoder.onnx").read_bytes())
    assert found.keys() == {tensor.name for tensor in model.graph.initializer}
    for tensor in model.graph.initializer:
        np.testing.assert_array_equal(found[tensor.name], onnx.numpy_helper.to_array(tensor))


# --- files ---


def test_a_folder_in_the_form_of_the_bundled_model_is_one(encoder, tmp_path):
    copied = shutil.copytree(WEIGHTS, tmp_path / "own")
    assert isinstance(open_encoder(str(copied)), BundledEncoder)
    assert identify_model(str(copied)) == identify_model() == encoder.model_id


@pytest.mark.parametrize("name", ["encoder.onnx", "encoder.json", "tokenizer.json"])
def test_a_damaged_file_is_one_clear_error(tmp_path, name):
    copied = shutil.copytree(WEIGHTS, tmp_path / "own")
    (copied / name).write_bytes(b'{"')
    with pytest.raises(ModelError, match="缺失或损坏"):
        open_encoder(str(copied))
