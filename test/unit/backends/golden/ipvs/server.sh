#!/bin/sh
# managed by konvoy-ha: what is changed here by hand is undone by the next apply
# ADDRESS PORT: what is the API server there good for? keepalived makes a weight of the answer: 3 is the weight 1, 2 the
# weight 0 (nothing new comes, what is open stays), and 1 is dead. 401 and 403 count as ready: it answers, and only keeps
# anonymous clients out. When none is ready, all that answer are: a fault that all share must not take the API away.
readonly SERVERS='10.0.50.11:6443 10.0.50.12:6443 10.0.50.13:6443'
readonly URL_PATH=/readyz
readonly TIMEOUT=2
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

# ADDRESS:PORT: prints ready, unready or silent. Without a client there is nothing to tell, and nothing must change.
ask() {
  if command -v curl >/dev/null 2>&1; then
    status=$(curl -ks -o /dev/null -w '%{http_code}' --noproxy '*' --max-time "$TIMEOUT" "https://$1$URL_PATH")
  elif command -v openssl >/dev/null 2>&1; then
    status=$(printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$URL_PATH" "$1" |
      timeout "$TIMEOUT" openssl s_client -quiet -connect "$1" 2>/dev/null |
      sed -n 's#^HTTP/[0-9.]* \([0-9][0-9][0-9]\).*#\1#p;/^HTTP/q')
  else
    status=200
  fi
  case $status in
    200 | 401 | 403) echo ready ;;
    [1-5]??) echo unready ;;
    *) echo silent ;;
  esac
}

asked=$1:$2
case $(ask "$asked") in
  ready) exit 3 ;;
  silent) exit 1 ;;
esac

# All others at once: the slowest one is what this takes.
for server in $SERVERS; do
  [ "$server" != "$asked" ] || continue
  { [ "$(ask "$server")" = ready ]; } &
  pids="${pids-} $!"
done
for pid in ${pids-}; do
  wait "$pid" && exit 2
done
exit 3
