"""Words as jieba sees them, character bigrams, and the places where a text may be cut."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from reportqa.text.dictionary import Dictionary
from reportqa.text.folding import fold
from reportqa.text.forms import words_of

# Words that ask or bind but name nothing: a keyword search for them finds every passage.
STOP_WORDS = frozenset(
    words_of(
        "的 了 和 与 及 或 在 是 有 为 于 对 对于 从 把 被 向 以 由 到 也 都 就 还 "
        "又 而 且 并 等 这 那 这个 那个 这些 那些 其 它 他 她 我 你 您 我们 你们 他们 "
        "吗 呢 吧 啊 呀 嘛 哦 哟 么 着 过 地 得 之 所 上 下 中 里 个 位 什么 哪些 "
        "哪个 哪 哪里 哪儿 哪几 谁 几 几个 多少 多少个 好多 怎么 怎样 怎么样 如何 为什么 "
        "为何 为啥 啥 请问 请 是否 有没有 是不是 一共 总共 共 共有 多大 多长 多久 多高 占 "
        "比例 百分之 大约 大概 分别 包括 一下 告诉 介绍 说说"
    )
)


@lru_cache(maxsize=1)
def tokenizer() -> Dictionary:
    """Return the one tokenizer of the program; its dictionary is never changed."""
    return Dictionary()


def words(text: str) -> list[str]:
    """Return the words of ``text`` for keyword search, long words also by their parts.

    >>> words("全日制学历教育在校生19794人")
    ['全日', '全日制', '学历', '教育', '学历教育', '在校', '在校生', '19794', '人']

    Folded (see :func:`reportqa.text.folding.fold`); punctuation and white space are left out.
    Segmentation: jieba's search mode, an HMM for unknown words (https://github.com/fxsjy/jieba).
    """
    return [word for word in tokenizer().lcut_for_search(fold(text)) if word[0].isalnum()]


def cut(text: str) -> list[str]:
    """Return the words of ``text``, each once and in order, punctuation too.

    >>> cut("江北区招生多少人")
    ['江北区', '招生', '多少', '人']
    """
    return list(tokenizer().cut(text))


def frequency(word: str) -> int:
    """Return how often jieba's dictionary counted a word, 0 for one that it does not know.

    >>> frequency("学校") > frequency("青禾")
    True
    """
    return tokenizer().frequency(word)


def content_words(text: str) -> list[str]:
    """Return the words of ``text`` that name something.

    >>> content_words("本学年招生多少人？")
    ['学年', '本学年', '招生', '人']
    """
    return [word for word in words(text) if word not in STOP_WORDS]


def bigrams(text: str) -> list[str]:
    """Return the pairs of neighbouring letters or digits of ``text``; a lone character stands for itself.

    >>> bigrams("生师比？")
    ['生师', '师比']
    """
    pairs: list[str] = []
    for run in _runs(fold(text)):
        pairs.extend([run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
    return pairs


def word_starts(text: str) -> set[int]:
    """Return the positions of ``text`` at which a word begins, and its end: the only places to cut it.

    >>> sorted(word_starts("招生规模"))
    [0, 2, 4]
    """
    starts, position = {0}, 0
    for word in tokenizer().cut(text):
        position += len(word)
        starts.add(position)
    return starts


def first_word(text: str) -> str:
    """Return the word with which ``text`` begins.

    >>> first_word("亿元投入"), first_word("人才培养"), first_word("")
    ('亿元', '人才培养', '')
    """
    return next(iter(tokenizer().cut(text)), "")


def _runs(text: str) -> Iterator[str]:
    start = -1
    for position, char in enumerate(text):
        if char.isalnum():
            start = position if start < 0 else start
        elif start >= 0:
            yield text[start:position]
            start = -1
    if start >= 0:
        yield text[start:]
