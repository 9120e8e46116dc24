import { describe, expect, it } from 'vitest';
import { configurationTest } from '../../src/backends/backends.ts';
import { PATHS, SCRIPT_USER } from '../../src/backends/keepalived/layout.ts';
import { lintConfiguration } from '../../src/backends/keepalived/lint/lint.ts';
import { releaseOf } from '../../src/backends/keepalived/version.ts';
import type { FileResource } from '../../src/domain/resource.ts';
import type { LabHost } from '../../src/lab/host.ts';
import type { Suite } from '../../src/lab/context.ts';
import { interfaceName, ip } from '../support/branded.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { filesOf, matrixAt, type Place, type Variant } from '../support/matrix.ts';

// What is rendered is read once by a person (test/unit/backends/golden); that the programs of each release take every
// variant of it is what they say themselves, here.

const RELEASES: readonly (readonly [Suite, string, string])[] = [
  ['bullseye', '2.1.5', '2.2.9'],
  ['bookworm', '2.2.7', '2.6.12'],
  ['trixie', '2.3.3', '3.0.11'],
];

/** Beside the hosts of a lab, whose numbers are small. */
function placeOf(host: LabHost): Place {
  const beside = (address: string, last: string): string => address.replace(/[^.:]+$/, last);
  const family = (own: string): Place['four'] => ({
    own: ip(own),
    peers: [ip(beside(own, '201')), ip(beside(own, '202'))],
    vip: ip(beside(own, '200')),
  });
  return {
    interface: interfaceName(host.interfaceName),
    four: family(host.address),
    six: family(host.address6),
  };
}

/** Writes a file on a host, as it is. */
async function put(host: LabHost, { content, mode }: FileResource, path: string): Promise<void> {
  const script = 'mkdir -p "${1%/*}"; cat >"$1"; chmod "$2" "$1"';
  await host.exec(['sh', '-euc', script, 'put', path, mode.toString(8)], {
    stdin: new TextDecoder().decode(content),
  });
}

/** What the program that reads a file says against it, on the host itself. */
async function problemOf(host: LabHost, file: FileResource): Promise<string | undefined> {
  const candidate = `${file.path}.candidate`;
  await put(host, file, candidate);
  const test = configurationTest(file, candidate);
  const { exitCode, stdout, stderr } = await host.exec(test.mutation.argv);
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  return test.problem({ exitCode, stdout: bytes(stdout), stderr: bytes(stderr) });
}

async function problemsOf(
  host: LabHost,
  variants: readonly Variant[],
  haproxyVersion: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const variant of variants) {
    const files = filesOf(variant, haproxyVersion);
    for (const file of files.filter(({ effect }) => effect === 'none')) await put(host, file, file.path);
    for (const file of files.filter(({ effect }) => effect.startsWith('reload'))) {
      const problem = await problemOf(host, file);
      if (problem !== undefined) found.push(`${variant.name} ${file.path}: ${problem}`);
    }
  }
  return found;
}

describe.each(RELEASES)('the programs of debian %s', (suite, version, haproxyVersion) => {
  const cluster = clusterOfFile({ hosts: 1, suite });

  it(`with keepalived ${version} take every variant that the linter takes, and refuse those that it refuses`, async () => {
    const host = cluster().host('cp1');
    const install = `export DEBIAN_FRONTEND=noninteractive; apt-get -q update
      apt-get -y -q --no-install-recommends install keepalived haproxy nftables
      id ${SCRIPT_USER} || useradd -r -s /usr/sbin/nologin -M ${SCRIPT_USER}; mkdir -p /run/konvoy-ha-haproxy`;
    await cluster().script(host, install);
    expect(await cluster().script(host, 'keepalived --version 2>&1')).toContain(`Keepalived v${version}`);

    const release = releaseOf(version);
    const variants = matrixAt(placeOf(host));
    expect(variants).toHaveLength(32);
    const refused = variants.filter((variant) => lintOf(variant, release).length > 0);
    expect(
      await problemsOf(
        host,
        variants.filter((variant) => !refused.includes(variant)),
        haproxyVersion,
      ),
    ).toEqual([]);
    for (const variant of refused) {
      const [conf] = filesOf(variant).filter(({ path }) => path === PATHS.conf);
      if (conf === undefined) throw new Error('there is no keepalived.conf');
      expect(await problemOf(host, conf), variant.name).toBeDefined();
    }
    // Only the oldest has anything against a variant: an IPv6 VIP by multicast.
    expect(refused.map(({ name }) => name).toSorted()).toEqual(version === '2.1.5' ? REFUSED_BY_2_1_5 : []);
  });
});

function lintOf({ router, endpoint }: Variant, release: ReturnType<typeof releaseOf>): readonly unknown[] {
  const conf = filesOf({ name: '', router, endpoint }).find(({ path }) => path === PATHS.conf);
  const { mode, advertIntervalMs, additionalVips } = endpoint.settings;
  return lintConfiguration(new TextDecoder().decode(conf?.content), {
    ...{ router, mode, advertIntervalMs, additionalVips },
    vip: endpoint.vip,
    prioritySpread: 20,
    ...(release === undefined ? {} : { release }),
  });
}

const REFUSED_BY_2_1_5 = ['dual-v6', 'v6']
  .flatMap((family) =>
    ['haproxy', 'none'].flatMap((balancer) =>
      [`multicast-${family}-${balancer}-alone`, `multicast-${family}-${balancer}-many`].concat(
        `unicast-${family}-${balancer}-alone`,
      ),
    ),
  )
  .toSorted();
