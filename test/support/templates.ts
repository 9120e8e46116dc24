import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Views } from '../../src/backends/backends.ts';
import type { HaproxyViews } from '../../src/backends/haproxy/views.ts';
import type { IpvsViews } from '../../src/backends/ipvs/views.ts';
import type { KeepalivedViews } from '../../src/backends/keepalived/views.ts';
import { createRenderer, type Renderer } from '../../src/render/render.ts';

export const KEEPALIVED_TEMPLATES = [
  'keepalived.conf',
  'live.sh',
  'ready.sh',
  'notify.sh',
  'drop-in.conf',
] as const;

export const IPVS_TEMPLATES = [
  'masquerade.nft',
  'ipvs.service',
  'server.sh',
  'modules.conf',
  'sysctl.conf',
] as const;

export const HAPROXY_TEMPLATES = ['haproxy.cfg', 'haproxy.service', 'redirect.nft'] as const;

/** The templates as they are shipped, by name. */
export const KEEPALIVED_SOURCES = sourcesIn('keepalived', KEEPALIVED_TEMPLATES) as Readonly<
  Record<keyof KeepalivedViews, string>
>;
export const HAPROXY_SOURCES = sourcesIn('haproxy', HAPROXY_TEMPLATES) as Readonly<
  Record<keyof HaproxyViews, string>
>;

export const IPVS_SOURCES = sourcesIn('ipvs', IPVS_TEMPLATES) as Readonly<Record<keyof IpvsViews, string>>;

/** The renderer that the program has. */
export const RENDERER: Renderer<Views> = createRenderer<Views>({
  ...KEEPALIVED_SOURCES,
  ...HAPROXY_SOURCES,
  ...IPVS_SOURCES,
});

function sourcesIn(folder: string, names: readonly string[]): Readonly<Record<string, string>> {
  const path = (name: string): string => join(import.meta.dirname, '../../templates', folder, `${name}.hbs`);
  return Object.fromEntries(names.map((name) => [name, readFileSync(path(name), 'utf8')]));
}
