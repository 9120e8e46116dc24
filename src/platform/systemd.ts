import { SYSTEMD_WATCH, type Watch } from './systemd-watch.ts';
import {
  mutate,
  mutateScript,
  probe,
  stdoutOf,
  type CommandResult,
  type Mutation,
  type Probe,
} from '../domain/command.ts';

/** How services are asked about and controlled. */
export interface ServiceManager {
  readonly name: string;
  query(service: string): Probe;
  /** What the service is, or `undefined` when no such unit exists. */
  parseQuery(result: CommandResult): ServiceState | undefined;
  enable(service: string): Mutation;
  disable(service: string): Mutation;
  start(service: string): Mutation;
  /** Stops and waits until the processes are gone, so that the address has been given up. */
  stop(service: string): Mutation;
  /** Kills its processes without a warning; what keeps it running starts it again. */
  kill(service: string): Mutation;
  /** Tells the running service to read its configuration again, with SIGHUP to the main process. */
  reload(service: string): Mutation;
  /** The same with everything that its unit says of a reload. */
  reloadByUnit(service: string): Mutation;
  /** Does what installs a service, and neither starts nor enables that. */
  keepIdle(service: string, installation: Mutation): Mutation;
  /** Does what puts another version of a running service in place, and leaves it running as it is until it is restarted. */
  keepRunning(service: string, installation: Mutation): Mutation;
  /** Stops it, waits until it is gone, and starts it. */
  restart(service: string): Mutation;
  /** The last things the service said, for the report of its failure. */
  lastWords(service: string): Probe;
  /** Makes the service manager read its unit files again. */
  reloadUnits(): Mutation;
  /** What an operator would type to have it read its configuration again. */
  reloadByHand(service: string): string;
  /** What an operator would type to stop it. */
  stopByHand(service: string): string;
  /**
   * Brings a service back to `before`, whatever it is now; one that ran reads its configuration again, `how` it is told. A unit that is not there is no error. Where `booting=yes` is in the environment, the host is about to start
   * what is enabled.
   */
  restore(service: string, before: ServiceState, how: Telling): Mutation;
  /** What runs the scripts of dead-men. */
  readonly watch: Watch;
}

/** How a running service is told of a change: by SIGHUP, as its unit says, or by being started anew. */
export type Telling = 'by-signal' | 'by-unit' | 'by-restart';

export interface ServiceState {
  readonly enabled: boolean;
  readonly running: boolean;
}

export const SYSTEMD: ServiceManager = {
  name: 'systemd',
  query: (service) => probe('systemctl', 'show', '--property=LoadState,ActiveState,UnitFileState', service),
  parseQuery: (result) => {
    const properties = new Map(stdoutOf(result).split('\n').map(splitProperty));
    if (result.exitCode !== 0 || properties.get('LoadState') !== 'loaded') return undefined;
    return {
      enabled: ['enabled', 'enabled-runtime', 'static'].includes(properties.get('UnitFileState') ?? ''),
      // Not `activating`: with Restart=always a service that crashes again and again is that for most of its time.
      running: ['active', 'reloading'].includes(properties.get('ActiveState') ?? ''),
    };
  },
  enable: (service) => mutate('systemctl', '--quiet', 'enable', service),
  disable: (service) => mutate('systemctl', '--quiet', 'disable', service),
  start: (service) => mutate('systemctl', 'start', service),
  stop: (service) => mutate('systemctl', 'stop', service),
  kill: (service) => mutate('systemctl', 'kill', '--signal=KILL', service),
  reload: (service) => mutateScript(RELOAD, service, `/run/${service}.pid`),
  reloadByUnit: (service) => mutate('systemctl', 'reload-or-restart', service),
  keepIdle: (service, { argv }) => mutateScript(KEEP_IDLE, service, ...argv),
  keepRunning: (service, { argv }) => mutateScript(KEEP_RUNNING, service, ...argv),
  restart: (service) => mutate('systemctl', 'restart', service),
  lastWords: (service) => probe('journalctl', '--unit', service, '--lines=10', '--no-pager', '--output=cat'),
  reloadUnits: () => mutate('systemctl', 'daemon-reload'),
  reloadByHand: (service) => `systemctl reload ${service}`,
  stopByHand: (service) => `systemctl stop ${service}`,
  restore: (service, { enabled, running }, how) =>
    mutateScript(RESTORE, ...[service, enabled ? 'enable' : 'disable', running ? 'running' : 'stopped'], how),
  watch: SYSTEMD_WATCH,
};

/**
 * Not `systemctl reload`: two hosts may have the VIP until the signal is there. The shell sends it itself where the PID
 * file names a process of that service, as the gates do; through systemctl it takes tens of milliseconds.
 * Between a crash and its restart there is no process to tell; one that starts reads what is there now.
 */
const RELOAD = `pid='' name=''
read -r pid 2>/dev/null <"$2" && read -r name 2>/dev/null <"/proc/$pid/comm"
[ "$name" = "$1" ] && kill -HUP "$pid" 2>/dev/null && exit
systemctl kill --kill-who=main --signal=HUP "$1" 2>/dev/null || systemctl start "$1"`;

/**
 * At boot the service starts as it did before the run; a start that is queued already is called off where it was not
 * enabled then. Waiting for either from within the boot might wait for ever.
 */
const RESTORE = `[ "$(systemctl show --property=LoadState --value "$1")" = loaded ] || exit 0
systemctl --quiet "$2" "$1" || exit 1
case \${booting:-no}/$2/$3/$4 in
  yes/enable/running/*) systemctl --no-block start "$1" ;;
  yes/enable/*) ;;
  yes/*) systemctl --no-block stop "$1" ;;
  */running/by-restart) systemctl restart "$1" ;;
  */running/by-unit) systemctl reload-or-restart "$1" ;;
  */running/*) systemctl kill --kill-who=main --signal=HUP "$1" 2>/dev/null || systemctl start "$1" ;;
  *) systemctl stop "$1" ;;
esac`;

/**
 * A unit that is there already is somebody's own. One that is masked is not started by what installs it; the mask is in /run, so a host that loses power
 * forgets it.
 */
const KEEP_IDLE = `service=$1; shift
[ "$(systemctl show --property=LoadState --value "$service")" = not-found ] || exec "$@"
systemctl --quiet --runtime mask "$service" 2>/dev/null
trap 'systemctl --quiet --runtime unmask "$service" 2>/dev/null' EXIT; trap 'exit 1' HUP INT TERM
"$@" || exit
systemctl --quiet disable "$service" 2>/dev/null
exit 0`;

/** What installs it would restart it at once; a unit that is masked is not restarted, and what runs is let run. */
const KEEP_RUNNING = `service=$1; shift
systemctl --quiet --runtime mask "$service" 2>/dev/null
trap 'systemctl --quiet --runtime unmask "$service" 2>/dev/null' EXIT; trap 'exit 1' HUP INT TERM
"$@"`;

function splitProperty(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}
