#!/bin/sh
# The main job, on this machine: boots three real hosts, applies, verifies, fails over, drills, tears down.
# Everything it needs is installed on the way (scripts/set-up.sh; the lab installs its container engine itself).
set -eu
cd "$(dirname "$0")/.."
scripts/set-up.sh openssl=openssl ip=iproute2 >&2
npm run --silent build >&2
exec node dist/main.js lab demo "$@"
