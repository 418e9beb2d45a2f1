#!/bin/sh
# Debian's Chromium for the browser tests, where this can install it. Elsewhere one line says so and those tests are
# skipped; with CI=true a missing browser is a failure.
set -u

[ -x /usr/bin/chromium ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "安装 Chromium，仅需一次 / Installing Chromium for the browser tests, once"
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -q >"$log" 2>&1 &&
        apt-get install -q -y --no-install-recommends chromium fonts-noto-cjk >>"$log" 2>&1 &&
        [ -x /usr/bin/chromium ]; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
fi

echo "没有 /usr/bin/chromium：跳过浏览器测试 / No /usr/bin/chromium: the browser tests are skipped" >&2
[ "${CI:-}" != true ]
