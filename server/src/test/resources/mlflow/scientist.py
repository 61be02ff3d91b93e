"""A data scientist hands a model over: python scientist.py URL TICKETS.csv."""
import csv
import sys

import mlflow
import mlflow.onnx
import mlflow.sklearn
import numpy
from mlflow import MlflowClient
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

url, tickets = sys.argv[1:]
mlflow.set_tracking_uri(url)
with open(tickets, newline="") as file:
    rows = list(csv.DictReader(file))
pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(C=30))
pipeline.fit([row["text"] for row in rows], [row["label"] for row in rows])
graph = to_onnx(
    pipeline,
    initial_types=[("text", StringTensorType([None, 1]))],
    options={id(pipeline): {"zipmap": False}, TfidfVectorizer: {"locale": "C"}},
)
mlflow.set_experiment("lab")
signature = infer_signature(numpy.array(["a text"]))
client = MlflowClient()
with mlflow.start_run():
    mlflow.log_metric("rows", len(rows))
    exported = mlflow.onnx.log_model(
        graph, name="exported", signature=signature, save_as_external_data=False
    )
    pickled = mlflow.sklearn.log_model(
        pipeline, name="pickled", signature=signature, serialization_format="cloudpickle"
    )
version = mlflow.register_model(exported.model_uri, "lab-tickets")
client.set_registered_model_alias("lab-tickets", "candidate", version.version)
mlflow.register_model(pickled.model_uri, "lab-pickle")
