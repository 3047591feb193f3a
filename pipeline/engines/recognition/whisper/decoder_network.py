"""Whisper's decoder as two ONNX models with weights of 8 bits: what is computed once for a sound, and a step.

Several tokens go through one step, so a text that is expected costs hardly more than a single token: a step is bound by
reading the weights. Source: openai/whisper, `model.py`, for the network; ONNX Runtime's `MatMulNBits` for its products,
weights in blocks with a scale each, rows of activations rounded to 8 bits by block as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.recognition.whisper.weights import StoredWeights, matrix

BLOCKS: Final = (64, 32, 16)
"""So many weights may share a scale, the best first; the width of a decoder must be a multiple of one of them."""
_OPSET: Final = 21
_IR_VERSION: Final = 10
_ACTIVATIONS_OF_8_BITS: Final = 4
_MIDDLE: Final = 128
_LARGEST: Final = 127
_MICROSOFT: Final = "com.microsoft"


@dataclass(frozen=True)
class DecoderShape:
    """A decoder's sizes, and which of its heads follow the sound.

    Args:
        alignment_heads: pairs of layer and head, as a converted model names them.
    """

    weights: StoredWeights
    alignment_heads: tuple[tuple[int, int], ...]

    @cached_property
    def layers(self) -> int:
        """How many there are."""
        names = {name.split("/")[1] for name in self.weights if name.startswith("decoder/layer_")}
        return sum(name.removeprefix("layer_").isdigit() for name in names)

    @cached_property
    def heads(self) -> int:
        """Of each attention."""
        return int(self.weights["decoder/num_heads"])

    @cached_property
    def width(self) -> int:
        """Numbers for each token."""
        return int(self.weights["decoder/position_encodings/encodings"].shape[1])

    @cached_property
    def vocabulary(self) -> int:
        """Tokens there are."""
        return int(self.weights["decoder/embeddings/weight"].shape[0])

    @property
    def block(self) -> int:
        """How many weights share a scale; 0: no size fits."""
        return next((size for size in BLOCKS if self.width % size == 0), 0)

    @property
    def head_width(self) -> int:
        """Numbers for each token and head."""
        return self.width // self.heads


def cross_model(shape: DecoderShape) -> bytes:
    """Keys and values of the sound for all layers.

    Input `sound`: (places, width), what the encoder made. Outputs for each layer `key_0`: (heads, head width, places)
    and `value_0`: (heads, places, head width). Blocking.
    """
    graph = _Graph()
    rows = [graph.constant(np.array([-1, shape.heads, shape.head_width], np.int64))]
    for layer in range(shape.layers):
        for part, name, order in ((0, "key", [1, 2, 0]), (1, "value", [1, 0, 2])):
            flat = graph.product(
                "sound", shape, f"decoder/layer_{layer}/attention/linear_1", part * shape.width, shape.width
            )
            heads = graph.add("Reshape", [flat, *rows])
            graph.add("Transpose", [heads], out=f"{name}_{layer}", perm=order)
            graph.gives(f"{name}_{layer}")
    return graph.model({"sound": ("float", ["places", shape.width])})


def step_model(shape: DecoderShape) -> bytes:
    """Some tokens after those that came before. Blocking.

    Inputs: `tokens` and `places`, (n,); `rows`, (m,): of which of them scores are wanted; `hidden`, (n, before + n): 0
    where a token may look, far below where not; for each layer `key_0`, `value_0` of the sound and `past_key_0`,
    `past_value_0`: (heads, before, head width). Outputs: `scores`, (m, vocabulary); `attention`: (alignment heads, n,
    places of the sound); `new_key_0`, `new_value_0` for each layer: (heads, before + n, head width).
    """
    return _Step(shape).model()


def product_model(weight: NDArray[np.float32]) -> bytes:
    """One product alone, as all of the decoder's are: input `x`, (n, inputs), output `y`, (n, outputs)."""
    stored = {"decoder/position_encodings/encodings": weight[:1], "product/weight": weight}
    graph = _Graph()
    graph.product("x", DecoderShape(stored, ()), "product", bias=False, out="y")
    graph.gives("y")
    return graph.model({"x": ("float", ["n", weight.shape[1]])})


