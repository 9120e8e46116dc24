import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shellWord, stderrOf } from '../../../src/domain/command.ts';
import { startApiServers, type ApiServers } from '../../support/api-servers.ts';
import { renderedScript } from '../../support/rendered-script.ts';
import { runShell, SHELLS, toolsOnly, type Shell, type TimedResult } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const CLIENTS = {
  curl: ['curl'],
  openssl: ['openssl', 'timeout', 'sed'],
} as const;

let balancers: ApiServers;
let servers: ApiServers;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

/** Hosts by what their balancer and their own API server do, which are on two ports of one address. */
const HOSTS = {
  'dead API server': '127.0.77.1',
  'dead balancer': '127.0.77.2',
  'hanging balancer': '127.0.77.3',
  'unready API everywhere': '127.0.77.4',
  'API that only knows its own': '127.0.77.5',
  'dead everything': '127.0.77.9',
} as const;

beforeAll(async () => {
  [balancers, servers, directory] = await Promise.all([
    startApiServers([200, 'refuses', 'hangs', 500, 403]),
    startApiServers(['refuses', 200, 401, 503, 500]),
    temporaryDirectory(),
  ]);
  for (const [client, tools] of Object.entries(CLIENTS)) toolsOnly(join(directory.path, client), tools);
});

afterAll(async () => {
  await Promise.all([balancers[Symbol.asyncDispose](), servers[Symbol.asyncDispose]()]);
  await directory[Symbol.asyncDispose]();
});

type HostKind = keyof typeof HOSTS;

function asked(self: HostKind): {
  readonly self: ReturnType<typeof shellWord>;
  readonly ports: ReturnType<typeof shellWord>;
  readonly urlPath: ReturnType<typeof shellWord>;
} {
  return {
    self: shellWord(HOSTS[self]),
    ports: shellWord(`${balancers.port} ${servers.port}`),
    urlPath: shellWord('/readyz'),
  };
}

async function run(
  shell: Shell,
  client: string,
  script: (where: Parameters<typeof renderedScript>[2]) => string,
): Promise<TimedResult> {
  return runShell(shell, [script({ directory: directory.path, path: join(directory.path, client) })]);
}

const READY: readonly (readonly [HostKind, 0 | 1])[] = [
  ['dead API server', 0],
  ['dead balancer', 0],
  ['hanging balancer', 1],
  ['unready API everywhere', 1],
  ['API that only knows its own', 0],
  ['dead everything', 1],
];

const LIVE: readonly (readonly [HostKind, readonly HostKind[], 0 | 1])[] = [
  ['dead API server', ['dead balancer'], 0],
  ['dead balancer', ['dead API server'], 0],
  ['hanging balancer', ['dead API server'], 0],
  ['dead everything', ['dead API server'], 1],
  ['dead everything', ['dead balancer', 'dead everything'], 1],
  ['dead everything', ['hanging balancer'], 0],
  ['dead everything', ['dead everything'], 0],
];

describe.concurrent.each(SHELLS)('where haproxy balances, in $name', (shell) => {
  describe.each(Object.keys(CLIENTS))('with %s', (client) => {
    test.concurrent.each(READY)('a host with a %s: ready exits with %i', async (self, exit) => {
      const view = { ...asked(self), drains: shellWord(''), timeoutSeconds: '1.5' };
      const result = await run(shell, client, (where) => renderedScript('ready.sh', view, where));
      expect({ exit: result.exitCode, stderr: stderrOf(result) }).toEqual({ exit, stderr: '' });
    });

    test.concurrent.each(LIVE)(
      'a host with a %s, and peers with a %j: live exits with %i',
      async (self, peers, exit) => {
        const view = { ...asked(self), peers: shellWord(peers.map((peer) => HOSTS[peer]).join(' ')) };
        const result = await run(shell, client, (where) => renderedScript('live.sh', view, where));
        expect({ exit: result.exitCode, stderr: stderrOf(result) }).toEqual({ exit, stderr: '' });
      },
    );
  });
});
