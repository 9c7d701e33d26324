"""The encoder as an ONNX graph: e5's layers in the fused operators that onnxruntime runs as they stand.

Written node by node, so that nothing has to be optimised when a session opens, and so that each matrix can be stored
and multiplied in the way that measures best (docs/models.md). Names of weights are those of :mod:`training.model`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[Any]
Weights = Mapping[str, NDArray[np.float32]]

MATRICES = ("attention", "attended", "widen", "narrow")
"""The matrices of a layer, in the order in which they are met."""
_MICROSOFT = "com.microsoft"
_OPSET = 20
_EPSILON = 1e-12
_BLOCK = 32
_TOP_WEIGHT, _TOP_VALUE = 64, 127
_DAMPING, _COLUMNS = 0.01, 64


@dataclass
class Met:
    """What meets a matrix over some texts: the largest absolute value of each column, and the sum of outer products."""

    peaks: NDArray[np.float32]
    products: NDArray[np.float32]


@dataclass
class Graph:
    """Nodes and stored tensors, in the order in which they are added."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    stored: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def store(self, name: str, values: Array | np.generic) -> str:
        """Store a tensor once under a name; return the name."""
        if name not in self.stored:
            self.stored[name] = numpy_helper.from_array(np.asarray(values), name)
        return name

    def add(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add an operator; return the name of its output."""
        return self.add_many(kind, 1, *inputs, domain=domain, **attributes)[0]

    def add_many(self, kind: str, outputs: int, *inputs: str, domain: str = "", **attributes: Any) -> list[str]:
        """Add an operator; return the names of its outputs."""
        number = len(self.nodes)
        names = [f"{kind}_{number}_{output}" for output in range(outputs)]
        node = helper.make_node(kind, list(inputs), names, f"{kind}_{number}", domain=domain, **attributes)
        self.nodes.append(node)
        return names


Multiply = Callable[[Graph, str, str, NDArray[np.float32], Mapping[str, "Met"]], str]
"""Adds the product of a value with a matrix, whose rows are outputs, both by name, to a graph; returns its name."""


def as_float(graph: Graph, value: str, name: str, matrix: NDArray[np.float32], met: Mapping[str, Met]) -> str:
    """Multiply in float32."""
    return graph.add("MatMul", value, graph.store(name, np.ascontiguousarray(matrix.T)))


def as_half(graph: Graph, value: str, name: str, matrix: NDArray[np.float32], met: Mapping[str, Met]) -> str:
    """Store float16, multiply in float32."""
    stored = graph.store(name, np.ascontiguousarray(matrix.T.astype(np.float16)))
    return graph.add("MatMul", value, graph.add("Cast", stored, to=TensorProto.FLOAT))


def by_tensor(channels: bool, top: int = _TOP_VALUE) -> Multiply:
    """Multiply in int8 with one scale for all values of a batch: onnxruntime's dynamic quantisation.

    A scale for each row of the matrix with ``channels``, else one; ``top`` is the largest stored weight.
    """

    def multiply(graph: Graph, value: str, name: str, matrix: NDArray[np.float32], met: Mapping[str, Met]) -> str:
        scale = np.asarray(np.abs(matrix).max(axis=1 if channels else None) / top, np.float32)
        rounded = np.round(matrix / (scale[:, None] if channels else scale)).astype(np.int8)
        return graph.add(
            "DynamicQuantizeMatMul",
            value,
            graph.store(name, np.ascontiguousarray(rounded.T)),
            graph.store(f"{name}.scale", scale),
            graph.store(f"{name}.zero", np.zeros(scale.shape, np.int8)),
            domain=_MICROSOFT,
        )

    return multiply


def by_block(bits: int, block: int = _BLOCK, level: int = 4) -> Multiply:
    """Store blocks of 4 or 8 bits (MatMulNBits); at ``level`` 4 values are rounded to int8 by blocks too, at 0 not."""

    def multiply(graph: Graph, value: str, name: str, matrix: NDArray[np.float32], met: Mapping[str, Met]) -> str:
        stored, scales = four_bits(matrix) if bits == 4 else _eight_bits(matrix, block)
        sizes = {"N": matrix.shape[0], "K": matrix.shape[1], "bits": bits, "block_size": block, "accuracy_level": level}
        names = graph.store(name, stored), graph.store(f"{name}.scale", scales)
        return graph.add("MatMulNBits", value, *names, domain=_MICROSOFT, **sizes)

    return multiply


def by_token(smooth: float = 0.6, top: int = _TOP_WEIGHT, careful: bool = True) -> Multiply:
    """Multiply in int8 with a scale for each token and each row of the matrix.

    What a token gets does not depend on what else is in the batch. Columns whose values are large are made smaller and
    the weights that meet them larger, ``smooth`` of the way (SmoothQuant, Xiao et al. 2023). Weights of at most 64 keep
    the 16-bit sums of two products from overflowing on processors that have no dot product of bytes. ``careful`` rounds
    weights with regard to what the others of their row have lost (:func:`_rounded`).
    """

    def multiply(graph: Graph, value: str, name: str, matrix: NDArray[np.float32], met: Mapping[str, Met]) -> str:
        products = met[name].products
        if smooth:
            factors = _smoothing(met[name].peaks, matrix, smooth)
            value = graph.add("Mul", value, graph.store(f"{name}.smooth", 1 / factors))
            matrix, products = matrix * factors, products / np.outer(factors, factors)
        scale = (np.maximum(np.abs(matrix).max(axis=1), 1e-12) / top).astype(np.float32)
        whole = matrix / scale[:, None]
        rounded = (_rounded(whole, products, top) if careful else np.round(whole)).astype(np.int8)
        step = graph.store("step", np.float32(1 / _TOP_VALUE))
        zero = graph.store("zero", np.uint8(_TOP_VALUE + 1))
        largest = graph.add("ReduceMax", graph.add("Abs", value), graph.store("last", np.array([-1])), keepdims=1)
        quantised = graph.add("QuantizeLinear", graph.add("Div", value, largest), step, zero)
        names = graph.store(name, np.ascontiguousarray(rounded.T)), step, graph.store(f"{name}.scale", scale), zero
        product = graph.add("MatMulIntegerToFloat", quantised, *names, domain=_MICROSOFT)
        return graph.add("Mul", product, largest)

    return multiply


def four_bits(matrix: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Round rows in blocks of 32 to 4 bits as ggml's Q4_0 does: what has been rounded so before stays exactly as it is.

    >>> packed, scales = four_bits(np.array([[-8.0, 7.0, *[0.0] * 30]], np.float32) * 0.5)
    >>> packed.shape, packed[0, 0, :2].tolist(), scales.tolist()
    ((1, 1, 16), [240, 136], [[0.5]])
    """
    blocks = matrix.reshape(len(matrix), -1, _BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(-1)[..., None], -1)[..., 0]
    scales = (extreme / -8).astype(np.float32)
    inverse = np.divide(1, scales, out=np.zeros_like(scales), where=scales != 0)
    whole = np.clip(np.round(blocks * inverse[..., None]) + 8, 0, 15).astype(np.uint8)
    packed: NDArray[np.uint8] = (whole[..., 0::2] | (whole[..., 1::2] << 4)).astype(np.uint8)
    return packed, scales


def from_four_bits(packed: NDArray[np.uint8], scales: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Return the rows that :func:`four_bits` packed; ``packed`` (rows, width / 2), ``scales`` (rows, width / 32).

    >>> from_four_bits(*four_bits(np.array([[-8.0, 7.0, *[0.0] * 30]], np.float32) * 0.5))[0, :3].tolist()
    [-4.0, 3.5, 0.0]
    """
    flat = packed.reshape(len(packed), -1)
    whole = np.stack([flat & 15, flat >> 4], -1).reshape(len(flat), -1, _BLOCK).astype(np.float32) - 8
    return (whole * scales.astype(np.float32)[..., None]).reshape(len(flat), -1)


def _eight_bits(matrix: NDArray[np.float32], block: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    blocks = matrix.reshape(len(matrix), -1, block)
    scales = (np.maximum(np.abs(blocks).max(-1), 1e-12) / _TOP_VALUE).astype(np.float32)
    whole: NDArray[np.uint8] = (np.round(blocks / scales[..., None]) + _TOP_VALUE + 1).astype(np.uint8)
    return whole, scales


def _rounded(matrix: NDArray[np.float32], products: NDArray[np.float32], top: int) -> NDArray[np.float32]:
    """Round column by column, moving what each time is lost to the columns that are left and are met together with it.

    GPTQ (Frantar et al. 2023): what counts is not how near each weight stays but how near the product does.
    """
    width = matrix.shape[1]
    left = np.ascontiguousarray(matrix.T)
    damped = products.astype(np.float64) + _DAMPING * np.trace(products) / width * np.eye(width)
    spread = np.linalg.cholesky(np.linalg.inv(damped)).T.astype(np.float32)
    for start in range(0, width, _COLUMNS):
        end = min(start + _COLUMNS, width)
        lost = np.empty_like(left[start:end])
        for column in range(start, end):
            whole = np.clip(np.round(left[column]), -top, top)
            lost[column - start] = (left[column] - whole) / spread[column, column]
            left[column] = whole
            left[column + 1 : end] -= np.outer(spread[column, column + 1 : end], lost[column - start])
        left[end:] -= spread[start:end, end:].T @ lost
    rounded: NDArray[np.float32] = left.T
    return rounded


def _smoothing(peaks: NDArray[np.float32], matrix: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    factors = peaks**share / np.maximum(np.abs(matrix).max(axis=0), 1e-6) ** (1 - share)
    level = np.exp(np.log(np.maximum(factors, 1e-12)).mean())
    bounded: NDArray[np.float32] = np.maximum(factors / level, 1e-3).astype(np.float32)
    return bounded


def write_graph(
    weights: Weights,
    heads: int,
    multiply: Multiply = as_float,
    met: Mapping[str, Met] | None = None,
    packed: bool = True,
) -> onnx.ModelProto:
    """Return the encoder as a model: input_ids and attention_mask (texts, tokens) to last_hidden_state.

    A second output, "middle", are the hidden states after the lower half of the layers, which the reader takes: asked
    for alone, with ``only_execute_path_to_fetches``, it leaves the upper half out.

    ``met`` says what meets each matrix (:func:`training.export.measure_met`);
    ``packed`` stores the vectors of the vocabulary in 4 bits.
    """
    graph = Graph()
    hidden = _embedded(graph, weights, packed)
    mask = graph.add("Cast", "attention_mask", to=TensorProto.INT32)
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("layers."))
    for number in range(layers):
        hidden = add_layer(graph, hidden, mask, f"layers.{number}", weights, heads, multiply, met or {})
        if 2 * (number + 1) == layers:
            graph.nodes[-1].output[0] = hidden = "middle"
    graph.nodes[-1].output[0] = "last_hidden_state"
    inputs = [described(name, TensorProto.INT64, "tokens") for name in ("input_ids", "attention_mask")]
    width = weights["words.weight"].shape[1]
    outputs = [described(name, TensorProto.FLOAT, "tokens", width) for name in ("last_hidden_state", "middle")]
    return model_of(graph, "encoder", inputs, outputs)


def model_of(
    graph: Graph, name: str, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[onnx.ValueInfoProto]
) -> onnx.ModelProto:
    """Return a graph as a model."""
    made = helper.make_graph(graph.nodes, name, inputs, outputs, list(graph.stored.values()))
    versions = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(made, opset_imports=versions, ir_version=10)


def described(name: str, kind: int, *rest: str | int) -> onnx.ValueInfoProto:
    """Describe an input or output whose first axis are texts."""
    return helper.make_tensor_value_info(name, kind, ["texts", *rest])


def _embedded(graph: Graph, weights: Weights, packed: bool) -> str:
    words = weights["words.weight"]
    if packed:
        stored, scales = four_bits(words)
        names = graph.store("words", stored.reshape(len(words), -1)), "input_ids"
        sizes = {"bits": 4, "block_size": _BLOCK, "gather_axis": 0, "quantize_axis": 1}
        halves = graph.store("words.scale", scales.astype(np.float16))
        hidden = graph.add("GatherBlockQuantized", *names, halves, domain=_MICROSOFT, **sizes)
        hidden = graph.add("Cast", hidden, to=TensorProto.FLOAT)
    else:
        hidden = graph.add("Gather", graph.store("words", words), "input_ids")
    # The kind of a text is always 0: its vector is added to the places once and for all.
    places = graph.store("places", weights["positions.weight"] + weights["kind"])
    first, length = graph.store("first", np.array([0])), graph.add("Shape", "input_ids", start=1, end=2)
    hidden = graph.add("Add", hidden, graph.add("Slice", places, first, length, first))
    norm = [graph.store(f"norm.{name}", weights[f"norm.{name}"]) for name in ("weight", "bias")]
    return graph.add("LayerNormalization", hidden, *norm, epsilon=_EPSILON)


def add_layer(
    graph: Graph,
    hidden: str,
    mask: str,
    name: str,
    weights: Weights,
    heads: int,
    multiply: Multiply,
    met: Mapping[str, Met],
) -> str:
    """Add a layer to a graph; return the name of its hidden states."""

    def stored(part: str) -> str:
        return graph.store(f"{name}.{part}", weights[f"{name}.{part}"])

    def product(value: str, part: str) -> str:
        return multiply(graph, value, f"{name}.{part}", weights[f"{name}.{part}.weight"], met)

    def normed(value: str, before: str, norm: str, part: str) -> str:
        inputs = value, before, stored(f"{norm}.weight"), stored(f"{norm}.bias"), stored(f"{part}.bias")
        return graph.add("SkipLayerNormalization", *inputs, domain=_MICROSOFT, epsilon=_EPSILON)

    parts = graph.add_many("Split", 3, product(hidden, "attention"), axis=2, num_outputs=3)
    seen = graph.add("MultiHeadAttention", *parts, stored("attention.bias"), mask, domain=_MICROSOFT, num_heads=heads)
    hidden = normed(product(seen, "attended"), hidden, "first_norm", "attended")
    wide = graph.add("BiasGelu", product(hidden, "widen"), stored("widen.bias"), domain=_MICROSOFT)
    return normed(product(wide, "narrow"), hidden, "second_norm", "narrow")


def matrices_met(model: onnx.ModelProto, names: Sequence[str]) -> dict[str, str]:
    """Return by the names of matrices (float32, :func:`as_float`) the names of the values that meet them."""
    wanted = frozenset(names)
    return {
        node.input[1]: node.input[0]
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[1] in wanted
    }
