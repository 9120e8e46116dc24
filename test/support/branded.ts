import { parseIpAddress, type IpAddress } from '../../src/domain/address.ts';
import {
  parseClusterName,
  parseHostName,
  parseInterfaceName,
  parsePackageVersion,
  parseUserName,
  type ClusterName,
  type HostName,
  type InterfaceName,
  type PackageVersion,
  type UserName,
} from '../../src/domain/names.ts';
import type { Result } from '../../src/domain/result.ts';
import {
  parseAdvertIntervalMs,
  parsePriority,
  parseVrid,
  type AdvertIntervalMs,
  type Priority,
  type Vrid,
} from '../../src/domain/vrrp.ts';

// Branded values for tests, made by their own parsers: a test cannot hold a value that the program could not.

export const ip = (text: string): IpAddress => valid(parseIpAddress(text));
export const hostName = (text: string): HostName => valid(parseHostName(text));
export const interfaceName = (text: string): InterfaceName => valid(parseInterfaceName(text));
export const clusterName = (text: string): ClusterName => valid(parseClusterName(text));
export const userName = (text: string): UserName => valid(parseUserName(text));
export const packageVersion = (text: string): PackageVersion => valid(parsePackageVersion(text));
export const vrid = (number: number): Vrid => valid(parseVrid(number));
export const priority = (number: number): Priority => valid(parsePriority(number));
export const advertIntervalMs = (number: number): AdvertIntervalMs => valid(parseAdvertIntervalMs(number));

function valid<T>(result: Result<T, string>): T {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}
