#!/bin/sh
# managed by konvoy-ha: what is changed here by hand is undone by the next apply
# keepalived calls this on every transition: INSTANCE name STATE priority. The last state is kept for `status`.
readonly DIRECTORY=/run/konvoy-ha
[ "${1-}" = INSTANCE ] || exit 0
umask 022
mkdir -p "$DIRECTORY" || exit 1
now=$(date +%s)

# A reload tells several states in one instant, and their scripts run side by side. They were started in the order of
# the states, so the highest process id has the last word; after two seconds an id may have come round again.
exec 9>"$DIRECTORY/.state.lock"
flock 9
if read -r _ since pid <"$DIRECTORY/state" 2>/dev/null; then
  case $since/$pid in
    *[!0-9/]* | /* | */) ;; # nothing that this script wrote
    *) [ "$((now - since))" -ge 2 ] || [ "$$" -gt "$pid" ] || exit 0 ;;
  esac
fi
printf '%s %s %s\n' "$3" "$now" "$$" >"$DIRECTORY/.state.$$" && mv -f "$DIRECTORY/.state.$$" "$DIRECTORY/state"
