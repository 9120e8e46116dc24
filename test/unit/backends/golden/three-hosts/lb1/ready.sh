#!/bin/sh
# managed by konvoy-ha: what is changed here by hand is undone by the next apply
# Is the API server of this host ready? 401 and 403 count: it answers, and only keeps anonymous clients out.
readonly SELF=10.0.50.11
readonly PORT=6443
readonly URL_PATH=/readyz
readonly TIMEOUT=2
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

if command -v curl >/dev/null 2>&1; then
  status=$(curl -ks -o /dev/null -w '%{http_code}' --noproxy '*' --max-time "$TIMEOUT" "https://$SELF:$PORT$URL_PATH")
elif command -v openssl >/dev/null 2>&1; then
  status=$(printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$URL_PATH" "$SELF" |
    timeout "$TIMEOUT" openssl s_client -quiet -connect "$SELF:$PORT" 2>/dev/null |
    sed -n '1s#^HTTP/[0-9.]* \([0-9][0-9][0-9]\).*#\1#p')
else
  # Without a client there is nothing to tell, and nothing must move.
  exit 0
fi

case $status in
  200 | 401 | 403) exit 0 ;;
  *) exit 1 ;;
esac
