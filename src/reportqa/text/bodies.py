"""What the names of bodies and places end with, by their kind: the one list for all that look for names."""

from __future__ import annotations

from reportqa.text.forms import words_of

SCHOOLS = words_of("学校 中学 小学 大学 学院 幼儿园 职教中心 分校")
HEALTH = words_of("医院 卫生院 卫生室")
COMPANIES = words_of("公司 集团 企业 银行 分公司 子公司 事业部 总部")
OFFICES = words_of("政府 管委会 委员会 教委 党委 财政局 教育局 法院 检察院 支队 总队 工会 协会 学会 联盟 基金会 部门")
HOUSES = words_of("博物馆 图书馆 文化馆 纪念馆 美术馆 科技馆 体育馆 景区")
DISTRICTS = words_of("自治区 自治州 新区 开发区 高新区 园区 街道 社区 地区 城区 片区")
ORGANISATIONS = (
    *(SCHOOLS + HEALTH + COMPANIES + OFFICES + HOUSES + DISTRICTS),
    *words_of(
        "中心 财政 研究院 研究所 设计院 监测站 实验室 机场 港口 车站 电站 农场 林场 牧场 车间 校区 院区 "
        "机构 单位 系统 行业 流域 市场"
    ),
)
REGIONS = frozenset("省市县区州镇乡旗")
# One body takes the place of another of its kind; these endings alone do not make a word a name everywhere.
KINDS = (
    SCHOOLS + words_of("院校 技校 职校"),
    HEALTH + words_of("诊所 疾控中心 服务中心"),
    COMPANIES + words_of("合作社 厂"),
    OFFICES + words_of("局 委 厅 部 处 办公室"),
    HOUSES + words_of("展览馆 公园"),
    DISTRICTS + tuple(sorted(REGIONS)) + ("村",),
)
_ENDS = frozenset("市县区省州镇乡村局委厅部馆院所站厂矿港国校")
# Words with such an ending that are no names.
_NO_BODY = frozenset(
    words_of(
        "城镇 城乡 市镇 集镇 本区 社区服务 小区 地区 全部 内部 外部 城区 大部 干部 党委 "
        "支部 俱乐部 美国 德国 英国 法国 日本 韩国 俄罗斯 各国 农村 乡村 住院 出院 入院 "
        "在校 离校 升学 高校 院校 技校 各校 工厂 一部 住所 厕所 场所 研究所"
    )
)


def one_of(*endings: str) -> str:
    """Return a regular expression for any of some endings, the longest first.

    >>> one_of("校", "学校")
    '(?:学校|校)'
    """
    return f"(?:{'|'.join(sorted(endings, key=lambda ending: (-len(ending), ending)))})"


def names_body(word: str) -> bool:
    """Tell whether ``word`` can end the name of an organisation or a region.

    >>> names_body("全区"), names_body("中心"), names_body("教师")
    (True, True, False)
    """
    return word.endswith(ORGANISATIONS) or (len(word) > 1 and word[-1] in _ENDS and word not in _NO_BODY)
