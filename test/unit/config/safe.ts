import { isIP } from 'node:net';
import { expect } from 'vitest';
import type { HostIntent, Intent } from '../../../src/domain/intent.ts';
import { read } from './read.ts';

/** The files are refused, or all that comes of them has the shape it must have. */
export function expectRefusedOrSafe(inventoryText: string, clusterText?: string): void {
  const result = read(inventoryText, clusterText);
  if (result.ok) expectSafe(result.value);
  else expect(result.error.some((diagnostic) => diagnostic.severity === 'error')).toBe(true);
}

/** Every string that leaves config/ has one of the shapes that the rest of the program relies on. */
function expectSafe(intent: Intent): void {
  expect(intent.cluster).toMatch(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/);
  const { endpoint } = intent;
  if (endpoint.kind === 'keepalived') {
    expect(isIP(endpoint.vip)).toBe(4);
    expect(endpoint.settings.healthCheck.path).toMatch(/^\/[A-Za-z0-9._~/?=&%-]*$/);
    if (endpoint.settings.interface !== undefined)
      expect(endpoint.settings.interface).toMatch(/^\w[\w.@:-]{0,14}$/);
  }
  if (endpoint.kind === 'external') expect(endpoint.host).toMatch(/^[\w.:-]+$/);
  for (const host of intent.hosts) expectSafeHost(host);
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
