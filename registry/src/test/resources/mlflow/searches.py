"""Each search with every identifier and every operator that its grammar has, and some that it has not."""

import mlflow
from answers import asked, client, note, outcome, raw
from mlflow.entities import DatasetInput, Dataset, InputTag, Metric, Param, RunTag, LoggedModelStatus

ORDERED = [">", ">=", "=", "!=", "<", "<="]
EQUAL = ["=", "!="]
TEXT = EQUAL + ["LIKE", "ILIKE"]
LISTED = ["IN", "NOT IN"]
ABSENT = ["IS NULL", "IS NOT NULL"]
EVERY = ORDERED + ["LIKE", "ILIKE", "RLIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL"]


def clause(identifier, operator, value):
    """`value` is what the identifier is compared with: a number, a text, or several texts."""
    if operator in ABSENT:
        return "%s %s" % (identifier, operator)
    if operator in LISTED:
        several = value if isinstance(value, list) else [value]
        return "%s %s (%s)" % (identifier, operator, ", ".join("'%s'" % each for each in several))
    one = value[0] if isinstance(value, list) else value
    return "%s %s %s" % (identifier, operator, one if isinstance(one, (int, float)) else "'%s'" % one)


def every(what, find, rows, words):
    """Every operator on every identifier; `words` says in the answers what differs by nature."""
    for identifier, value in rows:
        for operator in EVERY:
            shown = clause(identifier, operator, words.get(identifier, value))
            asked("%s where %s" % (what, shown), lambda: find(clause(identifier, operator, value)))


# Runs
space = client.create_experiment("operators")
runs = []
for i, (optimizer, width) in enumerate([("Adam", 8), ("adam", 16), ("SGD", 32), ("sgd 100%", 64), ("a_b", 8)]):
    run = client.create_run(space, start_time=5000 + i, run_name="Run %d" % i, tags={"team": ["Mail", "mail", "web"][i % 3]}).info.run_id
    runs.append(run)
    client.log_batch(
        run,
        metrics=[Metric("loss", [0.5, 0.25, 0.125, 1e300, -3.5][i], 7, 1)] + ([Metric("rare", i, 7, 1)] if i % 2 else []),
        params=[Param("optimizer", optimizer), Param("width", str(width))],
        tags=[RunTag("odd key/x", "v%d" % i)],
    )
    context = ["training", "Training", "test"][i % 3]
    client.log_inputs(run, [DatasetInput(Dataset("People%d" % (i % 2), "d%d" % i, "local", "s"), [InputTag("mlflow.data.context", context)])])
    client.set_terminated(run, ["FINISHED", "FAILED", "KILLED"][i % 3], 9000 + i)
number = {run: i for i, run in enumerate(runs)}
root = client.get_run(runs[2]).info.artifact_uri


def found_runs(text):
    return [number[run.info.run_id] for run in client.search_runs([space], text, order_by=["start_time ASC"])]


