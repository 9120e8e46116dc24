import { beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';

const API = '/etc/konvoy-ha-lab/api';

/** A fault that somebody or something has brought about. */
interface Fault {
  readonly on: 'cp1' | 'cp2' | 'cp3';
  readonly begin: string;
  readonly end: string;
  /** Where the VIP is meanwhile; absent: where it was. */
  readonly owners?: readonly string[];
  /** What `verify` says, and how it ends. */
  readonly says: RegExp;
  readonly code: 0 | 4;
}

/** Serves another certificate, signed by itself: for so many days, for these addresses. */
function certificate(days: number, names: string): Pick<Fault, 'begin' | 'end'> {
  return {
    begin: `cp -p ${API}/tls.crt ${API}/tls.key /root
openssl req -newkey rsa:2048 -nodes -subj /CN=other -keyout ${API}/tls.key -out /tmp/request 2>/dev/null
printf 'subjectAltName=%s\\n' '${names}' >/tmp/extensions
openssl x509 -req -in /tmp/request -signkey ${API}/tls.key -days ${days} -extfile /tmp/extensions -out ${API}/tls.crt 2>/dev/null
systemctl restart konvoy-ha-lab-api`,
    end: `cp -p /root/tls.crt /root/tls.key ${API}; systemctl restart konvoy-ha-lab-api`,
  };
}

const DEAF = `nft -f - <<'END'
table inet deaf { chain input { type filter hook input priority 0; policy accept; ip protocol 112 drop; }
}
END`;

const faults = (vip: string): Readonly<Record<string, Fault>> => ({
  'two actives': {
    on: 'cp2',
    begin: DEAF,
    end: 'nft delete table inet deaf',
    owners: ['cp1', 'cp2'],
    says: new RegExp(`^fail +one-owner +split brain: cp1 and cp2 all have ${vip}$`, 'm'),
    code: 4,
  },
  'a neighbour whose table is wrong': {
    on: 'cp3',
    begin: `ip neigh replace ${vip} lladdr 02:00:00:00:00:99 dev eth0 nud permanent`,
    end: `ip neigh del ${vip} dev eth0`,
    says: new RegExp(
      `^fail +neighbour +cp3 +${vip} is at 02:00:00:00:00:99, which is none of these hosts; `,
      'm',
    ),
    code: 4,
  },
  'a certificate that has expired': {
    on: 'cp1',
    ...certificate(-1, `IP:${vip}`),
    says: /^fail +certificate +cp1 +expired .* ago: clients that verify it refuse the VIP/m,
    code: 4,
  },
  'a certificate without the VIP': {
    on: 'cp2',
    ...certificate(300, 'DNS:other'),
    says: new RegExp(`^warn +certificate +cp2 +is not good for ${vip}: `, 'm'),
    code: 0,
  },
  'a certificate that ends soon': {
    on: 'cp3',
    ...certificate(5, `IP:${vip}`),
    says: /^warn +certificate +cp3 +expires in 4 days$/m,
    code: 0,
  },
  'an API server that is gone on a backup': {
    on: 'cp3',
    begin: 'systemctl stop konvoy-ha-lab-api',
    end: 'systemctl start konvoy-ha-lab-api',
    says: /^\w+ +api-servers +.*cp3/m,
    code: 0,
  },
  'a keepalived that was killed and has left the VIP': {
    on: 'cp1',
    begin: 'systemctl mask -q --runtime keepalived; systemctl kill -s KILL keepalived; sleep 4',
    end: `systemctl unmask -q --runtime keepalived; ip address del ${vip}/32 dev eth0 2>/dev/null || :; systemctl start keepalived`,
    says: /^fail +(?:one-owner|leftover) /m,
    code: 4,
  },
});

describe('verify names', { timeout: 120_000 }, () => {
  const cluster = clusterOfFile();
  const host = (name: string): LabHost => cluster().host(name);

  beforeAll(async () => {
    await cluster().succeed('apply', '--yes');
    await cluster().ownedBy(['cp1'], 10_000);
  });

  it.each(Object.keys(faults('')))('%s, and nothing when it is over', async (title) => {
    const fault = faults(cluster().lab.vip)[title];
    if (fault === undefined) throw new Error(`no fault is ${title}`);
    await cluster().script(host(fault.on), fault.begin);
    try {
      if (fault.owners !== undefined) await cluster().ownedBy(fault.owners, 10_000);
      const { code, stdout } = await cluster().run('verify');
      expect(stdout).toMatch(fault.says);
      expect(code, stdout).toBe(fault.code);
    } finally {
      await cluster().script(host(fault.on), fault.end);
    }
    await cluster().ownedBy(['cp1'], 15_000);
    await expect
      .poll(async () => (await cluster().run('verify')).stdout, { timeout: 30_000, interval: 500 })
      .toMatch(/^konvoy-ha: verified: \d+ passed; vip active on cp1$/m);
  });
});
