import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OWN_VARIABLES } from '../../../../src/config/own-variables.ts';
import { balancerPort } from '../../../../src/backends/haproxy/layout.ts';
import { SETTINGS } from '../../../../src/config/konvoy/settings.ts';
import { VARIABLES } from '../../../../src/config/schema/variables.ts';
import { configuration, intentOf, inventoryWith, read } from '../read.ts';

const ajv = new Ajv({ strict: true, allowUnionTypes: true });
const source = resolve(import.meta.dirname, '../../../../src/config');

describe('the schema of the inventory', () => {
  it('has every variable with our prefixes that the reader knows, and no other', () => {
    const ours = Object.keys(VARIABLES).filter((name) => /^(keepalived|konvoy_ha)_/.test(name));
    expect(ours.toSorted()).toEqual([...OWN_VARIABLES].toSorted());
  });

  it('has every other variable that the reader asks for by name, and no other', () => {
    const text = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.startsWith('schema/') && path !== 'ansible/export.ts')
      .map((path) => readFileSync(join(source, path), 'utf8'))
      .join('\n');
    const asked = new Set([...text.matchAll(/'((?:ansible|ssh|bastion)_[a-z_]+)'/g)].map(([, name]) => name));
    const described = Object.keys(VARIABLES).filter((name) => /^(ansible|ssh|bastion)_/.test(name));
    expect(described.toSorted()).toEqual([...asked].toSorted());
  });
});

describe('a setting of keepalived', () => {
  const candidates = fc.oneof(
    fc.integer({ min: -5, max: 70_000 }),
    fc.boolean(),
    fc.constantFrom(0, 1, 2, 10, 15, 99, 100, 254, 255, 256, 1000, 1500, 40_950, 40_960, 60_000, 60_001),
    fc.constantFrom('yes', 'No', 'TRUE', 'maybe', 'eth0', 'eth0 }', '-x', 'a'.repeat(16), '/readyz', '/a b', 'readyz'),
    fc.constantFrom('unicast', 'multicast', 'safe', 'fast', 'none', 'haproxy', 'ipvs', 'Haproxy'),
    fc.constantFrom('', null, [], {}, ['192.0.2.20'], ['eth0'], '192.0.2.20', '192.0.2.20, 2001:db8::20'),
    fc.string({ maxLength: 20 }),
  );

  it.each(Object.values(SETTINGS).map((setting) => [setting.path.join('.'), setting] as const))(
    '%s is right for an editor whenever it is right for the reader',
    (_, { path, variable, schema }) => {
      const isRight = ajv.compile(schema);
      const [key, below] = path;
      fc.assert(
        fc.property(candidates, (value) => {
          // A name that looks like a number has to be quoted for an editor.
          fc.pre(!TEXTS.includes(variable) || typeof value === 'string');
          const text = JSON.stringify(value);
          const keepalived = below === undefined ? `{${key}: ${text}}` : `{${key}: {${below}: ${text}}}`;
          const cluster = configuration({ controlPlane: [`keepalived: ${keepalived}`] });
          const byReader = read(inventoryWith({}), cluster).ok;
          if (byReader) expect(isRight(value)).toBe(true);
          // Of numbers, words and truth values an editor knows exactly as much; the rest it cannot check as closely.
          if (typeof value === 'number' || typeof value === 'boolean') expect(isRight(value)).toBe(byReader);
          expect(read(inventoryWith({ all: [`${variable}: ${text}`] })).ok).toBe(byReader);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('has the default that its schema names', () => {
    const { endpoint } = intentOf(inventoryWith({}));
    if (endpoint.kind !== 'keepalived') throw new Error('the endpoint is not a VIP');
    const { settings } = endpoint;
    const { healthCheck } = settings;
    expect(Object.fromEntries(Object.entries(SETTINGS).map(([name, { schema }]) => [name, schema.default]))).toEqual({
      interface: settings.interface,
      vrid: settings.vrid,
      mode: settings.mode,
      profile: settings.profile,
      // What the profile stands for.
      advertIntervalMs: undefined,
      preempt: settings.preempt,
      loadBalancer: settings.loadBalancer,
      loadBalancerPort: balancerPort(endpoint),
      packageVersion: settings.packageVersion,
      additionalVips: undefined,
      healthPath: healthCheck.path,
      healthIntervalMs: healthCheck.intervalMs,
      healthTimeoutMs: healthCheck.timeoutMs,
      healthFall: healthCheck.fall,
      healthRise: healthCheck.rise,
    });
  });
});

const TEXTS = ['keepalived_interface', 'keepalived_package_version', 'keepalived_health_check_path'];
