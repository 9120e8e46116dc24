import { keysOf } from '../../src/backends/backends.ts';
import { REACH } from '../../src/backends/keepalived/reach-script.ts';
import type { CommandResult, Mutation, Probe } from '../../src/domain/command.ts';
import type { Generation, Recorded } from '../../src/domain/generation.ts';
import type { HostName } from '../../src/domain/names.ts';
import type { Observation, Resource } from '../../src/domain/resource.ts';
import { recordGeneration } from '../../src/engine/generations.ts';
import { advertsFact } from '../../src/facts/adverts.ts';
import { calibrationFact } from '../../src/facts/calibration.ts';
import { holdsAddress } from '../../src/facts/network.ts';
import type { HostSnapshot } from '../../src/plan/snapshot.ts';
import type { LockOutcome, Session } from '../../src/transport/transport.ts';
import { interfaceName } from './branded.ts';
import { ENDPOINT, VIP, networkOf } from './cluster.ts';
import { complained, said } from './command-results.ts';
import { networkAnswers } from './network-answers.ts';
import { frameOf } from './vrrp-frames.ts';

/**
 * A host that answers a whole look (facts, resources, generations) as a Debian 12 would that was seen like this; at the
 * n-th look like the n-th snapshot, then like the last. A single question is taken for one about its latest generation.
 * It is changed by nothing: a mutation is an error.
 */
export class SeenHost implements Session {
  readonly host: HostName;
  readonly #looks: HostSnapshot[];
  /** How often it was told to listen. */
  listened = 0;
  isLocked = false;

  constructor(first: HostSnapshot, ...later: readonly HostSnapshot[]) {
    this.host = first.intent.name;
    this.#looks = [first, ...later];
  }

