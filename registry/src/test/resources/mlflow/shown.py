"""What a data scientist looks at: files of any name, tables, images, figures; nested runs; models by every address; prompts."""

import os
import re
import tempfile

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import mlflow  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from answers import asked, client, failing, note, plain, raw  # noqa: E402
from mlflow.models import infer_signature  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402

shown = mlflow.set_experiment("shown").experiment_id


def tree(run, path=None):
    found = []
    for entry in client.list_artifacts(run, path):
        found.append([entry.path, entry.is_dir, entry.file_size])
        if entry.is_dir:
            found += tree(run, entry.path)
    return sorted(found, key=lambda each: each[0])


# Twenty megabytes under awkward names, in awkward folders, up and down again
names = ["größe & maß 100%.bin", "a+b=c;d,e (1) [2] {3}.bin", "'quoted' ~tilde^.bin", ".hidden", "ends with dot.", "漢字 🎉.bin", "%41%2e%2e.bin", "x" * 120 + ".bin", "tab\tname.bin"]
with mlflow.start_run(run_name="awkward") as run:
    with tempfile.TemporaryDirectory() as folder:
        content = os.urandom(20 << 20)
        for i, name in enumerate(names):
            path = os.path.join(folder, name)
            with open(path, "wb") as out:
                out.write(content if i == 0 else name.encode())
            asked("log %r" % name, lambda: mlflow.log_artifact(path, "Ordner ä/100% & more"))
        note("awkward files", tree(run.info.run_id))
        same = []
        for i, name in enumerate(names):
            try:
                with open(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="Ordner ä/100% & more/" + name), "rb") as read:
                    same.append(read.read() == (content if i == 0 else name.encode()))
            except Exception as failure:  # noqa: BLE001
                same.append(type(failure).__name__)
        note("awkward files read again", same)
        asked("a folder read again", lambda: sorted(len(files) for _, _, files in os.walk(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="Ordner ä"))))
    mlflow.log_text("first", "twice.txt")
    mlflow.log_text("second, longer", "twice.txt")
    note("a file written twice", [mlflow.artifacts.load_text(run.info.artifact_uri + "/twice.txt"), tree(run.info.run_id)[-1]])

# Tables, images, figures
with mlflow.start_run(run_name="pictures") as run:
    mlflow.log_table(pd.DataFrame({"text": ["ä", "b,c", None], "n": [1, 2, 3], "x": [0.5, float("nan"), 2]}), "tables/frame.json")
    mlflow.log_table({"text": ["more"], "n": [4], "x": [1.0]}, "tables/frame.json")
    note("a table added to", mlflow.load_table("tables/frame.json", run_ids=[run.info.run_id], extra_columns=["run_id"]).drop(columns="run_id").astype(str).fillna("nan").to_dict("list"))
    note("tables of the experiment", len(mlflow.load_table("tables/frame.json")))
    for step in range(3):
        mlflow.log_image(np.full((6, 6, 3), 40 * step, dtype=np.uint8), key="seen", step=step, timestamp=1000 + step, synchronous=True)
    mlflow.log_image(np.linspace(0, 1, 16).reshape(4, 4), "images/gray.png")
    figure, axes = plt.subplots()
    axes.plot([1, 2, 3])
    mlflow.log_figure(figure, "figures/line.png")
    mlflow.log_figure(figure, "figures/line.svg")
    plt.close(figure)
    pictures = run.info.run_id
    note("pictures", sorted(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", each[0]) for each in tree(pictures)))
    image = mlflow.artifacts.load_image(run.info.artifact_uri + "/images/gray.png")
    note("a picture read again", [image.size, image.mode])
    note("tags of tables and pictures", {k: v for k, v in client.get_run(pictures).data.tags.items() if k in ("mlflow.loggedArtifacts", "mlflow.loggedImages")})

# Runs within runs
with mlflow.start_run(run_name="outermost") as outer:
    for i in range(3):
        with mlflow.start_run(run_name="inner %d" % i, nested=True):
            mlflow.log_metric("score", i)
            with mlflow.start_run(run_name="innermost %d" % i, nested=True):
                mlflow.log_metric("score", 10 + i)
note("runs within a run", [r.info.run_name for r in client.search_runs([shown], "tags.mlflow.parentRunId = '%s'" % outer.info.run_id, order_by=["metrics.score"])])
note("runs without one above", sorted(r.info.run_name for r in client.search_runs([shown], "tags.mlflow.parentRunId IS NULL")))
failing("a run within none", lambda: mlflow.start_run(run_name="lost", parent_run_id="0" * 32))
with mlflow.start_run(run_name="by hand", parent_run_id=outer.info.run_id) as inner:
    note("a run given its parent", client.get_run(inner.info.run_id).data.tags["mlflow.parentRunId"] == outer.info.run_id)
mlflow.sklearn.autolog(max_tuning_runs=2)
features = np.array([[i / 20, (i * 7 % 20) / 20] for i in range(20)])
labels = [int(a > 0.5) for a, _ in features]
with mlflow.start_run(run_name="search"):
    GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0, 10.0]}, cv=2).fit(features, labels)
    searched = mlflow.active_run().info.run_id
