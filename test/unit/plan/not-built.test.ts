import { describe, expect, it } from 'vitest';
import type { KeepalivedEndpoint, KeepalivedSettings } from '../../../src/domain/intent.ts';
import { describeEndpoint, refuseNotBuilt } from '../../../src/plan/not-built.ts';
import { ENDPOINT } from '../../support/cluster.ts';

const span = {
  file: 'inventory.yaml',
  line: 4,
  column: 25,
  length: 5,
  text: '    keepalived_preempt: false',
};

function withSettings(settings: Partial<KeepalivedSettings>): KeepalivedEndpoint {
  return { ...ENDPOINT, settings: { ...ENDPOINT.settings, ...settings } };
}

describe('what no backend can do yet', () => {
  it('is nothing of the defaults', () => {
    expect(refuseNotBuilt(ENDPOINT)).toEqual([]);
    expect(refuseNotBuilt(withSettings({ loadBalancer: 'haproxy' }))).toEqual([]);
    expect(refuseNotBuilt(withSettings({ loadBalancer: 'ipvs' }))).toEqual([]);
  });

  it('is refused where it was written', () => {
    const source = { name: 'all.vars.keepalived_preempt', span };
    expect(refuseNotBuilt(withSettings({ preempt: false, sources: { preempt: source } }))).toEqual([
      {
        severity: 'error',
        message: 'all.vars.keepalived_preempt: false is not supported yet',
        hints: [],
        span,
      },
    ]);
  });

  it('is refused wherever it comes from', () => {
    const messages = refuseNotBuilt(withSettings({ preempt: false })).map(({ message }) => message);
    expect(messages).toEqual(['preempt: false is not supported yet']);
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
