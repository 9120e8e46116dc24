#!/bin/sh
# managed by konvoy-ha: what is changed here by hand is undone by the next apply
# May this host be active at all? Fails only when connections to the API are refused here and a peer's API answers:
# a fault that all share moves nothing and never takes the VIP away. Of several ports, the first that does not refuse
# counts: without its balancer, a host leads to its own API server. The same of several addresses of this host.
readonly SELF=10.0.50.12
readonly PEERS='10.0.50.11 10.0.50.13'
readonly PORTS=6443
readonly URL_PATH=/readyz
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

# ADDRESS PORT: prints answers, refuses or silent. Without a client there is nothing to tell, and nothing must move.
ask() {
  if command -v curl >/dev/null 2>&1; then
    curl -ks -o /dev/null --noproxy '*' --connect-timeout 1 --max-time 1 "https://$1:$2$URL_PATH"
    case $? in
      0) echo answers ;;
      7) echo refuses ;;
      *) echo silent ;;
    esac
  elif command -v openssl >/dev/null 2>&1; then
    case $(printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$URL_PATH" "$1" |
      timeout 1 openssl s_client -quiet -connect "$1:$2" 2>&1) in
      *HTTP/*) echo answers ;;
      *[Rr]efused* | *errno=111*) echo refuses ;;
      *) echo silent ;;
    esac
  else
    echo silent
  fi
}

# ADDRESSES: the same of the way that a request takes there.
ask_path() {
  for address in $1; do
    for port in $PORTS; do
      said=$(ask "$address" "$port")
      [ "$said" = refuses ] || break 2
    done
  done
  echo "$said"
}

[ "$(ask_path "$SELF")" = refuses ] || exit 0

# All peers at once: the slowest one is what this takes.
for peer in $PEERS; do
  { [ "$(ask_path "$peer")" = answers ]; } &
  pids="${pids-} $!"
done
for pid in ${pids-}; do
  wait "$pid" && exit 1
done
exit 0
