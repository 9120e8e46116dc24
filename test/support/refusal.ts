import { expect } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { eventsOf, konvoyHa } from './cli.ts';
import type { LabCluster } from './lab-cluster.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { watchForChanges } from './untouched.ts';

/** What the program that reads NDJSON got to see. */
export type Events = ReturnType<typeof eventsOf>;

/** How a command line is to be refused. */
export interface Refusal {
  readonly exit: 10 | 11 | 12;
  /** The code of the error in the last event. */
  readonly error: string;
  /** What an operator has to be told, hints among it. */
  readonly says: readonly (string | RegExp)[];
}

/** What a case may use: the lab, a folder of its own, and a place for what has to be put right afterwards. */
export interface Stage {
  readonly lab: Lab;
  readonly folder: string;
  readonly cp: (place: 1 | 2 | 3) => LabHost;
  /** Runs a shell script as root on a machine; throws when it fails. */
  readonly sh: (host: LabHost, script: string) => Promise<string>;
  readonly afterwards: (mend: () => Promise<unknown>) => void;
  /** Says what differs from `apply` with the lab's inventory. */
  readonly meets: (meeting: Meeting) => void;
}

/** Something that goes wrong before anything may be changed. */
export interface RefusalCase extends Refusal {
  readonly title: string;
  /** Makes it go wrong. */
  readonly arrange: (stage: Stage) => Promise<void>;
}

export interface Meeting {
  readonly inventory?: string;
  readonly command?: readonly string[];
  /** What it has to point at, as `file:line:column`. */
  readonly at?: string;
  /** A host that is off and cannot be looked at. */
  readonly off?: LabHost;
}

/** Arranges a case, expects the refusal and hosts on which nothing at all was changed, and puts the lab right again. */
export async function expectUntouched(
  cluster: LabCluster,
  { arrange, ...refusal }: RefusalCase,
): Promise<Events> {
  const { lab } = cluster;
  await using folder = await temporaryDirectory();
  const mends: (() => Promise<unknown>)[] = [];
  let meeting: Meeting = {};
  try {
    await arrange({
      lab,
      folder: folder.path,
      cp: (place) => cluster.host(`cp${place}`),
      sh: async (host, script) => cluster.script(host, script),
      afterwards: (mend) => void mends.push(mend),
      meets: (differing) => void (meeting = differing),
    });
    const changes = await watchForChanges(lab.hosts.filter((host) => host !== meeting.off));
    const command = meeting.command ?? ['apply', '--yes', '--timeout', '3'];
    const says = meeting.at === undefined ? refusal.says : [...refusal.says, `--> ${meeting.at}\n`];
    const inventory = meeting.inventory ?? lab.inventoryPath;
    const events = await expectRefusal([...command, '-i', inventory], { ...refusal, says });
    expect(await changes()).toEqual([]);
    return events;
  } finally {
    for (const mend of mends.toReversed()) await mend();
  }
}

/**
 * Runs a command line for people and for programs side by side and expects both to be refused alike: the same exit
 * status, the words on stderr or stdout, and as the last line of NDJSON the `exit` event with its error.
 */
export async function expectRefusal(argv: readonly string[], refusal: Refusal): Promise<Events> {
  const [people, programs] = await Promise.all([konvoyHa(argv), konvoyHa([...argv, '--json'])]);
  const text = `${people.stdout}${people.stderr}`;
  for (const words of refusal.says) expect(text).toMatch(words);
  expect(text).not.toContain('internal error');
  expect([people.code, programs.code]).toEqual([refusal.exit, refusal.exit]);
  const events = eventsOf(programs);
  expect(events.at(-1)).toMatchObject({ type: 'exit', code: refusal.exit, error: { code: refusal.error } });
  expect(events.filter((event) => event.type === 'exit')).toHaveLength(1);
  return events;
}
