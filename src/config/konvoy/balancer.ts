import type { AwsBalancer, CloudBalancer } from '../../domain/intent.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { parseBoolean } from '../boolean.ts';
import type { Cursor } from '../text/cursor.ts';
import { integerFrom } from './setting-values.ts';

/** What a ClusterProvisioner asks of its cloud's load balancer, with Konvoy's defaults; what is wrong is reported. */
export function readBalancer(provisioner: Cursor, provider: CloudBalancer['provider']): CloudBalancer {
  const because = `the ClusterProvisioner is for ${provider}`;
  const section = provisioner.at('spec', provider);
  switch (provider) {
    case 'aws':
      return { kind: 'cloud', because, provider, ...readAws(section) };
    case 'azure': {
      const balancer = section?.at('loadbalancer');
      const loadBalancer = { internal: readInternal(balancer), apiServerPort: readPort(balancer) };
      return { kind: 'cloud', because, provider, loadBalancer };
    }
    case 'gcp': {
      const forwardingRule = { internal: readInternal(section?.at('forwardingRule')) };
      return { kind: 'cloud', because, provider, forwardingRule };
    }
    default:
      return provider satisfies never;
  }
}

function readAws(section: Cursor | undefined): Omit<AwsBalancer, 'kind' | 'because' | 'provider'> {
  const elb = section?.at('elb');
  const vpcId = readValue(section?.at('vpc', 'ID'), parseIdentifier);
  return {
    region: readValue(section?.at('region'), parseIdentifier) ?? 'us-west-2',
    availabilityZones: readIdentifiers(section?.at('availabilityZones')) ?? ['us-west-2c'],
    ...(vpcId === undefined ? {} : { vpcId }),
    tags: readTags(section?.at('tags')),
    elb: {
      internal: readInternal(elb),
      subnetIds: readIdentifiers(elb?.at('subnetIDs')) ?? [],
      apiServerPort: readPort(elb),
      securityGroupIds: readIdentifiers(elb?.at('securityGroupIDs')) ?? [],
    },
  };
}

function readInternal(balancer: Cursor | undefined): boolean {
  return readValue(balancer?.at('internal'), parseBoolean) ?? false;
}

function readPort(balancer: Cursor | undefined): number {
  return readValue(balancer?.at('apiServerPort'), integerFrom(1, 65_535)) ?? 6443;
}

function readIdentifiers(list: Cursor | undefined): readonly string[] | undefined {
  if (list === undefined || list.isNull) return undefined;
  return list.items().flatMap((item) => item.read(parseIdentifier) ?? []);
}

function readTags(tags: Cursor | undefined): Readonly<Record<string, string>> {
  const read = (tags?.fields() ?? []).map(({ key, keyPlace, value }) => {
    const name = parseTag(key);
    if (!name.ok) value.problems.error(`${value.path}: ${name.error}`, keyPlace);
    return [key, value.read(parseTag) ?? ''] as const;
  });
  return Object.fromEntries(read);
}

function readValue<T>(cursor: Cursor | undefined, parse: (text: string) => Result<T, string>): T | undefined {
  return cursor === undefined || cursor.isBlank ? undefined : cursor.read(parse);
}

/** Regions, zones and ids of things in a cloud; nothing else may reach a command line or an API by this way. */
function parseIdentifier(text: string): Result<string, string> {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{0,127}$/.test(text)) return ok(text);
  return err(`expected letters, digits and dashes, got ${JSON.stringify(text)}`);
}

/** What AWS lets a tag consist of ("Tag your Amazon EC2 resources"). */
function parseTag(text: string): Result<string, string> {
  if (text.length <= 256 && /^[\p{L}\p{N} _.:/=+@-]*$/u.test(text)) return ok(text);
  return err(`expected letters, digits, spaces and _.:/=+-@, got ${JSON.stringify(text)}`);
}
