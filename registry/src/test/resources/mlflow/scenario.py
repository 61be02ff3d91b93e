"""A data scientist's day with the unmodified client, written down as one JSON object of answers.

Run against any tracking server: scenario.py URL OUT. What differs by nature between two servers (ids,
times) is replaced by stable words, so that two outputs can be compared line by line. The parts that
go through a table (searches.py, limits.py) and what is looked at (shown.py) follow at the end.
"""

import json
import math
import os
import re
import sys
import tempfile
import threading

import mlflow
import numpy as np
import pandas as pd
from answers import answers, client, failing, note, url
from mlflow.entities import Metric, Param, RunTag, ViewType


def names(runs):
    return [run.info.run_name for run in runs]


# Experiments
experiment = mlflow.set_experiment("day")
note("experiment", [experiment.name, experiment.lifecycle_stage, experiment.tags])
other = client.create_experiment("other", tags={"team": "mail", "a/b": "c"})
client.set_experiment_tag(other, "stage", "draft")
note("experiment tags", client.get_experiment(other).tags)
client.rename_experiment(other, "renamed")
note("renamed", client.get_experiment_by_name("renamed").name)
failing("experiment name taken", lambda: client.create_experiment("renamed"))
failing("empty experiment name", lambda: client.create_experiment(""))
failing("long experiment name", lambda: client.create_experiment("x" * 501))
failing("unknown experiment", lambda: client.get_experiment("424242"))
failing("experiment id is no number", lambda: client.get_experiment("abc"))
note("unknown experiment by name", client.get_experiment_by_name("none"))
client.delete_experiment(other)
note("deleted experiment", client.get_experiment(other).lifecycle_stage)
failing("run in a deleted experiment", lambda: client.create_run(other))
failing("delete twice", lambda: client.delete_experiment(other))
note(
    "experiments by view",
    {
        view: sorted(e.name for e in client.search_experiments(view_type=kind))
        for view, kind in [
            ("active", ViewType.ACTIVE_ONLY),
            ("deleted", ViewType.DELETED_ONLY),
            ("all", ViewType.ALL),
        ]
    },
)
client.restore_experiment(other)
for text in [
    "name = 'day'", "name LIKE 'ren%'", "name ILIKE 'REN%'", "name != 'day'",
    "tags.team = 'mail'", "tags.`a/b` = 'c'", "creation_time > 0", "attribute.name = 'day'",
]:
    note("experiments where " + text, sorted(e.name for e in client.search_experiments(filter_string=text)))
note("experiments by name", [e.name for e in client.search_experiments(order_by=["name DESC"])])
first = client.search_experiments(max_results=1, order_by=["name"])
second = client.search_experiments(max_results=1, order_by=["name"], page_token=first.token)
note("experiments by page", [first[0].name, second[0].name, bool(second.token)])
failing("experiments with a bad filter", lambda: client.search_experiments(filter_string="x = 1"))

# Runs, nested runs, tags
with mlflow.start_run(run_name="parent", tags={"kind": "outer"}) as parent:
    mlflow.log_param("alpha", 0.5)
    mlflow.log_params({"beta": "b", "empty": "", "none": None})
    for step in range(5):
        mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
    mlflow.log_metrics({"accuracy": 0.9, "f1": 0.8}, step=3)
    mlflow.set_tag("note", "ünïcode 漢字 🎉")
    mlflow.set_tags({"x.y": "1", "mlflow.note.content": "hello"})
    with mlflow.start_run(run_name="child", nested=True) as child:
        mlflow.log_metric("accuracy", 0.7)
        mlflow.log_param("alpha", 1)
read = client.get_run(parent.info.run_id)
note("run status", [read.info.status, read.info.run_name, read.info.end_time >= read.info.start_time])
note("run params", read.data.params)
note("run metrics", read.data.metrics)
note("run tags", {k: v for k, v in read.data.tags.items() if not k.startswith("mlflow.source") and k != "mlflow.user"})
note("child's parent", client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id)
note("artifact uri", read.info.artifact_uri.replace(parent.info.run_id, "RUN").replace(experiment.experiment_id, "EXP"))
history = client.get_metric_history(parent.info.run_id, "loss")
note("history", [[m.step, m.value] for m in history])
note("no history", client.get_metric_history(parent.info.run_id, "none"))
with mlflow.start_run(run_name="failing"):
    mlflow.log_metric("accuracy", 0.1)
    mlflow.end_run("FAILED")
