import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  breaches,
  call,
  DEFAULT_EXPORT,
  forbiddenImports,
  global,
  importCycles,
  STAR_EXPORT,
  words,
  type LayerTable,
  type Reservation,
} from '../support/architecture.ts';
import { readSourceTree, sourceTree, type SourceFile } from '../support/source-tree.ts';

const LAYERS: LayerTable = {
  // Only what tells an address from other text: nothing of `net` that opens anything.
  domain: { layers: [], packages: [], builtins: ['net:isIPv4,isIPv6'] },
  config: {
    layers: ['domain'],
    packages: ['yaml', 'zod'],
    builtins: ['fs/promises', 'net:isIP,isIPv4,isIPv6', 'path'],
  },
  facts: { layers: ['domain'], packages: [], builtins: [] },
  platform: { layers: ['domain'], packages: [], builtins: [] },
  transport: {
    layers: ['domain'],
    // p-limit there holds handshakes back, not hosts: sshd drops more than MaxStartups at once.
    packages: ['ssh2 in transport/ssh', 'p-limit'],
    builtins: [
      ...['child_process', 'crypto', 'events', 'fs', 'fs/promises', 'net', 'os', 'path'],
      ...['stream', 'timers/promises', 'tls', 'https'],
    ],
  },
  report: { layers: ['domain'], packages: ['diff'], builtins: ['util'] },
  lab: {
    layers: ['domain'],
    packages: ['testcontainers'],
    builtins: ['child_process', 'crypto', 'fs/promises', 'net', 'os', 'path', 'timers/promises', 'url'],
  },
  // The sum that a host compares a file with.
  resources: { layers: ['domain', 'platform'], packages: [], builtins: ['crypto:createHash'] },
  render: { layers: ['domain', 'platform'], packages: ['handlebars'], builtins: [] },
  backends: {
    layers: ['domain', 'facts', 'platform', 'resources', 'render'],
    packages: [],
    builtins: [],
  },
  plan: {
    layers: ['domain', 'facts', 'platform', 'resources', 'render', 'backends'],
    packages: [],
    builtins: [],
  },
  engine: {
    layers: [
      ...['domain', 'facts', 'platform', 'resources', 'render', 'backends', 'plan'],
      // The interface: an engine that named a way to connect could not be tested without one.
      'transport/transport.ts',
    ],
    packages: ['p-limit'],
    builtins: ['crypto'],
  },
  cli: {
    layers: [
      ...['domain', 'config', 'facts', 'platform', 'transport', 'report', 'lab'],
      ...['resources', 'render', 'backends', 'plan', 'engine'],
    ],
    packages: ['commander'],
    builtins: ['crypto', 'fs', 'fs/promises', 'path', 'timers/promises'],
  },
  main: { layers: ['cli'], packages: [], builtins: ['os'] },
};

/** Layers that decide: the same arguments give the same answer, whatever the time and wherever they run. */
const NOT_PURE = ['config', 'transport', 'report', 'lab', 'engine', 'cli', 'main.ts'];

const RESERVATIONS: readonly Reservation[] = [
  global('process', 'main.ts'),
  global('console'),
  ...['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'crypto'].map((name) =>
    global(name, ...NOT_PURE),
  ),
  call('.random', ...NOT_PURE),
  call('.mutate', 'engine'),
  call('mutate', 'engine', 'resources', 'platform', 'backends', 'domain/command.ts'),
  call('mutateScript', 'engine', 'resources', 'platform', 'backends'),
  // The lab is a machine of its own with an operating system of its own.
  words(/\b(systemctl|apt-get|dpkg|Debian|Ubuntu)\b/, 'platform', 'lab'),
  words(/\b(MASTER|BACKUP)\b/, 'backends/keepalived'),
  DEFAULT_EXPORT,
  STAR_EXPORT,
];

const PROGRAM = readSourceTree(join(import.meta.dirname, '../../src'));

describe('the program', () => {
  test('has files in every layer of the table', () => {
    for (const layer of Object.keys(LAYERS)) {
      expect(
        PROGRAM.filter((file) => file.path === `${layer}.ts` || file.path.startsWith(`${layer}/`)),
      ).not.toEqual([]);
    }
  });

  test('imports only what the table of layers allows, types no less than values', () => {
    expect(forbiddenImports(PROGRAM, LAYERS)).toEqual([]);
  });

  test('has no import cycles, not even of types', () => {
    expect(importCycles(PROGRAM)).toEqual([]);
  });

  test.each(RESERVATIONS)('nowhere else $what', (reservation) => {
    expect(breaches(PROGRAM, reservation)).toEqual([]);
  });
});

