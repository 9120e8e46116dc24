import { execFileSync } from 'node:child_process';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { viewsOf } from '../../../src/backends/keepalived/views.ts';
import { templateRenderer } from '../../../src/cli/templates.ts';
import { KonvoyError } from '../../../src/domain/error.ts';
import { hostName } from '../../support/branded.ts';
import { desiredOf, ENDPOINT, freshCluster } from '../../support/cluster.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { KEEPALIVED_SOURCES, RENDERER } from '../../support/templates.ts';

const MARKED = '# managed by konvoy-ha: and by me\n';
const SHIPPED = join(import.meta.dirname, '../../../templates');

/** What is wrong with a folder of these files, as `place: message; hints`. */
async function refusedOf(
  files: Readonly<Record<string, string>>,
  prepare: (directory: string) => unknown = () => undefined,
): Promise<readonly string[]> {
  await using directory = await temporaryDirectory();
  await write(join(directory.path, 'own'), files);
  await prepare(join(directory.path, 'own'));
  const failure = await templateRenderer(directory.path, 'own').then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof KonvoyError)) throw new Error('nothing was refused', { cause: failure });
  expect(failure.code).toBe('input-refused');
  return failure.diagnostics.map(({ span, message, hints }) => {
    const place = span === undefined ? '' : `${span.file}:${span.line}:${span.column} `;
    return `${place}${[message, ...hints].join('; ')}`.replaceAll(KNOWN, 'KNOWN');
  });
}

async function write(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}

const KNOWN =
  'templates: keepalived/keepalived.conf.hbs, keepalived/live.sh.hbs, keepalived/ready.sh.hbs, keepalived/notify.sh.hbs, keepalived/drop-in.conf.hbs, haproxy/haproxy.cfg.hbs, haproxy/haproxy.service.hbs, haproxy/redirect.nft.hbs, firewall/firewall.sh.hbs, firewall/firewall.service.hbs';

const router = desiredOf(freshCluster()).routers.get(hostName('lb1'));
if (router === undefined) throw new Error('no router');
const VIEWS = viewsOf(router, ENDPOINT);

