"""Any other model, by folder or by name: its own prompts and size, every part by itself, one line where it fails."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportqa.errors import ModelError
from reportqa.models.encoder import open_encoder
from reportqa.models.own import OwnEncoder, _batches
from reportqa.models.parts import Parts


def passages(*texts):
    """Passages of one part each."""
    return [Parts("", text, ((0, len(text)),), (text,)) for text in texts]


def encoded(encoder, *texts):
    """The vectors of passages of one part each, in one array."""
    return np.concatenate(encoder.encode_passages(passages(*texts)))


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
    return OwnEncoder(tiny_folder)


# --- batches ---


def test_equal_texts_have_equal_vectors_in_their_places(tiny):
    vectors = encoded(tiny, "招生", "教师比例", "招生", "教师比例", "经费")
    assert np.array_equal(vectors[:2], vectors[2:4])
    np.testing.assert_allclose(vectors[[0, 1, 4]], encoded(tiny, "招生", "教师比例", "经费"), atol=1e-6)


def test_progress_ends_with_every_character(tiny):
    told = []
    texts = passages("招生" * 60, "教师", *(f"经费{number}万元" for number in range(200)), "教师")
    tiny.encode_passages(texts, lambda done, total: told.append((done, total)))
    done = [count for count, _ in told]
    assert {total for _, total in told} == {sum(map(len, texts))}
    assert len(told) > 2
    assert done == sorted(done)
    assert done[-1] == told[-1][1]


def test_parts_of_a_passage_are_read_by_themselves(tiny):
    first = Parts("不读", "招生6人，教师2人", ((0, 5), (5, 9)), ("招生6人", "教师2人"))
    none = Parts("不读", "经费", (), ())
    one, empty, other = tiny.encode_passages([first, none, *passages("教师2人")])
    assert one.shape == (2, tiny.dim)
    assert empty.shape == (0, tiny.dim)
    np.testing.assert_allclose(one[1], other[0], atol=1e-6)
    assert tiny.encode_passages([]) == []


@given(st.lists(st.text(st.sampled_from("招生人"), max_size=1200), max_size=30))
def test_batches_hold_every_text_and_no_more_than_they_may(texts):
    ordered = sorted(texts, key=len)
    batches = list(_batches(ordered))
    assert [text for batch in batches for text in batch] == ordered
    for batch in batches:
        assert len(batch) == 1 or len(batch) * len(batch[-1]) < 1000


def test_what_exceeds_the_limit_of_a_model_is_not_read(tiny):
    read = "招生多少人教师比例增长"  # 12 tokens with what frames it leave 16 - 2 - 2 = 12 for the text
    vectors = encoded(tiny, read + "，招生", read + "，教师")
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


# --- any other model ---


def test_a_model_by_folder_uses_its_own_prompts_and_size(tiny, tiny_folder):
    encoder = open_encoder(str(tiny_folder))
    assert encoder.dim == 24
    reference = tiny._model.encode(["问：招生多少人", "文：招生多少人"], show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode_queries(["招生多少人"])[0], reference[0], atol=1e-5)
    np.testing.assert_allclose(encoded(encoder, "招生多少人")[0], reference[1], atol=1e-5)


def test_layers_after_the_pooling_count(tmp_path):
    encoder = OwnEncoder(tiny_model(tmp_path, dense=10))
    assert encoder.dim == 10
    reference = encoder._model.encode(["招生6人"], show_progress_bar=False)
    np.testing.assert_allclose(encoded(encoder, "招生6人"), reference, atol=1e-5)


def test_a_static_model_without_a_transformer_is_an_encoder_too(tiny_folder, tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tiny_folder / "tokenizer.json"))
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=12)], device="cpu").save(str(tmp_path))
    encoder = open_encoder(str(tmp_path))
    assert encoder.dim == 12
    vectors = encoded(encoder, "招生6人", "教师2人")
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
    assert OwnEncoder(copy).model_id == tiny.model_id
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\1")
    assert OwnEncoder(copy).model_id != tiny.model_id


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
