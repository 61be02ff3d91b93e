"""Makes the graphs beside it, and prints scikit-learn's own answers, which the tests cite.

Run with the Python of config/python-tools.sh: make.py (scikit-learn 1.9.1, skl2onnx 1.20.0).
"""

import os

import onnx
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

here = os.path.dirname(os.path.abspath(__file__))
spam = ["win money now", "free prize", "click offer", "money offer free", "click win prize", "free money win"]
ham = ["meeting lunch", "lunch team", "report friday", "notes meeting", "team report notes", "friday lunch"]
model = make_pipeline(
    TfidfVectorizer(lowercase=False, token_pattern=r"[a-zA-Z]+"), LogisticRegression(C=10.0)
).fit(spam + ham, ["spam"] * 6 + ["ham"] * 6)


def convert(zipmap):
    return to_onnx(
        model,
        initial_types=[("text", StringTensorType([None, 1]))],
        # The locale of the tokenizer must be one that every machine has.
        options={id(model): {"zipmap": zipmap}, TfidfVectorizer: {"locale": "C"}},
        target_opset=17,
    )


def write(name, graph):
    with open(os.path.join(here, name), "wb") as out:
        out.write(graph.SerializeToString())


write("columns.onnx", convert(False))
write("zipmap.onnx", convert(True))

# The same model with its columns in another order than the sorted one.
swapped = convert(False)
for node in swapped.graph.node:
    if node.op_type == "LinearClassifier":
        for attribute in node.attribute:
            if attribute.name == "classlabels_strings":
                attribute.strings[:] = [b"spam", b"ham"]
write("swapped.onnx", swapped)

# Numbers in.
write(
    "numbers.onnx",
    helper.make_model(
        helper.make_graph(
            [helper.make_node("Softmax", ["x"], ["p"])],
            "numbers",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
            [helper.make_tensor_value_info("p", TensorProto.FLOAT, [None, 2])],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    ),
)

# A tensor that lies in another file, which a careless runtime would read from any path.
outside = TensorProto(data_type=TensorProto.FLOAT, dims=[2], name="w", data_location=TensorProto.EXTERNAL)
for key, value in [("location", "../../../etc/passwd"), ("offset", "0"), ("length", "8")]:
    outside.external_data.add(key=key, value=value)
write(
    "outside.onnx",
    helper.make_model(
        helper.make_graph(
            [helper.make_node("Add", ["x", "w"], ["p"])],
            "outside",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
            [helper.make_tensor_value_info("p", TensorProto.FLOAT, [None, 2])],
            [outside],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    ),
)
for text in ["free money", "team lunch", "nothing known"]:
    print(text, dict(zip(model.classes_, model.predict_proba([text])[0])))