killed = client.create_run(experiment.experiment_id, run_name="killed", tags={"kind": "k"})
client.set_terminated(killed.info.run_id, "KILLED")
note("killed", client.get_run(killed.info.run_id).info.status)
client.update_run(killed.info.run_id, status="RUNNING", name="again")
note("updated", [client.get_run(killed.info.run_id).info.status, client.get_run(killed.info.run_id).data.tags["mlflow.runName"]])
client.set_tag(killed.info.run_id, "mlflow.runName", "by tag")
note("renamed by tag", client.get_run(killed.info.run_id).info.run_name)
client.delete_tag(killed.info.run_id, "kind")
failing("delete a tag twice", lambda: client.delete_tag(killed.info.run_id, "kind"))
failing("two names", lambda: client.create_run(experiment.experiment_id, run_name="a", tags={"mlflow.runName": "b"}))
failing("unknown run", lambda: client.get_run("f" * 32))
client.delete_run(killed.info.run_id)
note("deleted run", client.get_run(killed.info.run_id).info.lifecycle_stage)
failing("log to a deleted run", lambda: client.log_metric(killed.info.run_id, "m", 1))
client.restore_run(killed.info.run_id)
with mlflow.start_run(run_id=killed.info.run_id):
    mlflow.log_metric("resumed", 1)
note("resumed", client.get_run(killed.info.run_id).info.status)

# Special numbers
special = client.create_run(experiment.experiment_id, run_name="special").info.run_id
for key, value in [("nan", math.nan), ("inf", math.inf), ("minus", -math.inf), ("tiny", 5e-324), ("negative step", 1)]:
    client.log_metric(special, key, value, step=-3, timestamp=5)
note("special numbers", {k: str(v) for k, v in client.get_run(special).data.metrics.items()})
for value, step, at in [(1, 5, 10), (2, 5, 20), (3, 4, 99), (0.5, 5, 20)]:
    client.log_metric(special, "latest", value, step=step, timestamp=at)
note("latest is the greatest step and time", client.get_run(special).data.metrics["latest"])
client.log_metric(special, "latest", 1, step=5, timestamp=10)
note("the same point twice", len(client.get_metric_history(special, "latest")))

# Limits
limits = client.create_run(experiment.experiment_id, run_name="limits").info.run_id
client.log_param(limits, "long", "x" * 6000)
client.log_param(limits, "longer", "y" * 9000)
client.set_tag(limits, "long tag", "z" * 9000)
read = client.get_run(limits)
note("lengths kept", [len(read.data.params["long"]), len(read.data.params["longer"]), len(read.data.tags["long tag"])])
failing("key too long", lambda: client.log_metric(limits, "k" * 251, 1))
client.log_metric(limits, "k" * 250, 1)
for bad in ["../a", "/a", "a//b", "a\\b", "a*b", "", "a\x00b"]:
    failing("metric named %r" % bad, lambda: client.log_metric(limits, bad, 1))
for good in ["a/b", "a b", "a:b", "a-b", "a.b", "ä"]:
    failing("metric named %r" % good, lambda: client.log_metric(limits, good, 1))
client.log_param(limits, "p", 1)
client.log_param(limits, "p", 1)
failing("param changed", lambda: client.log_param(limits, "p", 2))
failing(
    "param twice in a batch",
    lambda: client.log_batch(limits, params=[Param("q", "1"), Param("q", "1")]),
)
failing("101 tags at once", lambda: client._tracking_client.store.log_batch(limits, [], [], [RunTag("t%d" % i, "") for i in range(101)]))
failing("101 params at once", lambda: client._tracking_client.store.log_batch(limits, [], [Param("p%d" % i, "") for i in range(101)], []))
failing("1001 metrics at once", lambda: client._tracking_client.store.log_batch(limits, [Metric("m%d" % i, 1, 1, 1) for i in range(1001)], [], []))
client.log_batch(limits, metrics=[Metric("many", i, i, i) for i in range(1000)])
note("a thousand at once", len(client.get_metric_history(limits, "many")))
failing("no timestamp below zero", lambda: client.log_metric(limits, "m", 1, timestamp=-1))
failing("empty batch", lambda: client.log_batch(limits))

# Sixteen writers
shared = client.create_run(experiment.experiment_id, run_name="shared").info.run_id


def write(writer):
    mine = mlflow.MlflowClient()
    for step in range(10):
        mine.log_batch(
            shared,
            metrics=[Metric("together", writer, step, step), Metric("own %d" % writer, 1, 1, step)],
            params=[Param("p %d %d" % (writer, step), "v")],
            tags=[RunTag("t %d" % writer, str(step))],
        )


