import { isIP } from 'node:net';
import { expect } from 'vitest';
import { readIntent } from '../../../src/config/intent.ts';
import { Problems } from '../../../src/config/text/problems.ts';
import { sourceFile } from '../../../src/config/text/source.ts';
import type { Diagnostic } from '../../../src/domain/error.ts';
import type { CloudEndpoint, HostIntent, Intent, KeepalivedSettings } from '../../../src/domain/intent.ts';
import type { Result } from '../../../src/domain/result.ts';
import { operator, read, readInventories } from './read.ts';

/** The files are refused, or all that comes of them has the shape it must have. */
export function expectRefusedOrSafe(inventoryText: string, clusterText?: string): void {
  expectErrorOrSafe(read(inventoryText, clusterText));
}

/** The same of a file that can be nothing but INI. */
export function expectIniRefusedOrSafe(text: string): void {
  const problems = new Problems();
  const inventory = readInventories([sourceFile('hosts.ini', '/cluster', text)], problems);
  expectErrorOrSafe(readIntent({ inventory }, operator, problems));
}

function expectErrorOrSafe(result: Result<Intent, readonly Diagnostic[]>): void {
  if (result.ok) expectSafe(result.value);
  else expect(result.error.some((diagnostic) => diagnostic.severity === 'error')).toBe(true);
}

/** Every string that leaves config/ has one of the shapes that the rest of the program relies on. */
function expectSafe(intent: Intent): void {
  expect(intent.cluster).toMatch(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/);
  const { endpoint } = intent;
  if (endpoint.kind === 'keepalived') {
    expect(isIP(endpoint.vip)).not.toBe(0);
    expectSafeSettings(endpoint.settings);
  }
  if (endpoint.kind === 'external') expect(endpoint.host).toMatch(/^[\w.:-]+$/);
  if (endpoint.kind === 'cloud') expectSafeBalancer(endpoint);
  for (const host of intent.hosts) expectSafeHost(host);
}

function expectSafeSettings(settings: KeepalivedSettings): void {
  const { healthCheck } = settings;
  expect(settings.interface ?? 'eth0').toMatch(/^\w[\w.@:-]{0,14}$/);
  expectInteger(settings.vrid ?? 1, 1, 255);
  expectInteger(settings.advertIntervalMs, 10, 40_950);
  expect(['unicast', 'multicast']).toContain(settings.mode);
  expect(['safe', 'balanced', 'fast']).toContain(settings.profile);
  expect(['none', 'haproxy', 'ipvs']).toContain(settings.loadBalancer);
  expect([true, false]).toContain(settings.preempt);
  for (const vip of settings.additionalVips) expect(isIP(vip)).not.toBe(0);
  expect(healthCheck.path).toMatch(/^\/[A-Za-z0-9._~/?=&%-]{0,255}$/);
  expectInteger(healthCheck.intervalMs, 1000, 60_000);
  expectInteger(healthCheck.timeoutMs, 100, 60_000);
  expectInteger(healthCheck.fall, 1, 100);
  expectInteger(healthCheck.rise, 1, 100);
}

function expectSafeBalancer(endpoint: CloudEndpoint): void {
  expect(endpoint.address?.host ?? 'lb').toMatch(/^[\w.:-]+$/);
  if (endpoint.provider !== 'aws') return;
  const { region, availabilityZones, vpcId = 'vpc-1', tags, elb } = endpoint;
  for (const id of [region, vpcId, ...availabilityZones, ...elb.subnetIds, ...elb.securityGroupIds])
    expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9-]{0,127}$/);
  for (const text of Object.entries(tags).flat()) expect(text).toMatch(/^[\p{L}\p{N} _.:/=+@-]{0,256}$/u);
  expectInteger(elb.apiServerPort, 1, 65_535);
  expect([true, false]).toContain(elb.internal);
}

function expectInteger(value: number, least: number, most: number): void {
  expect(Number.isInteger(value) && value >= least && value <= most).toBe(true);
}

function expectSafeHost({ name, target, interface: keepalivedInterface }: HostIntent): void {
  expect(name).toMatch(/^[\w[:][\w.:%[\]-]*$/);
  expect(keepalivedInterface ?? 'eth0').toMatch(/^\w[\w.@:-]{0,14}$/);
  for (const hop of [target, target.jump ?? target]) {
    expect(hop.address).toMatch(/^[\w:][\w.:%-]*$/);
    expect(hop.user).toMatch(/^[A-Za-z_][\w.-]*\$?$/);
    expect(Number.isInteger(hop.port) && hop.port >= 1 && hop.port <= 65535).toBe(true);
    for (const path of [...hop.identityFiles, ...hop.knownHostsFiles])
      expect(path).toMatch(/^\/[^"'`$%\\{}\p{Cc}]*$/u);
  }
}
