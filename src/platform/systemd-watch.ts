import { mutate, mutateScript, type Mutation } from '../domain/command.ts';

/** How a script of a dead-man is kept waiting in the background, and run at the next boot when it still is there. */
export interface Watch {
  /** Writes what runs at boot, before the service `before` starts, all that is armed below `store`. */
  prepareBoot(store: string, before: string): Mutation;
  /** Takes that away. */
  forgetBoot(): Mutation;
  /** Runs a script with the word `watch`, from now on. */
  begin(runId: string, script: string): Mutation;
  /** Ends that. It is no error that nothing runs. */
  end(runId: string): Mutation;
  /** Runs a script once, so many seconds from now, unless it is called off or the host restarted. */
  later(runId: string, script: string, seconds: number): Mutation;
  /** Calls that off. It is no error that nothing waits. */
  callOff(runId: string): Mutation;
}

export const SYSTEMD_WATCH: Watch = {
  prepareBoot: (store, before) => mutateScript(PREPARE_BOOT, UNIT, WANTED_BY, bootUnit(store, before)),
  forgetBoot: () => mutate('rm', '-f', '--', WANTED_BY, UNIT),
  begin: (runId, script) =>
    mutate(
      'systemd-run',
      ...['--quiet', '--collect', `--unit=${serviceOf(runId)}`],
      // Killed by the kernel for want of memory it starts again; one that has ended has done what it could.
      ...['--property=Restart=on-abnormal', '--property=OOMScoreAdjust=-900'],
      // Plain words only: after a daemon-reload, systemd reads what systemd-run has written, and not all of it as it was.
      ...['/bin/sh', script, 'watch'],
    ),
  end: (runId) => mutateScript('systemctl stop "$1" 2>/dev/null; exit 0', serviceOf(runId)),
  later: (runId, script, seconds) =>
    mutate(
      'systemd-run',
      ...['--quiet', '--collect', `--unit=${laterOf(runId)}`, `--on-active=${seconds}s`],
      // Its default accuracy is a minute.
      ...['--timer-property=AccuracySec=100ms', '/bin/sh', script],
    ),
  callOff: (runId) => mutateScript('systemctl stop "$1" 2>/dev/null; exit 0', `${laterOf(runId)}.timer`),
};

function serviceOf(runId: string): string {
  return `konvoy-ha-dead-man-${runId}.service`;
}

function laterOf(runId: string): string {
  return `konvoy-ha-later-${runId}`;
}

// The newest first: a run that took over from another knows how to bring back what it found.
function bootUnit(store: string, before: string): string {
  return `# managed by konvoy-ha: undoes at boot what nobody has confirmed; it goes when no run is armed any more
[Unit]
Description=konvoy-ha dead-man: undoes a run that was not confirmed
Before=${before}.service
RequiresMountsFor=${store}

[Service]
Type=oneshot
TimeoutStartSec=300
ExecStart=/bin/sh -c 'for run in $$(cd ${store} && ls -d */armed/* */undoing/* 2>/dev/null | sort -t / -k 3 -r); do sh "${store}/$$run/undo" boot; done'

[Install]
WantedBy=multi-user.target
`;
}

const NAME = 'konvoy-ha-dead-man.service';
const UNIT = `/etc/systemd/system/${NAME}`;
const WANTED_BY = `/etc/systemd/system/multi-user.target.wants/${NAME}`;

/** No daemon-reload: only the next boot has to know the unit, and it reads the disk. */
const PREPARE_BOOT = `umask 022; mkdir -p -- "\${2%/*}" || exit 1
printf '%s' "$3" >"$1.new" && sync "$1.new" && mv -f -- "$1.new" "$1" || exit 1
ln -sfn -- "$1" "$2" && sync "\${1%/*}" "\${2%/*}"`;
