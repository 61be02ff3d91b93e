"""Every limit, just kept and just broken, past the client's own checks; and the words of refusals."""

from answers import client, failing, note, outcome, plain, raw, said

home = client.create_experiment("limits")
run = client.create_run(home, run_name="limits").info.run_id


def log(**what):
    return {"run_id": run, **what}


def metric(key="m", value=1, timestamp=1, step=0):
    return {"key": key, "value": value, "timestamp": timestamp, "step": step}


def pair(key, value):
    return {"key": key, "value": value}


# How many at once
for n in [1000, 1001]:
    said("batch of %d metrics" % n, "POST", "runs/log-batch", log(metrics=[metric("many %d" % n, step=i) for i in range(n)]))
for n in [100, 101]:
    said("batch of %d params" % n, "POST", "runs/log-batch", log(params=[pair("p%d %d" % (n, i), "v") for i in range(n)]))
    said("batch of %d tags" % n, "POST", "runs/log-batch", log(tags=[pair("t%d %d" % (n, i), "v") for i in range(n)]))
for n in [900, 901]:
    said("batch of %d in all" % (n + 100), "POST", "runs/log-batch", log(metrics=[metric("all", step=i) for i in range(n)], params=[pair("all %d %d" % (n, i), "v") for i in range(100)]))
outcome("batch of a megabyte", "POST", "runs/log-batch", log(tags=[pair("t%d" % i, "x" * 12_000) for i in range(100)]))
note("nothing of what broke a limit is there", sorted(k for k in client.get_run(run).data.params if k.startswith("p101")))

# How long
for n in [250, 251]:
    outcome("metric key of %d" % n, "POST", "runs/log-metric", log(**metric("k" * n)))
    outcome("param key of %d" % n, "POST", "runs/log-parameter", log(key="k" * n, value="v"))
    outcome("tag key of %d" % n, "POST", "runs/set-tag", log(key="k" * n, value="v"))
    outcome("experiment tag key of %d" % n, "POST", "experiments/set-experiment-tag", {"experiment_id": home, "key": "k" * n, "value": "v"})
for n in [6000, 6001, 500_000]:
    outcome("param of %d" % n, "POST", "runs/log-parameter", log(key="long %d" % n, value="x" * n))
for n in [8000, 8001, 500_000]:
    outcome("tag of %d" % n, "POST", "runs/set-tag", log(key="long %d" % n, value="x" * n))
read = client.get_run(run).data
note("kept of long values", [{k: len(v) for k, v in kept.items() if k.startswith("long")} for kept in (read.params, read.tags)])
for n in [500, 501]:
    outcome("experiment name of %d" % n, "POST", "experiments/create", {"name": "e" * n})
for n in [5000, 20001]:
    outcome("experiment tag of %d" % n, "POST", "experiments/set-experiment-tag", {"experiment_id": home, "key": "long", "value": "x" * n})
client.create_registered_model("limits")
client.create_model_version("limits", client.get_run(run).info.artifact_uri + "/model", run)
for n in [250, 251]:
    outcome("model tag key of %d" % n, "POST", "registered-models/set-tag", {"name": "limits", "key": "k" * n, "value": "v"})
    outcome("version tag key of %d" % n, "POST", "model-versions/set-tag", {"name": "limits", "version": "1", "key": "k" * n, "value": "v"})
for n in [5000, 100_000, 100_001]:
    outcome("model tag of %d" % n, "POST", "registered-models/set-tag", {"name": "limits", "key": "long", "value": "x" * n})
    outcome("version tag of %d" % n, "POST", "model-versions/set-tag", {"name": "limits", "version": "1", "key": "long", "value": "x" * n})
for n in [255, 256]:
    outcome("alias of %d" % n, "POST", "registered-models/alias", {"name": "limits", "alias": "a" * n, "version": "1"})
    outcome("model name of %d" % n, "POST", "registered-models/create", {"name": "n" * n})


def dataset(**fields):
    return log(datasets=[{"dataset": {"name": "d", "digest": "1", "source_type": "local", "source": "s", **fields}}])


for field, most in [("name", 500), ("digest", 36), ("source", 65_535), ("schema", 1_048_575), ("profile", 16_777_215)]:
    for n in [most, most + 1]:
        outcome("dataset with a %s of %d" % (field, n), "POST", "runs/log-inputs", dataset(**{field: "x" * n}))
for n in [255, 256]:
    outcome("dataset tag key of %d" % n, "POST", "runs/log-inputs", log(datasets=[{"tags": [pair("k" * n, "v")], "dataset": {"name": "d2", "digest": "1", "source_type": "local", "source": "s"}}]))
for n in [500, 501]:
    outcome("dataset tag of %d" % n, "POST", "runs/log-inputs", log(datasets=[{"tags": [pair("k", "x" * n)], "dataset": {"name": "d3", "digest": "1", "source_type": "local", "source": "s"}}]))
model = client.create_logged_model(home, name="limits").model_id
for n in [250, 251]:
    outcome("logged model's param key of %d" % n, "POST", "logged-models/%s/params" % model, {"model_id": model, "params": [pair("k" * n, "v")]})
    outcome("logged model's tag key of %d" % n, "PATCH", "logged-models/%s/tags" % model, {"model_id": model, "tags": [pair("k" * n, "v")]})
