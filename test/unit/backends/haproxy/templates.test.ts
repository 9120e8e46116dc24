import { describe, expect, test } from 'vitest';
import { balancerPort, portIn } from '../../../../src/backends/haproxy/layout.ts';
import { viewsOf, type HaproxyViews } from '../../../../src/backends/haproxy/views.ts';
import { PATHS } from '../../../../src/backends/keepalived/layout.ts';
import { hostName, ip } from '../../../support/branded.ts';
import { BALANCED, balancedWith } from '../../../support/balanced.ts';
import { desiredOf, fileText, freshCluster } from '../../../support/cluster.ts';
import { templatePaths } from '../../../support/template-paths.ts';
import { HAPROXY_SOURCES, HAPROXY_TEMPLATES, RENDERER } from '../../../support/templates.ts';

const VIEWS = views();

function views(rest: Partial<Parameters<typeof viewsOf>[0]> = {}, endpoint = BALANCED): HaproxyViews {
  const router = desiredOf(freshCluster()).routers.get(hostName('lb1'));
  if (router === undefined) throw new Error('no router');
  return viewsOf({ ...router, ...rest }, endpoint);
}

function sorted(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].toSorted();
}

describe.each(HAPROXY_TEMPLATES)('the template %s', (name) => {
  test('uses every field of its view, and no name that is not one', () => {
    expect(sorted(templatePaths(HAPROXY_SOURCES[name]))).toEqual(sorted(Object.keys(VIEWS[name])));
  });

  test('says in its first line who manages the file', () => {
    expect(RENDERER.render(name, VIEWS[name]).split('\n')[0]).toBe(
      '# managed by konvoy-ha: what is changed here by hand is undone by the next apply',
    );
  });

  test('gives the same bytes on every host, without tabs, trailing spaces or blank lines at the end', async () => {
    const text = RENDERER.render(name, VIEWS[name]);
    const other = { source: ip('10.0.50.12'), peers: [ip('10.0.50.13'), ip('10.0.50.11')] };
    expect(RENDERER.render(name, views(other)[name])).toBe(text);
    expect(text).not.toMatch(/\t| \n|\n\n$|\r/);
    expect(text.endsWith('\n')).toBe(true);
    await expect(text).toMatchFileSnapshot(`../golden/haproxy/${name}`);
  });
});

describe('other addresses', () => {
  test('of IPv6 stand in brackets before a port, and are listened on alone', async () => {
    const six = views(
      { source: ip('2001:db8:50::11'), peers: [ip('2001:db8:50::12')] },
      { ...BALANCED, vip: ip('2001:db8:50::20') },
    );
    const conf = RENDERER.render('haproxy.cfg', six['haproxy.cfg']);
    expect(conf).toContain('    bind [::]:16443 v6only\n');
    expect(conf).not.toContain('bind :');
    await expect(conf).toMatchFileSnapshot('../golden/haproxy/ipv6/haproxy.cfg');
    await expect(RENDERER.render('redirect.nft', six['redirect.nft'])).toMatchFileSnapshot(
      '../golden/haproxy/ipv6/redirect.nft',
    );
  });

  test('beside the VIP are redirected as well, in their own family', async () => {
    const two = views({}, balancedWith({ additionalVips: [ip('2001:db8:50::20'), ip('10.0.50.21')] }));
    expect(two['haproxy.cfg'].binds).toEqual([':16443', '[::]:16443 v6only']);
    await expect(RENDERER.render('redirect.nft', two['redirect.nft'])).toMatchFileSnapshot(
      '../golden/haproxy/two-families/redirect.nft',
    );
  });
});

describe('an API server that is not ready', () => {
  test.each([
    ['2.2.9', false],
    ['2.3.10', false],
    ['2.4.22', true],
    ['2.10.1', true],
    ['3.0.11', true],
    [undefined, true],
  ])('of which haproxy %s is told: keeps its connections is %s', (version, spares) => {
    const router = desiredOf(freshCluster()).routers.get(hostName('lb1'));
    if (router === undefined) throw new Error('no router');
    expect(viewsOf(router, BALANCED, version)['haproxy.cfg'].sparesUnready).toBe(spares);
  });

  test('is one that is down to a haproxy that is too old', async () => {
    const view = { ...VIEWS['haproxy.cfg'], sparesUnready: false };
    await expect(RENDERER.render('haproxy.cfg', view)).toMatchFileSnapshot(
      '../golden/haproxy/2.2/haproxy.cfg',
    );
  });
});

describe('the port', () => {
  test.each([
    [6443, undefined, 16_443],
    [443, undefined, 16_443],
    [16_443, undefined, 16_444],
    [6443, 9445, 9445],
  ])('for an endpoint with %i and a setting of %s is %i', (port, loadBalancerPort, expected) => {
    const settings = balancedWith(loadBalancerPort === undefined ? {} : { loadBalancerPort });
    const endpoint = { ...settings, port };
    expect(balancerPort(endpoint)).toBe(expected);
    const conf = RENDERER.render('haproxy.cfg', views({}, endpoint)['haproxy.cfg']);
    expect(portIn(conf)).toBe(expected);
    expect(conf).toContain(`server 10.0.50.12 10.0.50.12:${port} check `);
  });

  test('is found in a configuration for IPv6 as well, and nowhere in another file', () => {
    expect(portIn('frontend vip\n    bind [::]:16443 v6only\n')).toBe(16_443);
    expect(portIn('global\n')).toBeUndefined();
  });
});

describe('the health check', () => {
  test('is the one that is configured', () => {
    const healthCheck = { path: '/livez?verbose', intervalMs: 5000, timeoutMs: 700, fall: 4, rise: 1 };
    const conf = RENDERER.render('haproxy.cfg', views({}, balancedWith({ healthCheck }))['haproxy.cfg']);
    expect(conf).toContain('    option httpchk GET /livez?verbose\n');
    expect(conf).toContain('    timeout check 700ms\n');
    expect(conf).toContain('    default-server inter 5000ms fall 4 rise 1\n');
  });

  test('of keepalived asks the balancer first, and the API server where that refuses', async () => {
    const wanted = desiredOf(freshCluster(), BALANCED).wanted.get(hostName('lb1')) ?? new Map();
    for (const [name, path] of [
      ['live.sh', PATHS.live],
      ['ready.sh', PATHS.ready],
    ] as const) {
      const text = fileText(wanted, path);
      expect(text).toContain("readonly PORTS='16443 6443'\n");
      await expect(text).toMatchFileSnapshot(`../golden/haproxy/${name}`);
    }
  });
});