describe('the checker', () => {
  test.each<readonly [string, string, string]>([
    ['a layer to its right', 'plan/order.ts', "import { run } from '../engine/run.ts';"],
    [
      'a layer to its right, for its types',
      'domain/plan.ts',
      "import type { Fact } from '../engine/run.ts';",
    ],
    [
      'a layer to its right, in a type',
      'domain/plan.ts',
      "export type Fact = import('../engine/run.ts').Fact;",
    ],
    [
      'a layer to its right, when it is called',
      'plan/order.ts',
      "export const run = () => import('../engine/run.ts');",
    ],
    ['a layer to its right, to export it again', 'plan/order.ts', "export { run } from '../engine/run.ts';"],
    [
      'more of the transport than its interface',
      'engine/run.ts',
      "import { ssh } from '../transport/ssh/ssh.ts';",
    ],
    ['a package of another layer', 'plan/order.ts', "import Handlebars from 'handlebars';"],
    ['a package outside its folder', 'transport/local.ts', "import { Client } from 'ssh2';"],
    ['a package nobody may use', 'cli/run.ts', "import chalk from 'chalk';"],
    ['a builtin of another layer', 'facts/network.ts', "import { execFile } from 'node:child_process';"],
    ['a builtin without its prefix', 'transport/local.ts', "import { spawn } from 'child_process';"],
    [
      'a part of a builtin that does things',
      'domain/address.ts',
      "import { isIPv4, connect } from 'node:net';",
    ],
    ['a whole builtin of which it may use a part', 'domain/address.ts', "import * as net from 'node:net';"],
    ['a file that is not there', 'plan/order.ts', "import { gone } from './gone.ts';"],
    ['anything, from a folder that is in no layer', 'utils/text.ts', ''],
  ])('notices a file that imports %s', (_, path, text) => {
    const tree = sourceTree({ 'engine/run.ts': '', 'transport/ssh/ssh.ts': '', [path]: text });
    expect(forbiddenImports(tree, LAYERS)).toHaveLength(1);
  });

  test('lets a tree pass that keeps the table', () => {
    const tree = sourceTree({
      'domain/address.ts': "import { isIPv4, type isIPv6 } from 'node:net';",
      'transport/transport.ts': "import type { Address } from '../domain/address.ts';",
      'transport/ssh/ssh.ts':
        "import type { Transport } from '../transport.ts'; import { Client } from 'ssh2';",
      'engine/run.ts': "import type { Transport } from '../transport/transport.ts';",
      'cli/run.ts': "const run = () => import('../engine/run.ts');",
      'main.ts': "import { run } from './cli/run.ts';",
    });
    expect(forbiddenImports(tree, LAYERS)).toEqual([]);
    expect(importCycles(tree)).toEqual([]);
  });

  test('notices a cycle, also one that only types make', () => {
    const tree = sourceTree({
      'domain/plan.ts': "import type { Host } from './host.ts';",
      'domain/host.ts': "import { wave } from './wave.ts';",
      'domain/wave.ts': "export type { Plan } from './plan.ts';",
    });
    expect(importCycles(tree)).toEqual([
      'domain/plan.ts -> domain/host.ts -> domain/wave.ts -> domain/plan.ts',
    ]);
  });

  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['uses process', { 'engine/run.ts': 'export const home = process.env.HOME;' }],
    ['uses process', { 'cli/run.ts': 'const own = { process };' }],
    ['uses console', { 'main.ts': "console.log('done');" }],
    ['uses Date', { 'plan/order.ts': 'export const now = () => Date.now();' }],
    ['uses setTimeout', { 'facts/api.ts': 'setTimeout(() => undefined, 1);' }],
    ['calls .random()', { 'plan/vrid.ts': 'export const vrid = Math.random() * 255;' }],
    ['calls .mutate()', { 'plan/order.ts': 'void session.mutate([]);' }],
    ['calls .mutate()', { 'cli/run.ts': 'void sessions.get(host)?.mutate([]);' }],
    ['calls mutate()', { 'facts/network.ts': "export const probes = [mutate('ip', 'link', 'set')];" }],
    ['calls mutateScript()', { 'plan/diff.ts': "mutateScript('rm');" }],
    [
      'says \\b(systemctl|apt-get|dpkg|Debian|Ubuntu)\\b',
      { 'resources/service.ts': "mutate('systemctl', 'start');" },
    ],
    [
      'says \\b(systemctl|apt-get|dpkg|Debian|Ubuntu)\\b',
      { 'plan/refuse.ts': 'const hint = `apt-get install ${tool}`;' },
    ],
    ['says \\b(MASTER|BACKUP)\\b', { 'facts/network.ts': "if (word === 'MASTER') throw new Error();" }],
    ['has a default export', { 'plan/diff.ts': 'export default function diff(): void {}' }],
    ['has a default export', { 'plan/diff.ts': 'const diff = 1; export default diff;' }],
    ['exports *', { 'plan/plan.ts': "export * from './diff.ts';" }],
    ['exports *', { 'plan/plan.ts': "export * as diff from './diff.ts';" }],
  ])('notices a file that %s: %o', (what, files) => {
    expect(found(sourceTree(files))).toEqual(Object.keys(files).map((path) => `${path}: ${what}`));
  });

  test('does not mind names, comments and places where a thing is allowed', () => {
    const tree = sourceTree({
      'report/sink.ts':
        '/** `process.stdout` is one; console is not. BACKUP. */ export interface Sink { process(): void }',
      'engine/run.ts': 'void session.mutate([]); fleet.process(new Date(clock.now()));',
      'platform/systemd.ts': "mutate('systemctl', 'start');",
      'main.ts': 'process.exitCode = 0;',
    });
    expect(found(tree)).toEqual([]);
  });
});

function found(tree: readonly SourceFile[]): readonly string[] {
  return RESERVATIONS.flatMap((reservation) => breaches(tree, reservation));
}
