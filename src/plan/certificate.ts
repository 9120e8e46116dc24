import type { IpAddress } from '../domain/address.ts';
import type { HostName } from '../domain/names.ts';
import type { Check } from '../domain/verdict.ts';

/** What a client that verifies it has to know of the certificate that an API server serves. */
export interface ServedCertificate {
  /** Milliseconds since the epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Of the VIPs, those that it is good for. */
  readonly vips: readonly IpAddress[];
}

/** One check for each host whose API server was asked. */
export function certificates(
  served: ReadonlyMap<HostName, ServedCertificate>,
  { vips, nowMs }: { readonly vips: readonly IpAddress[]; readonly nowMs: number },
): readonly Check[] {
  return [...served].map(([host, certificate]): Check => {
    const common = { name: 'certificate', host };
    const { notBeforeMs, notAfterMs } = certificate;
    if (nowMs > notAfterMs)
      return {
        ...common,
        status: 'fail',
        evidence: `expired ${daysBetween(notAfterMs, nowMs)} ago: clients that verify it refuse the VIP while it is here`,
        hint: RENEW,
      };
    if (nowMs < notBeforeMs)
      return {
        ...common,
        status: 'fail',
        evidence: `is good only in ${daysBetween(nowMs, notBeforeMs)}`,
        hint: 'one of the clocks is wrong: that of this machine, or that of whoever made the certificate',
      };
    const missing = vips.filter((vip) => !certificate.vips.includes(vip));
    if (missing.length > 0)
      return {
        ...common,
        status: 'warn',
        evidence: `is not good for ${missing.join(', ')}: clients that verify it refuse the VIP while it is here`,
        hint: 'konvoy-ha check says how to make one that is',
      };
    const left = daysBetween(nowMs, notAfterMs);
    const isShort = notAfterMs - nowMs < SOON_DAYS * DAY_MS;
    return {
      ...common,
      status: isShort ? 'warn' : 'pass',
      evidence: `${isShort ? 'expires in' : `is good for ${vips.join(', ')}, for`} ${left}`,
      ...(isShort ? { hint: RENEW } : {}),
    };
  });
}

function daysBetween(fromMs: number, toMs: number): string {
  const days = Math.floor((toMs - fromMs) / DAY_MS);
  if (days === 1) return '1 day';
  return days === 0 ? 'less than a day' : `${days} days`;
}

const DAY_MS = 86_400_000;

/** kubeadm renews certificates that have less than half a year, but only with an upgrade. */
const SOON_DAYS = 14;

const RENEW = 'kubeadm certs renew apiserver, then restart the API server';