every(
    "runs",
    found_runs,
    [
        ("metrics.loss", 0.25), ("metrics.rare", 1), ("params.optimizer", "adam"), ("params.width", "8"), ("tags.team", "mail"),
        ("attributes.run_id", runs[1]), ("attributes.run_name", "Run 2"), ("attributes.status", "FAILED"),
        ("attributes.artifact_uri", root), ("attributes.start_time", 5002), ("attributes.end_time", 9001),
        ("datasets.name", ["People0", "none"]), ("datasets.digest", ["d1", "d3"]), ("datasets.context", ["training", "test"]),
    ],
    {"attributes.run_id": "RUN", "attributes.artifact_uri": "URI"},
)
for text in [
    "params.optimizer LIKE '%'", "params.optimizer LIKE '____'", "params.optimizer LIKE 'a\\_b'", "params.optimizer LIKE '%100\\%'",
    "params.optimizer LIKE 'ADAM'", "params.optimizer ILIKE 'ADAM'", "params.optimizer LIKE ''", "params.optimizer = \"adam\"",
    "tags.`odd key/x` = 'v1'", "tags.\"odd key/x\" = 'v1'", "metrics.loss > -4 AND metrics.loss < 0", "metrics.loss >= 1e300",
    "metrics.loss = 5e-1", "metrics.loss > .2", "params.width = '8' and tags.team != 'web' And metrics.loss < 1",
    "  run_name   =   'Run 1'  ", "run_name='Run 1'", "attr.status = 'FINISHED'", "run.status = 'FINISHED'", "status = 'finished'", "status = 'NONE'",
    "attribute.created > 5003", "datasets.name = 'People0' AND datasets.context = 'test'", "params.optimizer IN ('Adam')",
    "tags.team IN ('mail')", "metrics.loss IN (1)", "attributes.run_id IN ()", "attributes.start_time = '5000'", "user_id != ''",
    "(params.width = '8')", "params.width = '8';", "params.width = '8'; DROP TABLE runs", "NOT params.width = '8'", "params.width == '8'",
    "params.width = '8' AND", "params.'x' = 'y'", "params. = 'y'", ".x = 'y'", "params.width <> '8'", "metrics.loss > NaN", "'8' = params.width",
    "params.width = params.optimizer", "params.optimizer BETWEEN 'a' AND 'b'", "tags.team = 'it''s'", "tags.team = \"it's\"",
]:
    asked("runs where " + text, lambda: found_runs(text))
for order in [
    ["metrics.loss"], ["metrics.loss DESC"], ["metrics.rare"], ["metrics.rare DESC"], ["params.optimizer"], ["params.width DESC", "metrics.loss"],
    ["tags.team", "start_time DESC"], ["attributes.end_time DESC"], ["attributes.artifact_uri", "start_time"], ["run_name DESC"], ["attributes.status", "run_name"],
    ["Created DESC"], ["dataset.name"], ["colour"], ["metrics.loss asc"], ["metrics.`loss` desc"], ["metrics.loss ASC DESC"], [""],
]:
    asked("runs in the order %s" % order, lambda: [number[run.info.run_id] for run in client.search_runs([space], order_by=order)] if "artifact_uri" not in order[0] else len(client.search_runs([space], order_by=order)))

# Experiments
stamps = []
for i, name in enumerate(["op one", "op Two", "op 100%"]):
    made = client.create_experiment(name, tags={"level": ["Low", "low", "high"][i], "only" if i else "first": "x"})
    stamps.append(client.get_experiment(made).creation_time)


def found_experiments(text):
    return sorted(e.name for e in client.search_experiments(filter_string=text and text + " AND name LIKE 'op %'"))


every(
    "experiments",
    found_experiments,
    [("name", "op Two"), ("tags.level", "low"), ("tags.only", "x"), ("attribute.name", "op one"), ("creation_time", stamps[1]), ("last_update_time", 1)],
    {"creation_time": 2},
)
for order in [["name"], ["name DESC"], ["experiment_id ASC"], ["creation_time", "name"], ["last_update_time DESC", "name"], ["tags.level"], ["colour"]]:
    asked("experiments in the order %s" % order, lambda: [e.name for e in client.search_experiments(filter_string="name LIKE 'op %'", order_by=order)] if "time" not in order[0] else len(client.search_experiments(filter_string="name LIKE 'op %'", order_by=order)))

# Logged models
models = {}
for i in range(4):
    model = client.create_logged_model(
        space, name="net %d" % (i % 3), source_run_id=runs[i], model_type=["Classifier", "ranker"][i % 2],
        params={"depth": str(i)}, tags={"team": ["Mail", "mail"][i % 2]},
    )
    models[model.model_id] = i
    client.log_batch(runs[i], metrics=[Metric("auc", i / 4, 7, 1, model_id=model.model_id, dataset_name="People%d" % (i % 2), dataset_digest="d%d" % i)])
    if i != 2:
        client.finalize_logged_model(model.model_id, LoggedModelStatus.READY if i else LoggedModelStatus.FAILED)
ids = list(models)
made = client.get_logged_model(ids[1]).creation_timestamp


def found_models(text, **more):
    return sorted(models[m.model_id] for m in client.search_logged_models([space], filter_string=text, **more))


