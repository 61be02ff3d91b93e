# Finds a JDK 25 or newer and exports JAVA_HOME. Sourced by ./mvnw and ./espalier.
# Looks at JAVA_HOME, then `java` on the path, then the usual folders.

# A JDK says its version in a file; only one without it is started to ask, which takes a while.
espalier_java_major() {
  if [ -r "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
    return
  fi
  "$1/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p'
}

espalier_find_jdk() {
  for home in "${JAVA_HOME:-}" \
    "$(command -v javac >/dev/null 2>&1 && dirname "$(dirname "$(readlink -f "$(command -v javac)")")")" \
    /usr/lib/jvm/*25* /usr/lib/jvm/*2[6-9]* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /opt/java/* /opt/jdk* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -x "$home/bin/javac" ] && [ "$(espalier_java_major "$home")" -ge 25 ] 2>/dev/null; then
      JAVA_HOME=$home
      export JAVA_HOME
      return 0
    fi
  done
  echo "Espalier needs a JDK 25: install one (for example Temurin 25) or set JAVA_HOME to it." >&2
  return 3
}

espalier_find_jdk || exit 3
