import type { RunEvent } from '../domain/event.ts';
import type { HostName } from '../domain/names.ts';

/** Follows which hosts would undo the run by themselves, for whoever gives up on it. */
export class ArmedHosts {
  readonly #undoesAt = new Map<HostName, string>();

  follow(event: RunEvent): void {
    if (event.type !== 'dead-man') return;
    if (event.state === 'armed' && event.undoesAt !== undefined)
      this.#undoesAt.set(event.host, event.undoesAt);
    else this.#undoesAt.delete(event.host);
  }

  /** What becomes of the hosts when nothing more is done from here; `nowMs` is the time of saying it. */
  farewell(nowMs: number): string {
    const armed = [...this.#undoesAt].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const lines =
      armed.length === 0
        ? ['nothing more is undone']
        : armed.map(([host, undoesAt]) => {
            const seconds = Math.max(0, Math.ceil((Date.parse(undoesAt) - nowMs) / 1000));
            return `${host} undoes this run by itself in ${seconds} s, at ${undoesAt}`;
          });
    return `konvoy-ha: stopped at once: ${lines.join('\nkonvoy-ha: ')}\nkonvoy-ha: look at the hosts: konvoy-ha status\n`;
  }
}
