"""When the report is silent: what a question needs that the best find does not have, and the line that says so."""

from __future__ import annotations

import re
from collections.abc import Callable

from reportqa.asking.matching import FigureMatch
from reportqa.asking.organisations import named_bodies, speaks_of
from reportqa.asking.question import Question
from reportqa.asking.search import coverage
from reportqa.text.folding import fold
from reportqa.text.records import Document

NO_FIGURE = "报告里没有找到这一项数据。"
_NUMERAL = re.compile(r"[\d〇零一二两三四五六七八九十百千万亿半几数多]")
_QUANTITIES = {
    "money": re.compile(r"[元块角]|免费|无偿|费用全免|全额"),
    "area": re.compile(r"平方|平米|亩|公顷|㎡"),
    "percent": re.compile(r"[%‰]|百分|[成半]|全部|分之"),
}
_LAST_YEAR = re.compile(r"上年|上一年|去年|上学年|上一学年|上年度")
_NAME_ASKED = re.compile(
    r"(?:[长任记员师授人手官]|主席|经理|总监)[^,。]{0,4}(?:叫什么|姓名|的名字|姓什么|叫啥)|何人|姓甚名谁"
)
# Set on three question sets so that none of their 92 answerable figure questions is refused (docs/retrieval.md).
_GROUND = 0.05
_FAR = 69.0
_MONEY = {
    "工资": r"工资|薪|报酬|月收入|待遇",
    "奖金": r"奖金|奖励",
    "补贴": r"补贴|补助|津贴|资助|经费|专款",
    "亏损": r"亏|损失",
    "利润": r"利润|盈利|净利|赚",
    "票价": r"票价|价格|单价|元/",
    "收购价": r"收购|并购",
}
_AVERAGE = re.compile(r"[生人户次]均")
_AVERAGE_SAID = re.compile(r"均|每")
_POST = re.compile(r"[校院局区县市镇乡厅处科部馆厂班]长|主席|董事长|总经理|秘书长")
# Who is meant, where no other word of a report would say so.
_REQUIRED = re.compile(r"[男女]|博士|少数民族|留守|外籍|残疾")
# People are counted under many names, things hardly: 几名大夫, but 几辆校车.
_COUNTED = re.compile(r"(?:多少|几)[家所辆台座间册艘架条门套本](?!人)([\u4e00-\u9fff]{2,4})$")
_EVERYONE = re.compile(r"全[区县市省国]|各")
_COMPARED = re.compile(r"比上|比去年|较上|较去年|同比")
_SINCE = re.compile(r"[比较](?P<year>(?:19|20)\d\d)年")
_ORDINAL = re.compile(r"第([一二三四五六七八九十百\d]+)([届批次期轮季])")


def wrong_year(years: tuple[int, ...], document: Document, context: str) -> str:
    """Say that the report is of another year than asked, "" where it is not.

    >>> report = Document("r.txt", "", "", year=2024)
    >>> wrong_year((2023,), report, "本学年度招生6191人")
    '报告只有2024年的数据，没有2023年的。'

    ``context`` is the clause that would answer: a year that it names itself, but not to compare with, is answered.
    """
    if not years or document.year is None or document.year in years:
        return ""
    if any(re.search(rf"(?<![比较与和从自至到—-]){year}", context) for year in years):
        return ""
    if document.year - 1 in years and _LAST_YEAR.search(context):
        return ""
    return f"报告只有{document.year}年的数据，没有{'、'.join(map(str, years))}年的。"


def wrong_place(question: Question, document: Document, context: str) -> str:
    """Say that the report is on another place than asked, "" where it is not."""
    about = fold(f"{document.title}{document.region or ''}{context}")
    missing = [place for place in question.places if place not in about]
    if not missing:
        return ""
    subject = f"是关于{document.region}的，" if document.region else ""
    return f"报告{subject}没有{'、'.join(missing)}的数据。"


