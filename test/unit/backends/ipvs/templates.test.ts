import { describe, expect, test } from 'vitest';
import { PATHS, SCHEDULER } from '../../../../src/backends/ipvs/layout.ts';
import { viewsOf, type IpvsViews } from '../../../../src/backends/ipvs/views.ts';
import { PATHS as KEEPALIVED_PATHS } from '../../../../src/backends/keepalived/layout.ts';
import { hostName, ip } from '../../../support/branded.ts';
import { desiredOf, fileText, freshCluster } from '../../../support/cluster.ts';
import { BY_IPVS, ipvsWith } from '../../../support/ipvs.ts';
import { templatePaths } from '../../../support/template-paths.ts';
import { IPVS_SOURCES, IPVS_TEMPLATES, RENDERER } from '../../../support/templates.ts';

const VIEWS = views();

function views(rest: Partial<Parameters<typeof viewsOf>[0]> = {}, endpoint = BY_IPVS): IpvsViews {
  const router = desiredOf(freshCluster()).routers.get(hostName('lb1'));
  if (router === undefined) throw new Error('no router');
  return viewsOf({ ...router, ...rest }, endpoint);
}

function wanted(path: string, endpoint = BY_IPVS): string {
  return fileText(desiredOf(freshCluster(), endpoint).wanted.get(hostName('lb1')) ?? new Map(), path);
}

function sorted(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].toSorted();
}

describe.each(IPVS_TEMPLATES)('the template %s', (name) => {
  test('uses every field of its view, and no name that is not one', () => {
    expect(sorted(templatePaths(IPVS_SOURCES[name]))).toEqual(sorted(Object.keys(VIEWS[name])));
  });

  test('says first who manages the file', () => {
    expect(RENDERER.render(name, VIEWS[name]).replace('#!/bin/sh\n', '').split('\n')[0]).toBe(
      '# managed by konvoy-ha: what is changed here by hand is undone by the next apply',
    );
  });

  test('gives the same bytes on every host, without tabs, trailing spaces or blank lines at the end', async () => {
    const text = RENDERER.render(name, VIEWS[name]);
    const other = { source: ip('10.0.50.12'), peers: [ip('10.0.50.13'), ip('10.0.50.11')] };
    expect(RENDERER.render(name, views(other)[name])).toBe(text);
    expect(text).not.toMatch(/\t| \n|\n\n$|\r/);
    expect(text.endsWith('\n')).toBe(true);
    await expect(text).toMatchFileSnapshot(`../golden/ipvs/${name}`);
  });
});

describe('keepalived with ipvs', () => {
  test.each(['conf', 'live', 'ready'] as const)('its %s looks like the golden file', async (file) => {
    const path = KEEPALIVED_PATHS[file];
    const name = { conf: 'keepalived.conf', live: 'live.sh', ready: 'ready.sh' }[file];
    await expect(wanted(path)).toMatchFileSnapshot(`../golden/ipvs/${name}`);
  });

  test('balances every VIP over every host', () => {
    const conf = wanted(KEEPALIVED_PATHS.conf, ipvsWith({ additionalVips: [ip('10.0.50.21')] }));
    expect(conf).toContain('{\n    10.0.50.20 6443\n    10.0.50.21 6443\n}');
    expect(conf.match(/real_server 10\.0\.50\.1[123] 6443/g)).toHaveLength(3);
    expect(conf).toContain(`lvs_sched ${SCHEDULER}`);
  });

  test('asks as often, as long and as many times as the health check says', () => {
    const healthCheck = { path: '/livez', intervalMs: 3000, timeoutMs: 1500, fall: 4, rise: 2 };
    const conf = wanted(KEEPALIVED_PATHS.conf, ipvsWith({ healthCheck }));
    const own = conf.slice(conf.indexOf('virtual_server'));
    for (const line of [
      'delay_loop 3',
      'misc_timeout 4',
      'retry 3',
      'delay_before_retry 3',
      'connect_timeout 2',
    ])
      expect(own).toContain(` ${line}\n`);
    const script = wanted(PATHS.server, ipvsWith({ healthCheck }));
    expect(script).toContain('\nreadonly URL_PATH=/livez\nreadonly TIMEOUT=1.5\n');
  });

  test('asks a host first through the VIP, where the kernel takes it, then at its own address', () => {
    expect(wanted(KEEPALIVED_PATHS.ready)).toContain("\nreadonly SELF='10.0.50.20 10.0.50.11'\n");
    expect(wanted(KEEPALIVED_PATHS.live)).toContain("\nreadonly PEERS='10.0.50.12 10.0.50.13'\n");
  });
});
