import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What was seen of all processes of this machine while something ran. */
export interface Sightings {
  /** Files of `/proc` that held one of the texts, with the command line of their process. */
  readonly shown: readonly string[];
  /** Every command line that was seen. */
  readonly commandLines: ReadonlySet<string>;
}

/** Looks at the command lines and environments of all processes, again and again, until `work` has ended. */
export async function watchProcesses(texts: readonly string[], work: Promise<unknown>): Promise<Sightings> {
  const shown = new Set<string>();
  const commandLines = new Set<string>();
  const state = { isOver: false };
  const ending = work.finally(() => (state.isOver = true));
  while (!state.isOver) {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const commandLine = readIfThere(`/proc/${pid}/cmdline`);
      commandLines.add(commandLine.replaceAll('\0', ' '));
      const seen = commandLine + readIfThere(`/proc/${pid}/environ`);
      if (texts.some((text) => seen.includes(text))) shown.add(commandLine.replaceAll('\0', ' '));
    }
    // What is watched has to run, too.
    await sleep(2);
  }
  await ending;
  return { shown: [...shown], commandLines };
}

/** What stands in a file, byte by byte; nothing when it is gone. */
export function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // It ended in the meantime, or is somebody else's.
    return '';
  }
}