mlflow.sklearn.autolog(disable=True)
parent = client.get_run(searched)
note("autolog of a search", [sorted(parent.data.params), sorted(parent.data.metrics), [e[0] for e in tree(searched)], len(parent.outputs.model_outputs)])
note("autolog of its trials", sorted([sorted(r.data.params), sorted(r.data.metrics)] for r in client.search_runs([shown], "tags.mlflow.parentRunId = '%s'" % searched)))

# Models by every address
fitted = LogisticRegression().fit(features, labels)
with mlflow.start_run(run_name="registered at once") as run:
    info = mlflow.sklearn.log_model(
        fitted, name="net", signature=infer_signature(features, fitted.predict(features)), input_example=features[:2],
        registered_model_name="addresses", metadata={"team": "mail"}, tags={"level": "low"}, serialization_format="cloudpickle",
    )
    legacy = mlflow.sklearn.log_model(fitted, artifact_path="old style", serialization_format="cloudpickle")
note("a signature read again", [str(mlflow.models.get_model_info(info.model_uri).signature), mlflow.models.get_model_info("models:/addresses/1").metadata])
client.set_registered_model_alias("addresses", "best", 1)
with_stages = client.transition_model_version_stage("addresses", 1, "Production")
expected = fitted.predict(features).tolist()
for address in ["models:/addresses/1", "models:/addresses@best", "models:/addresses/Production", "models:/addresses/latest", "models:/" + info.model_id, "runs:/%s/net" % run.info.run_id, info.model_uri, legacy.model_uri]:
    asked("load " + plain(address), lambda: mlflow.sklearn.load_model(address).predict(features).tolist() == expected)
    asked("load as a function " + plain(address), lambda: mlflow.pyfunc.load_model(address).predict(features).tolist() == expected)
for address in ["models:/addresses/9", "models:/addresses@none", "models:/addresses/Staging", "models:/nowhere/1", "models:/m-" + "0" * 32, "runs:/%s/none" % run.info.run_id]:
    failing("load " + plain(address), lambda: mlflow.sklearn.load_model(address))
note("an input example read again", mlflow.models.Model.load(info.model_uri).load_input_example().tolist())
copied = client.copy_model_version("models:/addresses/1", "copied")
note("a version copied", [copied.name, copied.version, mlflow.sklearn.load_model("models:/copied/1").predict(features).tolist() == expected])
version = client.get_model_version("addresses", "1")
note("a version's fields", [version.current_stage, version.status, version.aliases, version.run_id == run.info.run_id, bool(version.source), plain(version.model_id or "")])
logged = mlflow.get_logged_model(info.model_id)
note("a logged model's fields", [logged.name, logged.model_type, logged.tags.get("level"), sorted(logged.tags), logged.params, logged.status.value])
note("a logged model's files", sorted([f.path, f.is_dir] for f in client.list_logged_model_artifacts(info.model_id)))
client.log_model_artifact(info.model_id, __file__)
note("a file added to a logged model", any(f.path == "shown.py" for f in client.list_logged_model_artifacts(info.model_id)))
with mlflow.start_run(run_name="judged"):
    mlflow.log_metric("auc", 0.9, model_id=info.model_id, dataset=mlflow.data.from_numpy(features, name="points"))
note("a metric of a model", [[m.key, m.value, m.dataset_name] for m in mlflow.get_logged_model(info.model_id).metrics])
client.delete_logged_model(info.model_id)
failing("a deleted logged model", lambda: client.get_logged_model(info.model_id))
failing("register what is not there", lambda: mlflow.register_model("runs:/%s/none" % run.info.run_id, "addresses"))
client.delete_experiment_tag(client.create_experiment("tagged", tags={"a": "b"}), "a")
note("an experiment's tag deleted", client.get_experiment_by_name("tagged").tags.get("a"))

