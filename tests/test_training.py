"""The training data and what is fitted on it: every piece by hand on a small report."""

import json
import re
from argparse import Namespace
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from training import data, operations, reader, statements, together
from training.fit import Asked, Choice, asked, first_right, listwise, logistic, shared
from training.reader_data import Example, Set
from training.vocabulary import kept_pieces

REPORT = "青禾区2023年职业教育报告\n\n一、规模\n全区招生3200人，其中民办学校800人；在校生9100人。\n"


@pytest.fixture
def report(tmp_path: Path) -> data.Report:
    path = tmp_path / "r.txt"
    path.write_text(REPORT, encoding="utf-8")
    return data.take_apart(path)


def row(question: str, evidence: str | None, figure: str | None, kind: str = "number") -> dict[str, object]:
    return {"q": question, "document": "r.txt", "evidence": evidence, "answer": figure, "figure": figure, "kind": kind}


def test_a_target_is_the_clause_and_the_figure_of_the_answer(report: data.Report) -> None:
    target = data.targets(report, [row("民办招了多少", "其中民办学校800人", "800人")])[0]
    ((piece, number),) = target.figures
    assert report.pieces[piece].figures[number][2].text == "800人"
    texts = {
        report.pieces[p].prose.text[report.pieces[p].units[k].start : report.pieces[p].units[k].end]
        for p, k in target.units
        if not report.pieces[p].units[k].whole
    }
    assert texts == {"其中民办学校800人；"}
    assert target.numeric and target.answerable and not target.library


def test_a_question_that_names_its_report_may_be_asked_of_several(report: data.Report) -> None:
    named, unnamed = data.targets(
        report, [row("青禾招了多少", "全区招生3200人", "3200人"), row("招了多少", "全区招生3200人", "3200人")]
    )
    assert named.library and not unnamed.library


def test_a_question_without_an_answer_has_no_target(report: data.Report) -> None:
    target = data.targets(report, [row("有没有食堂", None, None, "unanswerable")])[0]
    assert not target.answerable and not target.units and not target.figures


def test_evidence_that_is_not_in_the_report_is_left_out(report: data.Report) -> None:
    assert data.targets(report, [row("招了多少", "全区招生4000人", "4000人")]) == []


def test_both_years_of_a_body_are_on_one_side() -> None:
    assert data.side("w5_03.txt") == data.side("w5_04.txt") == "fit"
    assert data.side("w5_05.txt") == data.side("w5_06.txt") == "test"
    assert data.side("w1_01.txt") == "train"


def test_every_piece_of_evidence_stands_in_its_report() -> None:
    for path in data.report_paths():
        text = path.read_text(encoding="utf-8")
        for one in data.questions_of(path):
            assert one["kind"] == "unanswerable" or one["evidence"] in text, one["id"]


def test_the_questions_have_an_id_each() -> None:
    ids = [one["id"] for path in data.report_paths() for one in data.questions_of(path)]
    assert len(ids) == len(set(ids)) > 15_000


def test_listwise_weights_find_what_tells_the_right_one() -> None:
    # The first signal is always larger for the right candidate, the second is noise.
    chance = np.random.default_rng(0)
    choices = []
    for _ in range(50):
        signals = chance.normal(size=(5, 2))
        choices.append(Choice(signals, np.zeros(5), signals[:, 0] == signals[:, 0].max()))
    weights = listwise(choices, np.zeros(2), pull=0.001)
    assert weights[0] > 10 * abs(weights[1])
    assert first_right(choices, weights) > 0.95


def test_logistic_weights_and_their_constant() -> None:
    signals = np.array([[0.0], [1.0], [2.0], [3.0]])
    weight, constant = logistic(signals, np.array([0.0, 0.0, 1.0, 1.0]), pull=0.01)
    assert weight > 0
    assert weight * 1.5 + constant == pytest.approx(0, abs=1e-3)


def test_places_of_a_gold_question() -> None:
    one = asked({"q": "招生", "document": "r.txt", "evidence": "招生3200人", "figure": "3200人"}, "全区招生3200人。")
    assert one == Asked("招生", "r.txt", True, True, (2, 9), (4, 9))
    assert shared((2, 9), (4, 12)) == 5


def test_pieces_of_the_vocabulary_that_are_kept() -> None:
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", "招生", "の", "ab", "running", "ение", "，", "12"]
    assert list(kept_pieces(pieces, frozenset({8}))) == [0, 1, 2, 3, 4, 5, 7, 8, 10, 11]


