"""Fills a running MLflow server as a small team would: python lab.py URL."""
import os
import sys

import mlflow
from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput, Metric, Param

mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient()
os.makedirs("files/sub", exist_ok=True)
open("files/a.txt", "w").write("hello")
open("files/sub/b c#1 +é.txt", "w").write("deep")
lab = client.create_experiment("churn", tags={"team": "a"})
runs = []
for n in range(25):
    run = client.create_run(lab, start_time=1700000000000 + n, run_name="run %d" % n, tags={"n": str(n)})
    runs.append(run.info.run_id)
    metrics = [Metric("loss", 1 / (step + n + 1), 1700000000000 + step, step) for step in range(300)]
    client.log_batch(run.info.run_id, metrics, [Param("lr", "0.%d" % n)], [])
    if n % 5 == 0:
        client.log_artifacts(run.info.run_id, "files", "out")
    client.set_terminated(run.info.run_id, "FINISHED" if n % 2 else "FAILED", 1700000009000)
client.delete_run(runs[1])
client.log_metric(runs[2], "broken", float("nan"), timestamp=5)
with mlflow.start_run(run_id=runs[3]):
    import pandas

    data = mlflow.data.from_pandas(pandas.DataFrame({"x": [1, 2]}), name="people")
    mlflow.log_input(data, context="training", tags={"kind": "small"})
model = client.create_logged_model(lab, name="m", source_run_id=runs[0], params={"depth": "3"}, tags={"t": "u"})
client.log_model_artifacts(model.model_id, "files")
client.log_outputs(runs[0], [LoggedModelOutput(model.model_id, step=4)])
client.finalize_logged_model(model.model_id, "READY")
client.create_registered_model("churn", tags={"x": "y"}, description="who leaves")
client.create_model_version("churn", "models:/" + model.model_id, runs[0], {"n": "0"}, model_id=model.model_id)
client.create_model_version("churn", client.get_run(runs[0]).info.artifact_uri + "/out", runs[0])
client.set_registered_model_alias("churn", "champion", "2")
mlflow.register_prompt("greet", "Hello {{name}}")
mlflow.set_experiment("traced")
traces = []
for n, failed in enumerate([False, True]):
    with mlflow.start_span("outer", span_type="CHAIN", attributes={"n": n, "deep": {"a": [1, None]}}) as outer:
        outer.set_inputs({"question": "wie groß?"})
        with mlflow.start_span("inner") as inner:
            inner.add_event(mlflow.entities.SpanEvent("seen", attributes={"rows": 3}))
            inner.set_status("ERROR" if failed else "OK")
        outer.set_outputs({"answer": n})
        mlflow.update_current_trace(tags={"team": "lab"}, metadata={"k": "v"}, client_request_id="c-%d" % n)
    traces.append(outer.trace_id)
mlflow.flush_trace_async_logging()
mlflow.log_feedback(trace_id=traces[0], name="good", value=True, rationale="short")
mlflow.log_expectation(trace_id=traces[1], name="wanted", value={"a": 1})
gone = client.create_experiment("gone")
client.delete_experiment(gone)
open("runs", "w").write(" ".join(runs) + " " + model.model_id + " " + ",".join(traces))
