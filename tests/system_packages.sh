#!/bin/sh
# Java 17 or later for the Spark session, Chromium for the report's tests and a PostgreSQL server for statements in SQL, from
# the system's package manager.
set -eu
missing=""
command -v java > /dev/null || missing="$missing openjdk-17-jre-headless"
command -v chromium > /dev/null || command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null || missing="$missing chromium"
command -v initdb > /dev/null || ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if command -v apt-get > /dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing$missing ..."
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null
else
    echo "The tests need$missing, and this user may not install them. Install them with the system's package manager" >&2
    echo "(on Debian and Ubuntu: sudo apt-get install$missing) and run make test again." >&2
    exit 1
fi
