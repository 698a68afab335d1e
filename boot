#!/usr/bin/env bash
# Runs the command line; builds it first where it is missing or older than its sources.
set -euo pipefail

fail() {
    printf 'boot: %s\n' "$1" >&2
    exit 1
}

home=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
jar=$home/examples/target/boot.jar
building=$home/examples/target/building # there from the begin of a build to its end: what it left half done does not count

# A JDK, not only a JRE: the build needs the compiler.
find_java() {
    local candidate version on_path=
    if command -v javac >/dev/null; then
        on_path=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    fi
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*; do
        [[ -n $candidate && -x $candidate/bin/java && -x $candidate/bin/javac ]] || continue
        version=$("$candidate/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
        if ((${version:-0} >= 17)); then
            export JAVA_HOME=$candidate
            return
        fi
    done
    fail 'a JDK of version 17 or later is needed (a JRE is not enough). Install one: sudo apt-get install openjdk-17-jdk-headless
      or set JAVA_HOME to one'
}

is_stale() {
    [[ ! -e $jar || -e $building || -n $(find "$home"/pom.xml "$home"/{boot-core,boot-native,examples}/{pom.xml,src/main} \
            -newer "$jar" -print -quit) ]] && return
    # a compiler was installed after a build without one
    local libraries=$home/boot-native/target/native
    command -v g++ >/dev/null && command -v make >/dev/null || return
    [[ ! -e $libraries/libboot_cpu.so ]] && return
    [[ ! -e $libraries/libboot_cuda.so ]] && { command -v nvcc >/dev/null || [[ -x /usr/local/cuda/bin/nvcc ]]; }
}

build() {
    local log=$home/examples/target/build.log
    touch "$building"
    rm -f "$jar" # a half one would pass for up to date
    printf 'boot: building (the first time takes some minutes) …\n' >&2
    if ! (cd "$home" && ./mvnw --quiet --batch-mode --no-transfer-progress -DskipTests -pl examples -am package) >"$log" 2>&1; then
        cat "$log" >&2
        fail "the build failed; its output is above and in $log"
    fi
    touch -r "$building" "$jar" # what was edited meanwhile is newer
    rm "$building"
}

find_java
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
    *[Uu][Tt][Ff]*) ;;
    *) export LC_ALL=C.UTF-8 ;; # file names and messages are not ASCII
esac
if is_stale; then
    mkdir -p "$home/examples/target"
    {
        flock 9 2>/dev/null || true # one at a time, where the system can
        if is_stale; then
            build
        fi
    } 9>"$home/examples/target/boot.lock"
fi
options=("-Dboot.home=$home" "-Dboot.command=$0" -XX:+UseSerialGC)
if [[ -t 2 ]]; then
    options+=(-Dboot.terminal=true)
fi
exec "$JAVA_HOME/bin/java" "${options[@]}" -jar "$jar" "$@"
