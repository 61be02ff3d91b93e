"""What one session with a tracking server notes down; shared by the parts of the scenario."""

import json
import logging
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
import warnings

warnings.filterwarnings("ignore")
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
# A busy machine may be slow; what never answers is ended from outside.
os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] = "600"
os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["GIT_PYTHON_REFRESH"] = "quiet"

import mlflow  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402

logging.getLogger("mlflow").setLevel(logging.ERROR)
url = sys.argv[1]
mlflow.set_tracking_uri(url)
client = mlflow.MlflowClient()
answers = {}


def note(name, value):
    answers[name] = value


def failing(name, call):
    """What a refusal says: its code, and its message up to what servers word as they like."""
    try:
        call()
        note(name, "no error")
    except MlflowException as refusal:
        code = refusal.error_code
        note(name, code)
    except Exception as other:  # noqa: BLE001
        note(name, type(other).__name__)


# What two servers name by chance: ids of runs, models, traces and experiments.
CHANCE = re.compile(r"\b(?:m-|tr-)?[0-9a-f]{32}\b|\b\d{12,19}\b|(?<=The experiment )\d+\b")


def plain(text):
    return CHANCE.sub("ID", str(text))


def raw(method, path, body=None, query=None):
    """An operation as it is on the wire, without the client's own checks: status and JSON."""
    address = url + "/api/2.0/mlflow/" + path if not path.startswith("/") else url + path
    if query:
        address += "?" + urllib.parse.urlencode(query, doseq=True)
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data=data, method=method, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=600) as response:
            return response.status, json.loads(response.read() or b"{}")
    except urllib.error.HTTPError as refusal:
        text = refusal.read()
        try:
            return refusal.code, json.loads(text)
        except ValueError:
            return refusal.code, {}


def outcome(name, method, path, body=None, query=None):
    """How an operation ends, without its words: many servers word a refusal as they like."""
    status, answer = raw(method, path, body, query)
    note(name, [status, answer.get("error_code", "")])


def said(name, method, path, body=None, query=None):
    """How an operation ends, and in which words: these are matched by clients and by people."""
    status, answer = raw(method, path, body, query)
    note(name, [status, answer.get("error_code", ""), plain(answer.get("message", ""))])


def asked(name, call):
    """What a search finds, or how it is refused."""
    try:
        note(name, call())
    except MlflowException as refusal:
        note(name, refusal.error_code)
    except Exception as other:  # noqa: BLE001
        note(name, type(other).__name__)
