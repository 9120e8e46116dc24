import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Probe } from '../../../src/domain/command.ts';
import { apiFact } from '../../../src/facts/api.ts';
import { networkFact } from '../../../src/facts/network.ts';
import { systemFact } from '../../../src/facts/system.ts';
import { startApiServers, type ApiServers, type Behaviour } from '../../support/api-servers.ts';
import { ip } from '../../support/branded.ts';
import { fakePrograms } from '../../support/fake-programs.ts';
import { runCommand, SHELLS, toolsOnly } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

function nth(probes: readonly Probe[], index: number): Probe {
  const probe = probes[index];
  if (probe === undefined) throw new Error('there is no such probe');
  return probe;
}

describe.each(SHELLS)('who answers for the VIP in $name', (shell) => {
  const NEIGHBOUR = '10.0.50.20 dev eth0 lladdr 52:54:00:aa:00:99 REACHABLE ';

  async function ask(
    vip: string,
    programs: Readonly<Record<string, string>>,
  ): Promise<{ readonly neighbour: string | undefined; readonly calls: readonly string[] }> {
    await using directory = await temporaryDirectory();
    const bin = fakePrograms(directory.path, programs).split(':')[0] ?? '';
    const path = `${bin}:${toolsOnly(join(directory.path, 'tools'), ['dash', 'rm'])}`;
    const fact = networkFact(ip(vip));
    const result = await runCommand(shell, nth(fact.probes, 3), { path });
    const [addresses, links, route] = [result, result, result];
    const calls = await readFile(join(directory.path, 'calls'), 'utf8').catch(() => '');
    return {
      neighbour: fact.parse([addresses, links, route, result]).neighbours.get(ip(vip)),
      calls: calls.split('\n').filter(Boolean),
    };
  }
  const noting = (name: string, then: string): string => `echo "${name} $*" >>"$calls"; ${then}`;
  const IP = noting('ip', `echo '${NEIGHBOUR}'`);

  test('is asked with a ping, and read from the neighbour table', async () => {
    expect(
      await ask('10.0.50.20', { ping: noting('ping', 'exit 0'), curl: noting('curl', 'exit 0'), ip: IP }),
    ).toEqual({
      neighbour: '52:54:00:aa:00:99',
      calls: ['ping -c 1 -W 1 10.0.50.20', 'ip neigh show 10.0.50.20'],
    });
  });

  test('is found by any packet, though it drops pings or there is no ping', async () => {
    for (const ping of [{ ping: 'exit 1' }, {}]) {
      const { neighbour, calls } = await ask('10.0.50.20', {
        ...ping,
        curl: noting('curl', 'exit 7'),
        ip: IP,
      });
      expect(neighbour).toBe('52:54:00:aa:00:99');
      expect(calls[0]).toBe('curl -s --noproxy * --connect-timeout 1 http://10.0.50.20:9/');
    }
  });

  test('is nobody, when all there is is an old entry of a machine that has gone', async () => {
    const forgetting = `case $* in *flush*) rm "$calls";; esac; [ -e "$calls" ] && echo '${NEIGHBOUR}'; true`;
    const curl = '[ -e "$calls" ] || exit 7; exit 28';
    const ping =
      'echo asked >"$calls.ping"; [ -e "$calls.once" ] || { : >"$calls"; : >"$calls.once"; }; exit 1';
    expect((await ask('10.0.50.20', { ping, curl, ip: forgetting })).neighbour).toBeUndefined();
  });

  test('is asked at a URL that is one, for IPv6', async () => {
    const { calls } = await ask('2001:db8::20', { curl: noting('curl', 'exit 7'), ip: IP });
    expect(calls[0]).toBe('curl -s --noproxy * --connect-timeout 1 http://[2001:db8::20]:9/');
  });

  test('is nobody where nobody can be asked', async () => {
    expect((await ask('10.0.50.20', { ip: 'true' })).neighbour).toBeUndefined();
  });
});

describe.concurrent.each(SHELLS)('the own API server in $name', (shell) => {
  const BEHAVIOURS: readonly (readonly [Behaviour, string])[] = [
    [200, 'answers'],
    [401, 'answers'],
    [500, 'answers'],
    ['refuses', 'refuses'],
    ['hangs', 'silent'],
    ['hangs before TLS', 'silent'],
    ['speaks no TLS', 'silent'],
  ];
  let servers: ApiServers;
  beforeAll(async () => {
    servers = await startApiServers(BEHAVIOURS.map(([behaviour]) => behaviour));
  });
  afterAll(async () => servers[Symbol.asyncDispose]());

  async function api(behaviour: Behaviour, tools: readonly string[], route?: string): Promise<string> {
    await using directory = await temporaryDirectory();
    const line = route ?? `10.0.50.20 dev eth0 src ${servers.at(behaviour)} uid 0 `;
    const bin =
      fakePrograms(directory.path, { ip: `printf '%s\\n    cache \\n' '${line}'` }).split(':')[0] ?? '';
    const path = `${bin}:${toolsOnly(join(directory.path, 'tools'), ['dash', 'sed', 'rm', ...tools])}`;
    const fact = apiFact('10.0.50.20', servers.port);
    return fact.parse([await runCommand(shell, nth(fact.probes, 0), { path })]);
  }

  test.concurrent.each(BEHAVIOURS)('that %s: curl finds that it %s', async (behaviour, expected) => {
    expect(await api(behaviour, ['curl'])).toBe(expected);
  });

  test.concurrent.each(BEHAVIOURS)('that %s: openssl finds that it %s', async (behaviour, expected) => {
    expect(await api(behaviour, ['openssl', 'timeout'])).toBe(expected);
  });

  test('is silent where nothing could ask it', async () => {
    expect(await api(200, [])).toBe('silent');
  });

  test('is asked at the loopback address where there is no route', async () => {
    expect(await api(200, ['curl'], 'RTNETLINK answers: Network is unreachable')).toBe('refuses');
  });
});

describe.each(SHELLS)('the system in $name', (shell) => {
  test('is told by this machine, which has curl, openssl or both', async () => {
    const [clients, init] = await Promise.all(
      [4, 3].map(async (index) => runCommand(shell, nth(systemFact.probes, index))),
    );
    if (clients === undefined || init === undefined) throw new Error('no answer');
    const release = { ...clients, stdout: readFileSync('/etc/os-release') };
    const facts = systemFact.parse([release, release, release, init, clients]);
    expect(facts.httpsClients).toEqual(['curl', 'openssl']);
    expect([clients.exitCode, init.exitCode]).toEqual([0, 0]);
  });

  test('has no client where none is installed, and that is no failure', async () => {
    await using directory = await temporaryDirectory();
    const path = toolsOnly(join(directory.path, 'none'), []);
    const result = await runCommand(shell, nth(systemFact.probes, 4), { path });
    expect(systemFact.parse([result, result, result, result, result]).httpsClients).toEqual([]);
    expect(result.exitCode).toBe(0);
  });
});
