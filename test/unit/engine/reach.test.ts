import { describe, expect, test } from 'vitest';
import { REACH } from '../../../src/backends/keepalived/reach-script.ts';
import type { Station } from '../../../src/backends/keepalived/reach.ts';
import type { CommandResult, Probe } from '../../../src/domain/command.ts';
import { hostName, interfaceName, ip } from '../../support/branded.ts';
import { testReach } from '../../../src/engine/reach.ts';
import { describeReach, type Reach } from '../../../src/plan/reach.ts';
import type { Reader } from '../../../src/transport/transport.ts';
import { said } from '../../support/command-results.ts';
import { ownAddress } from '../../support/cluster.ts';
import { worldOf } from '../../support/world.ts';

const NAMES = ['lb1', 'lb2', 'lb3'];

const STATIONS: readonly Station[] = NAMES.map((name) => ({
  host: hostName(name),
  interface: interfaceName('eth0'),
  source: ip(ownAddress(name)),
  mode: 'unicast',
}));

/** What stands between the hosts. */
interface Network {
  /** `lb1<lb2`: what lb2 sends does not come in on lb1. */
  readonly closedIn?: readonly string[];
  /** `lb1<lb2`: what lb2 sends does not go out there. */
  readonly closedOut?: readonly string[];
  readonly withoutPerl?: readonly string[];
  /** Hosts that answer too late the first time. */
  readonly slow?: readonly string[];
}

async function reachIn(
  network: Network,
): Promise<{ readonly reach: Reach; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const hear = (listener: string, { argv }: Probe): CommandResult => {
    const [, , script, , way, mode, device, own, , , most, ...peers] = argv;
    expect([script, mode, device, own]).toEqual([REACH, 'unicast', 'eth0', ownAddress(listener)]);
    asked.push(`${listener} ${way}`);
    if (network.withoutPerl?.includes(listener) === true) return said('untested\n');
    const heard = NAMES.filter((name) => peers.includes(ownAddress(name))).filter((speaker) => {
      const pair = `${listener}<${speaker}`;
      const isLate = [listener, speaker].some((name) => network.slow?.includes(name)) && most === '1.5';
      const isClosed =
        network.closedIn?.includes(pair) === true ||
        (way === 'stack' && network.closedOut?.includes(pair) === true);
      return !isLate && !isClosed;
    });
    return said(heard.map((name) => `heard ${ownAddress(name)}\n`).join(''));
  };
  const readers = new Map(
    NAMES.map((name): [ReturnType<typeof hostName>, Reader] => [
      hostName(name),
      {
        host: hostName(name),
        probe: async (probes) => Promise.resolve(probes.map((probe) => hear(name, probe))),
      },
    ]),
  );
  return { reach: await testReach(worldOf([]), readers, STATIONS), asked };
}

function words({ deaf }: Reach): readonly string[] {
  return deaf.map(({ listener, speaker, closed }) => `${listener}<${speaker} at the ${closed}`);
}

describe('who hears whom', () => {
  test.each<readonly [string, Network, readonly string[]]>([
    ['everybody everybody', {}, []],
    [
      'one host nobody',
      { closedIn: ['lb2<lb1', 'lb2<lb3'] },
      ['lb2<lb1 at the listener', 'lb2<lb3 at the listener'],
    ],
    ['one way only', { closedIn: ['lb3<lb1'] }, ['lb3<lb1 at the listener']],
    [
      'nobody one host, which lets nothing out',
      { closedOut: ['lb1<lb2', 'lb3<lb2'] },
      ['lb1<lb2 at the speaker', 'lb3<lb2 at the speaker'],
    ],
    [
      'in and out of different hosts',
      { closedIn: ['lb1<lb2'], closedOut: ['lb3<lb2'] },
      ['lb1<lb2 at the listener', 'lb3<lb2 at the speaker'],
    ],
    ['a slow host at the second try', { slow: ['lb2'] }, []],
    ['hosts without Perl nobody knows', { withoutPerl: ['lb2'], closedIn: ['lb1<lb2', 'lb2<lb1'] }, []],
  ])('%s', async (_, network, expected) => {
    expect(words((await reachIn(network)).reach)).toEqual(expected);
  });

  test('two that are deaf to each other in one direction send nothing that would open the other', async () => {
    const { asked } = await reachIn({ closedIn: ['lb1<lb2', 'lb1<lb3', 'lb2<lb3'] });
    expect(asked.filter((word) => word.endsWith('stack'))).toEqual([]);
  });

  test('when all is well, everybody is asked twice', async () => {
    expect((await reachIn({})).asked.toSorted()).toEqual(
      NAMES.flatMap((name) => [`${name} link`, `${name} stack`]),
    );
  });
});

describe('check', () => {
  test.each<readonly [string, Network, readonly string[], readonly string[]]>([
    ['passes hosts that hear all others', {}, [], ['pass', 'pass', 'pass']],
    ['warns of what apply opens', { closedIn: ['lb2<lb1'] }, ['lb2'], ['pass', 'warn', 'pass']],
    ['fails what apply does not open', { closedIn: ['lb2<lb1'] }, ['lb1'], ['pass', 'fail', 'pass']],
    ['warns of a speaker that apply opens', { closedOut: ['lb2<lb1'] }, ['lb1'], ['pass', 'warn', 'pass']],
    ['says what was not tested', { withoutPerl: ['lb3'] }, [], ['pass', 'pass', 'skipped']],
  ])('%s', async (_, network, opened, expected) => {
    const checks = describeReach((await reachIn(network)).reach, new Set(opened.map(hostName)));
    expect(checks.map(({ status }) => status)).toEqual(expected);
  });
});
