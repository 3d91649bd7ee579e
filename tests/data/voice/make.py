#!/usr/bin/env python3
"""Makes `vits.onnx`: a voice that hums one tone for each sound, by the interface of VITS as Piper exports it.

It has no weights and no licence to mind, and proves the way from words to samples: lexicon, tokens, pace, rate.
`python3 make.py` beside `pip install onnx`.
"""

from pathlib import Path

import onnx
from onnx import TensorProto as T
from onnx import helper as h

RATE = 22_050
# Samples of one sound at the usual pace: 46 ms.
SOUND = 1024.0
# The tone of token n is LOWEST + STEP * n, in Hz.
LOWEST, STEP = 150.0, 10.0


def constant(name, values, kind=T.FLOAT):
    shape = [len(values)] if isinstance(values, list) else []
    return h.make_tensor(name, kind, shape, values if isinstance(values, list) else [values])


nodes = [
    # How many samples a sound has: the second of the three scales stretches it.
    h.make_node("Slice", ["scales", "one", "two", "zero"], ["stretch"]),
    h.make_node("Mul", ["stretch", "sound"], ["length_1"]),
    h.make_node("Squeeze", ["length_1", "zero"], ["length"]),
    h.make_node("Range", ["from", "length", "by"], ["at"]),
    h.make_node("Cast", ["input"], ["token"], to=T.FLOAT),
    h.make_node("Mul", ["token", "step"], ["raised"]),
    h.make_node("Add", ["raised", "lowest"], ["hertz"]),
    h.make_node("Mul", ["hertz", "radians"], ["turning"]),
    h.make_node("Unsqueeze", ["turning", "last"], ["turning_1"]),
    h.make_node("Mul", ["turning_1", "at"], ["phase"]),
    h.make_node("Sin", ["phase"], ["wave"]),
    h.make_node("Mul", ["wave", "loud"], ["spoken"]),
    h.make_node("Reshape", ["spoken", "flat"], ["output"]),
]
constants = [
    constant("zero", [0], T.INT64),
    constant("one", [1], T.INT64),
    constant("two", [2], T.INT64),
    constant("last", [2], T.INT64),
    constant("flat", [1, 1, -1], T.INT64),
    constant("sound", SOUND),
    constant("from", 0.0),
    constant("by", 1.0),
    constant("step", STEP),
    constant("lowest", LOWEST),
    constant("radians", 6.283185307 / RATE),
    constant("loud", 0.3),
]
graph = h.make_graph(
    nodes,
    "hum",
    [
        h.make_tensor_value_info("input", T.INT64, [1, "tokens"]),
        h.make_tensor_value_info("input_lengths", T.INT64, [1]),
        h.make_tensor_value_info("scales", T.FLOAT, [3]),
    ],
    [h.make_tensor_value_info("output", T.FLOAT, [1, 1, "samples"])],
    constants,
)
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 13)], ir_version=8)
told = {
    "model_type": "vits",
    "comment": "piper",
    "language": "English",
    "sample_rate": RATE,
    "n_speakers": 1,
    "speaker_id": 0,
    "add_blank": 0,
    "frontend": "",
    "punctuation": ", . ! ?",
    "jieba": 0,
}
for key, value in told.items():
    entry = model.metadata_props.add()
    entry.key, entry.value = key, str(value)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).with_name("vits.onnx"))
