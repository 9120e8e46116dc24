import type { IpAddress } from '../../domain/address.ts';
import type { LoadBalancer, RouterMode } from '../../domain/intent.ts';
import type { InterfaceName, PackageVersion } from '../../domain/names.ts';
import type { AdvertIntervalMs, Profile, Vrid } from '../../domain/vrrp.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import type { Cursor } from '../text/cursor.ts';
import type { ReadScalar } from './setting-values.ts';

/** A setting of keepalived: one meaning, one key in cluster.yaml, one variable in the inventory. */
export interface Setting<T> {
  /** Below `keepalived` of cluster.yaml. */
  readonly path: readonly [string] | readonly ['healthCheck', string];
  readonly variable: string;
  /** Hosts may differ in it. */
  readonly isPerHost?: true;
  readonly read: (cursor: Cursor, readScalar: ReadScalar) => T | undefined;
  readonly schema: JsonSchema;
}

/** A value, and where it was written. */
export interface Written<T> {
  readonly value: T;
  readonly cursor: Cursor;
}

/** What one source says of every setting. */
export interface WrittenSettings {
  readonly interface: Written<InterfaceName> | undefined;
  readonly vrid: Written<Vrid> | undefined;
  readonly mode: Written<RouterMode> | undefined;
  readonly profile: Written<Profile> | undefined;
  readonly advertIntervalMs: Written<AdvertIntervalMs> | undefined;
  readonly preempt: Written<boolean> | undefined;
  readonly loadBalancer: Written<LoadBalancer> | undefined;
  readonly loadBalancerPort: Written<number> | undefined;
  readonly additionalVips: Written<readonly IpAddress[]> | undefined;
  readonly packageVersion: Written<PackageVersion> | undefined;
  readonly healthPath: Written<string> | undefined;
  readonly healthIntervalMs: Written<number> | undefined;
  readonly healthTimeoutMs: Written<number> | undefined;
  readonly healthFall: Written<number> | undefined;
  readonly healthRise: Written<number> | undefined;
}

/** Every setting with what is known of it. */
export type SettingTable = {
  readonly [Name in keyof WrittenSettings]: Setting<NonNullable<WrittenSettings[Name]>['value']>;
};

/** Asks one source for every setting. */
export function takeSettings(
  settings: SettingTable,
  take: <T>(setting: Setting<T>) => Written<T> | undefined,
): WrittenSettings {
  return {
    interface: take(settings.interface),
    vrid: take(settings.vrid),
    mode: take(settings.mode),
    profile: take(settings.profile),
    advertIntervalMs: take(settings.advertIntervalMs),
    preempt: take(settings.preempt),
    loadBalancer: take(settings.loadBalancer),
    loadBalancerPort: take(settings.loadBalancerPort),
    additionalVips: take(settings.additionalVips),
    packageVersion: take(settings.packageVersion),
    healthPath: take(settings.healthPath),
    healthIntervalMs: take(settings.healthIntervalMs),
    healthTimeoutMs: take(settings.healthTimeoutMs),
    healthFall: take(settings.healthFall),
    healthRise: take(settings.healthRise),
  };
}
