#!/bin/sh
# managed by konvoy-ha: what is changed here by hand is undone by the next apply
# May this host be active at all? Fails only when its own API server refuses connections and a peer's answers:
# a fault that all share moves nothing and never takes the VIP away.
readonly SELF=10.0.50.12
readonly PEERS='10.0.50.11 10.0.50.13'
readonly PORT=6443
readonly URL_PATH=/readyz
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

# Prints answers, refuses or silent. Without a client there is nothing to tell, and nothing must move.
ask() {
  if command -v curl >/dev/null 2>&1; then
    curl -ks -o /dev/null --noproxy '*' --connect-timeout 1 --max-time 1 "https://$1:$PORT$URL_PATH"
    case $? in
      0) echo answers ;;
      7) echo refuses ;;
      *) echo silent ;;
    esac
  elif command -v openssl >/dev/null 2>&1; then
    case $(printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$URL_PATH" "$1" |
      timeout 1 openssl s_client -quiet -connect "$1:$PORT" 2>&1) in
      *HTTP/*) echo answers ;;
      *[Rr]efused* | *errno=111*) echo refuses ;;
      *) echo silent ;;
    esac
  else
    echo silent
  fi
}

[ "$(ask "$SELF")" = refuses ] || exit 0

# All peers at once: the slowest one is what this takes.
for peer in $PEERS; do
  { [ "$(ask "$peer")" = answers ]; } &
  pids="${pids-} $!"
done
for pid in ${pids-}; do
  wait "$pid" && exit 1
done
exit 0
