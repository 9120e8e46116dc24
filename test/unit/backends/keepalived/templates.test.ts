import { describe, expect, test } from 'vitest';
import { viewsOf, type KeepalivedViews } from '../../../../src/backends/keepalived/views.ts';
import { advertIntervalMs, hostName, ip } from '../../../support/branded.ts';
import { desiredOf, ENDPOINT, freshCluster } from '../../../support/cluster.ts';
import { templatePaths } from '../../../support/template-paths.ts';
import { KEEPALIVED_SOURCES, KEEPALIVED_TEMPLATES, RENDERER } from '../../../support/templates.ts';

const VIEWS = views();

function views(rest: Partial<Parameters<typeof viewsOf>[0]> = {}, endpoint = ENDPOINT): KeepalivedViews {
  const router = desiredOf(freshCluster()).routers.get(hostName('lb1'));
  if (router === undefined) throw new Error('no router');
  return viewsOf({ ...router, ...rest }, endpoint);
}

function sorted(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].toSorted();
}

describe.each(KEEPALIVED_TEMPLATES)('the template %s', (name) => {
  test('uses every field of its view, and no name that is not one', () => {
    expect(sorted(templatePaths(KEEPALIVED_SOURCES[name]))).toEqual(sorted(Object.keys(VIEWS[name])));
  });

  test('says in its first lines who manages the file', () => {
    const [first = '', second = ''] = RENDERER.render(name, VIEWS[name]).split('\n');
    expect(first.startsWith('#!') ? second : first).toBe(
      '# managed by konvoy-ha: what is changed here by hand is undone by the next apply',
    );
  });

  test('gives the same bytes for the same wishes, without tabs, trailing spaces or blank lines at the end', () => {
    const text = RENDERER.render(name, VIEWS[name]);
    expect(RENDERER.render(name, views()[name])).toBe(text);
    expect(text).not.toMatch(/\t| \n|\n\n$|\r/);
    expect(text.endsWith('\n')).toBe(true);
  });
});

describe('scripts', () => {
  test.each(['live.sh', 'ready.sh', 'notify.sh'] as const)(
    '%s takes values only as readonly variables',
    (name) => {
      const lines = KEEPALIVED_SOURCES[name].split('\n').filter((line) => line.includes('{{'));
      expect(lines).not.toEqual([]);
      for (const line of lines) expect(line).toMatch(/^readonly [A-Z_]+=\{\{[a-zA-Z]+\}\}$/);
    },
  );
});

describe('the other golden files', () => {
  test.each(['notify.sh', 'drop-in.conf'] as const)('%s is the same on every host', async (name) => {
    const text = RENDERER.render(name, VIEWS[name]);
    expect(RENDERER.render(name, views({ host: hostName('lb2'), source: ip('10.0.50.12') })[name])).toBe(
      text,
    );
    await expect(text).toMatchFileSnapshot(`../golden/${name}`);
  });

  test('a keepalived.conf for IPv6 has brackets nowhere, and a script for IPv6 has them', async () => {
    const endpoint = { ...ENDPOINT, vip: ip('2001:db8:50::20') };
    const six = views({ source: ip('2001:db8:50::11'), peers: [ip('2001:db8:50::12')] }, endpoint);
    const conf = RENDERER.render('keepalived.conf', six['keepalived.conf']);
    expect(conf).not.toContain('[');
    expect(conf).toContain('2001:db8:50::20/128 dev eth0');
    await expect(conf).toMatchFileSnapshot('../golden/ipv6/keepalived.conf');
    expect(RENDERER.render('live.sh', six['live.sh'])).toContain("readonly SELF='[2001:db8:50::11]'\n");
  });

  test('a keepalived.conf with additional VIPs names them where no advert does', async () => {
    const additionalVips = [ip('10.0.50.21'), ip('fd00::21')];
    const endpoint = { ...ENDPOINT, settings: { ...ENDPOINT.settings, additionalVips } };
    const conf = RENDERER.render('keepalived.conf', views({}, endpoint)['keepalived.conf']);
    await expect(conf).toMatchFileSnapshot('../golden/additional/keepalived.conf');
  });

  test('a keepalived.conf for multicast names no peers, and so does not check who sends', async () => {
    const endpoint = { ...ENDPOINT, settings: { ...ENDPOINT.settings, mode: 'multicast' as const } };
    const conf = RENDERER.render('keepalived.conf', views({}, endpoint)['keepalived.conf']);
    expect(conf).not.toMatch(/unicast/);
    await expect(conf).toMatchFileSnapshot('../golden/multicast/keepalived.conf');
  });
});

describe('views', () => {
  test.each<readonly [string, number, number, number, object]>([
    [
      'the usual check',
      1000,
      2000,
      500,
      { readyIntervalSeconds: 1, readyTimeoutSeconds: 3, advertIntervalSeconds: '0.5' },
    ],
    [
      'a slow check',
      5000,
      10_000,
      1000,
      { readyIntervalSeconds: 5, readyTimeoutSeconds: 11, advertIntervalSeconds: '1' },
    ],
    [
      'a check with part of a second',
      2000,
      1500,
      250,
      { readyTimeoutSeconds: 3, advertIntervalSeconds: '0.25' },
    ],
    ['the quickest adverts', 1000, 2000, 10, { advertIntervalSeconds: '0.01' }],
    ['the slowest adverts', 1000, 2000, 40_950, { advertIntervalSeconds: '40.95' }],
  ])(
    'have seconds for %s, and leave a script one more than it takes itself',
    (_, intervalMs, timeoutMs, advert, expected) => {
      const healthCheck = { ...ENDPOINT.settings.healthCheck, intervalMs, timeoutMs };
      const settings = { ...ENDPOINT.settings, healthCheck, advertIntervalMs: advertIntervalMs(advert) };
      expect(views({}, { ...ENDPOINT, settings })['keepalived.conf']).toMatchObject(expected);
    },
  );

  test('quote what a shell would read otherwise', () => {
    const healthCheck = { ...ENDPOINT.settings.healthCheck, path: "/readyz?verbose&exclude=it's" };
    const settings = { ...ENDPOINT.settings, healthCheck };
    const text = RENDERER.render('ready.sh', views({}, { ...ENDPOINT, settings })['ready.sh']);
    expect(text).toContain(String.raw`readonly URL_PATH='/readyz?verbose&exclude=it'\''s'` + '\n');
  });
});

describe('the check of templates', () => {
  test.each([
    ['{{a}} {{#if b}}{{c}}{{else}}{{d}}{{/if}}', ['a', 'b', 'c', 'd']],
    ['{{#each list}}{{this}} {{@index}} {{name}} {{../outer}}{{/each}}', ['list', 'outer']],
    ['{{#unless a}}{{#each b}}{{#if name}}x{{/if}}{{/each}}{{/unless}}', ['a', 'b']],
    ['nothing {{! at all }}', []],
  ])('sees every name in %s', (source, expected) => {
    expect(sorted(templatePaths(source))).toEqual(expected);
  });

  test('refuses what it does not know', () => {
    expect(() => templatePaths('{{> partial}}')).toThrow('PartialStatement');
    expect(() => templatePaths('{{#link a}}{{/link}}')).toThrow('#link');
  });
});
