"""The encoder that fits: the bundled one, one in the same form, or any sentence-transformers model."""

from __future__ import annotations

from pathlib import Path

from reportqa.models.bundled import BundledEncoder
from reportqa.models.own import OwnEncoder, identify
from reportqa.models.parts import Encoder, Parts, Progress, Vectors
from reportqa.models.runtime import WEIGHTS, read_record

__all__ = ["Encoder", "Parts", "Progress", "Vectors", "identify_model", "open_encoder"]


def open_encoder(model: str | None = None) -> Encoder:
    """Open an encoder: None is the bundled one, else a folder or a hub name of a sentence-transformers model.

    A folder in the form of the bundled one (``encoder.onnx``, as training.export writes it) is read as that is. Raises
    ModelError where there is no such model.
    """
    folder = _bundle(model)
    return OwnEncoder(str(model)) if folder is None else BundledEncoder(folder)


def identify_model(model: str | None = None) -> str:
    """Return the ``model_id`` that :func:`open_encoder` would give, without loading the model.

    >>> identify_model().partition("@")[0]
    'multilingual-e5-small-zh-int8'

    Raises ModelError where there can be no such model.
    """
    folder = _bundle(model)
    return identify(str(model)) if folder is None else str(read_record(folder, "encoder")["model_id"])


def _bundle(model: str | None) -> Path | None:
    """Return the folder of a model in the form of the bundled one; None where it is another."""
    if model is None:
        return WEIGHTS
    folder = Path(model).expanduser()
    return folder if model and (folder / "encoder.onnx").is_file() else None