every(
    "logged models",
    found_models,
    [
        ("name", ["net 0", "net 1"]), ("attributes.model_id", ids[1]), ("model_type", ["ranker", "x"]), ("status", ["READY", "PENDING"]),
        ("source_run_id", runs[2]), ("creation_timestamp", made), ("creation_time", 1), ("last_updated_timestamp", 1), ("last_updated_time", 1),
        ("metrics.auc", 0.25), ("params.depth", "1"), ("tags.team", "mail"),
    ],
    {"attributes.model_id": "MODEL", "source_run_id": "RUN", "creation_timestamp": 2},
)
for datasets in [[{"dataset_name": "People1"}], [{"dataset_name": "People1", "dataset_digest": "d1"}], [{"dataset_name": "none"}], [{"dataset_name": "People0"}, {"dataset_name": "People1", "dataset_digest": "d3"}]]:
    asked("logged models with a metric on %s" % datasets, lambda: found_models("metrics.auc >= 0", datasets=datasets))
for order in [
    [{"field_name": "name"}, {"field_name": "creation_timestamp"}], [{"field_name": "metrics.auc", "ascending": False}], [{"field_name": "creation_timestamp", "ascending": True}],
    [{"field_name": "metrics.auc", "dataset_name": "People1"}, {"field_name": "creation_timestamp"}], [{"field_name": "params.depth"}], [{"field_name": "colour"}],
]:
    asked("logged models in the order %s" % order, lambda: [models[m.model_id] for m in client.search_logged_models([space], order_by=order)])
page = client.search_logged_models([space], max_results=3, order_by=[{"field_name": "creation_timestamp"}, {"field_name": "name"}])
rest = client.search_logged_models([space], max_results=3, order_by=[{"field_name": "creation_timestamp"}, {"field_name": "name"}], page_token=page.token)
note("logged models by page", [len(page), len(rest), rest.token, len({m.model_id for m in [*page, *rest]})])

# Registered models and their versions
for i, name in enumerate(["op-one", "op-Two", "op_three"]):
    client.create_registered_model(name, tags={"level": ["Low", "low", "high"][i], **({"only": "x"} if i else {})})
for i in range(4):
    client.create_model_version("op-one", client.get_run(runs[i]).info.artifact_uri + "/model", runs[i], tags={"team": ["Mail", "mail"][i % 2]})
source = client.get_run(runs[1]).info.artifact_uri + "/model"


def found_registered(text):
    return sorted(m.name for m in client.search_registered_models(text))


def found_versions(text):
    return [v.version for v in client.search_model_versions(text + " AND name LIKE 'op%'", order_by=["version_number ASC"])]


every("registered models", found_registered, [("name", "op-Two"), ("tags.level", "low"), ("tags.only", "x")], {})
every(
    "versions",
    found_versions,
    [("name", "op-one"), ("source_path", source), ("run_id", [runs[1], runs[2]]), ("tags.team", "mail"), ("version_number", 2)],
    {"source_path": "URI", "run_id": ["RUN", "ANOTHER"]},
)
for order in [["name"], ["name DESC"], ["creation_timestamp DESC", "name"], ["last_updated_timestamp ASC", "name"], ["timestamp"], ["tags.level"], ["colour"]]:
    asked("registered models in the order %s" % order, lambda: [m.name for m in client.search_registered_models("name LIKE 'op%'", order_by=order)] if "stamp" not in order[0] else len(client.search_registered_models("name LIKE 'op%'", order_by=order)))
for order in [["version_number"], ["version_number DESC"], ["name", "version_number DESC"], ["creation_timestamp", "version_number"], ["last_updated_timestamp DESC", "version_number"], ["run_id"], ["colour"]]:
    asked("versions in the order %s" % order, lambda: [v.version for v in client.search_model_versions("name = 'op-one'", order_by=order)] if "stamp" not in order[0] else len(client.search_model_versions("name = 'op-one'", order_by=order)))
page = client.search_registered_models("name LIKE 'op%'", max_results=2)
rest = client.search_registered_models("name LIKE 'op%'", max_results=2, page_token=page.token)
note("registered models by page", [[m.name for m in page], [m.name for m in rest], bool(rest.token)])

