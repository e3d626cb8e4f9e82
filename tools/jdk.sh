# Sourced by the scripts in bin: find_jdk prints the home of a JDK 25 or newer, or fails.

# The major version of the JDK at $1; fails when there is no complete JDK.
jdk_major() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
  if [ -r "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
  else
    "$1/bin/java" -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p'
  fi
}

# Succeeds when the JDK at $1 is of version 25 or newer.
jdk_fits() {
  [ -n "$1" ] && jdk_major_found=$(jdk_major "$1") && [ "${jdk_major_found:-0}" -ge 25 ]
}

# The home of the java found in PATH, with links followed.
jdk_of_path() {
  jdk_java=$(command -v java) || return 1
  jdk_java=$(readlink -f "$jdk_java" 2>/dev/null) || return 1
  dirname "$(dirname "$jdk_java")"
}

find_jdk() {
  for jdk_home in "${HERALD_JAVA_HOME:-}" "${JAVA_HOME:-}" "$(jdk_of_path)" \
    /usr/lib/jvm/* /opt/* /opt/*/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if jdk_fits "$jdk_home"; then
      printf '%s\n' "$jdk_home"
      return 0
    fi
  done
  if [ -x /usr/libexec/java_home ]; then
    jdk_home=$(/usr/libexec/java_home -v 25+ 2>/dev/null) && jdk_fits "$jdk_home" &&
      printf '%s\n' "$jdk_home" && return 0
  fi
  return 1
}