class _Step:
    """Builds the graph of a step."""

    def __init__(self, shape: DecoderShape) -> None:
        self._shape, self._graph = shape, _Graph()
        self._scale = self._graph.constant(np.float32(shape.head_width**-0.5))
        self._by_head = self._graph.constant(np.array([-1, shape.heads, shape.head_width], np.int64))
        self._merged = self._graph.constant(np.array([-1, shape.width], np.int64))
        self._attentions: list[str] = []
        self._inputs: dict[str, tuple[str, list[int | str]]] = {
            "tokens": ("int", ["n"]),
            "places": ("int", ["n"]),
            "rows": ("int", ["m"]),
            "hidden": ("float", ["n", "all"]),
        }

    def model(self) -> bytes:
        """The whole of it."""
        graph, shape = self._graph, self._shape
        meanings = self._looked_up("decoder/embeddings/weight", "tokens")
        x = graph.add("Add", [meanings, self._looked_up("decoder/position_encodings/encodings", "places")])
        for layer in range(shape.layers):
            x = self._self_attention(x, layer)
            x = self._cross_attention(x, layer)
            x = self._feed_forward(x, layer)
        x = graph.normalised(graph.add("Gather", [x, "rows"]), shape, "decoder/layer_norm")
        graph.product(x, shape, "decoder/projection", bias=False, out="scores")
        graph.add("Concat", self._attentions, out="attention", axis=0)
        graph.gives("scores", "attention")
        return graph.model(self._inputs)

    def _looked_up(self, name: str, at: str) -> str:
        """Rows of a table; kept as it is on the disk, in 16 bits, as only few of its rows are needed."""
        graph = self._graph
        table = graph.constant(matrix(self._shape.weights, name).astype(np.float16))
        return graph.add("Cast", [graph.add("Gather", [table, at])], to=graph.float)

    def _self_attention(self, x: str, layer: int) -> str:
        graph, shape, place = self._graph, self._shape, f"decoder/layer_{layer}/self_attention"
        normal = graph.normalised(x, shape, f"{place}/layer_norm")
        query, key, value = (
            self._heads(graph.product(normal, shape, f"{place}/linear_0", part * shape.width, shape.width))
            for part in range(3)
        )
        for name, new in (("key", key), ("value", value)):
            past = f"past_{name}_{layer}"
            self._inputs[past] = ("float", [shape.heads, "before", shape.head_width])
            graph.add("Concat", [past, new], out=f"new_{name}_{layer}", axis=1)
            graph.gives(f"new_{name}_{layer}")
        keys = graph.add("Transpose", [f"new_key_{layer}"], perm=[0, 2, 1])
        near = graph.add("Add", [self._alike(query, keys), "hidden"])
        weighed = graph.add("MatMul", [graph.add("Softmax", [near], axis=-1), f"new_value_{layer}"])
        return self._joined(x, weighed, f"{place}/linear_1")

    def _cross_attention(self, x: str, layer: int) -> str:
        graph, shape, place = self._graph, self._shape, f"decoder/layer_{layer}/attention"
        self._inputs[f"key_{layer}"] = ("float", [shape.heads, shape.head_width, "sound"])
        self._inputs[f"value_{layer}"] = ("float", [shape.heads, "sound", shape.head_width])
        normal = graph.normalised(x, shape, f"{place}/layer_norm")
        query = self._heads(graph.product(normal, shape, f"{place}/linear_0"))
        attention = graph.add("Softmax", [self._alike(query, f"key_{layer}")], axis=-1)
        following = [head for at, head in shape.alignment_heads if at == layer]
        if following:
            chosen = graph.constant(np.array(following, np.int64))
            self._attentions.append(graph.add("Gather", [attention, chosen], axis=0))
        weighed = graph.add("MatMul", [attention, f"value_{layer}"])
        return self._joined(x, weighed, f"{place}/linear_2")

    def _feed_forward(self, x: str, layer: int) -> str:
        graph, shape, place = self._graph, self._shape, f"decoder/layer_{layer}/ffn"
        normal = graph.normalised(x, shape, f"{place}/layer_norm")
        inner = graph.add("Gelu", [graph.product(normal, shape, f"{place}/linear_0")])
        return graph.add("Add", [x, graph.product(inner, shape, f"{place}/linear_1")])

    def _heads(self, flat: str) -> str:
        """(n, width) to (heads, n, head width)."""
        graph = self._graph
        return graph.add("Transpose", [graph.add("Reshape", [flat, self._by_head])], perm=[1, 0, 2])

    def _alike(self, query: str, keys: str) -> str:
        """Scaled dot products."""
        graph = self._graph
        return graph.add("MatMul", [graph.add("Mul", [query, self._scale]), keys])

    def _joined(self, x: str, weighed: str, name: str) -> str:
        """What an attention adds to the tokens."""
        graph = self._graph
        flat = graph.add("Reshape", [graph.add("Transpose", [weighed], perm=[1, 0, 2]), self._merged])
        return graph.add("Add", [x, graph.product(flat, self._shape, name)])


