import { describe, expect, test } from 'vitest';
import { ipvsFact, servicesIn } from '../../../../src/backends/ipvs/facts.ts';
import { said } from '../../../support/command-results.ts';
import { BY_IPVS } from '../../../support/ipvs.ts';

/** Of Debian 12 with the kernel 6.1.176, three API servers of which one is unready. */
const TABLE = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A4E0064:192B lc 
  -> 0A4E000D:192B      Masq    0      0          0         
  -> 0A4E000B:192B      Masq    1      1          10        
`;

/** Others beside it, as the kernel writes them (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_info_seq_show). */
const OTHERS = `UDP  0A60000A:0035 rr 
  -> 0A000005:0035      Masq    1      0          0         
TCP  [fd77:0000:0000:0000:0000:0000:0000:0064]:192B lc 
  -> [fd77:0000:0000:0000:0000:0000:0000:0011]:192B      Masq    1      0          0         
FWM  00000001 rr 
  -> 0A000006:0000      Route   1      0          0         
TCP  0A600001:01BB rr 
`;

describe('what the kernel balances', () => {
  const ours = {
    address: '10.78.0.100',
    port: 6443,
    servers: [
      { address: '10.78.0.13', port: 6443, weight: 0 },
      { address: '10.78.0.11', port: 6443, weight: 1 },
    ],
  };

  test.each<[string, string, ReturnType<typeof servicesIn>]>([
    ['nothing where IPVS is not loaded', '', []],
    ['nothing where nobody asked for it', TABLE.slice(0, TABLE.indexOf('TCP')), []],
    ['our service with its servers', TABLE, [ours]],
    ['TCP over IPv4 among others', TABLE + OTHERS, [ours, { address: '10.96.0.1', port: 443, servers: [] }]],
  ])('is %s', (_, table, expected) => {
    expect(servicesIn(table)).toEqual(expected);
  });
});

/** As `tr` prints the command line of a kube-proxy, and the file that it names (kubeadm's ConfigMap). */
const KUBE_PROXY = `kube-proxy
/usr/local/bin/kube-proxy
--config=/var/lib/kube-proxy/config.conf
apiVersion: kubeproxy.config.k8s.io/v1alpha1
ipvs:
`;

describe('who else has a hand in it', () => {
  const read = (proxy: string): unknown => {
    const { reconciler, excluded } = ipvsFact(BY_IPVS).parse(['', '', '', proxy].map((text) => said(text)));
    return { reconciler, excluded };
  };

  test.each<[string, string, unknown]>([
    ['nobody', '', { reconciler: undefined, excluded: [] }],
    [
      'nobody: a kube-proxy in another mode',
      KUBE_PROXY.replace('kube-proxy\n', ''),
      { reconciler: undefined, excluded: [] },
    ],
    ['kube-proxy', `${KUBE_PROXY}  excludeCIDRs: null\n`, { reconciler: 'kube-proxy', excluded: [] }],
    [
      'kube-proxy that leaves networks alone, line by line',
      `${KUBE_PROXY}  excludeCIDRs:\n  - 10.0.50.20/32\n  - "10.9.0.0/16"\n  minSyncPeriod: 0s\n`,
      { reconciler: 'kube-proxy', excluded: ['10.0.50.20/32', '10.9.0.0/16'] },
    ],
    [
      'kube-proxy that leaves networks alone, in brackets',
      `${KUBE_PROXY}  excludeCIDRs: [10.0.50.0/24]\nclusterCIDR: 10.244.0.0/16\n`,
      { reconciler: 'kube-proxy', excluded: ['10.0.50.0/24'] },
    ],
    [
      'kube-proxy that was told so when it was started',
      'kube-proxy\n/usr/bin/kube-proxy\n--proxy-mode=ipvs\n--ipvs-exclude-cidrs=10.0.50.20/32,10.9.0.0/16\n',
      { reconciler: 'kube-proxy', excluded: ['10.0.50.20/32', '10.9.0.0/16'] },
    ],
    ['kube-router', 'kube-router\n', { reconciler: 'kube-router', excluded: [] }],
  ])('is %s', (_, proxy, expected) => {
    expect(read(proxy)).toEqual(expected);
  });
});

test('what is missing of the kernel is named, and what is masqueraded is seen', () => {
  const rules = 'chain leaving {\n ct original ip daddr 10.0.50.20 ct original proto-dst 6443 masquerade\n}';
  const fact = ipvsFact(BY_IPVS).parse([said('ip_vs\nip_vs_lc\n'), said(''), said(rules), said('')]);
  expect(fact).toMatchObject({ missingModules: ['ip_vs', 'ip_vs_lc'], masquerades: true });
  expect(ipvsFact(BY_IPVS).parse([said(''), said(''), said(''), said('')]).masquerades).toBe(false);
});