describe('a folder of templates', () => {
  test('overrides what is in it, and nothing else', async () => {
    await using directory = await temporaryDirectory();
    await write(directory.path, {
      'own/keepalived/drop-in.conf.hbs': `${MARKED}[Service]\nRuntimeDirectory={{runtimeDirectory}}\n`,
      'own/.git/config': 'nothing of ours',
      'own/keepalived/.drop-in.conf.hbs.swp': 'nothing of ours',
    });
    const renderer = await templateRenderer(directory.path, 'own');
    expect(renderer.render('drop-in.conf', VIEWS['drop-in.conf'])).toBe(
      `${MARKED}[Service]\nRuntimeDirectory=konvoy-ha\n`,
    );
    expect(renderer.render('keepalived.conf', VIEWS['keepalived.conf'])).toBe(
      RENDERER.render('keepalived.conf', VIEWS['keepalived.conf']),
    );
  });

  test('that is a copy of ours changes nothing, also by way of links', async () => {
    await using directory = await temporaryDirectory();
    await cp(SHIPPED, join(directory.path, 'copy'), { recursive: true });
    await mkdir(join(directory.path, 'links'));
    await symlink(join(directory.path, 'copy/keepalived'), join(directory.path, 'links/keepalived'));
    for (const own of ['copy', 'links', join(directory.path, 'copy')]) {
      const renderer = await templateRenderer(directory.path, own);
      expect(renderer.render('live.sh', VIEWS['live.sh'])).toBe(RENDERER.render('live.sh', VIEWS['live.sh']));
    }
  });

  test.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'a name that is none',
      { 'keepalived/keepalived.hbs': MARKED },
      ['own/keepalived/keepalived.hbs: there is no template of that name; KNOWN'],
    ],
    [
      'a name that is close',
      { 'keepalived/keepalivd.conf.hbs': MARKED },
      [
        'own/keepalived/keepalivd.conf.hbs: there is no template of that name; did you mean "keepalived/keepalived.conf.hbs"?; KNOWN',
      ],
    ],
    [
      'a name in the wrong folder',
      { 'keepalived.conf.hbs': MARKED, 'haproxy/live.sh.hbs': MARKED },
      [
        'own/haproxy/live.sh.hbs: there is no template of that name; did you mean "keepalived/live.sh.hbs"?; KNOWN',
        'own/keepalived.conf.hbs: there is no template of that name; did you mean "keepalived/keepalived.conf.hbs"?; KNOWN',
      ],
    ],
    [
      'a folder that is none',
      { 'nginx/nginx.conf.hbs': MARKED },
      ['own/nginx: there is no template of that name; KNOWN'],
    ],
    [
      'a folder too deep',
      { 'keepalived/live.sh.hbs/x': MARKED },
      ['own/keepalived/live.sh.hbs: cannot be read: it is a folder'],
    ],
    ['nothing', {}, ['--templates own: there is no template in it; KNOWN']],
    [
      'no first line of ours',
      { 'keepalived/drop-in.conf.hbs': '[Service]\n# managed by konvoy-ha\n' },
      [
        'own/keepalived/drop-in.conf.hbs:1:1 the first line does not begin with "# managed by konvoy-ha"; by that line a host knows whose file it is: without it the next run would take it for a stranger’s',
      ],
    ],
    [
      'no second line of ours in a script',
      { 'keepalived/live.sh.hbs': `#!/bin/sh\nexit 0\n${MARKED}` },
      [
        expect.stringMatching(/^own\/keepalived\/live\.sh\.hbs:2:1 the second line does not begin with/),
      ] as string[],
    ],
    [
      'a script without a shell',
      { 'keepalived/live.sh.hbs': `\n${MARKED}` },
      ['own/keepalived/live.sh.hbs:1:1 a script begins with a line like #!/bin/sh'],
    ],
    [
      'lines that end as on Windows',
      { 'keepalived/drop-in.conf.hbs': `${MARKED}[Unit]\r\n` },
      ['own/keepalived/drop-in.conf.hbs:2:7 lines end with CR LF; save it with LF, as hosts read it'],
    ],
    [
      'names that are no fields, all at once',
      {
        'keepalived/drop-in.conf.hbs': `${MARKED}{{user}}\n`,
        'haproxy/redirect.nft.hbs': `${MARKED} {{translations}}\n`,
      },
      [
        'own/haproxy/redirect.nft.hbs:2:4 translations is a list; write {{#each translations}} and {{this}} in it',
        'own/keepalived/drop-in.conf.hbs:2:3 there is no field user; there are runtimeDirectory',
      ],
    ],
    [
      'a template that cannot be read',
      { 'keepalived/drop-in.conf.hbs': `${MARKED}{{#if runtimeDirectory}}\n{{/each}}\n` },
      [
        expect.stringMatching(
          /^own\/keepalived\/drop-in\.conf\.hbs:2:4 the template cannot be read: if doesn't match each/,
        ),
      ] as string[],
    ],
  ])('is refused with %s', async (_, files, expected) => {
    expect(await refusedOf(files)).toEqual(expected);
  });

  test.each<readonly [string, (directory: string) => unknown, string]>([
    [
      'is not there',
      async (directory) => rm(directory, { recursive: true }),
      '--templates own: cannot be read: no such file; name a folder of templates',
    ],
    [
      'is a file',
      async (directory) => {
        await rm(directory, { recursive: true });
        await writeFile(directory, '');
      },
      '--templates own: cannot be read: no such file; name a folder of templates',
    ],
    [
      'has a link that leads nowhere',
      async (directory) => symlink('nowhere', join(directory, 'keepalived/live.sh.hbs')),
      'own/keepalived/live.sh.hbs: cannot be read: it is a link that leads nowhere',
    ],
    [
      'has a link to itself',
      async (directory) => symlink('live.sh.hbs', join(directory, 'keepalived/live.sh.hbs')),
      'own/keepalived/live.sh.hbs: cannot be read: it is a link that leads nowhere',
    ],
    [
      'has a pipe that nobody feeds',
      (directory) => execFileSync('mkfifo', [join(directory, 'keepalived/live.sh.hbs')]),
      'own/keepalived/live.sh.hbs: cannot be read: it is no ordinary file',
    ],
    [
      'has bytes that are no text',
      async (directory) => writeFile(join(directory, 'keepalived/live.sh.hbs'), Buffer.from([0x23, 0xff])),
      'own/keepalived/live.sh.hbs: cannot be read: not UTF-8 text',
    ],
  ])('that %s is refused', async (_, prepare, expected) => {
    expect(
      await refusedOf({ 'keepalived/drop-in.conf.hbs': KEEPALIVED_SOURCES['drop-in.conf'] }, prepare),
    ).toEqual([expected]);
  });
});
