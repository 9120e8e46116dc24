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
  /** Tells the running service to read its configuration again, with SIGHUP to the main process. */
  reload(service: string): Mutation;
  /** The last things the service said, for the report of its failure. */
  lastWords(service: string): Probe;
  /** Makes the service manager read its unit files again. */
  reloadUnits(): Mutation;
  /** What an operator would type to stop it. */
  stopByHand(service: string): string;
  /**
   * Brings a service back to `before`, whatever it is now; one that ran reads its configuration again. A unit that is
   * not there is no error. Where `booting=yes` is in the environment, the host is about to start what is enabled.
   */
  restore(service: string, before: ServiceState): Mutation;
  /** What runs the scripts of dead-men. */
  readonly watch: Watch;
}

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
  reload: (service) => mutateScript(RELOAD, service, `/run/${service}.pid`),
  lastWords: (service) => probe('journalctl', '--unit', service, '--lines=10', '--no-pager', '--output=cat'),
  reloadUnits: () => mutate('systemctl', 'daemon-reload'),
  stopByHand: (service) => `systemctl stop ${service}`,
  restore: (service, { enabled, running }) =>
    mutateScript(RESTORE, service, enabled ? 'enable' : 'disable', running ? 'running' : 'stopped'),
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
case \${booting:-no}/$2/$3 in
  yes/enable/running) systemctl --no-block start "$1" ;;
  yes/enable/*) ;;
  yes/*) systemctl --no-block stop "$1" ;;
  */running) systemctl kill --kill-who=main --signal=HUP "$1" 2>/dev/null || systemctl start "$1" ;;
  *) systemctl stop "$1" ;;
esac`;

function splitProperty(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}