threads = [threading.Thread(target=write, args=(writer,)) for writer in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
read = client.get_run(shared)
note("sixteen writers", [len(client.get_metric_history(shared, "together")), len(read.data.params), len(read.data.metrics), read.data.metrics["together"]])

# Search with every operator
space = client.create_experiment("search")
for i in range(12):
    run = client.create_run(space, start_time=1000 + i, run_name="r%02d" % i)
    if i % 4:
        client.log_metric(run.info.run_id, "m", math.nan if i % 5 == 0 else i % 3, step=1, timestamp=1)
    client.log_metric(run.info.run_id, "with space", i, timestamp=1)
    client.log_param(run.info.run_id, "p", ["Adam", "adam", "SGD"][i % 3])
    client.set_tag(run.info.run_id, "a.b", "t%d_%s" % (i % 2, "x%"))
    client.set_terminated(run.info.run_id, "FINISHED" if i % 2 else "FAILED", 2000 + i)
for text in [
    "", "metrics.m > 0", "metrics.m >= 1", "metrics.m < 2", "metrics.m <= 1", "metrics.m = 1", "metrics.m != 1",
    "metric.m > 0 and params.p = 'adam'", "metrics.`with space` > 9", 'metrics."with space" < 2',
    "params.p = 'Adam'", "params.p != 'Adam'", "params.p LIKE 'A%'", "params.p ILIKE 'a%'", "parameters.p LIKE '%da_'",
    "tags.`a.b` = 't0_x%'", "tag.`a.b` LIKE 't1%'", "tags.missing != 'x'", "params.missing = 'x'",
    "attributes.status = 'FINISHED'", "status = 'FAILED'", "attribute.run_name = 'r03'", "run_name LIKE 'r0%'", "attributes.`run name` ILIKE 'R1%'",
    "start_time > 1008", "attributes.start_time <= 1001", "created < 1002", "end_time >= 2010",
    "tags.mlflow.runName = 'r05'", "metrics.m > 0 AND metrics.m < 2 AND params.p LIKE '%G%'",
    "params.p IS NULL", "params.p IS NOT NULL AND tags.nothing IS NULL",
]:
    note("runs where " + text, names(client.search_runs([space], text)))
ids = [run.info.run_id for run in client.search_runs([space], "run_name LIKE 'r0%'")]
note("runs in", names(client.search_runs([space], "attributes.run_id IN ('%s', '%s')" % (ids[0], ids[3]))))
note("runs not in", len(client.search_runs([space], "attributes.run_id NOT IN ('%s')" % ids[0])))
for order in [
    ["metrics.m DESC"], ["metrics.m ASC"], ["metrics.m"], ["params.p"], ["params.p DESC", "start_time ASC"],
    ["tags.`a.b` ASC", "metrics.m DESC"], ["attributes.start_time ASC"], ["start_time DESC"], ["end_time ASC"],
    ["attributes.run_name"], ["status", "start_time"], ["metrics.`with space` DESC"], ["metrics.missing DESC"],
]:
    note("runs by %s" % order, names(client.search_runs([space], order_by=order)))
for bad in [
    "metrics.m > 1 OR metrics.m < 0", "metrics.m > 'a'", "params.p > 'a'", "params.p = 1", "colour = 'red'",
    "metrics.m LIKE 'a'", "metrics.m", "= 1", "params.p = 'x", "metric.m >", "dataset.size = 'x'",
    "status IN ('FINISHED')",
]:
    failing("bad filter " + bad, lambda: client.search_runs([space], bad))
failing("bad order", lambda: client.search_runs([space], order_by=["metrics.m UP"]))
failing("too many", lambda: client.search_runs([space], max_results=50001))
failing("bad token", lambda: client.search_runs([space], page_token="!!"))
paged, token = [], None
while True:
    page = client.search_runs([space], order_by=["metrics.m DESC"], max_results=5, page_token=token)
    paged += names(page)
    token = page.token
    if not token:
        break
note("paged", paged)
frame = mlflow.search_runs(experiment_ids=[space], filter_string="metrics.m > 0", order_by=["start_time"])
note("as a frame", sorted(c for c in frame.columns if c.startswith(("metrics", "params"))) + [len(frame)])
note("deleted only", names(client.search_runs([space], run_view_type=ViewType.DELETED_ONLY)))

# Artifacts
awkward = ["plain.txt", "with space.txt", "ünïcode.txt", "100%.txt", "a+b&c=d.txt", "quote'.txt", "semi;colon.txt", "deep/er/file.bin"]
with mlflow.start_run(run_name="artifacts") as run:
    for name in awkward:
        mlflow.log_text("text of " + name, name)
    mlflow.log_dict({"a": [1, 2]}, "data.json")
    mlflow.log_dict({"a": [1, 2]}, "data.yaml")
    mlflow.log_table({"col": ["x", "y"], "n": [1, 2]}, "table.json")
    mlflow.log_table({"col": ["z"], "n": [3]}, "table.json")
    mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "image.png")
    with tempfile.TemporaryDirectory() as folder:
        big = os.path.join(folder, "big.bin")
        with open(big, "wb") as out:
            out.write(os.urandom(1024) * 20480)
        mlflow.log_artifact(big, "large")
        empty = os.path.join(folder, "empty")
        open(empty, "w").close()
        mlflow.log_artifact(empty)
        os.makedirs(os.path.join(folder, "tree", "sub"))
        for path in ["tree/one", "tree/sub/two"]:
            with open(os.path.join(folder, path), "w") as out:
                out.write(path)
        mlflow.log_artifacts(os.path.join(folder, "tree"), "tree")
    artifacts = run.info.run_id


