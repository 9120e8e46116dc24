import { describe, expect, it } from 'vitest';
import type { KeepalivedEndpoint, KeepalivedSettings } from '../../../src/domain/intent.ts';
import { describeEndpoint, refuseNotBuilt } from '../../../src/plan/not-built.ts';
import { ENDPOINT } from '../../support/cluster.ts';

const span = {
  file: 'inventory.yaml',
  line: 4,
  column: 31,
  length: 7,
  text: '    keepalived_load_balancer: ipvs',
};

function withSettings(settings: Partial<KeepalivedSettings>): KeepalivedEndpoint {
  return { ...ENDPOINT, settings: { ...ENDPOINT.settings, ...settings } };
}

describe('what no backend can do yet', () => {
  it('is nothing of the defaults', () => {
    expect(refuseNotBuilt(ENDPOINT)).toEqual([]);
    expect(refuseNotBuilt(withSettings({ loadBalancer: 'haproxy' }))).toEqual([]);
  });

  it('is refused where it was written', () => {
    const source = { name: 'all.vars.keepalived_load_balancer', span };
    expect(refuseNotBuilt(withSettings({ loadBalancer: 'ipvs', sources: { loadBalancer: source } }))).toEqual(
      [
        {
          severity: 'error',
          message: 'all.vars.keepalived_load_balancer: "ipvs" is not supported yet',
          hints: [],
          span,
        },
      ],
    );
  });

  it.each<[Partial<KeepalivedSettings>, string]>([
    [{ preempt: false }, 'preempt: false is not supported yet'],
    [{ loadBalancer: 'ipvs' }, 'loadBalancer: "ipvs" is not supported yet'],
  ])('%o', (settings, message) => {
    expect(refuseNotBuilt(withSettings(settings)).map((diagnostic) => diagnostic.message)).toEqual([message]);
  });

  it('is named all at once', () => {
    expect(refuseNotBuilt(withSettings({ preempt: false, loadBalancer: 'ipvs' }))).toHaveLength(2);
  });
});

describe('an endpoint that is not ours', () => {
  it('says whose it is, where and why', () => {
    expect(describeEndpoint({ kind: 'external', because: 'why', host: 'fd00::1', port: 6443 })).toBe(
      "somebody else's load balancer at [fd00::1]:6443: why",
    );
    const gcp = {
      kind: 'cloud',
      provider: 'gcp',
      because: 'why',
      forwardingRule: { internal: false },
    } as const;
    expect(describeEndpoint(gcp)).toBe('the load balancer of gcp: why');
    expect(describeEndpoint({ ...gcp, address: { host: 'lb.example.net', port: 6443 } })).toBe(
      'the load balancer of gcp for lb.example.net:6443: why',
    );
  });
});
