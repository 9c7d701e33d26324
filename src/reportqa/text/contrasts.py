"""Words that exclude each other: 公办 and 民办, 一等奖 and 二等奖, each side under all its names."""

from __future__ import annotations

from collections.abc import Iterable

Contrast = tuple[tuple[str, ...], ...]


def _read(lines: Iterable[str]) -> tuple[Contrast, ...]:
    return tuple(tuple(tuple(side.split("/")) for side in line.split()) for line in lines)


# Two sides that leave nothing out between them.
COMPLEMENTS = _read(
    (
        "公办/公立 民办/私立/民营",
        "国有 非国有",
        "男 女",
        "城镇/城市 农村/乡村",
        "国内/境内 国外/境外",
        "省内 省外",
        "市内 市外",
        "区内 区外",
        "线上 线下",
    )
)
CONTRASTS = COMPLEMENTS + _read(
    (
        "国家级 省级 市级 区级 县级 校级 院级",
        "一等奖 二等奖 三等奖 特等奖 优秀奖",
        "金奖 银奖 铜奖",
        "本科 专科",
        "正高 副高",
        "上半年 下半年",
        "一季度 二季度 三季度 四季度",
        "一级 二级 三级",
        "一星 二星 三星 四星 五星",
        "1A 2A 3A 4A 5A",
        "小学 初中 高中",
        "在校生 毕业生 招生",
        "新建 改建 扩建",
        "增长 下降",
        "纸质 电子",
    )
)


def sides(contrast: Contrast, text: str) -> frozenset[int]:
    """Return which sides of a contrast a text names, by their numbers.

    >>> sorted(sides(COMPLEMENTS[0], "民营医院")), sorted(sides(COMPLEMENTS[0], "公办和民办学校"))
    ([1], [0, 1])
    """
    return frozenset(number for number, side in enumerate(contrast) if any(name in text for name in side))


def opposite(one: str, other: str) -> bool:
    """Tell whether two phrases begin with the two sides of something that leave nothing out between them.

    >>> opposite("公办学校", "民办学校"), opposite("男生", "学生")
    (True, False)
    """
    return any(
        (one.startswith(first) and other.startswith(second)) or (one.startswith(second) and other.startswith(first))
        for first, second in COMPLEMENTS
    )