def walk(path=None):
    found = []
    for entry in client.list_artifacts(artifacts, path):
        found.append([entry.path, entry.is_dir, None if entry.path == "image.png" else entry.file_size])
        if entry.is_dir:
            found += walk(entry.path)
    return found


note("artifacts", sorted(walk()))
note("artifact texts", [mlflow.artifacts.load_text("runs:/%s/%s" % (artifacts, name)) for name in awkward])
note("artifact dict", mlflow.artifacts.load_dict("runs:/%s/data.json" % artifacts))
note("table", mlflow.load_table("table.json", run_ids=[artifacts]).to_dict("list"))
note("artifact bytes", os.path.getsize(mlflow.artifacts.download_artifacts(run_id=artifacts, artifact_path="large/big.bin")))
note("no such folder", client.list_artifacts(artifacts, "none"))
note("a file is no folder", client.list_artifacts(artifacts, "plain.txt"))
failing("no such artifact", lambda: mlflow.artifacts.load_text("runs:/%s/none.txt" % artifacts))
for escape in ["../../x", "/etc/passwd", "%2e%2e/x"]:
    failing("artifact path " + escape, lambda: client.list_artifacts(artifacts, escape))

# Datasets
with mlflow.start_run(run_name="datasets") as run:
    dataset = mlflow.data.from_pandas(pd.DataFrame({"x": [1.0, 2.0], "y": [0, 1]}), name="mails", targets="y")
    mlflow.log_input(dataset, context="training")
    mlflow.log_input(dataset, context="training")
    datasets = run.info.run_id
inputs = client.get_run(datasets).inputs.dataset_inputs
note("datasets", [[i.dataset.name, i.dataset.digest, i.dataset.source_type, i.dataset.schema, i.dataset.profile, [[t.key, t.value] for t in i.tags]] for i in inputs])
for text in ["dataset.name = 'mails'", "datasets.digest = '%s'" % inputs[0].dataset.digest, "dataset.context = 'training'", "dataset.name LIKE '%x'"]:
    note("runs where " + re.sub("'[0-9a-f]{8}'", "'D'", text), names(client.search_runs([experiment.experiment_id], text)))

# Models: scikit-learn and ONNX
from skl2onnx import to_onnx  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

features = np.array([[0.0, 1.0], [1.0, 0.0], [0.9, 0.2], [0.1, 0.8]], dtype=np.float32)
classifier = LogisticRegression().fit(features, [0, 1, 1, 0])
with mlflow.start_run(run_name="models") as run:
    mlflow.log_metric("before", 0.5)
    mlflow.log_metric("broken", math.nan)
    info = mlflow.sklearn.log_model(classifier, name="classifier", input_example=features[:1], params={"depth": "3"}, serialization_format="cloudpickle")
    onnx_info = mlflow.onnx.log_model(to_onnx(classifier, features[:1]), name="exported")
    models = run.info.run_id
logged = mlflow.get_logged_model(info.model_id)
note("logged model", [logged.name, logged.status.value, logged.params, sorted(m.key for m in logged.metrics or []), logged.source_run_id == models])
note("model outputs", sorted(o.model_id == info.model_id for o in client.get_run(models).outputs.model_outputs))
note("load by model id", mlflow.sklearn.load_model("models:/" + info.model_id).predict(features).tolist())
note("load by run", mlflow.sklearn.load_model("runs:/%s/classifier" % models).predict(features).tolist())
onnx_model = mlflow.pyfunc.load_model(onnx_info.model_uri)
note("load ONNX", sorted(onnx_model.predict(features).keys()))
mlflow.set_logged_model_tags(info.model_id, {"quality": "good", "passing": "1"})
mlflow.delete_logged_model_tag(info.model_id, "passing")
note("model tags", mlflow.get_logged_model(info.model_id).tags.get("quality"))
for text in [None, "name = 'classifier'", "name LIKE 'ex%'", "params.depth = '3'", "tags.quality = 'good'", "metrics.before > 0.1", "attributes.status = 'READY'", "source_run_id = '%s'" % models]:
    found = mlflow.search_logged_models([experiment.experiment_id], filter_string=text, output_format="list")
    note("models where " + str(text).replace(models, "RUN"), sorted(model.name for model in found))
