import { describe, expect, it } from 'vitest';
import type { KeepalivedSettings } from '../../../src/domain/intent.ts';
import { complaintsAbout, configuration, intentOf, inventoryWith } from './read.ts';

function settingsOf(inventory: string, keepalived = '{}'): KeepalivedSettings {
  const { endpoint } = intentOf(inventory, configuration({ controlPlane: [`keepalived: ${keepalived}`] }));
  if (endpoint.kind !== 'keepalived') throw new Error('the endpoint is not a VIP');
  return endpoint.settings;
}

describe('a setting of keepalived in the inventory', () => {
  it.each<[string, string, object]>([
    ['keepalived_vrid: 7', '{vrid: 51}', { vrid: 7 }],
    ['keepalived_mode: multicast', '{mode: unicast}', { mode: 'multicast' }],
    ['keepalived_preempt: no', '{preempt: true}', { preempt: false }],
    ['keepalived_load_balancer: ipvs', '{loadBalancer: haproxy}', { loadBalancer: 'ipvs' }],
    [
      'keepalived_additional_vips: [192.0.2.20, "2001:DB8::10"]',
      '{additionalVIPs: [192.0.2.30]}',
      { additionalVips: ['192.0.2.20', '2001:db8::10'] },
    ],
    [
      'keepalived_additional_vips: 192.0.2.20, 2001:db8::10',
      '{}',
      { additionalVips: ['192.0.2.20', '2001:db8::10'] },
    ],
    [
      'keepalived_health_check_path: /livez',
      '{healthCheck: {path: /healthz}}',
      { healthCheck: { path: '/livez' } },
    ],
    ['keepalived_health_check_interval_ms: 3000', '{}', { healthCheck: { intervalMs: 3000 } }],
    ['keepalived_health_check_timeout_ms: "900"', '{}', { healthCheck: { timeoutMs: 900 } }],
    ['keepalived_health_check_fall: 3', '{healthCheck: {rise: 4}}', { healthCheck: { fall: 3, rise: 4 } }],
    ['keepalived_health_check_rise: 5', '{healthCheck: {rise: 4}}', { healthCheck: { rise: 5 } }],
    ['keepalived_profile: fast', '{profile: safe}', { profile: 'fast', advertIntervalMs: 250 }],
    ['keepalived_advert_interval_ms: 100', '{profile: safe}', { profile: 'safe', advertIntervalMs: 100 }],
    // Not the weaker source's interval: whoever writes a profile into the inventory wants what it stands for.
    ['keepalived_profile: fast', '{advertIntervalMs: 2000}', { profile: 'fast', advertIntervalMs: 250 }],
  ])('%s beats %s of cluster.yaml', (variable, keepalived, settings) => {
    expect(settingsOf(inventoryWith({ all: [variable] }), keepalived)).toMatchObject(settings);
    expect(settingsOf(inventoryWith({ host: [variable] }), keepalived)).toMatchObject(settings);
  });

  it.each(['keepalived_vrid:', 'keepalived_vrid: ""'])('%j is not set', (variable) => {
    expect(settingsOf(inventoryWith({ all: [variable] }), '{vrid: 51}').vrid).toBe(51);
  });

  it('of a host beats that of its group, which beats that of all', () => {
    const all = 'keepalived_vrid: 1';
    const group = (inventory: string): string => `${inventory}  vars: {keepalived_vrid: 2}\n`;
    expect(settingsOf(group(inventoryWith({ all: [all] }))).vrid).toBe(2);
    expect(settingsOf(group(inventoryWith({ all: [all], host: ['keepalived_vrid: 3'] }))).vrid).toBe(3);
  });

  it('counts without a cluster.yaml, too', () => {
    const intent = intentOf(inventoryWith({ all: ['keepalived_profile: safe'] }));
    expect(intent.endpoint).toMatchObject({ settings: { profile: 'safe', advertIntervalMs: 1000 } });
  });

  it('must be the same on all control-plane hosts', () => {
    const inventory = `${inventoryWith({ host: ['keepalived_vrid: 7'] })}    cp2: {ansible_host: 192.0.2.12, keepalived_vrid: 8}\n`;
    expect(complaintsAbout(inventory)).toEqual([
      'inventory.yaml:9:54 [8] error: control-plane.hosts.cp2.keepalived_vrid: the control-plane hosts have different values; set it once, under all.vars',
    ]);
  });

  it.each([
    ['keepalived_vrid: 256', '22 [256]', 'vrid: expected an integer from 1 to 255, got 256'],
    ['keepalived_mode: broadcast', '22 [broadcast]', 'mode: expected unicast or multicast, got "broadcast"'],
    ['keepalived_preempt: maybe', '25 [maybe]', 'preempt: expected true or false, got "maybe"'],
    [
      'keepalived_health_check_path: "/$(reboot)"',
      '35 ["/$(reboot)"]',
      'health_check_path: expected the path of a URL such as "/readyz", got "/$(reboot)"',
    ],
    [
      'keepalived_load_balancer_port: 443',
      '36 [443]',
      'load_balancer_port: expected an integer from 1025 to 65535, got 443',
    ],
    [
      'keepalived_load_balancer_port: 6443',
      '36 [6443]',
      'load_balancer_port: 6443 is the port of the endpoint, where the API servers listen',
    ],
    [
      'keepalived_additional_vips: [cp2]',
      '34 [cp2]',
      'additional_vips[0]: expected an IPv4 or IPv6 address, got "cp2"',
    ],
  ])('%s is refused where it stands', (variable, place, message) => {
    expect(complaintsAbout(inventoryWith({ all: [variable] }))).toEqual([
      `inventory.yaml:4:${place} error: all.vars.keepalived_${message}`,
    ]);
  });

  it('is pointed at where it was written, when a backend cannot do it', () => {
    const { sources } = settingsOf(
      inventoryWith({ all: ['keepalived_load_balancer: haproxy'] }),
      '{preempt: false, vrid: 7}',
    );
    expect(sources).toMatchObject({
      loadBalancer: {
        name: 'all.vars.keepalived_load_balancer',
        span: { file: 'inventory.yaml', line: 4, column: 31 },
      },
      preempt: {
        name: 'spec.kubernetes.controlPlane.keepalived.preempt',
        span: { file: 'cluster.yaml', line: 6 },
      },
      vrid: { name: 'spec.kubernetes.controlPlane.keepalived.vrid', span: { file: 'cluster.yaml', line: 6 } },
    });
    expect(Object.keys(sources).toSorted()).toEqual(['loadBalancer', 'preempt', 'vrid']);
  });
});