  async probe(commands: readonly Probe[]): Promise<readonly CommandResult[]> {
    const [only] = commands;
    if (only?.argv[2] === REACH) return Promise.resolve([everybodyHeard(only)]);
    if (commands[0]?.argv[2] === LISTEN) {
      this.listened += 1;
      return Promise.resolve([heardBy(this.#looks[0])]);
    }
    // It and its links never stand still.
    if (commands[0]?.argv[2] === CALIBRATE) return Promise.resolve([said('stalls 100 0\n')]);
    // Around the VIP there is nothing that could hurt it.
    if (commands[0]?.argv.join(' ') === LINKS) return Promise.resolve(commands.map(() => said('')));
    const [snapshot] = this.#looks.length > 1 ? this.#looks.splice(0, 1) : this.#looks;
    const answers = snapshot === undefined ? [] : answersOf(snapshot);
    const latest = snapshot?.recorded.latest;
    if (commands.length === 1 && latest !== undefined) return Promise.resolve([said(storedText(latest))]);
    if (commands.length !== answers.length) throw new Error(`${this.host} knows whole looks only`);
    return Promise.resolve(answers);
  }

  async mutate(commands: readonly Mutation[]): Promise<readonly CommandResult[]> {
    return Promise.reject(new Error(`${this.host} was to be changed: ${JSON.stringify(commands[0]?.argv)}`));
  }

  async lock(): Promise<LockOutcome> {
    this.isLocked = true;
    return Promise.resolve({ held: true });
  }

  async breakLock(): Promise<void> {
    return Promise.reject(new Error(`nobody holds the lock of ${this.host}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isLocked = false;
    return Promise.resolve();
  }
}

/** What it heard by the snapshot that it is seen as next; nobody, when that says nothing. */
function heardBy(snapshot: HostSnapshot | undefined): CommandResult {
  const heard = snapshot?.heard;
  if (heard?.kind === 'deaf') return said(`deaf ${heard.because}\n`);
  return said(['by perl', ...(heard?.adverts ?? []).map((advert) => frameOf(advert)), ''].join('\n'));
}

const LINKS = 'ip -d -o link show';

const LISTEN = advertsFact(interfaceName('eth0')).probes[0]?.argv[2];

const CALIBRATE = calibrationFact(1, []).probes[0]?.argv[2];

/** The peers are the last parameters of the test. */
function everybodyHeard({ argv }: Probe): CommandResult {
  return said(
    argv
      .slice(11)
      .map((peer) => `heard ${peer}\n`)
      .join(''),
  );
}

/** In the order in which a look asks. */
function answersOf(snapshot: HostSnapshot): readonly CommandResult[] {
  const { facts, intent, observed, recorded } = snapshot;
  const { os, keepalived } = facts;
  const vipNeighbour = facts.network.neighbours.get(VIP);
  const network = networkOf(intent.name, {
    ...(holdsAddress(facts.network, VIP) ? { holds: 'eth0' } : {}),
    ...(vipNeighbour === undefined ? {} : { neighbour: `${VIP} dev eth0 lladdr ${vipNeighbour} REACHABLE ` }),
  });
  const states = { active: 'MASTER', backup: 'BACKUP', fault: 'FAULT', stopped: 'STOP', unknown: '' };
  return [
    said(`ID=${os.id}\nVERSION_ID="${os.versionId}"\nPRETTY_NAME="${os.prettyName}"\n`),
    facts.machineId === undefined ? complained('cat: no such file', 1) : said(`${facts.machineId}\n`),
    said('0\n'),
    said(`${os.initSystem}\n`),
    said(`${facts.httpsClients.join('\n')}\n`),
    ...networkAnswers(network, VIP),
    said(`${facts.api}\n`),
    said(keepalived.version === undefined ? '' : `Keepalived v${keepalived.version} (01/17,2022)\n`),
    said(`${states[keepalived.state]} ${keepalived.stateSince ?? ''}\n`),
    // Not drained.
    complained('cat: no such file', 1),
    // Nothing stands before the packets.
    said(''),
    said(offerText(facts.offers.get('keepalived')?.candidate)),
    // Nothing of Kubernetes.
    said(''),
    ...keysOf(ENDPOINT).map((key) => resourceAnswer(observed.get(key))),
    // No run is armed there.
    said(''),
    said(recordedText(recorded)),
  ];
}

/** What apt-cache policy says of it. */
function offerText(candidate: string | undefined): string {
  return candidate === undefined ? '' : `keepalived:\n  Installed: (none)\n  Candidate: ${candidate}\n`;
}

function resourceAnswer(seen: Observation | undefined): CommandResult {
  if (seen?.status !== 'present') return complained('there is no such thing', 1);
  return said(resourceText(seen.resource));
}

function resourceText(resource: Resource): string {
  switch (resource.kind) {
    case 'package':
      return `ii ${resource.version ?? '1'}`;
    case 'user':
      return `${resource.name}:x:997:997::/nonexistent:/usr/sbin/nologin\n`;
    case 'directory':
      return `${resource.mode.toString(8)} ${resource.owner} ${resource.group} directory\n`;
    case 'file': {
      const text = new TextDecoder().decode(resource.content);
      return `${resource.mode.toString(8)} ${resource.owner} ${resource.group} regular file\n${text}`;
    }
    case 'address':
      return `2: ${resource.interface}    inet ${resource.prefix.address}/${resource.prefix.length} scope global ${resource.interface}\n`;
    case 'service':
      return `LoadState=loaded\nActiveState=${resource.running ? 'active' : 'inactive'}\nUnitFileState=${resource.enabled ? 'enabled' : 'disabled'}\n`;
    case 'opening':
      throw new Error('no firewall stands there');
    default:
      return resource satisfies never;
  }
}

function recordedText({ heads, damaged, latest }: Recorded): string {
  return [
    ...heads.map((head) => `head ${JSON.stringify(head)}`),
    ...damaged.map(({ number, files }) => `damaged ${number} ${files.map(nameOf).join(' ')}`),
    ...(latest === undefined ? [] : [`latest ${storedText(latest)}`]),
    '',
  ].join('\n');
}

/** As it is written to a host. */
function storedText(generation: Generation): string {
  const stored = recordGeneration(generation).find(({ argv }) => argv.join(' ').includes('/generation.json'));
  return new TextDecoder().decode(stored?.stdin);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
