#!/bin/sh
# managed by konvoy-ha: what is changed here by hand is undone by the next apply
# Lets the routers of the virtual router hear each other through this host's firewall: open, close or list.
# shellcheck disable=SC2030,SC2031 # what a pipe sets is for that pipe
PATH=/usr/sbin:/usr/bin:/sbin:/bin
set -- "${1-}" 'in vrrp from 10.0.50.12' 'out vrrp to 10.0.50.12'
mode=$1; shift
first_of() { for name in "$@"; do if command -v "$name" >/dev/null 2>&1; then echo "$name"; return 0; fi; done; }
maker_of() {
  made_by=''
  case $1 in
    ip/filter/INPUT | ip/filter/OUTPUT) made_by=$(first_of iptables-nft iptables) ;;
    ip6/filter/INPUT | ip6/filter/OUTPUT) made_by=$(first_of ip6tables-nft ip6tables) ;;
  esac
  [ -z "$made_by" ] || case $("$made_by" -V) in *nf_tables*) echo "$made_by"; return ;; esac
  echo nft
}
chains() {
  nft list chains 2>/dev/null | while read -r word one two three _; do
    case $word/$one/$two/$three in
      table/*) family=$one table=$two ;;
      chain/*) chain=$one ;;
      type/filter/hook/input | type/filter/hook/output)
        case $family/$table in
          */firewalld) ;;
          ip/* | ip6/* | inet/*) echo "$(maker_of "$family/$table/$chain") $family $table $chain $three" ;;
        esac ;;
    esac
  done
  for family in ip ip6; do
    tool=''
    if grep -qx filter "/proc/net/${family}_tables_names" 2>/dev/null; then
      tool=$(first_of "${family}tables-legacy" "${family}tables")
    elif ! command -v nft >/dev/null 2>&1; then
      tool=$(first_of "${family}tables-nft" "${family}tables")
      [ -z "$tool" ] || "$tool" -w 10 -S INPUT >/dev/null 2>&1 || tool=''
    fi
    [ -z "$tool" ] || printf "$tool $family filter %s\n" 'INPUT input' 'OUTPUT output'
  done
}
each_rule() {
  for rule in "$@"; do
    case $rule in *:*) of=ip6 ;; *) of=ip ;; esac
    case $hook/$family/$rule in
      input/inet/in\ * | output/inet/out\ * | input/$of/in\ * | output/$of/out\ *) printf '%s\n' "$rule" ;;
    esac
  done
}
nft_body() {
  port=''
  case $2 in vrrp) way=$3 address=$4 ;; *) port=$3 way=$4 address=$5 ;; esac
  case $address in *:*) ip=ip6 ;; *) ip=ip ;; esac
  case $way in from) way=saddr ;; *) way=daddr ;; esac
  case $2 in vrrp) what='meta l4proto 112' ;; *) what="tcp dport $port" ;; esac
  echo "$ip $way $address $what accept"
}
ours_in() { sed -n 's/.*comment "konvoy-ha: \([^"]*\)".*/\1/p'; }
alter_nft() {
  {
    nft -a list chain "$family" "$table" "$chain" | sed -n 's/.* comment "konvoy-ha: .* # handle \([0-9]*\)$/\1/p' |
      while read -r handle; do echo "delete rule $family $table $chain handle $handle"; done
    each_rule "$@" | while read -r rule; do
      set -f
      # shellcheck disable=SC2086
      echo "insert rule $family $table $chain $(nft_body $rule) comment \"konvoy-ha: $rule\""
    done
  } | nft -f -
}
by_iptables() {
  action=$1 rule=$2
  set -f
  # shellcheck disable=SC2086
  set -- $rule
  set +f
  port=''
  case $2 in vrrp) way=$3 address=$4 ;; *) port=$3 way=$4 address=$5 ;; esac
  case $way in from) way=-s ;; *) way=-d ;; esac
  case $2 in vrrp) set -- -p 112 ;; *) set -- -p tcp --dport "$port" ;; esac
  "$tool" -w 10 "$action" "$chain" "$way" "$address" "$@" -m comment --comment "konvoy-ha: $rule" -j ACCEPT
}
alter_iptables() {
  there=$("$tool" -w 10 -S "$chain" | ours_in)
  wanted=$(each_rule "$@")
  printf '%s\n' "$wanted" | while read -r rule; do
    [ -n "$rule" ] || continue
    printf '%s\n' "$there" | grep -qxF "$rule" || by_iptables -I "$rule" || exit 1
  done || return 1
  printf '%s\n' "$there" | while read -r rule; do
    [ -n "$rule" ] || continue
    printf '%s\n' "$wanted" | grep -qxF "$rule" || by_iptables -D "$rule" || exit 1
  done
}
case $mode in
  list)
    ! grep -qs '^ENABLED=yes' /etc/ufw/ufw.conf || echo '#program ufw'
    ! { [ -e /usr/sbin/firewalld ] && systemctl is-active --quiet firewalld; } || echo '#program firewalld'
    [ ! -L /etc/systemd/system/multi-user.target.wants/konvoy-ha-firewall.service ] || echo '#kept'
    chains | {
      shown=' '
      while read -r tool family table chain hook; do
        case $shown in *" $family/$table "*) continue ;; esac
        shown="$shown$family/$table "
        echo "#table $family $table"
        case $tool in nft) nft -ns list table "$family" "$table" ;; *) "$tool-save" -t "$table" ;; esac
      done
    } ;;
  *)
    [ "$mode" = open ] || set --
    chains | {
      failed=0
      while read -r tool family table chain hook; do
        case $tool in nft) alter_nft "$@" ;; *) alter_iptables "$@" ;; esac </dev/null || failed=1
      done
      exit "$failed"
    } ;;
esac
