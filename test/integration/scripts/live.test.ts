import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shellWord, stderrOf } from '../../../src/domain/command.ts';
import { startApiServers, type ApiServers, type Behaviour } from '../../support/api-servers.ts';
import { renderedScript } from '../../support/rendered-script.ts';
import { runShell, SHELLS, toolsOnly, type Shell, type TimedResult } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const CLIENTS = {
  curl: ['curl'],
  openssl: ['openssl', 'timeout'],
} as const;

let servers: ApiServers;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  const behaviours = [
    200,
    401,
    500,
    'hangs',
    'hangs before TLS',
    'speaks no TLS',
    'resets',
    'refuses',
  ] as const;
  [servers, directory] = await Promise.all([startApiServers(behaviours), temporaryDirectory()]);
  for (const [client, tools] of Object.entries(CLIENTS)) toolsOnly(join(directory.path, client), tools);
  toolsOnly(join(directory.path, 'none'), []);
});

afterAll(async () => {
  await servers[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

async function live(
  shell: Shell,
  client: string,
  hosts: { readonly self: Behaviour; readonly peers: readonly Behaviour[] },
): Promise<TimedResult> {
  const view = {
    self: shellWord(servers.at(hosts.self)),
    peers: shellWord(hosts.peers.map((peer) => servers.at(peer)).join(' ')),
    ports: shellWord(String(servers.port)),
    urlPath: shellWord("/readyz?verbose&exclude=it's"),
  };
  const script = renderedScript('live.sh', view, {
    directory: directory.path,
    path: join(directory.path, client),
  });
  return runShell(shell, [script]);
}

/** keepalived gives the script five seconds; an answer in less than that is one. */
const PATIENCE_MS = 4500;

type Row = readonly [Behaviour, readonly Behaviour[], 0 | 1];

const ROWS: readonly Row[] = [
  [200, ['refuses', 'refuses'], 0],
  [200, [200, 200], 0],
  [401, [200], 0],
  // It is there, and not ready: that is for the weight.
  [500, [200, 200], 0],
  ['refuses', [200, 200], 1],
  ['refuses', ['refuses', 200], 1],
  ['refuses', [200, 'refuses'], 1],
  ['refuses', ['hangs', 200], 1],
  ['refuses', [401, 'refuses'], 1],
  ['refuses', [500, 'refuses'], 1],
  // A fault that all share moves nothing.
  ['refuses', ['refuses', 'refuses'], 0],
  ['refuses', ['hangs', 'hangs before TLS'], 0],
  ['refuses', ['speaks no TLS', 'resets'], 0],
  ['refuses', [], 0],
  // Only a refusal is death for sure. (A reset is either: curl may see it while it still connects.)
  ['hangs', [200, 200], 0],
  ['hangs before TLS', [200, 200], 0],
  ['speaks no TLS', [200], 0],
];

describe.concurrent.each(SHELLS)('live in $name', (shell) => {
  describe.each(Object.keys(CLIENTS))('with %s', (client) => {
    test.concurrent.each(ROWS)(
      'when the own API server %s and those of the peers %j: exit %i',
      async (self, peers, exit) => {
        const result = await live(shell, client, { self, peers });
        expect({ exit: result.exitCode, stderr: stderrOf(result) }).toEqual({ exit, stderr: '' });
        expect(result.elapsedMs).toBeLessThan(PATIENCE_MS);
      },
    );
  });

  test('without a client moves nothing', async () => {
    expect(await live(shell, 'none', { self: 'refuses', peers: [200] })).toMatchObject({ exitCode: 0 });
  });
});

describe('live', () => {
  test('asks for the path of the health check, word for word', () => {
    const asked = new Set(servers.requests(200));
    expect([...asked]).toEqual(["GET /readyz?verbose&exclude=it's"]);
  });
});
