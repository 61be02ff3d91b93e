#!/usr/bin/env sh
# Installs what some tests need beyond a JDK 25, Node and npm: a real browser and PostgreSQL (Debian
# and its kin), and MLflow's own client.
set -eu
"$(dirname "$0")/python-tools.sh"
need=""
command -v chromium >/dev/null 2>&1 || need="$need chromium"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need="$need postgresql"
[ -z "$need" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
  echo "Install these by hand:$need" >&2
  exit 3
fi
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -q
# shellcheck disable=SC2086 # the names are words
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y --no-install-recommends $need
