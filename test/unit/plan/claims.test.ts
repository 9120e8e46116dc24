import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubernetesFacts, KubernetesProgram, KubernetesSetting } from '../../../src/domain/facts.ts';
import { addressesIn, describeClaims, refuseClaims } from '../../../src/plan/claims.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { ENDPOINT, factsOf, freshHost, networkOf } from '../../support/cluster.ts';

function host(kubernetes: Partial<KubernetesFacts>): HostSnapshot {
  const facts = factsOf(networkOf('lb1'), {
    kubernetes: { running: [], settings: [], pods: [], ...kubernetes },
  });
  return freshHost('lb1', { facts });
}

function setting(program: KubernetesProgram, name: string, value: string): KubernetesSetting {
  return { program, name, value };
}

const NODE_IP = setting('kubelet', 'node-ip', '10.0.50.11');

describe('the VIP as the address of a host', () => {
  test.each<readonly [string, KubernetesSetting, string]>([
    [
      'kubelet',
      { ...setting('kubelet', 'node-ip', '10.0.50.20,fd00::1'), file: '/etc/default/kubelet' },
      '--node-ip of kubelet (/etc/default/kubelet) names the VIP 10.0.50.20, which leaves this host whenever it moves',
    ],
    [
      'etcd to its peers',
      setting('etcd', 'listen-peer-urls', 'https://10.0.50.11:2380,https://10.0.50.20:2380'),
      '--listen-peer-urls of etcd (as it runs) names the VIP 10.0.50.20, which leaves this host whenever it moves',
    ],
  ])('is refused for %s', (_, wrong, message) => {
    const refused = refuseClaims([host({ settings: [wrong] })], ENDPOINT);
    expect(refused.map(({ message: words, severity }) => [severity, words])).toEqual([['error', message]]);
    expect(refused[0]?.hints).toHaveLength(1);
  });

  test.each<readonly [string, Partial<KubernetesFacts>]>([
    ['nothing of it is there', {}],
    [
      'every address is its own',
      { settings: [NODE_IP, setting('etcd', 'listen-peer-urls', 'https://10.0.50.11:2380')] },
    ],
    ['an address only begins like it', { settings: [setting('kubelet', 'node-ip', '10.0.50.200')] }],
    [
      'the API server advertises it',
      { settings: [setting('kube-apiserver', 'advertise-address', '10.0.50.20')] },
    ],
  ])('is not refused when %s', (_, kubernetes) => {
    expect(refuseClaims([host(kubernetes)], ENDPOINT)).toEqual([]);
  });

  test.each<readonly [string, Partial<KubernetesFacts>, readonly string[]]>([
    ['nothing without Kubernetes', {}, []],
    ['nothing of a kubelet that is told its address', { running: ['kubelet'], settings: [NODE_IP] }, []],
    [
      'a warning of a kubelet that is not',
      { running: ['kubelet'] },
      [
        'warn node-ip: kubelet chooses its address by itself: started while this host has the VIP, it may take that',
      ],
    ],
    [
      'a warning of an API server that advertises it',
      { settings: [setting('kube-apiserver', 'advertise-address', '10.0.50.20')] },
      [
        'warn advertised-address: --advertise-address of kube-apiserver (as it runs) names the VIP 10.0.50.20: pods reach the API server only through the active host',
      ],
    ],
  ])('has %s', (_, kubernetes, expected) => {
    const checks = describeClaims(host(kubernetes), ENDPOINT);
    expect(checks.map(({ status, name, evidence }) => `${status} ${name}: ${evidence}`)).toEqual(expected);
  });

  test('is no question where Kubernetes was not asked about', () => {
    expect(describeClaims(freshHost('lb1'), ENDPOINT)).toEqual([]);
    expect(refuseClaims([freshHost('lb1')], ENDPOINT)).toEqual([]);
  });
});

describe('the addresses of a value', () => {
  test.each([
    ['10.0.0.1', ['10.0.0.1']],
    ['10.0.0.1,fd00::1', ['10.0.0.1', 'fd00::1']],
    ['https://[fd00::1]:2380, https://10.0.0.1:2380/', ['fd00::1', '10.0.0.1']],
    ['https://user@10.0.0.1', ['10.0.0.1']],
    ['https://lb1.example:2380', []],
    ['', []],
  ])('%j', (value, expected) => {
    expect(addressesIn(value)).toEqual(expected);
  });

  test('are found in any list of them, as addresses or URLs', () => {
    const written = fc.oneof(
      fc.ipV4().map((ip) => [ip, ip, `https://${ip}:2380`] as const),
      fc.ipV6().map((ip) => [ip, ip, `https://[${ip}]:2380`] as const),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(written, fc.boolean())), (items) => {
        const text = items.map(([[, plain, url], asUrl]) => (asUrl ? url : plain)).join(',');
        expect(addressesIn(text)).toHaveLength(items.length);
      }),
    );
  });
});
