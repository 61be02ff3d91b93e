#!/usr/bin/env sh
# Prepares the Python that some tests drive: MLflow's own client and server, exactly as locked in
# config/mlflow.lock (with hashes), in the user's cache. Prints the interpreter's path. Twice is once.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
lock=$here/mlflow.lock
digest=$(sha256sum "$lock" | cut -c1-12)
home=${XDG_CACHE_HOME:-$HOME/.cache}/espalier/mlflow/$digest
if [ ! -f "$home/ready" ]; then
  python=""
  for candidate in python3.11 python3.12 python3.13 python3; do
    if "$candidate" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
  if [ -z "$python" ]; then
    echo "Python 3.11 to 3.13 with venv is needed for the tests that drive MLflow's own client." >&2
    exit 3
  fi
  rm -rf "$home"
  mkdir -p "$(dirname "$home")"
  "$python" -m venv "$home"
  "$home/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock"
  touch "$home/ready"
fi
echo "$home/bin/python"
