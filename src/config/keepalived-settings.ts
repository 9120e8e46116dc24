import type { BackendSetting, HealthCheck, KeepalivedSettings, SettingSource } from '../domain/intent.ts';
import { parsePackageVersion, type PackageVersion } from '../domain/names.ts';
import {
  parseAdvertIntervalMs,
  PROFILE_ADVERT_INTERVAL_MS,
  type AdvertIntervalMs,
  type Profile,
} from '../domain/vrrp.ts';
import { SETTINGS } from './konvoy/settings.ts';
import { takeSettings, type Written, type WrittenSettings } from './konvoy/written-settings.ts';
import { readShared, type SharedScope } from './shared-variable.ts';
import type { Cursor } from './text/cursor.ts';
import { spanOf } from './text/source.ts';
import { readVariable } from './variable.ts';

/** What the inventory says beats what cluster.yaml says, which beats the defaults (docs/settings.md); and where those stand that the VIP decides about. */
export function resolveKeepalivedSettings(
  cluster: WrittenSettings | undefined,
  scope: SharedScope,
): {
  readonly settings: KeepalivedSettings;
  readonly additionalVips: Cursor | undefined;
  readonly loadBalancerPort: Cursor | undefined;
} {
  const inventory = takeSettings(SETTINGS, (setting) => {
    // What hosts may differ in belongs to each of them (config/hosts.ts).
    if (setting.isPerHost) return undefined;
    const shared = readShared(setting.variable, (cursor) => setting.read(cursor, readVariable), scope);
    return shared.state === 'set' ? shared : undefined;
  });
  const take = <Name extends keyof WrittenSettings>(name: Name): WrittenSettings[Name] | undefined =>
    inventory[name] ?? cluster?.[name];
  const keepalivedInterface = take('interface')?.value;
  const vrid = take('vrid')?.value;
  const loadBalancerPort = take('loadBalancerPort');
  const settings = {
    profile: take('profile')?.value ?? DEFAULT_PROFILE,
    advertIntervalMs: intervalIn(inventory) ?? intervalIn(cluster) ?? intervalOf(DEFAULT_PROFILE),
    ...(keepalivedInterface === undefined ? {} : { interface: keepalivedInterface }),
    ...(vrid === undefined ? {} : { vrid }),
    mode: take('mode')?.value ?? 'unicast',
    preempt: take('preempt')?.value ?? true,
    loadBalancer: take('loadBalancer')?.value ?? 'none',
    ...(loadBalancerPort === undefined ? {} : { loadBalancerPort: loadBalancerPort.value }),
    additionalVips: take('additionalVips')?.value ?? [],
    healthCheck: healthCheckOf(take),
    packageVersion: take('packageVersion')?.value ?? present(),
    sources: sourcesOf(take),
  };
  return {
    settings,
    additionalVips: take('additionalVips')?.cursor,
    loadBalancerPort: loadBalancerPort?.cursor,
  };
}

type Take = <Name extends keyof WrittenSettings>(name: Name) => WrittenSettings[Name] | undefined;

function healthCheckOf(take: Take): HealthCheck {
  return {
    path: take('healthPath')?.value ?? '/readyz',
    intervalMs: take('healthIntervalMs')?.value ?? 1000,
    timeoutMs: take('healthTimeoutMs')?.value ?? 2000,
    fall: take('healthFall')?.value ?? 2,
    rise: take('healthRise')?.value ?? 2,
  };
}

function sourcesOf(take: Take): KeepalivedSettings['sources'] {
  const sources: Partial<Record<BackendSetting, SettingSource>> = {};
  for (const name of BACKEND_SETTINGS) {
    const written: Written<unknown> | undefined = take(name);
    if (written === undefined) continue;
    sources[name] = { name: written.cursor.path, span: spanOf(written.cursor.place) };
  }
  return sources;
}

/** Of one source the interval beats the profile; a profile in a stronger source beats an interval in a weaker one. */
function intervalIn(source: WrittenSettings | undefined): AdvertIntervalMs | undefined {
  const profile = source?.profile?.value;
  return source?.advertIntervalMs?.value ?? (profile === undefined ? undefined : intervalOf(profile));
}

function intervalOf(profile: Profile): AdvertIntervalMs {
  const interval = parseAdvertIntervalMs(PROFILE_ADVERT_INTERVAL_MS[profile]);
  if (!interval.ok) throw new Error(`the interval of profile ${profile} is not valid: ${interval.error}`);
  return interval.value;
}

function present(): PackageVersion {
  const version = parsePackageVersion('present');
  if (!version.ok) throw new Error(version.error);
  return version.value;
}

const DEFAULT_PROFILE: Profile = 'balanced';

const BACKEND_SETTINGS: readonly BackendSetting[] = ['preempt', 'loadBalancer', 'packageVersion'];
