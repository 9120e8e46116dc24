import type { HostCalibration, LinkCalibration } from '../domain/calibration.ts';
import type { KeepalivedEndpoint } from '../domain/intent.ts';
import type { Check } from '../domain/verdict.ts';
import { PROFILE_ADVERT_INTERVAL_MS, type Profile } from '../domain/vrrp.ts';

/**
 * Whether hosts and links that were silent for so long can keep an advert interval (both in milliseconds). A backup takes over
 * after three intervals and its skew (RFC 9568 §6.1); up to one of them may have passed when the silence begins. What is
 * left is twice the interval: one to use, the other for what was not seen in the time that was looked at.
 */
export function affords(silenceMs: number, advertIntervalMs: number): boolean {
  return silenceMs <= advertIntervalMs;
}

/** The profiles that were measured to be safe, quickest first. */
export function affordable(silenceMs: number): readonly Profile[] {
  return PROFILES.filter((profile) => affords(silenceMs, PROFILE_ADVERT_INTERVAL_MS[profile]));
}

/** What was measured, a check for each host and each pair of hosts, and what it means for the profile. */
export function judgeCalibration(
  measured: readonly HostCalibration[],
  { settings }: KeepalivedEndpoint,
): readonly Check[] {
  const intervalMs = settings.advertIntervalMs;
  return [
    ...measured.map((host) => stallCheck(host, intervalMs)),
    ...measured.flatMap((host) => host.links.map((link) => linkCheck(host, link, intervalMs))),
    profileCheck(measured, intervalMs),
  ];
}

/** The same in short, for whoever looked only for a moment: no row for what is well. */
export function judgeMoment(
  measured: readonly HostCalibration[],
  { settings }: KeepalivedEndpoint,
): readonly Check[] {
  const check = profileCheck(measured, settings.advertIntervalMs);
  const hint = 'konvoy-ha calibrate looks for longer, and shows every host and link';
  return [check.status === 'pass' ? check : { ...check, status: 'warn', hint: check.hint ?? hint }];
}

function stallCheck({ host, stalls }: HostCalibration, intervalMs: number): Check {
  const common = { name: 'stalls', host };
  if (stalls.samples === 0)
    return { ...common, status: 'warn', evidence: 'the host could not be sampled', hint: NOT_SAMPLED };
  const evidence = `stood still for at most ${stalls.worstMs} ms, looked ${stalls.samples} times`;
  return { ...common, status: gradeOf(stalls.worstMs, intervalMs), evidence };
}

function linkCheck(
  { host }: HostCalibration,
  { peer, address, measured }: LinkCalibration,
  intervalMs: number,
): Check {
  const common = { name: 'link', host };
  const to = `${peer} (${address})`;
  if ('because' in measured)
    return {
      ...common,
      status: 'warn',
      evidence: `${to} could not be asked: ${measured.because}`,
      hint: NO_PING,
    };
  const { sent, answered, longestMs } = measured;
  if (answered === 0)
    return { ...common, status: 'warn', evidence: `${to} answered none of ${sent} pings`, hint: NO_PING };
  const evidence = `${to} answered ${answered} of ${sent} pings, with ${longestMs} ms of silence at most`;
  return { ...common, status: gradeOf(longestMs, intervalMs), evidence };
}

function gradeOf(silenceMs: number, intervalMs: number): Check['status'] {
  return affords(silenceMs, intervalMs) ? 'pass' : 'fail';
}

function profileCheck(measured: readonly HostCalibration[], intervalMs: number): Check {
  const common = { name: 'profile' };
  const chosen = nameOf(intervalMs);
  const worst = worstOf(measured);
  if (worst === undefined)
    return {
      ...common,
      status: 'warn',
      evidence: `nothing could be measured for ${chosen}`,
      hint: NOT_SAMPLED,
    };
  const safe = affordable(worst.ms);
  const evidence = `${chosen}: the longest silence was ${worst.ms} ms (${worst.where})`;
  if (affords(worst.ms, intervalMs))
    return { ...common, status: 'pass', evidence: `${evidence}; safe here: ${safe.join(', ') || chosen}` };
  const [quickest] = safe;
  return {
    ...common,
    status: 'fail',
    evidence: `${evidence}; a backup can take the VIP from an active that is well`,
    hint:
      quickest === undefined
        ? 'no profile is safe here: find out what holds these hosts or their network up'
        : `choose the profile ${quickest}: the VIP then moves later, but only when it has to`,
  };
}

function worstOf(
  measured: readonly HostCalibration[],
): { readonly ms: number; readonly where: string } | undefined {
  const silences = measured.flatMap(({ host, stalls, links }) => [
    ...(stalls.samples === 0 ? [] : [{ ms: stalls.worstMs, where: host as string }]),
    ...links.flatMap(({ peer, measured: link }) =>
      'because' in link || link.answered === 0 ? [] : [{ ms: link.longestMs, where: `${host} to ${peer}` }],
    ),
  ]);
  return silences.toSorted((left, right) => right.ms - left.ms)[0];
}

function nameOf(intervalMs: number): string {
  const profile = PROFILES.find((candidate) => PROFILE_ADVERT_INTERVAL_MS[candidate] === intervalMs);
  const every = `an advert every ${intervalMs} ms`;
  return profile === undefined ? every : `profile ${profile} (${every})`;
}

const PROFILES: readonly Profile[] = ['fast', 'balanced', 'safe'];
const NOT_SAMPLED = 'the host has no /proc/uptime, or its sleep takes no fractions of a second';
const NO_PING = 'let the hosts ping each other, to know how steady the link is';