@dataclass
class _Graph:
    """An ONNX graph in the making."""

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    @property
    def float(self) -> int:
        """ONNX's number for the type of 32 bits."""
        from onnx import TensorProto

        return int(TensorProto.FLOAT)

    def add(
        self, kind: str, inputs: Sequence[str], *, out: str = "", domain: str = "", **attributes: Any
    ) -> str:
        """A node with one output; returns the output's name."""
        from onnx import helper

        name = out or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **attributes))
        return name

    def constant(self, values: NDArray[Any] | np.generic) -> str:
        """Returns its name."""
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def gives(self, *names: str) -> None:
        """What the graph gives back, in this order."""
        self.outputs.extend(names)

    def normalised(self, x: str, shape: DecoderShape, name: str) -> str:
        """Layer normalisation."""
        scale = self.constant(matrix(shape.weights, f"{name}/gamma"))
        bias = self.constant(matrix(shape.weights, f"{name}/beta"))
        return self.add("LayerNormalization", [x, scale, bias], axis=-1, epsilon=1e-5)

    def product(
        self,
        x: str,
        shape: DecoderShape,
        name: str,
        begin: int = 0,
        count: int | None = None,
        *,
        bias: bool = True,
        out: str = "",
    ) -> str:
        """A linear layer, or `count` of its outputs from `begin` on."""
        rows = slice(begin, None if count is None else begin + count)
        weight = matrix(shape.weights, f"{name}/weight")[rows]
        outputs, inputs = weight.shape
        rounded, scales = in_blocks(weight, shape.block)
        names = [self.constant(rounded), self.constant(scales.reshape(-1))]
        result = self.add(
            "MatMulNBits", [x, *names], out="" if bias else out, domain=_MICROSOFT,
            K=inputs, N=outputs, bits=8, block_size=shape.block, accuracy_level=_ACTIVATIONS_OF_8_BITS,
        )  # fmt: skip
        if not bias:
            return result
        return self.add("Add", [result, self.constant(matrix(shape.weights, f"{name}/bias")[rows])], out=out)

    def model(self, inputs: dict[str, tuple[str, list[int | str]]]) -> bytes:
        """The whole, serialised."""
        from onnx import TensorProto, helper

        kinds = {"float": TensorProto.FLOAT, "int": TensorProto.INT64}
        takes = [
            helper.make_tensor_value_info(name, kinds[kind], sizes) for name, (kind, sizes) in inputs.items()
        ]
        gives = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in self.outputs]
        graph = helper.make_graph(self.nodes, "decoder", takes, gives, self.constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        return bytes(
            helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION).SerializeToString()
        )


def in_blocks(weight: NDArray[np.float32], block: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Rounds a matrix to 8 bits.

    Args:
        weight: (outputs, inputs), inputs a multiple of `block`.

    Returns:
        (outputs, blocks, block) around 128, and a scale for each block: (outputs, blocks).
    """
    blocks = weight.reshape(weight.shape[0], -1, block)
    scales = np.maximum(np.abs(blocks).max(axis=2), 1e-8) / _LARGEST
    rounded = np.clip(np.round(blocks / scales[..., None]) + _MIDDLE, 0, 255).astype(np.uint8)
    return rounded, scales.astype(np.float32)
