import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Views } from '../../src/backends/backends.ts';
import type { FirewallViews } from '../../src/backends/firewall/views.ts';
import type { HaproxyViews } from '../../src/backends/haproxy/views.ts';
import type { KeepalivedViews } from '../../src/backends/keepalived/views.ts';
import { createRenderer, type Renderer } from '../../src/render/render.ts';

export const KEEPALIVED_TEMPLATES = [
  'keepalived.conf',
  'live.sh',
  'ready.sh',
  'notify.sh',
  'drop-in.conf',
] as const;

export const HAPROXY_TEMPLATES = ['haproxy.cfg', 'haproxy.service', 'redirect.nft'] as const;

export const FIREWALL_TEMPLATES = ['firewall.sh', 'firewall.service'] as const;

/** The templates as they are shipped, by name. */
export const KEEPALIVED_SOURCES = sourcesIn('keepalived', KEEPALIVED_TEMPLATES) as Readonly<
  Record<keyof KeepalivedViews, string>
>;
export const HAPROXY_SOURCES = sourcesIn('haproxy', HAPROXY_TEMPLATES) as Readonly<
  Record<keyof HaproxyViews, string>
>;

export const FIREWALL_SOURCES = sourcesIn('firewall', FIREWALL_TEMPLATES) as Readonly<
  Record<keyof FirewallViews, string>
>;

/** All of them. */
export const SOURCES: Readonly<Record<keyof Views, string>> = {
  ...KEEPALIVED_SOURCES,
  ...HAPROXY_SOURCES,
  ...FIREWALL_SOURCES,
};

/** The renderer that the program has. */
export const RENDERER: Renderer<Views> = createRenderer<Views>(SOURCES);

function sourcesIn(folder: string, names: readonly string[]): Readonly<Record<string, string>> {
  const path = (name: string): string => join(import.meta.dirname, '../../templates', folder, `${name}.hbs`);
  return Object.fromEntries(names.map((name) => [name, readFileSync(path(name), 'utf8')]));
}
