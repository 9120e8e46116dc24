#!/bin/sh
# Installs what a fresh machine lacks for the demo and the tests, and says so. What only root may install, and we are
# not root, is named instead. Run by scripts/demo.sh and scripts/test.sh; does nothing the second time.
set -eu
cd "$(dirname "$0")/.."

say() { echo "set-up: $*" >&2; }

node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || {
  say "Node.js 20.19 or newer is needed; this is $(node --version 2>/dev/null || echo 'not installed')"
  exit 1
}

# node_modules belongs to the lock file it was installed from.
if ! cmp -s package-lock.json node_modules/.konvoy-ha-lock; then
  say 'installing npm packages (npm ci)'
  npm ci --no-progress >&2
  cp package-lock.json node_modules/.konvoy-ha-lock
fi

# Each tool with its Debian package: what the tests use beside Node.
missing=''
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
for pair in "$@"; do need "${pair%%=*}" "${pair##*=}"; done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
  say "installing with apt-get:$missing"
  # shellcheck disable=SC2086 # a list of package names
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; } >&2
else
  say "please install:$missing"
  exit 1
fi
