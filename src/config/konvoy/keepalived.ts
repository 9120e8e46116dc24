import type { HealthCheck, KeepalivedSettings } from '../../domain/intent.ts';
import { parseInterfaceName } from '../../domain/names.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import {
  parseAdvertIntervalMs,
  parseVrid,
  PROFILE_ADVERT_INTERVAL_MS,
  type AdvertIntervalMs,
  type Profile,
} from '../../domain/vrrp.ts';
import { parseBoolean } from '../boolean.ts';
import { numberIn, type Cursor } from '../text/cursor.ts';
import { closest } from '../text/suggest.ts';

/** Reads `spec.kubernetes.controlPlane.keepalived`; wrong values are reported, and the defaults stand in for them. */
export function readKeepalivedSettings(keepalived: Cursor, isV1Alpha1: boolean): KeepalivedSettings {
  if (!isV1Alpha1) refuseEnabled(keepalived);
  keepalived.refuseUnknownKeys([...SETTINGS, 'enabled']);
  const profile = setting(keepalived, 'profile', oneOf(PROFILES)) ?? 'balanced';
  const keepalivedInterface = setting(keepalived, 'interface', parseInterfaceName);
  const vrid = setting(keepalived, 'vrid', (text) => parseVrid(numberIn(text)));
  const interval = setting(keepalived, 'advertIntervalMs', (text) => parseAdvertIntervalMs(numberIn(text)));
  refuseNotBuilt(keepalived);
  return {
    profile,
    advertIntervalMs: interval ?? intervalOf(profile),
    ...(keepalivedInterface === undefined ? {} : { interface: keepalivedInterface }),
    ...(vrid === undefined ? {} : { vrid }),
    healthCheck: readHealthCheck(keepalived.at('healthCheck')),
  };
}

/** What holds where cluster.yaml says nothing. */
export function defaultKeepalivedSettings(): KeepalivedSettings {
  return { profile: 'balanced', advertIntervalMs: intervalOf('balanced'), healthCheck: DEFAULT_HEALTH_CHECK };
}

function readHealthCheck(healthCheck: Cursor | undefined): HealthCheck {
  if (healthCheck === undefined) return DEFAULT_HEALTH_CHECK;
  healthCheck.refuseUnknownKeys(Object.keys(DEFAULT_HEALTH_CHECK));
  const milliseconds = (text: string): Result<number, string> => parseInteger(text, 100, 60_000);
  const times = (text: string): Result<number, string> => parseInteger(text, 1, 100);
  return {
    path: setting(healthCheck, 'path', parseHealthPath) ?? DEFAULT_HEALTH_CHECK.path,
    intervalMs: setting(healthCheck, 'intervalMs', parseWholeSeconds) ?? DEFAULT_HEALTH_CHECK.intervalMs,
    timeoutMs: setting(healthCheck, 'timeoutMs', milliseconds) ?? DEFAULT_HEALTH_CHECK.timeoutMs,
    fall: setting(healthCheck, 'fall', times) ?? DEFAULT_HEALTH_CHECK.fall,
    rise: setting(healthCheck, 'rise', times) ?? DEFAULT_HEALTH_CHECK.rise,
  };
}

function refuseEnabled(keepalived: Cursor): void {
  const enabled = keepalived.field('enabled');
  if (enabled === undefined) return;
  const hint =
    'since v1beta1 the key "keepalived" itself switches keepalived on; remove that key to switch it off';
  keepalived.problems.error(
    `"enabled" in ${keepalived.path} is for apiVersion v1alpha1 only`,
    enabled.keyPlace,
    hint,
  );
}

/** Settings that DESIGN §8 promises: they are understood, so that nobody believes them to be in force. */
function refuseNotBuilt(keepalived: Cursor): void {
  refuseValue(keepalived, 'mode', oneOf(['unicast', 'multicast']), 'multicast');
  refuseValue(keepalived, 'loadBalancer', oneOf(['none', 'haproxy', 'ipvs']), 'haproxy', 'ipvs');
  refuseValue(keepalived, 'preempt', parseBoolean, false);
  const more = keepalived.at('additionalVIPs');
  if (more === undefined || more.isBlank) return;
  if (more.node.kind !== 'list') more.fail('expected a list of addresses');
  else if (more.node.items.length > 0) more.fail('not supported yet');
}

function refuseValue<T>(
  keepalived: Cursor,
  key: string,
  parse: (text: string) => Result<T, string>,
  ...notBuilt: readonly T[]
): void {
  const value = setting(keepalived, key, parse);
  if (value === undefined || !notBuilt.includes(value)) return;
  keepalived.at(key)?.fail(`${JSON.stringify(value)} is not supported yet`);
}

function setting<T>(map: Cursor, key: string, parse: (text: string) => Result<T, string>): T | undefined {
  const cursor = map.at(key);
  return cursor === undefined || cursor.isBlank ? undefined : cursor.read(parse);
}

function oneOf<const T extends string>(values: readonly T[]): (text: string) => Result<T, string> {
  return (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value !== undefined) return ok(value);
    const meant = closest(text, values);
    const suggestion = meant === undefined ? '' : `; did you mean ${meant}?`;
    return err(
      `expected ${values.join(', ').replace(/, (?!.*,)/, ' or ')}, got ${JSON.stringify(text)}${suggestion}`,
    );
  };
}

function parseInteger(text: string, least: number, most: number): Result<number, string> {
  const number = numberIn(text);
  if (typeof number === 'number' && number >= least && number <= most) return ok(number);
  return err(`expected an integer from ${least} to ${most}, got ${JSON.stringify(number)}`);
}

/** keepalived before 2.3.2 counts the intervals of scripts in whole seconds, and refuses others. */
function parseWholeSeconds(text: string): Result<number, string> {
  const number = parseInteger(text, 1000, 60_000);
  if (!number.ok || number.value % 1000 === 0) return number;
  return err(`expected whole seconds in milliseconds, such as 1000 or 2000, got ${number.value}`);
}

/** A narrow grammar: the path ends up in a script and in a configuration file. */
function parseHealthPath(text: string): Result<string, string> {
  if (text.length <= 256 && /^\/[A-Za-z0-9._~/?=&%-]*$/.test(text)) return ok(text);
  return err(`expected the path of a URL such as "/readyz", got ${JSON.stringify(text)}`);
}

function intervalOf(profile: Profile): AdvertIntervalMs {
  const interval = parseAdvertIntervalMs(PROFILE_ADVERT_INTERVAL_MS[profile]);
  if (!interval.ok) throw new Error(`the interval of profile ${profile} is not valid: ${interval.error}`);
  return interval.value;
}

const DEFAULT_HEALTH_CHECK: HealthCheck = {
  path: '/readyz',
  intervalMs: 1000,
  timeoutMs: 2000,
  fall: 2,
  rise: 2,
};

const PROFILES: readonly Profile[] = ['safe', 'balanced', 'fast'];

const SETTINGS = [
  'interface',
  'vrid',
  'mode',
  'profile',
  'advertIntervalMs',
  'preempt',
  'loadBalancer',
  'healthCheck',
  'additionalVIPs',
];
