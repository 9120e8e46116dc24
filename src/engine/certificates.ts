import { X509Certificate } from 'node:crypto';
import type { IpAddress } from '../domain/address.ts';
import { vipsOf } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { ServedCertificate } from '../plan/certificate.ts';
import { vipInterface } from '../plan/interface.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { EndpointAnswer } from '../transport/transport.ts';
import type { View } from './world.ts';

/** The certificate that the API server of a host itself serves. */
export interface Served {
  readonly host: HostName;
  /** SHA-256, `AA:BB:…`. */
  readonly fingerprint: string;
  /** Absent when it could not be read. */
  readonly worth?: ServedCertificate;
}

/** Asks an address from here, over TLS, and trusts no certificate. */
export async function askApi({ endpoint, prober, signal }: View, host: string): Promise<EndpointAnswer> {
  const { port, settings } = endpoint;
  return prober.ask({ host, port, path: settings.healthCheck.path, timeoutMs: ASK_TIMEOUT_MS }, signal);
}

/** What each host's own API server serves, where it answers; in the order of the hosts. */
export async function servedCertificates(
  view: View,
  snapshots: readonly HostSnapshot[],
): Promise<readonly Served[]> {
  const asked = await Promise.all(
    snapshots.map(async ({ facts, intent }): Promise<readonly Served[]> => {
      const own = vipInterface(facts.network, view.endpoint.vip, intent.interface);
      if (!own.ok || facts.api !== 'answers') return [];
      const answer = await askApi(view, own.value.source);
      if (answer.outcome !== 'answered') return [];
      const worth = answer.der === undefined ? undefined : readCertificate(answer.der, vipsOf(view.endpoint));
      const served = { host: intent.name, fingerprint: answer.certificate };
      return [worth === undefined ? served : { ...served, worth }];
    }),
  );
  return asked.flat();
}

export function fingerprintsOf(served: readonly Served[]): ReadonlyMap<HostName, string> {
  return new Map(served.map(({ host, fingerprint }) => [host, fingerprint]));
}

/** What of it is known. */
export function worthOf(served: readonly Served[]): ReadonlyMap<HostName, ServedCertificate> {
  return new Map(served.flatMap(({ host, worth }) => (worth === undefined ? [] : [[host, worth]])));
}

/** Reads a certificate in PEM or DER; undefined when it is none. `addresses` are those it may be good for. */
export function readCertificate(
  encoded: string | Uint8Array,
  addresses: readonly IpAddress[],
): ServedCertificate | undefined {
  try {
    const certificate = new X509Certificate(encoded);
    return {
      notBeforeMs: Date.parse(certificate.validFrom),
      notAfterMs: Date.parse(certificate.validTo),
      vips: addresses.filter((address) => certificate.checkIP(address) !== undefined),
    };
  } catch {
    return undefined;
  }
}

const ASK_TIMEOUT_MS = 3000;
