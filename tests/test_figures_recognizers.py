"""The Chinese percent and currency cases of microsoft/Recognizers-Text (MIT), read from beside the project."""

import json
from pathlib import Path

import pytest

from reportqa.figures.extract import figures_in_text

CASES = Path(__file__).parents[2] / "shared" / "data" / "recognizers"
KINDS = {"PercentModel": ("percent", "ratio"), "CurrencyModel": ("money",)}


def wanted(model):
    """Yield (input, value) of every number that the Python implementation supports; 百分点 is no percentage here."""
    path = CASES / f"{model}.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there: the Recognizers-Text cases are kept outside the project")
    for case in json.loads(path.read_text(encoding="utf-8")):
        refused = case.get("NotSupported", "") + case.get("NotSupportedByDesign", "")
        for result in case["Results"]:
            value = result["Resolution"]["value"]
            if "python" in refused.lower() or value is None or result["Text"][-1] in "点點":
                continue
            percent = value.endswith("%")
            yield case["Input"], float(value.rstrip("%")) / (100 if percent else 1)


def found(model, text, value):
    values = [figure.normalized_value for figure in figures_in_text(text) if figure.kind in KINDS[model]]
    # A range (5-20%) holds the number that the case expects.
    flat = [number for each in values for number in (each if isinstance(each, list) else [each])]
    return any(number == pytest.approx(value, rel=1e-9) for number in flat)


@pytest.mark.parametrize("model", KINDS)
def test_recognizers_cases(model):
    cases = list(wanted(model))
    missed = [(text, value) for text, value in cases if not found(model, text, value)]
    assert len(cases) >= 30
    assert 1 - len(missed) / len(cases) >= 0.95, missed
