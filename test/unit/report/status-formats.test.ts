import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClusterStatus } from '../../../src/domain/status.ts';
import { mermaidView } from '../../../src/report/mermaid-view.ts';
import { prometheusView } from '../../../src/report/prometheus-view.ts';
import { hostStatus } from './support/samples.ts';

const STATUS: ClusterStatus = {
  endpoint: '192.0.2.10:6443',
  newest: 4,
  hosts: [
    hostStatus('cp1', { holdsVip: true, state: 'active' }),
    hostStatus('cp2', { generation: 3, drained: { by: 'ada@laptop', since: 900 } }),
    {
      host: hostStatus('cp3').host,
      reachable: false,
      problem: 'no',
      holdsVip: false,
      state: 'unknown',
      service: 'unknown',
      drift: [],
    },
  ],
};

/** What the exposition format allows in a line of a sample, and its labels as they are meant. */
const SAMPLE =
  /^(?<name>[a-z_]+)\{(?<labels>(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (?<value>-?\d+(?:\.\d+)?)$/;

function samplesOf(text: string): readonly (readonly [string, number])[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '))
    .map((line) => {
      const groups = SAMPLE.exec(line)?.groups;
      if (groups === undefined) throw new Error(`this is no sample: ${line}`);
      return [`${groups['name']}{${groups['labels']}}`, Number(groups['value'])];
    });
}

describe('a status for Prometheus', () => {
  const samples = new Map(samplesOf(prometheusView(STATUS, 4_600_000)));
  const of = (name: string, labels: string): number | undefined =>
    samples.get(`konvoy_ha_${name}{endpoint="192.0.2.10:6443"${labels}}`);

  test.each<readonly [string, string, number | undefined]>([
    ['vip_owners', '', 1],
    ['looked_timestamp_seconds', '', 4600],
    ['host_reachable', ',host="cp1"', 1],
    ['host_reachable', ',host="cp3"', 0],
    ['host_has_vip', ',host="cp1"', 1],
    ['host_has_vip', ',host="cp2"', 0],
    ['host_has_vip', ',host="cp3"', undefined],
    ['host_state', ',host="cp1",state="active"', 1],
    ['host_state', ',host="cp1",state="backup"', 0],
    ['host_state_changed_timestamp_seconds', ',host="cp2"', 1000],
    ['host_priority', ',host="cp1"', 240],
    ['host_service_running', ',host="cp1"', 1],
    ['host_api_answers', ',host="cp1"', 1],
    ['host_drained', ',host="cp1"', 0],
    ['host_drained', ',host="cp2"', 1],
    ['host_drift', ',host="cp1"', 0],
    ['host_generations_behind', ',host="cp1"', 0],
    ['host_generations_behind', ',host="cp2"', 1],
  ])('has %s{%s} %s', (name, labels, value) => {
    expect(of(name, labels)).toBe(value);
  });

  test('names each family once, with its type before its samples', () => {
    const lines = prometheusView(STATUS, 0).split('\n');
    const types = lines.filter((line) => line.startsWith('# TYPE '));
    expect(new Set(types).size).toBe(types.length);
    for (const [name = ''] of samples) {
      const family = name.split('{')[0] ?? '';
      expect(lines.indexOf(`# TYPE ${family} gauge`)).toBeGreaterThan(0);
      expect(lines.findIndex((line) => line.startsWith(`${family}{`))).toBeGreaterThan(
        lines.indexOf(`# TYPE ${family} gauge`),
      );
    }
  });

  test('is well-formed whatever an endpoint is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (endpoint) => {
        const text = prometheusView({ ...STATUS, endpoint }, 0);
        expect(samplesOf(text).length).toBe(samples.size);
      }),
    );
  });
});

describe('a status for Mermaid', () => {
  test('shows who has the VIP, who is drained and who is away', () => {
    expect(mermaidView(STATUS)).toMatchInlineSnapshot(`
      "flowchart TD
        vip(["192.0.2.10:6443"])
        h0["cp1<br/>active<br/>priority 240"]:::active
        h1["cp2<br/>backup<br/>priority 240<br/>drained"]:::backup
        h2["cp3<br/>unreachable"]:::trouble
        vip ==> h0
        vip -.- h1
        vip -.- h2
        classDef active fill:#d3f0d8,stroke:#1a7f37,color:#0b3d1a
        classDef backup fill:#f3f4f6,stroke:#57606a,color:#24292f
        classDef trouble fill:#ffdcd8,stroke:#cf222e,color:#5c0b12
      "
    `);
  });

  test('lets no name out of its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (endpoint) => {
        const [, node = ''] = mermaidView({ ...STATUS, endpoint }).split('\n');
        expect(node).toMatch(/^ {2}vip\(\["(?:[\w .:[\]-]|#\d+;)*"\]\)$/);
      }),
    );
  });
});
