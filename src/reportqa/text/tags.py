"""Words with their part of speech, and the word lists by which a clause is taken apart.

The lists are general Chinese of public reports: verbs that only link a number to what it counts, endings of the
names of organisations and places. They say nothing of any one report.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from reportqa.text.forms import words_of
from reportqa.text.words import tokenizer

if TYPE_CHECKING:
    from jieba.posseg import POSTokenizer


@lru_cache(maxsize=1)
def _tagger() -> POSTokenizer:
    # A quarter of a second to import, which most single questions need not wait for.
    from jieba import posseg

    # To make one in the usual way reads the dictionary's tags again, which the module itself has read: 0.4 s.
    tagger = posseg.POSTokenizer.__new__(posseg.POSTokenizer)
    tagger.tokenizer, tagger.word_tag_tab = tokenizer(), posseg.dt.word_tag_tab
    return tagger


@lru_cache(maxsize=8192)
def tagged(text: str, guessed: bool = False) -> tuple[tuple[str, str], ...]:
    """Return the words of ``text`` with jieba's part-of-speech tags, from its dictionary alone.

    >>> tagged("学校共有教职工")
    (('学校', 'n'), ('共有', 'v'), ('教职工', 'n'))

    With ``guessed`` its hidden Markov model also finds words that the dictionary lacks, as most names are.
    """
    return tuple((word.word, word.flag) for word in _tagger().cut(text, HMM=guessed))


def dictionary_tag(word: str) -> str | None:
    """Return the part of speech that jieba's dictionary gives a word, None for one that it lacks."""
    tag: str | None = _tagger().word_tag_tab.get(word)
    return tag


# What stands between them and the number is counted; they themselves say nothing of it.
LINKING = frozenset(
    words_of(
        "有 共有 现有 拥有 设有 建有 配有 配备 下辖 辖 辖有 为 是 达 达到 实现 完成 获 获得 荣获 取得 "
        "斩获 包括 含 包含 涉及 涵盖 形成 建成 建立 组建 设立 成立 开设 开办 开展 举办 举行 进行 制定 "
        "制订 出台 印发 编写 修订 改编 打造 推出 购置 购买 上传 提供 承担 承接 承办 签订 签署 聘请 "
        "聘用 授予 遴选 评为 列入 纳入 属于 来自 派出 选派 收到 需 需要 占有 安排 保持 累计 合计 共计 "
        "总计 构建 搭建 存在 找到 发布 实施 由 对 向 从 以 按 按照 根据 通过 围绕 针对 为了 使 将 把 "
        "被 让 给 经 随着 依托 利用 经过 于 在 至 到 了 约为 拨 拨付 设 下设 入选 获批 获评 争取 仅有 分别 约占 "
        "达成 成为 作为 具备 开辟 收录 刊发 汇集 聚集 集聚"
    )
)
# Words that only bind a number to its noun, at the end of the words before it.
TRAILING = frozenset(
    words_of(
        "人民币 有 共有 现有 拥有 设有 为 是 达 达到 实现 完成 共 共计 合计 总计 计 累计 已 已达 了 至 到 在 "
        "于 的 约 仅 就 各 均 分别 高达 约为 总共 一共 控制 稳定 保持 维持 达成 突破 超过 不 也 还 "
        "增至 升至 降至 增加到 提高到 上升到 下降到 增长到 提升到 扩大到 减少到 降低到 由 从 每 将 "
        "将达 预计 力争 左右 为期 长达 历时 仅为 仅有 多达 也 又 大约 较 内 后 以 按 与 和 及 等 对 "
        "得 成 可 分别为 建设 开展 安排 组织"
    )
)
ADVERBS = frozenset(
    words_of(
        "共 已 已经 累计 总共 先后 均 还 也 又 仅 另 另有 合计 共计 总计 现 目前 约 大约 继续 持续 将 "
        "再 全面 积极 主动 陆续 分别 成功 顺利 圆满 首次 力争 即将 了 不断 进一步 大力 充分 着力 认真 "
        "深入 扎实 每年 每月 每周 每天 都 就 大幅"
    )
)


# Verbs that occur inside names: 联合技工学校, 投资控股集团.
IN_NAMES = frozenset(
    words_of(
        "联合 示范 实验 试验 投资 控股 管理 服务 开发 制造 设计 规划 研究 运输 检测 监测 预防 控制 "
        "监督 救助 培训 合作 保护 保健 发行 租赁 担保 供应"
    )
)
COMPOUNDS = {
    "在": "研建校岗编册读院职营产馆园库售",
    "到": "账位期访岗院货校会",
    "对": "外口",
    "拨": "备",
}  # 在研, 到账 are words