note("models by metric", [m.name for m in mlflow.search_logged_models([experiment.experiment_id], order_by=[{"field_name": "metrics.before", "ascending": False}], output_format="list")])
failing("unknown model", lambda: mlflow.get_logged_model("m-" + "0" * 32))

# Registry
client.create_registered_model("spam", tags={"team": "mail"}, description="finds spam")
failing("model name taken", lambda: client.create_registered_model("spam"))
for bad in ["", "a/b", "a:b"]:
    failing("model named %r" % bad, lambda: client.create_registered_model(bad))
one = mlflow.register_model("models:/" + info.model_id, "spam", tags={"k": "v"})
two = mlflow.register_model(onnx_info.model_uri, "spam")
three = mlflow.register_model("runs:/%s/classifier" % models, "spam")
note("versions", [one.version, two.version, three.version, one.status, one.current_stage, one.run_id == models])
client.set_registered_model_alias("spam", "champion", "1")
client.set_registered_model_alias("spam", "champion", "2")
client.set_registered_model_alias("spam", "old_one", 1)
model = client.get_registered_model("spam")
note("model", [model.name, model.description, model.tags, model.aliases, sorted(v.version for v in model.latest_versions)])
note("alias", client.get_model_version_by_alias("spam", "champion").version)
note("latest alias", client.get_model_version_by_alias("spam", "latest").version)
note("aliases of a version", sorted(client.get_model_version("spam", "1").aliases))
for bad in ["latest", "v1", "a b", "", "ä!"]:
    failing("alias %r" % bad, lambda: client.set_registered_model_alias("spam", bad, "1"))
failing("alias of no version", lambda: client.set_registered_model_alias("spam", "x", "99"))
failing("unknown alias", lambda: client.get_model_version_by_alias("spam", "none"))
note("load by alias", sorted(mlflow.pyfunc.load_model("models:/spam@champion").predict(features).keys()))
note("load by version", mlflow.sklearn.load_model("models:/spam/1").predict(features).tolist())
client.delete_registered_model_alias("spam", "old_one")
client.delete_registered_model_alias("spam", "old_one")
client.transition_model_version_stage("spam", "1", "staging")
client.transition_model_version_stage("spam", "2", "Staging", archive_existing_versions=True)
note("stages", {v.version: v.current_stage for v in client.search_model_versions("name = 'spam'")})
note("latest by stage", sorted([v.version, v.current_stage] for v in client.get_latest_versions("spam")))
note("latest of one stage", [v.version for v in client.get_latest_versions("spam", ["Staging"])])
failing("unknown stage", lambda: client.transition_model_version_stage("spam", "1", "nowhere"))
client.update_model_version("spam", "1", "the first")
client.set_model_version_tag("spam", "1", "tested", "yes")
client.set_model_version_tag("spam", "2", "tested", "no")
client.delete_model_version_tag("spam", "2", "tested")
client.set_registered_model_tag("spam", "owner", "ann")
client.delete_registered_model_tag("spam", "team")
note("version one", [client.get_model_version("spam", "1").description, {k: v for k, v in client.get_model_version("spam", "1").tags.items() if not k.startswith("espalier.")}])
for text in ["", "name = 'spam'", "name LIKE 'sp%'", "name ILIKE 'SP%'", "tags.owner = 'ann'", "tags.owner != 'ann'"]:
    note("registered where " + text, [m.name for m in client.search_registered_models(text)])
for text in ["name = 'spam'", "run_id = '%s'" % models, "tags.tested = 'yes'", "name LIKE 's%'", "version_number > 1", "version_number <= 2 AND name = 'spam'"]:
    note("versions where " + text.replace(models, "RUN"), [v.version for v in client.search_model_versions(text)])
