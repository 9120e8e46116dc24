import { mutate, probe, type Mutation, type Probe } from '../../domain/command.ts';
import type { Drained } from '../../domain/facts.ts';
import { writeFile } from '../../resources/file.ts';
import { MARK, PATHS } from './layout.ts';

/** Makes a host count as not ready, whatever its API server says: it has the VIP only when no other host can. */
export function drainHost({ by, since }: Required<Drained>): readonly Mutation[] {
  const text = `# ${MARK}: this host is drained; konvoy-ha undrain ends it\n${since} ${by}\n`;
  return [
    writeFile(PATHS.drained, {
      content: new TextEncoder().encode(text),
      mode: 0o644,
      owner: 'root',
      group: 'root',
    }),
  ];
}

/** Ends that; a host that is not drained stays as it is. */
export function undrainHost(): Mutation {
  return mutate('rm', '-f', '--', PATHS.drained);
}

/** Ends with 0 where the check script looks for the file: one of an older release, or somebody's own, may not. */
export function heedsDrain(): Probe {
  return probe('grep', '-qF', '--', PATHS.drained, PATHS.ready);
}

/** Reads the file; whoever made one by hand has drained the host as well. */
export function parseDrained(text: string): Drained {
  const said = /^(?<since>\d{1,15}) (?<by>\S{1,300})$/m.exec(text)?.groups;
  return said === undefined ? {} : { since: Number(said['since']), by: said['by'] ?? '' };
}
