#!/bin/sh
# A program of Debian's that some tests need, where this can install it. Elsewhere one line says so and those tests are
# skipped; with CI=true a missing one is a failure.
#
#   sh infra/debian.sh <its path> "<its packages>" "<the tests, in Chinese>" "<and in English>"
set -u

program=$1 packages=$2 zh=$3 en=$4

[ -x "$program" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "安装 $packages，仅需一次 / Installing $packages for $en, once"
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -q >"$log" 2>&1 &&
        apt-get install -q -y --no-install-recommends $packages >>"$log" 2>&1 &&
        [ -x "$program" ]; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
fi

echo "没有 $program：跳过$zh / No $program: $en are skipped" >&2
[ "${CI:-}" != true ]