note("versions by number", [v.version for v in client.search_model_versions("name = 'spam'", order_by=["version_number ASC"])])
page = client.search_model_versions("name = 'spam'", max_results=2)
note("versions by page", [[v.version for v in page], [v.version for v in client.search_model_versions("name = 'spam'", max_results=2, page_token=page.token)]])
failing("bad version filter", lambda: client.search_model_versions("colour = 'x'"))
client.delete_model_version("spam", "2")
failing("deleted version", lambda: client.get_model_version("spam", "2"))
failing("alias of a deleted version", lambda: client.get_model_version_by_alias("spam", "champion"))
client.rename_registered_model("spam", "ham")
note("renamed model", [v.version for v in client.search_model_versions("name = 'ham'")])
failing("renamed away", lambda: client.get_registered_model("spam"))
for source in ["/etc/passwd", "file:///etc/passwd", "mlflow-artifacts:/../x", "mlflow-artifacts:/%2e%2e/x", "runs:/none/x"]:
    failing("source " + source, lambda: client.create_model_version("ham", source))
client.delete_registered_model("ham")
failing("deleted model", lambda: client.get_registered_model("ham"))

# Prompts
prompt = mlflow.genai.register_prompt("greeting", "Hello {{name}}", commit_message="first")
mlflow.genai.register_prompt("greeting", "Hi {{name}}", commit_message="second")
mlflow.genai.set_prompt_alias("greeting", "live", 1)
note("prompt", [mlflow.genai.load_prompt("prompts:/greeting@live").template, mlflow.genai.load_prompt("prompts:/greeting/2").template])
note("prompts are no models", [m.name for m in client.search_registered_models()])
note("prompts", [p.name for p in mlflow.genai.search_prompts()])

# A file in parts, where a server takes them
os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "true"
os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = "1000000"
os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = str(5 << 20)
with mlflow.start_run(run_name="parts") as run:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "in parts & whole.bin")
        content = os.urandom(12 << 20)
        with open(path, "wb") as out:
            out.write(content)
        mlflow.log_artifact(path, "deep/er")
    with open(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="deep/er/in parts & whole.bin"), "rb") as read:
        note("a file in parts", read.read() == content)
    note("parts leave nothing", [[f.path, f.is_dir] for f in client.list_artifacts(run.info.run_id)])
os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "false"

# Traces and assessments
from mlflow.entities import AssessmentSource, Feedback  # noqa: E402

traced = mlflow.set_experiment("traced").experiment_id


@mlflow.trace(name="answer", attributes={"depth": 1})
def answer(question):
    with mlflow.start_span(name="look up", span_type="RETRIEVER") as span:
        span.set_inputs({"question": question})
        span.set_outputs(["ünïcode 漢字"])
    mlflow.update_current_trace(tags={"team": "mail"}, metadata={"k": "v"}, client_request_id="c-" + question)
    return question.upper()


@mlflow.trace(name="broken")
def broken():
    raise ValueError("no answer")


answer("hello")
with mlflow.start_run(run_name="tracing") as run:
    answer("within a run")
    tracing = run.info.run_id
try:
    broken()
except ValueError:
    pass
found = mlflow.search_traces(locations=[traced], order_by=["timestamp_ms ASC"], return_type="list")
note("traces", [[t.info.state.value, t.info.client_request_id, t.info.request_preview, t.info.response_preview] for t in found])
note("spans", [sorted([s.name, s.span_type, str(s.status.status_code), s.inputs, s.outputs] for s in t.data.spans) if t.data.spans else None for t in found])
note("trace tags", [{k: v for k, v in t.info.tags.items() if not k.startswith("mlflow.")} for t in found])
note("trace metadata", [{k: v for k, v in t.info.trace_metadata.items() if not k.startswith("mlflow.")} for t in found])
first, second, third = [t.info.trace_id for t in found]
word = {first: "first", second: "second", third: "third"}
for text in [
    "trace.status = 'OK'", "attributes.status = 'ERROR'", "status != 'OK'", "attributes.name = 'answer'", "name LIKE 'bro%'",
    "tags.team = 'mail'", "metadata.k = 'v'", "timestamp_ms > 0", "execution_time_ms >= 0 AND trace.status = 'OK'",
    "attributes.client_request_id = 'c-hello'", "request_metadata.k LIKE 'v%'",
]:
    note("traces where " + text, sorted(word[t.info.trace_id] for t in client.search_traces(locations=[traced], filter_string=text)))
note("traces of a run", [word[t.info.trace_id] for t in client.search_traces(locations=[traced], run_id=tracing)])
for text in [
    "span.name = 'look up'", "span.name != 'answer'", "span.name LIKE 'bro%'", "span.name ILIKE 'LOOK%'", "span.name IN ('broken', 'x')",
    "span.name NOT IN ('broken')", "span.name RLIKE '^look.up$'", "span.type = 'RETRIEVER'", "span.type LIKE 'RET%' AND span.name = 'look up'",
    "span.type = 'RETRIEVER' AND span.name = 'answer'", "span.status = 'ERROR'", "span.status != 'OK'", "span.content LIKE '%ünïcode%'",
    "span.content ILIKE '%HELLO%'", "trace.text LIKE '%within a run%'", "span.attributes.depth LIKE '%1%'", "span.attributes.mlflow.spanInputs LIKE '%hello%'",
    "span.attributes.none LIKE '%x%'", "tags.team RLIKE '^ma.l$'", "name RLIKE 'bro'", "metadata.k IS NOT NULL", "metadata.k IS NULL",
]:
    note("traces where " + text, sorted(word[t.info.trace_id] for t in client.search_traces(locations=[traced], filter_string=text)))
