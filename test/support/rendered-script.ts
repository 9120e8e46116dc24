import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Views } from '../../src/backends/backends.ts';
import { RENDERER } from './templates.ts';

/** Writes a script as it comes to a host, but with other programs on its PATH; returns where it is. */
export function renderedScript<Name extends 'live.sh' | 'ready.sh' | 'server.sh'>(
  name: Name,
  view: Views[Name],
  where: { readonly directory: string; readonly path: string },
): string {
  const text = RENDERER.render(name, view);
  const own = 'PATH=/usr/sbin:/usr/bin:/sbin:/bin\n';
  if (!text.includes(own)) throw new Error(`${name} does not set its PATH, so no test can`);
  const file = join(where.directory, `${name}-${(count += 1)}`);
  writeFileSync(file, text.replace(own, `PATH=${where.path}\n`), { mode: 0o755 });
  return file;
}

let count = 0;