# Datasets
with mlflow.start_run(run_name="data") as run:
    mlflow.log_input(mlflow.data.from_numpy(features, name="points", targets=np.array(labels)), context="training", tags={"fold": "1"})
    mlflow.log_input(mlflow.data.from_pandas(pd.DataFrame({"a": [1], "b": ["x"]}), name="frame"), context="testing")
    mlflow.log_input(mlflow.data.from_pandas(pd.DataFrame({"a": [1], "b": ["x"]}), name="frame"), context="again")
note("datasets read again", sorted([i.dataset.name, i.dataset.source_type, i.dataset.schema, i.dataset.profile, sorted([t.key, t.value] for t in i.tags)] for i in client.get_run(run.info.run_id).inputs.dataset_inputs))
status, answer = raw("POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": [shown]})
note("datasets of the experiment", [status, sorted([d["name"], d.get("context", "")] for d in answer.get("dataset_summaries", []))])

# Prompts
chat = [{"role": "system", "content": "You are {{style}}."}, {"role": "user", "content": "{{question}}"}]
one = mlflow.genai.register_prompt("ask", chat, commit_message="chat", tags={"team": "mail"}, response_format={"type": "object", "properties": {"a": {"type": "string"}}})
two = mlflow.genai.register_prompt("ask", "Answer {{question}} in {{language}}", commit_message="text", model_config={"model_name": "m", "temperature": 0.5})
note("a prompt of messages", [one.version, one.template, sorted(one.variables), one.response_format, one.commit_message, one.tags])
read = mlflow.genai.load_prompt("prompts:/ask/2")
note("a prompt of text", [read.version, read.template, sorted(read.variables), read.format(question="q", language="l"), read.commit_message])
mlflow.genai.set_prompt_alias("ask", "live", 2)
note("a prompt by its alias", mlflow.genai.load_prompt("prompts:/ask@live").version)
mlflow.genai.delete_prompt_alias("ask", "live")
failing("a prompt by an alias that is gone", lambda: mlflow.genai.load_prompt("prompts:/ask@live"))
note("no such prompt, allowed", mlflow.genai.load_prompt("prompts:/none/1", allow_missing=True))
failing("no such prompt", lambda: mlflow.genai.load_prompt("prompts:/none/1"))
for bad in ["a b", "a/b", "", "ä"]:
    failing("a prompt named %r" % bad, lambda: mlflow.genai.register_prompt(bad, "x"))
failing("a prompt too long", lambda: mlflow.genai.register_prompt("long", "x" * 100_001))
mlflow.genai.register_prompt("long", "x" * 100_000)
note("a prompt just short enough", len(mlflow.genai.load_prompt("prompts:/long/1").template))
client.set_prompt_tag("ask", "owner", "ann")
client.set_prompt_version_tag("ask", "1", "tried", "yes")
client.delete_prompt_version_tag("ask", "1", "tried")
client.set_prompt_version_tag("ask", "2", "tried", "no")
note("a prompt's tags", [client.get_prompt("ask").tags.get("owner"), client.get_prompt_version("ask", "1").tags, client.get_prompt_version("ask", "2").tags])
client.delete_prompt_tag("ask", "owner")
for text in [None, "name = 'ask'", "name LIKE 'lo%'", "tags.team = 'mail'"]:
    asked("prompts where %s" % text, lambda: sorted(p.name for p in client.search_prompts(text)))
with mlflow.start_run(run_name="prompted") as run:
    client.link_prompt_version_to_run(run.info.run_id, two)
note("prompts of a run", [p.name + "/" + str(p.version) for p in client.list_logged_prompts(run.info.run_id)])
failing("a prompt is no model", lambda: client.get_registered_model("ask"))
failing("a version of a prompt by the models' way", lambda: client.get_model_version("ask", "1"))
asked("a model is no prompt", lambda: client.get_prompt("addresses"))
failing("a model's version by the prompts' way", lambda: mlflow.genai.load_prompt("prompts:/addresses/1"))
client.delete_prompt_version("ask", "1")
asked("a prompt's deleted version", lambda: client.get_prompt_version("ask", "1"))
mlflow.set_experiment("day")
