#!/bin/sh
# Stands in for nft on machines of User-Mode Linux: Debian's kernel for them has no nf_tables for IPv4, but iptables, which
# drives the same NAT of the kernel with the same matches. Knows the one table that konvoy-ha loads for IPVS, and what is
# asked of it.
set -u
chain=KONVOY-HA-IPVS
loaded=/run/konvoy-ha-lab/masquerade.nft
nat() { iptables-legacy -w -t nat "$@"; }
rules() {
  sed -n 's/^ *ip protocol tcp ct original ip daddr \([0-9.]*\) ct original proto-dst \([0-9]*\) ip daddr != \1 masquerade$/\1 \2/p' "$1"
}
remove() {
  nat -D POSTROUTING -j "$chain" 2>/dev/null
  nat -F "$chain" 2>/dev/null
  nat -X "$chain" 2>/dev/null
  rm -f "$loaded"
}
case $* in
  '-c -f '*) [ -n "$(rules "$3")" ] ;;
  '-f '*)
    [ -n "$(rules "$2")" ] || exit 1
    remove
    nat -N "$chain" && nat -A POSTROUTING -j "$chain" || exit 1
    rules "$2" | while read -r vip port; do
      nat -A "$chain" -p tcp -m conntrack --ctorigdst "$vip" --ctorigdstport "$port" ! -d "$vip" -j MASQUERADE || exit 1
    done && mkdir -p "${loaded%/*}" && cp "$2" "$loaded"
    ;;
  'list table ip konvoy_ha_ipvs') nat -S "$chain" >/dev/null 2>&1 && cat "$loaded" ;;
  'delete table ip konvoy_ha_ipvs') nat -S "$chain" >/dev/null 2>&1 && remove ;;
  *) echo "the stand-in for nft does not know: $*" >&2; exit 1 ;;
esac
