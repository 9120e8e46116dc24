import {
  actionOf,
  type Change,
  type ChangeAction,
  type HostPlan,
  type ServiceAction,
} from '../domain/plan.ts';
import type { OpeningRule } from '../domain/opening.ts';
import { roleOf, type Resource, type ServiceResource, type ServiceRole } from '../domain/resource.ts';
import type { Color } from './ansi.ts';
import { counted } from './words.ts';

export type Mark = '+' | '~' | '-' | '=' | '!';

/** The mark of an action; it carries the meaning, the colour repeats it. */
export const MARKS: Readonly<Record<ChangeAction, Mark>> = {
  create: '+',
  update: '~',
  remove: '-',
  none: '=',
};

export const MARK_COLORS: Readonly<Record<Mark, Color>> = {
  '+': 'green',
  '~': 'yellow',
  '-': 'red',
  '=': 'dim',
  '!': 'red',
};

/** `file /etc/hosts`: a resource key as people say it. */
export function resourceWords(key: string): string {
  return key.replace(':', ' ');
}

/** What happens to one resource of a host, in words: `update, mode 0644 → 0600, then reload`. */
export function changeWords(change: Change, serviceAction: ServiceAction): string {
  if (change.action === 'none') return stateWords(change.wanted ?? change.observed);
  const resource = change.wanted ?? change.observed;
  if (resource?.kind === 'service') return serviceWords(change, serviceAction);
  if (resource?.kind === 'opening') return openingWords(change);
  const words = [verb(change), ...permissionWords(change), consequence(change, serviceAction)];
  return words.filter((word) => word !== '').join(', ');
}

/** True when some line of the host already says what a service will do. */
export function isServiceActionSaid(host: HostPlan, role: ServiceRole): boolean {
  return host.changes.some((change) => {
    const resource = change.wanted ?? change.observed;
    return (
      change.action !== 'none' &&
      roleOf(resource) === role &&
      (resource?.kind === 'service' || isActivated(resource, actionOf(host, role)))
    );
  });
}

/** What says that a resource is not what a generation left; a service may have ended by itself. */
export function driftWords(key: string, generation: number | undefined): string {
  const since = generation === undefined ? 'the last generation' : `generation ${generation}`;
  return key.startsWith('service:') ? `not as ${since} left it` : `changed by hand since ${since}`;
}

function verb(change: Change): string {
  const kind = (change.wanted ?? change.observed)?.kind;
  if (change.action === 'create') return kind === 'package' ? 'install' : 'create';
  if (change.action === 'remove') return 'remove';
  const { wanted, observed } = change;
  if (wanted?.kind === 'file' && observed?.kind === 'file') {
    return isSameContent(wanted.content, observed.content) ? '' : 'update';
  }
  if (wanted?.kind === 'package' && observed?.kind === 'package')
    return `${observed.version ?? 'another version'} → ${wanted.pinned ?? 'any'}`;
  return permissionWords(change).length > 0 ? '' : 'update';
}

function permissionWords({ action, wanted, observed }: Change): readonly string[] {
  if (action === 'remove' || wanted === undefined || !('mode' in wanted)) return [];
  const mode = octal(wanted.mode);
  const owner = `${wanted.owner}:${wanted.group}`;
  if (observed === undefined || !('mode' in observed)) return [`mode ${mode}`, `owner ${owner}`];
  const before = { mode: octal(observed.mode), owner: `${observed.owner}:${observed.group}` };
  const modeWords = before.mode === mode ? [] : [`mode ${before.mode} → ${mode}`];
  return before.owner === owner ? modeWords : [...modeWords, `owner ${before.owner} → ${owner}`];
}

function consequence({ wanted, observed }: Change, action: ServiceAction): string {
  const resource = wanted ?? observed;
  if (resource?.kind === 'file' && resource.effect === 'daemon-reload') return 'then daemon-reload';
  return isActivated(resource, action) ? `then ${action}` : '';
}

/** True for a file that the service takes up; stopping comes before the files, so it is nobody's consequence. */
function isActivated(resource: Resource | undefined, action: ServiceAction): boolean {
  return (
    resource?.kind === 'file' && roleOf(resource) !== undefined && action !== 'none' && action !== 'stop'
  );
}

function serviceWords({ wanted, observed }: Change, action: ServiceAction): string {
  const target = isServiceResource(wanted) ? wanted : { enabled: false, running: false };
  const current = isServiceResource(observed) ? observed : { enabled: false, running: false };
  const words = [
    target.running === current.running ? '' : target.running ? 'start' : 'stop',
    target.enabled === current.enabled ? '' : target.enabled ? 'enable' : 'disable',
    target.running && current.running && action !== 'none' ? action : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? (wanted === undefined ? 'leave as it is' : 'update') : words.join(', ');
}

function stateWords(resource: Resource | undefined): string {
  switch (resource?.kind) {
    case undefined:
      return 'absent';
    case 'package':
      return resource.version === undefined ? 'installed' : `installed, ${resource.version}`;
    case 'user':
    case 'address':
      return 'present';
    case 'directory':
    case 'file':
      return `mode ${octal(resource.mode)}, owner ${resource.owner}:${resource.group}`;
    case 'service':
      return `${resource.running ? 'running' : 'stopped'}, ${resource.enabled ? 'enabled' : 'disabled'}`;
    case 'opening':
      return counted(resource.rules.length, 'rule');
    default:
      return resource satisfies never;
  }
}

function openingWords({ wanted, observed }: Change): string {
  const rulesOf = (resource: Resource | undefined): readonly OpeningRule[] =>
    resource?.kind === 'opening' ? resource.rules : [];
  const [after, before] = [rulesOf(wanted), rulesOf(observed)];
  const opened = after.filter((rule) => !before.includes(rule));
  const closed = before.filter((rule) => !after.includes(rule));
  const words = [
    opened.length === 0 ? '' : `open ${opened.join(', ')}`,
    closed.length === 0 ? '' : `close ${closed.join(', ')}`,
  ].filter((word) => word !== '');
  return words.length === 0 ? 'close' : words.join('; ');
}

function isServiceResource(resource: Resource | undefined): resource is ServiceResource {
  return resource?.kind === 'service';
}

function isSameContent(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
