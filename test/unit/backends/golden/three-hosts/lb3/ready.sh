#!/bin/sh
# managed by konvoy-ha: what is changed here by hand is undone by the next apply
# Is the API ready on this host? 401 and 403 count: it answers, and only keeps anonymous clients out. Of several ports,
# the first that does not refuse counts: without its balancer, a host leads to its own API server.
readonly DRAINS='/etc/keepalived/konvoy-ha-drained /run/konvoy-ha/handover'
readonly SELF=10.0.50.13
readonly PORTS=6443
readonly URL_PATH=/readyz
readonly TIMEOUT=2
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

# Drained: a host that is to have the VIP only when no other can.
for drain in $DRAINS; do
  [ ! -e "$drain" ] || exit 1
done

for port in $PORTS; do
  if command -v curl >/dev/null 2>&1; then
    status=$(curl -ks -o /dev/null -w '%{http_code}' --noproxy '*' --max-time "$TIMEOUT" "https://$SELF:$port$URL_PATH")
    [ $? -eq 7 ] || break
  elif command -v openssl >/dev/null 2>&1; then
    said=$(printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$URL_PATH" "$SELF" |
      timeout "$TIMEOUT" openssl s_client -quiet -connect "$SELF:$port" 2>&1)
    status=$(printf '%s\n' "$said" | sed -n 's#^HTTP/[0-9.]* \([0-9][0-9][0-9]\).*#\1#p;/^HTTP/q')
    case $said in *[Rr]efused* | *errno=111*) ;; *) break ;; esac
  else
    # Without a client there is nothing to tell, and nothing must move.
    exit 0
  fi
done

case $status in
  200 | 401 | 403) exit 0 ;;
  *) exit 1 ;;
esac