def test_results_name_the_data_they_were_made_with() -> None:
    for path in sorted((Path(data.__file__).parent / "results").glob("*.json")):
        assert json.loads(path.read_text(encoding="utf-8"))["data"]


def test_every_operand_stands_once_in_its_report_and_each_operation_is_asked_for() -> None:
    rows = [row for path in data.report_paths() for row in data.operations(path) if row["id"][-3] == "a"]
    assert len(rows) > 2000
    texts = {path.name: path.read_text(encoding="utf-8") for path in data.report_paths()}
    for row in rows:
        for operand in row["operands"]:
            assert texts[row["document"]].count(operand["evidence"]) == 1, row["id"]
            assert operand["figure"] in operand["evidence"], row["id"]
    assert min(Counter(operations.wanted(row) for row in rows).values()) > 80


def test_no_share_exceeds_its_whole() -> None:
    rows = [row for path in data.report_paths() for row in data.operations(path) if row["operation"] == "share"]
    for row in rows:
        part, whole = (re.sub("[,，]", "", operand["figure"]) for operand in row["operands"])
        numbers = [float(re.search(r"[\d.]+", figure)[0]) for figure in (part, whole)]
        if re.sub(r"[\d.]", "", part) == re.sub(r"[\d.]", "", whole):
            assert numbers[0] <= numbers[1], row["id"]


def test_every_statement_has_questions_that_it_answers_and_one_that_it_does_not() -> None:
    rows = [
        json.loads(line)
        for path in sorted((data.DATA / "statements").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert len(rows) > 8000
    assert all(set(row) == {"statement", "q", "verdict"} and row["verdict"] in statements.SAID for row in rows)
    assert len({(row["statement"], row["q"]) for row in rows}) == len(rows)
    share = {said: sum(row["verdict"] == said for row in rows) / len(rows) for said in statements.SAID}
    assert min(share.values()) > 0.15
    assert max(share.values()) < 0.5


def test_all_pairs_are_drawn_before_any_comes_again() -> None:
    batches = statements.drawn([statements.Pair(str(n), None, 0) for n in range(6)], 2, seed=1)  # type: ignore[arg-type]
    first = [pair.question for _ in range(3) for pair in next(batches)]
    assert sorted(first) == list("012345")
    assert {pair.question for _ in range(3) for pair in next(batches)} == set(first)


def test_processes_that_train_together_have_the_mean_of_their_weights(tmp_path: Path) -> None:
    """Two steps of Adam from the same weights, each with a gradient of its own; weights and moments are averaged."""
    models = [torch.nn.Linear(1, 1, bias=False) for _ in range(2)]
    optimizers = [torch.optim.Adam(model.parameters(), lr=0.5) for model in models]
    for model, optimizer, slope in zip(models, optimizers, (1.0, -3.0), strict=True):
        torch.nn.init.constant_(model.weight, 2.0)
        (slope * model(torch.ones(1, 1))).sum().backward()
        optimizer.step()
    assert [round(float(model.weight.detach()), 3) for model in models] == [1.5, 2.5]
    workers = [together.Together(tmp_path / "w", number, 2, minutes=1) for number in range(2)]
    assert [worker.is_due(seconds) for worker in workers for seconds in (59, 60)] == [False, True] * 2
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda own: own[0].average(*own[1:]), zip(workers, models, optimizers, strict=True)))
    assert [float(model.weight.detach()) for model in models] == [2.0, 2.0]
    moments = [float(optimizer.state_dict()["state"][0]["exp_avg"]) for optimizer in optimizers]
    assert moments == pytest.approx([0.1 * (1 - 3) / 2] * 2)
    assert not workers[0].is_due(119)


def test_a_pass_reads_all_questions_of_fresh_reports_and_a_share_of_the_others() -> None:
    examples = [
        Example(f"{group}_01_{number:03}", "问", "name", 0, 0, 1, ("答",), (0,))
        for group in "kw"
        for number in range(50)
    ]
    options = Namespace(fresh="k", others=0.2, unanswerable=1.0, numbers=1.0, claims=0.0, wikipedia_share=0.0)
    plan = reader.plan_of(Set([], examples), {}, None, 0, options)
    read = Counter(one.id[0] for _, one in plan)
    assert read["k"] == 50
    assert 0 < read["w"] < 25
