#!/bin/sh
# Everything that must hold: types, lint, format, unit, integration and end-to-end tests on real hosts.
# Ends with a line `N passed, N failed`; exits non-zero on any failure and on any skip that is not allowed below.
set -u
cd "$(dirname "$0")/.." || exit 1
scripts/set-up.sh openssl=openssl ip=iproute2 curl=curl ssh=openssh-client sshd=openssh-server shellcheck=shellcheck \
  busybox=busybox dash=dash patch=patch haproxy=haproxy nft=nftables \
  zsh=zsh fish=fish tcsh=tcsh flock=util-linux ansible-inventory=ansible-core sudo=sudo doas=opendoas \
  /usr/lib/cargo/bin/coreutils/base64=rust-coreutils || exit 1
exec node scripts/run-tests.mjs "$@"
