"""Users and permissions, asked with MLflow's own client; prints what a person would notice."""

import importlib.util
import os
import pathlib
import sys
import types

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

# The server half of the package wants Flask-WTF; its client is used as it is.
folder = pathlib.Path(importlib.util.find_spec("mlflow").origin).parent / "server" / "auth"
package = types.ModuleType("mlflow.server.auth")
package.__path__ = [str(folder)]
sys.modules["mlflow.server.auth"] = package
from mlflow.server.auth.client import AuthServiceClient  # noqa: E402

URL = sys.argv[1]
WORDS = {"ada": "correct horse battery", "bob": "another long password"}


def become(user):
    for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
        os.environ.pop(name, None)
    if user:
        os.environ["MLFLOW_TRACKING_USERNAME"] = user
        os.environ["MLFLOW_TRACKING_PASSWORD"] = WORDS[user]


def refused(what, code="PERMISSION_DENIED"):
    try:
        what()
    except MlflowException as failure:
        assert failure.error_code == code, (failure.error_code, str(failure))
        return
    raise AssertionError("was not refused")


def shut(what):
    """The same for files, of which the client says no more than the status."""
    try:
        what()
    except Exception as failure:
        assert "403" in str(failure) or "PERMISSION_DENIED" in str(failure), failure
        return
    raise AssertionError("was not refused")


mlflow.set_tracking_uri(URL)
auth = AuthServiceClient(URL)
client = MlflowClient()

# The machine's own user makes the first ones.
become(None)
house = client.create_experiment("house")
for name in WORDS:
    made = auth.create_user(name, WORDS[name])
    assert (made.username, made.is_admin) == (name, False)
refused(lambda: auth.create_user("ada", "some other password"), "RESOURCE_ALREADY_EXISTS")
refused(lambda: auth.create_user("short", "1234567"), "INVALID_PARAMETER_VALUE")
refused(lambda: auth.get_user("nobody"), "RESOURCE_DOES_NOT_EXIST")

# What ada makes is hers.
become("ada")
mine = client.create_experiment("ada-lab")
with mlflow.start_run(experiment_id=mine) as run:
    mlflow.log_metric("loss", 0.5)
    mlflow.log_text("secret", "notes/plan.txt")
run_id = run.info.run_id
client.create_registered_model("ada-model")
client.create_model_version("ada-model", run.info.artifact_uri, run_id)
assert [e.name for e in client.search_experiments()] == ["ada-lab"]
refused(lambda: client.get_experiment(house))
refused(lambda: auth.create_user("eve", "a password of eve"))
refused(lambda: auth.get_user("bob"))
assert auth.get_user("ada").username == "ada"

# Nobody else sees it, by any way in.
become("bob")
assert client.search_experiments() == []
assert client.search_registered_models() == []
assert client.search_model_versions("name = 'ada-model'") == []
refused(lambda: client.get_experiment(mine))
refused(lambda: client.get_experiment_by_name("ada-lab"))
refused(lambda: client.get_run(run_id))
refused(lambda: client.search_runs([mine]))
refused(lambda: client.get_metric_history(run_id, "loss"))
refused(lambda: client.log_metric(run_id, "loss", 1.0))
refused(lambda: client.delete_run(run_id))
refused(lambda: client.list_artifacts(run_id))
refused(lambda: client.get_registered_model("ada-model"))
refused(lambda: client.get_model_version("ada-model", "1"))
refused(lambda: client.set_registered_model_alias("ada-model", "best", "1"))
shut(lambda: mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/plan.txt"))
client.create_registered_model("bob-model")
refused(lambda: client.create_model_version("bob-model", run.info.artifact_uri))
refused(lambda: client.create_model_version("bob-model", "runs:/" + run_id + "/notes"))
refused(lambda: auth.grant_user_permission("bob", "experiment", mine, "READ"))

# Shared to be read, then to be written, then not at all.
become("ada")
auth.grant_user_permission("bob", "experiment", mine, "READ")
auth.grant_user_permission("bob", "registered_model", "ada-model", "READ")
become("bob")
assert [e.name for e in client.search_experiments()] == ["ada-lab"]
assert client.get_run(run_id).data.metrics == {"loss": 0.5}
assert mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/plan.txt") == "secret"
assert {m.name for m in client.search_registered_models()} == {"ada-model", "bob-model"}
refused(lambda: client.log_metric(run_id, "loss", 1.0))
shut(lambda: client.log_text(run_id, "mine now", "notes/plan.txt"))
assert auth.get_user_permission("bob", "experiment", mine).permission == "READ"
become("ada")
auth.grant_user_permission("bob", "experiment", mine, "EDIT")
become("bob")
client.log_metric(run_id, "loss", 0.25)
refused(lambda: client.delete_run(run_id))
refused(lambda: client.delete_experiment(mine))
become("ada")
auth.revoke_user_permission("bob", "experiment", mine)
become("bob")
refused(lambda: client.get_run(run_id))

# Pages are whole pages of what may be seen.
become(None)
for number in range(12):
    client.create_experiment(f"filler-{number}")
become("bob")
for number in range(5):
    client.create_experiment(f"bob-{number}")
first = client.search_experiments(max_results=3)
assert len(first) == 3 and first.token, first
rest = client.search_experiments(max_results=3, page_token=first.token)
assert {e.name for e in [*first, *rest]} == {f"bob-{n}" for n in range(5)}

# A name can be made again, but what was granted on the earlier one is gone.
become("ada")
client.rename_registered_model("ada-model", "ada-second")
become("bob")
assert client.get_registered_model("ada-second").name == "ada-second"
become("ada")
client.delete_registered_model("ada-second")
client.create_registered_model("ada-second")
become("bob")
refused(lambda: client.get_registered_model("ada-second"))

# A place inside another's is no way in.
inside = client.create_experiment("inside", artifact_location=f"mlflow-artifacts:/{mine}")
with mlflow.start_run(experiment_id=inside) as own:
    pass
shut(lambda: mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/plan.txt"))

# Passwords: the new one counts at once, the old one no more.
become("bob")
auth.update_user_password("bob", "a third long password")
refused(lambda: client.search_experiments(), "UNAUTHENTICATED")
WORDS["bob"] = "a third long password"
become("bob")
assert len(client.search_experiments()) == 6
refused(lambda: auth.update_user_admin("bob", True))

# An administrator sees everything; a user who is gone nothing.
become(None)
auth.update_user_admin("bob", True)
become("bob")
assert client.get_run(run_id).info.run_id == run_id
assert len(client.search_experiments()) > 15
refused(lambda: auth.delete_user("bob"), "BAD_REQUEST")
become(None)
auth.delete_user("bob")
become("bob")
refused(lambda: client.search_experiments(), "UNAUTHENTICATED")
print("users and permissions hold")
