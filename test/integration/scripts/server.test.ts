import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shellWord, stderrOf } from '../../../src/domain/command.ts';
import { startApiServers, type ApiServers, type Behaviour } from '../../support/api-servers.ts';
import { renderedScript } from '../../support/rendered-script.ts';
import { runShell, SHELLS, toolsOnly } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const CLIENTS = {
  curl: ['curl'],
  openssl: ['openssl', 'timeout', 'sed'],
} as const;

const BEHAVIOURS: readonly Behaviour[] = [200, 401, 403, 500, 503, 'hangs', 'speaks no TLS', 'refuses'];

let servers: ApiServers;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  [servers, directory] = await Promise.all([startApiServers(BEHAVIOURS), temporaryDirectory()]);
  for (const [client, tools] of Object.entries(CLIENTS)) toolsOnly(join(directory.path, client), tools);
  toolsOnly(join(directory.path, 'nothing'), []);
});

afterAll(async () => {
  await servers[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

/** What keepalived makes of the exit status. */
const DEAD = 1;
const WEIGHT_0 = 2;
const WEIGHT_1 = 3;

/** The server that is asked about, the others, and the exit status. */
const ROWS: readonly (readonly [Behaviour, readonly Behaviour[], number])[] = [
  [200, [500], WEIGHT_1],
  [401, [200], WEIGHT_1],
  [403, [200], WEIGHT_1],
  [500, [200, 503], WEIGHT_0],
  [500, [503, 401], WEIGHT_0],
  [503, [500, 'refuses'], WEIGHT_1],
  [500, ['hangs', 'refuses'], WEIGHT_1],
  [500, [], WEIGHT_1],
  ['refuses', [200], DEAD],
  ['refuses', ['refuses'], DEAD],
  ['hangs', [200], DEAD],
  ['speaks no TLS', [200], DEAD],
];

describe.concurrent.each(SHELLS)('where the kernel balances, in $name', (shell) => {
  const run = async (
    client: string,
    asked: Behaviour,
    others: readonly Behaviour[],
  ): Promise<{ readonly exit: number; readonly stderr: string }> => {
    const at = (behaviour: Behaviour): string => `${servers.at(behaviour)}:${servers.port}`;
    const view = {
      servers: shellWord([asked, ...others].map(at).join(' ')),
      urlPath: shellWord('/readyz'),
      timeoutSeconds: '1.5',
    };
    const where = { directory: directory.path, path: join(directory.path, client) };
    const result = await runShell(shell, [
      renderedScript('server.sh', view, where),
      servers.at(asked),
      String(servers.port),
    ]);
    return { exit: result.exitCode, stderr: stderrOf(result) };
  };

  describe.each(Object.keys(CLIENTS))('with %s', (client) => {
    test.concurrent.each(ROWS)('of a server that says %s beside %j the exit status is %i', async (...row) => {
      const [asked, others, exit] = row;
      expect(await run(client, asked, others)).toEqual({ exit, stderr: '' });
    });
  });

  test('without a client nothing is told, and nothing changes', async () => {
    expect(await run('nothing', 'refuses', [200])).toEqual({ exit: WEIGHT_1, stderr: '' });
  });
});