# Traces
traced = mlflow.set_experiment("traced operators").experiment_id
for i in range(4):
    with mlflow.start_span(name=["Answer", "answer", "look up"][i % 3], span_type=["CHAIN", "LLM"][i % 2]) as span:
        span.set_inputs({"n": i})
        mlflow.update_current_trace(tags={"team": ["Mail", "mail"][i % 2]}, metadata={"kind": "k%d" % i}, client_request_id="Client-%d" % i)
        if i == 3:
            span.set_status("ERROR")
traces = client.search_traces(locations=[traced], order_by=["timestamp_ms ASC"])
order = {t.info.trace_id: int(t.info.client_request_id[-1]) for t in traces}
by_number = {n: t for t, n in order.items()}
for n in range(4):
    mlflow.log_feedback(trace_id=by_number[n], name="good", value=[True, False, "partly", 3][n])
    if n < 2:
        mlflow.log_expectation(trace_id=by_number[n], name="wanted", value="yes" if n else "no")


def found_traces(text):
    return sorted(order[t.info.trace_id] for t in client.search_traces(locations=[traced], filter_string=text, include_spans=False))


every(
    "traces",
    found_traces,
    [
        ("trace.request_id", [by_number[1], by_number[2]]), ("trace.client_request_id", ["Client-1", "x"]), ("trace.name", ["answer", "look up"]),
        ("trace.status", ["OK", "ERROR"]), ("timestamp_ms", 1), ("timestamp", 1), ("execution_time_ms", -1), ("execution_time", -1),
        ("tags.team", "mail"), ("metadata.kind", "k1"), ("request_metadata.kind", "k1"), ("span.name", ["answer", "x"]), ("span.type", ["LLM", "x"]),
        ("span.status", ["OK", "ERROR"]), ("feedback.good", "true"), ("feedback.good", "partly"), ("expectation.wanted", "yes"), ("feedback.none", "x"),
    ],
    {"trace.request_id": ["TRACE", "ANOTHER"]},
)
for order_by in [["timestamp_ms ASC"], ["timestamp_ms DESC"], ["execution_time_ms"], ["status", "timestamp_ms"], ["name", "timestamp_ms ASC"], ["tags.team", "timestamp_ms ASC"], ["metadata.kind DESC"], ["client_request_id DESC"], ["colour"]]:
    asked("traces in the order %s" % order_by, lambda: [order[t.info.trace_id] for t in client.search_traces(locations=[traced], order_by=order_by, include_spans=False)] if "execution" not in order_by[0] else len(client.search_traces(locations=[traced], order_by=order_by, include_spans=False)))
mlflow.set_experiment("day")

# The greatest page of each search, and one more
for name, method, path, body, most in [
    ("experiments", "POST", "experiments/search", {}, 50000),
    ("runs", "POST", "runs/search", {"experiment_ids": [space]}, 50000),
    ("registered models", "GET", "registered-models/search", None, 1000),
    ("versions", "GET", "model-versions/search", None, 200000),
    ("logged models", "POST", "logged-models/search", {"experiment_ids": [space]}, 50),
    ("traces", "POST", "/api/3.0/mlflow/traces/search", {"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": space}}]}, 500),
]:
    for size in [0, -1, 1, most, most + 1, "x", True, 1.5]:
        if body is None:
            outcome("%s, %r a page" % (name, size), method, path, query={"max_results": size})
        else:
            outcome("%s, %r a page" % (name, size), method, path, {**body, "max_results": size})
    for token in ["!!", "abc", ""]:
        if body is None:
            outcome("%s with the token %r" % (name, token), method, path, query={"max_results": 10, "page_token": token})
        else:
            outcome("%s with the token %r" % (name, token), method, path, {**body, "max_results": 10, "page_token": token})
status, answer = raw("GET", "metrics/get-history-bulk-interval", query={"run_ids": runs, "metric_key": "loss", "max_results": 10})
note("history of several runs", [status, [[number[m["run_id"]], m["value"], m["step"]] for m in answer.get("metrics", [])]])