def wrong_figure(question: Question, match: FigureMatch, context: str) -> str:
    """Say that the best figure, in its sentence, counts something else than asked, "" where it may be the answer."""
    figure = match.figure
    if match.signals["unit"] == 0.0:
        return f"报告里没有找到以“{question.unit}”计的数据。"
    if question.asked == "money" and figure.kind != "money" and "元" not in figure.unit:
        return NO_FIGURE
    said = f"{figure.indicator}{figure.scope}{context}"
    money = _missing_money(question.plain, said) if figure.kind == "money" else ""
    if money:
        return f"报告没有给出{money}，相近的是{figure.indicator}{figure.text}。"
    if _AVERAGE.search(question.plain) and not _AVERAGE_SAID.search(f"{figure.indicator}{context}"):
        return f"报告没有给出平均数，相近的是{figure.indicator}{figure.text}。"
    since = _SINCE.search(figure.indicator) if _COMPARED.search(question.plain) else None
    if since and int(since["year"]) not in question.years:
        return f"报告没有给出比上年的变化，相近的是{figure.indicator}{figure.text}。"
    missing = [word for word in _REQUIRED.findall(question.plain) if word not in said]
    if match.signals["contrast"] > 0 or missing:
        return f"报告没有这一项，相近的是{figure.indicator}{figure.text}。"
    return ""


def wrong_body(question: Question, match: FigureMatch) -> str:
    """Say that the best figure is not that of the body which the question names, "" where it may be."""
    figure, passage = match.figure, match.candidate.passage
    before = passage.prose.text[: match.sentence.end]
    # What is said of all, or of another body, is not said of the one.
    own = figure.scope if _EVERYONE.match(figure.scope) or named_bodies(figure.scope) else f"{figure.scope} {before}"
    about = question.unify(fold(f"{' '.join(passage.passage.section)} {own}"))
    missing = [name for name in named_bodies(question.plain) if not speaks_of(about, name)]
    if not missing:
        return ""
    return f"报告没有给出{'、'.join(missing)}的这一项，相近的是{figure.scope}{figure.indicator}{figure.text}。"


def unheard(question: Question, match: FigureMatch, passages_with: Callable[[str], int]) -> str:
    """Say that what is to be counted does not occur in the reports and the best figure counts something else."""
    counted = _COUNTED.search(question.plain)
    if counted is None or passages_with(counted[1]) or set(counted[1]) & set(fold(match.figure.indicator)):
        return ""
    return f"报告里没有提到{counted[1]}，相近的是{match.figure.indicator}{match.figure.text}。"


def _missing_money(question: str, said: str) -> str:
    """Return the sort of money that is asked for and not spoken of: a wage is no revenue, a loss no investment."""
    for sort, words in _MONEY.items():
        if re.search(words, question) and not re.search(words, said):
            return sort
    return ""


def ungrounded(match: FigureMatch) -> str:
    """Say that the best figure stands in a sentence that has next to nothing of the question, "" where it has."""
    figure, passage = match.figure, match.candidate.passage
    sentence = passage.folded[match.sentence.start : match.sentence.end]
    named = fold(f"{' '.join(passage.passage.section)} {figure.scope} {figure.indicator}")
    said = coverage(f"{sentence} {named}", match.candidate.rarity)
    return NO_FIGURE if said < _GROUND and match.score < _FAR else ""


def gives(asked: str, text: str) -> bool:
    """Tell whether words without a figure may answer a question for a number: 五次, 半数, 免费.

    >>> gives("money", "毕业生直接就业1473人"), gives("money", "服务包全部免费")
    (False, True)
    """
    return bool(_QUANTITIES.get(asked, _NUMERAL).search(fold(text)))


def wrong_number(question: Question, context: str) -> str:
    """Say that another session of a series is asked for (第八届) than the report treats (第九届)."""
    asked, said = set(_ORDINAL.findall(question.plain)), set(_ORDINAL.findall(fold(context)))
    if not asked or not said or asked & said or {kind for _, kind in asked}.isdisjoint({kind for _, kind in said}):
        return ""
    return f"报告讲的是{'、'.join(f'第{number}{kind}' for number, kind in sorted(said))}。"


def no_post(question: Question, statement: str) -> str:
    """Say that the sentence found does not speak of the post whose holder is asked for (谁是校长)."""
    posts = set(_POST.findall(question.plain)) if question.asked == "who" else set()
    missing = [post for post in posts if post not in fold(statement)]
    return f"报告没有说{'、'.join(missing)}是谁。" if missing else ""


def no_name(question: Question, people: str) -> str:
    """Say that the report does not name the person asked for."""
    return "" if people or not _NAME_ASKED.search(question.plain) else "报告没有给出姓名。"
