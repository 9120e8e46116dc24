import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configurationProblem, testConfiguration } from '../../src/backends/haproxy/config-test.ts';
import { PATHS } from '../../src/backends/haproxy/layout.ts';
import { viewsOf } from '../../src/backends/haproxy/views.ts';
import { shellLine } from '../../src/domain/command.ts';
import { hostName, ip } from '../support/branded.ts';
import { balancedWith } from '../support/balanced.ts';
import { startApiServers, type ApiServers, type Behaviour } from '../support/api-servers.ts';
import { desiredOf, freshCluster } from '../support/cluster.ts';
import { runShell, SHELLS, whereIs } from '../support/shells.ts';
import { RENDERER } from '../support/templates.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const GOLDEN = join(import.meta.dirname, '../unit/backends/golden/haproxy');
const FILES = readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\.(cfg|nft)$/.test(path),
);
const [SHELL] = SHELLS;

test('this machine has both programs', () => {
  // Without one of them the tests of it do not run: apt-get install haproxy nftables
  expect(['haproxy', 'nft'].filter((program) => whereIs(program) === undefined)).toEqual([]);
});

describe('what we write', () => {
  const check = async (path: string, text: string): Promise<string | undefined> => {
    await using directory = await temporaryDirectory();
    const candidate = join(directory.path, 'candidate');
    await writeFile(candidate, text);
    if (SHELL === undefined) throw new Error('no shell');
    const line = shellLine(testConfiguration(path, candidate).argv);
    return configurationProblem(await runShell(SHELL, ['-c', line]));
  };
  const programOf = (file: string): string => (file.endsWith('.nft') ? 'nft' : 'haproxy');
  const placeOf = (file: string): string => (file.endsWith('.nft') ? PATHS.redirect : PATHS.conf);

  test.each(FILES.filter((file) => whereIs(programOf(file)) !== undefined))(
    'its own program takes %s',
    async (file) => {
      expect(await check(placeOf(file), readFileSync(join(GOLDEN, file), 'utf8'))).toBeUndefined();
    },
  );

  test.skipIf(whereIs('haproxy') === undefined)(
    'haproxy refuses a file with a slip, and says where',
    async () => {
      const text = readFileSync(join(GOLDEN, 'haproxy.cfg'), 'utf8').replace('leastconn', 'leastcon');
      expect(await check(PATHS.conf, text)).toContain('leastcon');
    },
  );

  test.skipIf(whereIs('nft') === undefined)('nft refuses a file with a slip, and says where', async () => {
    const text = readFileSync(join(GOLDEN, 'redirect.nft'), 'utf8').replaceAll('dport', 'dprt');
    expect(await check(PATHS.redirect, text)).toContain('dprt');
  });
});

describe.skipIf(whereIs('haproxy') === undefined)('a running haproxy', () => {
  let servers: ApiServers;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    [servers, directory] = await Promise.all([
      startApiServers([200, 401, 500, 503, 'hangs', 'refuses']),
      temporaryDirectory(),
    ]);
  });
  afterAll(async () => {
    await Promise.all(
      running.map(async (child) => {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }),
    );
    await servers[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  });

  /** Starts haproxy with our configuration in front of API servers that behave so; returns where it listens. */
  async function balance(...behaviours: readonly Behaviour[]): Promise<number> {
    const port = await freePort();
    const healthCheck = { path: '/readyz', intervalMs: 1000, timeoutMs: 500, fall: 1, rise: 1 };
    const endpoint = { ...balancedWith({ loadBalancerPort: port, healthCheck }), port: servers.port };
    const router = desiredOf(freshCluster()).routers.get(hostName('lb1'));
    const [source, ...peers] = behaviours.map((behaviour) => ip(servers.at(behaviour)));
    if (router === undefined || source === undefined) throw new Error('no router');
    const view = viewsOf({ ...router, source, peers }, endpoint)['haproxy.cfg'];
    const socket = join(directory.path, `${port}.sock`);
    const path = join(directory.path, `${port}.cfg`);
    await writeFile(path, RENDERER.render('haproxy.cfg', { ...view, socket }));
    running.push(spawn('haproxy', ['-W', '-f', path], { stdio: 'ignore' }));
    return port;
  }

  /** The statuses that so many new connections get, each once. */
  async function statuses(port: number, count = 8): Promise<readonly (number | string)[]> {
    const seen = new Set<number | string>();
    for (let asked = 0; asked < count; asked += 1) seen.add(await ask(port));
    return [...seen].toSorted();
  }

  test('leads to those that are ready, and to those that keep anonymous clients out', async () => {
    const port = await balance(200, 401, 500, 'hangs', 'refuses');
    await expect.poll(async () => statuses(port), { timeout: 10_000 }).toEqual([200, 401]);
  });

  test('leads to all that answer when none is ready', async () => {
    const port = await balance(500, 503);
    await expect.poll(async () => statuses(port), { timeout: 10_000 }).toEqual([500, 503]);
  });

  test('passes over one that refuses, before and after it is known to be dead', async () => {
    const port = await balance('refuses', 200);
    await expect.poll(async () => ask(port), { timeout: 10_000 }).toBe(200);
    expect(await statuses(port, 30)).toEqual([200]);
  });
});

async function ask(port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port, path: '/readyz', rejectUnauthorized: false, agent: false, timeout: 4000 },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 'no status');
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await once(server.close(), 'close');
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}
