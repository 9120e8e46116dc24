import { mutateScript, shellLine, type Mutation } from '../domain/command.ts';
import type { Platform } from '../platform/platform.ts';

// For what is done to a host only for a moment: whatever becomes of the run, the host ends it by itself.

/**
 * Does this on the host after `seconds`, unless it is called off: the script waits there, and is gone when the host is restarted, as is
 * what it would end.
 */
export function armRestoration(
  runId: string,
  end: readonly Mutation[],
  { platform, seconds }: { readonly platform: Platform; readonly seconds: number },
): readonly Mutation[] {
  const text = [...end.map(({ argv }) => shellLine(argv)), 'rm -f -- "$0"'].join('\n');
  return [mutateScript(WRITE, RESTORATION, text), platform.services.watch.later(runId, RESTORATION, seconds)];
}

/** Calls it off. */
export function disarmRestoration(runId: string, { services }: Platform): readonly Mutation[] {
  return [services.watch.callOff(runId), mutateScript(FORGET, RESTORATION)];
}

const RESTORATION = '/run/konvoy-ha/restoration';

/** With the folder, where it is not anybody else's as well. */
const FORGET = 'rm -f -- "$1"; rmdir -- "${1%/*}" 2>/dev/null; true';

const WRITE = `umask 077; mkdir -p -m 755 -- "\${1%/*}" && printf '%s\\n' "$2" >"$1"`;
