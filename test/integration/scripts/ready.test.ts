import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shellWord, stderrOf } from '../../../src/domain/command.ts';
import { startApiServers, type ApiServers, type Behaviour } from '../../support/api-servers.ts';
import { renderedScript } from '../../support/rendered-script.ts';
import { runShell, SHELLS, toolsOnly, type Shell, type TimedResult } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const CLIENTS = {
  curl: ['curl'],
  openssl: ['openssl', 'timeout', 'sed'],
} as const;

type Row = readonly [Behaviour, 0 | 1];

const ROWS: readonly Row[] = [
  [200, 0],
  // It answers, and only keeps anonymous clients out.
  [401, 0],
  [403, 0],
  [404, 1],
  [429, 1],
  [500, 1],
  [503, 1],
  ['hangs', 1],
  ['hangs before TLS', 1],
  ['speaks no TLS', 1],
  ['resets', 1],
  ['refuses', 1],
];

const TIMEOUT_MS = 1500;

let servers: ApiServers;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  [servers, directory] = await Promise.all([
    startApiServers(ROWS.map(([behaviour]) => behaviour)),
    temporaryDirectory(),
  ]);
  for (const [client, tools] of Object.entries(CLIENTS)) toolsOnly(join(directory.path, client), tools);
  toolsOnly(join(directory.path, 'none'), []);
});

afterAll(async () => {
  await servers[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

async function ready(
  shell: Shell,
  client: string,
  self: Behaviour,
  drains = '/nonexistent/drain /nonexistent/handover',
): Promise<TimedResult> {
  const view = {
    drains: shellWord(drains),
    self: shellWord(servers.at(self)),
    ports: shellWord(String(servers.port)),
    urlPath: shellWord('/readyz'),
    timeoutSeconds: String(TIMEOUT_MS / 1000),
  };
  const script = renderedScript('ready.sh', view, {
    directory: directory.path,
    path: join(directory.path, client),
  });
  return runShell(shell, [script]);
}

describe.concurrent.each(SHELLS)('ready in $name', (shell) => {
  describe.each(Object.keys(CLIENTS))('with %s', (client) => {
    test.concurrent.each(ROWS)('when the own API server %s: exit %i', async (behaviour, exit) => {
      const result = await ready(shell, client, behaviour);
      expect({ exit: result.exitCode, stderr: stderrOf(result) }).toEqual({ exit, stderr: '' });
      // keepalived waits a second longer, rounded up: a script that it has to kill has said nothing.
      expect(result.elapsedMs).toBeLessThan(Math.ceil(TIMEOUT_MS / 1000) * 1000 + 1000);
    });
  });

  test.each(['/etc/passwd /nonexistent/handover', '/nonexistent/drain /etc/passwd'])(
    'a host that is drained is not ready, whichever file says so: %s',
    async (drains) => {
      const result = await ready(shell, 'none', 200, drains);
      expect({ exit: result.exitCode, stderr: stderrOf(result) }).toEqual({ exit: 1, stderr: '' });
    },
  );

  test('without a client moves nothing', async () => {
    expect(await ready(shell, 'none', 'refuses')).toMatchObject({ exitCode: 0 });
  });
});
