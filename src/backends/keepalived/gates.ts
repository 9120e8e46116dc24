import { mutate, type Mutation } from '../../domain/command.ts';
import type { Gate } from '../gate.ts';
import { PATHS } from './layout.ts';

/** Opens when the host has the VIP on an interface. */
export function ownerGate(vip: string, deadlineMs: number): Gate {
  return { script: OWNS_VIP, parameters: [String(Math.ceil(deadlineMs / POLL_MS)), vip] };
}

/** Opens when keepalived has run, and has told the notify script a state that lasts, for so long that a reload cannot kill it any more. */
export function joinGate(deadlineMs: number): Gate {
  const tries = Math.ceil((deadlineMs + SURVIVED_MS) / POLL_MS);
  return { script: JOINED, parameters: [String(tries), PATHS.state, 'joins', String(SURVIVED_MS / POLL_MS)] };
}

/** Opens when keepalived has run and been active or a backup for so long that its check scripts would have told. */
export function serviceGate(deadlineMs: number): Gate {
  const tries = Math.ceil((deadlineMs + STEADY_MS) / POLL_MS);
  const parameters = [String(tries), PATHS.state, 'serves', String(STEADY_MS / POLL_MS)];
  return { script: JOINED, parameters };
}

/**
 * Gives the VIP to a peer and waits until the host has it no more: it counts as not ready from here on, so another one
 * takes over while this one serves. When nobody does in time, the host is ready again, and this ends with 1.
 */
export function handOver(vip: string, deadlineMs: number): Gate {
  const tries = Math.ceil(deadlineMs / POLL_MS);
  return { script: HAND_OVER, parameters: [PATHS.handover, vip, String(tries)] };
}

/** Ends that, whatever has become of it. */
export function takeBack(): Mutation {
  return mutate('rm', '-f', '--', PATHS.handover);
}

const POLL_MS = 20;

/** A configuration that is read and kills keepalived has done so by then; less than the shortest takeover, 0.75 s. */
const SURVIVED_MS = 300;

/** A reload is over long before, and the live script, which puts a host at fault, runs every second. */
const STEADY_MS = 1500;

const OWNS_VIP = `tries=$1
while [ "$tries" -gt 0 ]; do
  case $(ip -o address show) in *" $2/"*) exit 0;; esac
  tries=$((tries - 1)); sleep 0.02
done
exit 1`;

const JOINED = `tries=$1 steady=0
while [ "$tries" -gt 0 ]; do
  is=no pid='' state=''
  read -r pid 2>/dev/null </run/keepalived.pid
  read -r state 2>/dev/null <"$2"
  if [ -n "$pid" ] && [ -d "/proc/$pid" ]; then
    case $3/$state in */MASTER*|*/BACKUP*|joins/FAULT*) is=yes;; esac
  fi
  steady=$((steady + 1)); [ $is = yes ] || steady=0
  [ "$steady" -lt "$4" ] || exit 0
  tries=$((tries - 1)); sleep 0.02
done
exit 1`;

const HAND_OVER = `umask 022; mkdir -p -- "\${1%/*}" && : >"$1" || exit 1
tries=$3
while [ "$tries" -gt 0 ]; do
  if has=$(ip -o address show); then case $has in *" $2/"*) ;; *) exit 0;; esac; fi
  tries=$((tries - 1)); sleep 0.02
done
rm -f -- "$1"
exit 1`;
