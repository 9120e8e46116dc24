import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeepalivedViews } from '../../src/backends/keepalived/views.ts';
import { createRenderer, type Renderer } from '../../src/render/render.ts';

export const KEEPALIVED_TEMPLATES = [
  'keepalived.conf',
  'live.sh',
  'ready.sh',
  'notify.sh',
  'drop-in.conf',
] as const;

/** The templates as they are shipped, by name. */
export const KEEPALIVED_SOURCES = Object.fromEntries(
  KEEPALIVED_TEMPLATES.map((name) => [
    name,
    readFileSync(join(import.meta.dirname, '../../templates/keepalived', `${name}.hbs`), 'utf8'),
  ]),
) as Readonly<Record<keyof KeepalivedViews, string>>;

/** The renderer that the program has. */
export const RENDERER: Renderer<KeepalivedViews> = createRenderer<KeepalivedViews>(KEEPALIVED_SOURCES);
