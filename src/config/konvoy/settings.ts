import { parseInterfaceName, parsePackageVersion } from '../../domain/names.ts';
import { parseAdvertIntervalMs, parseVrid, PASSWORD_HINT, PASSWORD_REFUSED } from '../../domain/vrrp.ts';
import { parseBoolean } from '../boolean.ts';
import { integerSchema, orBlank, textSchema, truthSchema, wordSchema } from '../schema/json-schema.ts';
import { numberIn } from '../text/cursor.ts';
import { map, type FieldRule, type FieldTable } from './fields.ts';
import {
  HEALTH_PATH,
  integerFrom,
  oneOf,
  parseHealthPath,
  parseWholeSeconds,
  readAddresses,
} from './setting-values.ts';
import type { Setting, SettingTable } from './written-settings.ts';

/** The settings of DESIGN §8: readers, schemas and docs/settings.md have these and no others. */
export const SETTINGS: SettingTable = {
  interface: {
    path: ['interface'],
    variable: 'keepalived_interface',
    isPerHost: true,
    read: (cursor, read) => read(cursor, parseInterfaceName),
    schema: {
      description: 'The interface for the VIP; without it, the one that the route to the VIP leaves by.',
      ...textSchema('^[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,14}$'),
    },
  },
  vrid: {
    path: ['vrid'],
    variable: 'keepalived_vrid',
    read: (cursor, read) => read(cursor, (text) => parseVrid(numberIn(text))),
    schema: {
      description:
        'Virtual router id, one per cluster in a network; without it, the one in use, else a free one.',
      ...integerSchema(1, 255),
    },
  },
  mode: {
    path: ['mode'],
    variable: 'keepalived_mode',
    read: (cursor, read) => read(cursor, oneOf(['unicast', 'multicast'])),
    schema: {
      description: 'How the hosts hear each other.',
      default: 'unicast',
      ...wordSchema(['unicast', 'multicast']),
    },
  },
  profile: {
    path: ['profile'],
    variable: 'keepalived_profile',
    read: (cursor, read) => read(cursor, oneOf(['safe', 'balanced', 'fast'])),
    schema: {
      description: 'How soon a dead host is noticed: adverts every 1000, 500, 250 ms.',
      default: 'balanced',
      ...wordSchema(['safe', 'balanced', 'fast']),
    },
  },
  advertIntervalMs: {
    path: ['advertIntervalMs'],
    variable: 'keepalived_advert_interval_ms',
    read: (cursor, read) => read(cursor, (text) => parseAdvertIntervalMs(numberIn(text))),
    schema: {
      description: 'Milliseconds from one advert to the next; beats the profile of the same file.',
      ...integerSchema(10, 40_950, 10),
    },
  },
  preempt: {
    path: ['preempt'],
    variable: 'keepalived_preempt',
    read: (cursor, read) => read(cursor, parseBoolean),
    schema: {
      description: 'Whether the VIP goes back to the preferred host when that is well again.',
      default: true,
      ...truthSchema(),
    },
  },
  loadBalancer: {
    path: ['loadBalancer'],
    variable: 'keepalived_load_balancer',
    read: (cursor, read) => read(cursor, oneOf(['none', 'haproxy', 'ipvs'])),
    schema: {
      description: 'What spreads the requests that reach the VIP over the API servers.',
      default: 'none',
      ...wordSchema(['none', 'haproxy', 'ipvs']),
    },
  },
  loadBalancerPort: {
    path: ['loadBalancerPort'],
    variable: 'keepalived_load_balancer_port',
    read: (cursor, read) => read(cursor, integerFrom(1025, 65_535)),
    schema: {
      description:
        'The port on which haproxy listens on every host; clients go on using the port of the VIP.',
      default: 16_443,
      ...integerSchema(1025, 65_535),
    },
  },
  additionalVips: {
    path: ['additionalVIPs'],
    variable: 'keepalived_additional_vips',
    read: readAddresses,
    schema: {
      description: 'More addresses that move together with the VIP.',
      ...orBlank(
        { type: 'array', items: { type: 'string', pattern: '^[0-9A-Fa-f:.]+$' } },
        { type: 'string', pattern: '^[0-9A-Fa-f:., ]+$' },
      ),
    },
  },
  packageVersion: {
    path: ['packageVersion'],
    variable: 'keepalived_package_version',
    read: (cursor, read) => read(cursor, parsePackageVersion),
    schema: {
      description:
        "The version of keepalived's package: whichever is there (present), the newest that a host can install (latest), or that very one.",
      default: 'present',
      ...textSchema('^(present|latest|[0-9][A-Za-z0-9.+~:-]{0,99})$'),
    },
  },
  healthPath: {
    path: ['healthCheck', 'path'],
    variable: 'keepalived_health_check_path',
    read: (cursor, read) => read(cursor, parseHealthPath),
    schema: {
      description: 'What is asked of the API server.',
      default: '/readyz',
      ...textSchema(HEALTH_PATH.source),
    },
  },
  healthIntervalMs: {
    path: ['healthCheck', 'intervalMs'],
    variable: 'keepalived_health_check_interval_ms',
    read: (cursor, read) => read(cursor, parseWholeSeconds),
    schema: {
      description: 'Milliseconds from one check to the next, whole seconds.',
      default: 1000,
      ...integerSchema(1000, 60_000, 1000),
    },
  },
  healthTimeoutMs: {
    path: ['healthCheck', 'timeoutMs'],
    variable: 'keepalived_health_check_timeout_ms',
    read: (cursor, read) => read(cursor, integerFrom(100, 60_000)),
    schema: {
      description: 'Milliseconds after which a silent API server is not ready.',
      default: 2000,
      ...integerSchema(100, 60_000),
    },
  },
  healthFall: {
    path: ['healthCheck', 'fall'],
    variable: 'keepalived_health_check_fall',
    read: (cursor, read) => read(cursor, integerFrom(1, 100)),
    schema: {
      description: 'Failures in a row that make an API server not ready.',
      default: 2,
      ...integerSchema(1, 100),
    },
  },
  healthRise: {
    path: ['healthCheck', 'rise'],
    variable: 'keepalived_health_check_rise',
    read: (cursor, read) => read(cursor, integerFrom(1, 100)),
    schema: {
      description: 'Successes in a row that make an API server ready.',
      default: 2,
      ...integerSchema(1, 100),
    },
  },
};

/** What somebody writes who knows keepalived's `authentication`. */
const PASSWORD_KEYS = [
  'auth',
  'authentication',
  'authType',
  'authPass',
  'authPassword',
  'auth_type',
  'auth_pass',
];

const PASSWORD: FieldRule = { kind: 'refused', because: PASSWORD_REFUSED, hint: PASSWORD_HINT };

/** What may stand under `keepalived` in cluster.yaml. */
export const KEEPALIVED_FIELDS: FieldTable = {
  enabled: {
    kind: 'value',
    schema: { description: 'Only in v1alpha1, where it is the switch.', ...truthSchema() },
  },
  ...Object.fromEntries(PASSWORD_KEYS.map((key) => [key, PASSWORD])),
  ...fieldsIn(([first]) => first !== 'healthCheck'),
  healthCheck: map(
    fieldsIn(([first]) => first === 'healthCheck'),
    'How the readiness of an API server is asked.',
  ),
};

function fieldsIn(isThere: (path: Setting<unknown>['path']) => boolean): FieldTable {
  const settings = Object.values(SETTINGS).filter(({ path }) => isThere(path));
  return Object.fromEntries(
    settings.map(({ path, schema }) => [path.at(-1) ?? '', { kind: 'value', schema }] as const),
  );
}