for bad in ["span.colour = 'x'", "span.content = 'x'", "span.name > 'x'", "trace.text = 'x'"]:
    failing("traces where " + bad, lambda: client.search_traces(locations=[traced], filter_string=bad))
note("traces read one by one", [[s.name for s in mlflow.get_trace(t).data.spans] for t in (first, second, third)])
note("traces read together", [[word[t.info.trace_id], sorted(s.name for s in t.data.spans)] for t in client._tracking_client.store.batch_get_traces([third, first, "tr-" + "0" * 32])])
note("trace infos read together", [word[t.trace_id] for t in client._tracking_client.store.batch_get_trace_infos([second, first])])
failing("traces where none are named", lambda: client._tracking_client.store.get_trace("tr-" + "0" * 32))
span = mlflow.get_trace(first).data.spans[1]
note("one span", [span.name, span.span_type, span.inputs, span.outputs, span.parent_id == mlflow.get_trace(first).data.spans[0].span_id, span.end_time_ns >= span.start_time_ns])
note("an error's event", [[e.name, e.attributes["exception.type"], e.attributes["exception.message"]] for e in mlflow.get_trace(third).data.spans[0].events])
together = client._tracking_client.store.calculate_trace_filter_correlation([traced], "span.name = 'look up'", "trace.status = 'OK'")
note("filters together", [round(together.npmi, 9), round(together.npmi_smoothed, 9), together.filter1_count, together.filter2_count, together.joint_count, together.total_count])
page = client.search_traces(locations=[traced], max_results=2, order_by=["timestamp_ms DESC"])
note("traces by page", [[word[t.info.trace_id] for t in page], [word[t.info.trace_id] for t in client.search_traces(locations=[traced], max_results=2, order_by=["timestamp_ms DESC"], page_token=page.token)]])
for bad in ["colour = 'red'", "status > 'OK'"]:
    failing("traces where " + bad, lambda: client.search_traces(locations=[traced], filter_string=bad))
mlflow.set_trace_tag(first, "seen", "yes")
mlflow.set_trace_tag(first, "gone", "soon")
mlflow.delete_trace_tag(first, "gone")
note("trace tags changed", {k: v for k, v in client.get_trace(first).info.tags.items() if not k.startswith("mlflow.")})
failing("delete a trace tag twice", lambda: mlflow.delete_trace_tag(first, "gone"))
human = AssessmentSource(source_type="HUMAN", source_id="ann")
feedback = mlflow.log_feedback(trace_id=first, name="correct", value=True, rationale="looked", source=human, metadata={"m": "1"})
mlflow.log_feedback(trace_id=second, name="score", value=0.5, source=AssessmentSource(source_type="CODE", source_id="test"))
expected = mlflow.log_expectation(trace_id=first, name="expected", value={"text": "HELLO"}, source=human)
note("feedback", [[a.name, a.value if hasattr(a, "value") else None, a.rationale, a.source.source_type, a.source.source_id, a.metadata] for a in sorted(client.get_trace(first).info.assessments, key=lambda a: a.name)])
read = mlflow.get_assessment(first, feedback.assessment_id)
note("one assessment", [read.name, read.value, read.rationale, read.valid])
mlflow.update_assessment(first, feedback.assessment_id, Feedback(name="correct", value=False, rationale="looked again"))
read = mlflow.get_assessment(first, feedback.assessment_id)
note("assessment changed", [read.value, read.rationale])
mlflow.override_feedback(trace_id=first, assessment_id=feedback.assessment_id, value="maybe", source=human)
note("assessment overridden", sorted([a.name, str(a.value), a.valid] for a in client.get_trace(first).info.assessments if a.name == "correct"))
mlflow.delete_assessment(first, expected.assessment_id)
failing("deleted assessment", lambda: mlflow.get_assessment(first, expected.assessment_id))
failing("unknown trace", lambda: client._tracing_client.get_trace_info("tr-" + "0" * 32))
# OpenTelemetry's own exporter, which knows nothing of MLflow
import urllib.error  # noqa: E402
import urllib.request  # noqa: E402