for n in [6000, 6001]:
    outcome("logged model's param of %d" % n, "POST", "logged-models/%s/params" % model, {"model_id": model, "params": [pair("long %d" % n, "x" * n)]})

# What no value may be
for value in ["NaN", "Infinity", "-Infinity", "1.5", "x", True, None, [1], {}]:
    outcome("metric value %r" % (value,), "POST", "runs/log-metric", log(key="value", value=value, timestamp=1, step=0))
for step in [-5, 0, "7", 1.5, 9_223_372_036_854_775_807, 9_223_372_036_854_775_808, "x"]:
    outcome("metric step %r" % (step,), "POST", "runs/log-metric", log(key="step", value=1, timestamp=1, step=step))
for at in [0, -1, "7", 9_223_372_036_854_775_807, "x"]:
    outcome("metric timestamp %r" % (at,), "POST", "runs/log-metric", log(key="at", value=1, timestamp=at, step=0))
for key in ["a/b", "a b", "a.b", "a-b", "a:b", "ü", "../x", "/x", "a//b", "./x", "a/../b", "", "a,b", "a\nb", "a\\b", "a*b", "x/"]:
    outcome("metric called %r" % key, "POST", "runs/log-metric", log(**metric(key)))
    outcome("param called %r" % key, "POST", "runs/log-parameter", log(key=key, value="v"))
    outcome("tag called %r" % key, "POST", "runs/set-tag", log(key=key, value="v"))
outcome("param without a value", "POST", "runs/log-parameter", log(key="bare"))
outcome("tag without a value", "POST", "runs/set-tag", log(key="bare"))
for id in ["x", "a b", "../x", "x" * 300, ""]:
    outcome("run called %r" % id, "GET", "runs/get", query={"run_id": id})
    outcome("experiment called %r" % id, "GET", "experiments/get", query={"experiment_id": id})
for where in ["s3://bucket/x", "/tmp/x", "file:///tmp/x#y", "runs:/x", "mlflow-artifacts:/a/../b", "mlflow-artifacts:/a?b=c", "http://host/x"]:
    outcome("experiment with its files at %s" % where, "POST", "experiments/create", {"name": "at " + where, "artifact_location": where})

# Addresses that a store signs: none where files go through the server
for way in ["upload", "download"]:
    for body in [{"run_id": run, "path": "a/b.txt"}, {"run_id": "0" * 32, "path": "a"}, {"run_id": run, "path": "../a"}, {"run_id": run}, {"path": "a"}, {"run_id": run, "path": "a", "expiration": 0}]:
        outcome("signed %s of %s" % (way, plain(body)), "POST", "artifacts/presigned-%s-url" % way, body)

# Words that clients and people match
nobody = "0" * 32
said("no field", "POST", "experiments/create", {})
said("no run", "GET", "runs/get", query={"run_id": nobody})
said("no run to log to", "POST", "runs/log-metric", {"run_id": nobody, **metric()})
said("no experiment", "GET", "experiments/get", query={"experiment_id": "424242"})
said("no experiment of that name", "GET", "experiments/get-by-name", query={"experiment_name": "nowhere"})
said("no model", "GET", "registered-models/get", query={"name": "nowhere"})
said("no version", "GET", "model-versions/get", query={"name": "limits", "version": "99"})
said("no alias", "GET", "registered-models/alias", query={"name": "limits", "alias": "nowhere"})
said("no logged model", "GET", "logged-models/m-" + nobody)
said("no tag", "POST", "runs/delete-tag", {"run_id": run, "key": "nowhere"})
said("taken name of an experiment", "POST", "experiments/create", {"name": "limits"})
said("taken name of a model", "POST", "registered-models/create", {"name": "limits"})
client.log_param(run, "fixed", "1")
said("another value of a param", "POST", "runs/log-parameter", log(key="fixed", value="2"))
said("another value of a param in a batch", "POST", "runs/log-batch", log(params=[pair("fixed", "2")]))
said("the same value of a param", "POST", "runs/log-parameter", log(key="fixed", value="1"))
client.delete_run(run)
said("a deleted run", "POST", "runs/log-metric", log(**metric()))
said("a deleted run's tag", "POST", "runs/set-tag", log(key="k", value="v"))
client.restore_run(run)
gone = client.create_experiment("limits, gone")
client.delete_experiment(gone)
said("a deleted experiment", "POST", "runs/create", {"experiment_id": gone})
outcome("a deleted experiment's name", "POST", "experiments/update", {"experiment_id": gone, "new_name": "other"})
for name, method, path, body in [
    ("run", "POST", "runs/delete", {}), ("tag", "POST", "runs/set-tag", {"run_id": run}), ("metric", "POST", "runs/log-metric", {"run_id": run, "key": "m"}),
    ("model", "POST", "registered-models/create", {}), ("version", "POST", "model-versions/create", {"name": "limits"}), ("alias", "POST", "registered-models/alias", {"name": "limits", "alias": "x"}),
    ("search", "POST", "experiments/search", {}),
]:
    outcome("%s without what it needs" % name, method, path, body)
failing("a run of a text", lambda: client.create_run("text"))
note("no route", [raw("GET", "nowhere")[0], raw("GET", "runs/nowhere")[0]])
