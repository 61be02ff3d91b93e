#!/usr/bin/env sh
# Finishes the program folder: the module's own jar, the class path in a fixed order, and an AOT
# cache from one real start (JEP 514), without which the program starts slower but the same.
set -eu
target=$1
jar=$2
program=$target/espalier
cp "$target/$jar" "$program/lib/$jar"
chmod +x "$program/bin/espalier"
(cd "$program/lib" && ls ./*.jar | sed 's#^\./##' | LC_ALL=C sort >classpath)
rm -f "$program/lib/espalier.aot"
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
CLASSPATH=$(sed "s#^#$program/lib/#" "$program/lib/classpath" | tr '\n' ':')
export CLASSPATH
"$JAVA_HOME/bin/java" -XX:AOTCacheOutput="$program/lib/espalier.aot" -Xlog:disable \
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC \
  dev.espalier.server.commands.Main warm-up --home "$home" >"$target/aot.log" 2>&1 ||
  echo "No AOT cache (see $target/aot.log): starts will be slower." >&2
# What the program was built from, for the records of its runs.
rm -f "$program/commit"
if commit=$(git -C "$target" rev-parse HEAD 2>/dev/null); then
  changed=$(git -C "$target" status --porcelain --untracked-files=no 2>/dev/null | head -n 1)
  echo "$commit $([ -z "$changed" ] && echo clean || echo changed)" >"$program/commit"
fi
touch "$program/built"