from opentelemetry.exporter.otlp.proto.http import Compression  # noqa: E402
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: E402
from opentelemetry.sdk.resources import Resource  # noqa: E402
from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult  # noqa: E402

plain = client.create_experiment("otel")
for compression in [Compression.NoCompression, Compression.Gzip, Compression.Deflate]:
    exporter = OTLPSpanExporter(endpoint=url + "/v1/traces", headers={"x-mlflow-experiment-id": plain}, compression=compression)
    provider = TracerProvider(resource=Resource({"service.name": "mailer", "deployment": 3}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("day")
    with tracer.start_as_current_span("receive", attributes={"session.id": "s-1", "user.id": "ann", "n": 7, "ratio": 0.5, "flags": [True, False], "words": ["ä", "b"]}) as outer:
        outer.add_event("seen", {"size": 3})
        with tracer.start_as_current_span(compression.name):
            pass
    provider.shutdown()
found = client.search_traces(locations=[plain], order_by=["timestamp_ms ASC"])
note("exported", [[t.info.state.value, t.info.tags.get("service.name"), t.info.tags.get("deployment"), t.info.trace_metadata.get("mlflow.trace.user"), t.info.trace_metadata.get("mlflow.trace.session"), [s.name for s in t.data.spans]] for t in found])
note("exported attributes", {k: v for k, v in found[0].data.spans[0].attributes.items() if not k.startswith("mlflow.")})
note("exported events", [[e.name, dict(e.attributes)] for e in found[0].data.spans[0].events])
note("exported, by a span", len(client.search_traces(locations=[plain], filter_string="span.name = 'Gzip'")))
note("export to no experiment", OTLPSpanExporter(endpoint=url + "/v1/traces", headers={"x-mlflow-experiment-id": "424242"}).export([]) is not None)


def exported(body, **headers):
    request = urllib.request.Request(url + "/v1/traces", data=body, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as refusal:
        return refusal.code


document = {
    "resourceSpans": [{"scopeSpans": [{"spans": [{
        "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": "in JSON",
        "startTimeUnixNano": "1700000000000000000", "endTimeUnixNano": "1700000001500000000", "status": {"code": 2},
        "attributes": [{"key": "mlflow.spanInputs", "value": {"stringValue": "question"}}, {"key": "mlflow.spanType", "value": {"stringValue": "AGENT"}}, {"key": "mlflow.traceTag.team", "value": {"stringValue": "mail"}}],
    }]}]}]
}
note("exported in JSON", exported(json.dumps(document).encode(), Content_Type="application/json", x_mlflow_experiment_id=plain))
read = mlflow.get_trace("tr-0af7651916cd43dd8448eb211c80319c")
note("read from JSON", [read.info.state.value, read.info.request_preview, read.info.tags.get("team"), read.info.execution_duration, read.data.spans[0].name, read.data.spans[0].span_type, read.data.spans[0].inputs])
document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["spanId"] = ""
note("exported nonsense", [
    exported(b"{", Content_Type="application/json", x_mlflow_experiment_id=plain),
    exported(b"{}", Content_Type="application/json", x_mlflow_experiment_id=plain),
    exported(json.dumps(document).encode(), Content_Type="application/json", x_mlflow_experiment_id=plain),
    exported(b"{}", Content_Type="text/plain", x_mlflow_experiment_id=plain),
    exported(b"\xff\xff", Content_Type="application/x-protobuf", x_mlflow_experiment_id=plain),
    exported(b"x", Content_Type="application/x-protobuf", Content_Encoding="gzip", x_mlflow_experiment_id=plain),
    exported(b"x", Content_Type="application/x-protobuf", Content_Encoding="br", x_mlflow_experiment_id=plain),
])
note("traces deleted", client.delete_traces(traced, trace_ids=[third]))
note("traces left", sorted(word[t.info.trace_id] for t in client.search_traces(locations=[traced])))
note("traces deleted by time", client.delete_traces(traced, max_timestamp_millis=4102444800000))
mlflow.set_experiment("day")

# Autolog
mlflow.sklearn.autolog()
with mlflow.start_run(run_name="automatic") as run:
    LogisticRegression(C=0.5).fit(features, [0, 1, 1, 0])
    automatic = run.info.run_id
mlflow.sklearn.autolog(disable=True)
read = client.get_run(automatic)
note("autolog", [read.data.params["C"], sorted(read.data.metrics), len(read.inputs.dataset_inputs), len(read.outputs.model_outputs)])

import limits  # noqa: E402, F401
import searches  # noqa: E402, F401
import shown  # noqa: E402, F401

with open(sys.argv[2], "w", encoding="utf-8") as out:
    json.dump(answers, out, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False, default=str)
