"""Fills the database of a stock MLflow server with finished runs: mlflow_fill.py DATABASE RUNS POINTS.

Over its own tables, because its API needs tens of milliseconds a call. The same shape as the runs of the
other side: 5 params, 10 metrics and a name each; one run more has POINTS points of one metric.
"""

import random
import sqlite3
import sys

database, runs, points = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
connection = sqlite3.connect(database)
random.seed(42)
begin = 1_767_225_600_000
connection.execute(
    "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)"
    " VALUES (7, 'bench', 'mlflow-artifacts:/7', 'active', ?, ?)",
    (begin, begin),
)
# As a user's server would have it after a while.
for first in range(0, runs, 10_000):
    ids = [("%032x" % i, i) for i in range(first, min(runs, first + 10_000))]
    connection.executemany(
        "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
        " end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)"
        " VALUES (?, ?, 'UNKNOWN', '', '', 'local', 'FINISHED', ?, ?, '', 'active', ?, 7)",
        [(run, "run %d" % i, begin + 1000 * i, begin + 1000 * i, "mlflow-artifacts:/7/%s/artifacts" % run) for run, i in ids],
    )
    connection.executemany(
        "INSERT INTO tags (key, value, run_uuid) VALUES ('mlflow.runName', ?, ?)",
        [("run %d" % i, run) for run, i in ids],
    )
    connection.executemany(
        "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
        [
            row
            for run, i in ids
            for row in (
                ("p0", "v%d" % random.randrange(10), run),
                ("p1", "w%d" % i, run),
                ("p2", "x", run),
                ("p3", "y", run),
                ("p4", "z", run),
            )
        ],
    )
    values = [("m%d" % m, random.random(), begin + 1000 * i, run) for run, i in ids for m in range(10)]
    connection.executemany(
        "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, 1, 0)", values
    )
    connection.executemany(
        "INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, 1, 0)", values
    )
connection.execute(
    "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
    " source_version, lifecycle_stage, artifact_uri, experiment_id)"
    " VALUES ('long', 'long', 'UNKNOWN', '', '', 'local', 'RUNNING', 0, '', 'active', 'mlflow-artifacts:/0/long/artifacts', 0)"
)
connection.executemany(
    "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('long', ?, ?, 'long', ?, 0)",
    ((i, i, i) for i in range(points)),
)
connection.execute(
    "INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('long', ?, ?, 'long', ?, 0)",
    (points - 1, points - 1, points - 1),
)
connection.commit()
