import { mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { AddressPlan, HostPlan } from './addresses.ts';
import { must } from './command.ts';
import type { LabContext } from './context.ts';
import { labLabel } from './labels.ts';
import type { StatePaths } from './state-files.ts';

/** What `mintCredentials` needs to know of a lab. */
export interface CredentialRequest {
  readonly lab: string;
  readonly image: string;
  readonly plan: AddressPlan;
  readonly hosts: readonly HostPlan[];
  readonly paths: StatePaths;
}

/**
 * Writes the operator's key pair, a certificate authority and a server certificate per host into the state directory.
 * A container of the lab's own image makes them, so this machine needs neither openssl nor ssh-keygen.
 */
export async function mintCredentials(context: LabContext, request: CredentialRequest): Promise<void> {
  const { image, plan, hosts, paths } = request;
  await mkdir(paths.tls, { recursive: true, mode: 0o700 });
  const { uid, gid } = userInfo();
  const rows = hosts.map((host) => `${host.name} ${subjectAltNames(plan, host)}`);
  const argv = [
    ...[
      'docker',
      'run',
      '--rm',
      '--interactive',
      '--network',
      'none',
      '--label',
      `${labLabel}=${request.lab}`,
    ],
    ...['--mount', `type=bind,source=${paths.directory},target=/out`],
  ];
  await must(context, [...argv, image, '/bin/bash', '-c', mintScript, 'mint', `${uid}:${gid}`], {
    stdin: rows.map((row) => `${row}\n`).join(''),
  });
}

function subjectAltNames(plan: AddressPlan, host: HostPlan): string {
  const names = ['kubernetes', 'kubernetes.default.svc', 'localhost', host.name];
  const addresses = ['127.0.0.1', '::1', plan.vip, plan.vip6, host.address, host.address6];
  return [...names.map((name) => `DNS:${name}`), ...addresses.map((address) => `IP:${address}`)].join(',');
}

const mintScript = `set -euo pipefail
umask 077
cd /out
ssh-keygen -q -t ed25519 -N '' -C konvoy-ha-lab -f id_ed25519
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -sha256 \\
  -subj '/CN=konvoy-ha lab' -keyout /tmp/ca.key -out ca.crt 2>/dev/null
while read -r name san; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 -subj "/CN=$name" \\
    -keyout "tls/$name.key" -out /tmp/request 2>/dev/null
  printf 'subjectAltName=%s\\nextendedKeyUsage=serverAuth\\n' "$san" >/tmp/extensions
  openssl x509 -req -in /tmp/request -CA ca.crt -CAkey /tmp/ca.key -CAcreateserial -CAserial /tmp/serial \\
    -days 3650 -sha256 -extfile /tmp/extensions -out "tls/$name.crt" 2>/dev/null
done
chmod 0644 ca.crt id_ed25519.pub
chown -R "$1" /out/id_ed25519 /out/id_ed25519.pub /out/ca.crt /out/tls
`;
