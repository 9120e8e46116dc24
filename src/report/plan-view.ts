import {
  actionOf,
  type Activation,
  type Change,
  type ChangeAction,
  type HostPlan,
  type Plan,
  type ServiceAction,
  type Wave,
} from '../domain/plan.ts';
import { roleOf, type ServiceRole } from '../domain/resource.ts';
import type { Style } from './ansi.ts';
import {
  changeWords,
  driftWords,
  isServiceActionSaid,
  MARK_COLORS,
  MARKS,
  resourceWords,
  type Mark,
} from './change-view.ts';
import { escapeContent, escapeLine } from './escape.ts';
import { table, type Row } from './table.ts';
import { diffFile, type FileDiff } from './text-diff.ts';
import { displayWidth, padEnd } from './width.ts';
import { counted } from './words.ts';

/**
 * The text of a plan: what changes on each host with exact diffs, in which order it becomes active, and counts. Where
 * the plan is about to be carried out, `isBrief` leaves out the whole text of files that are new or go away.
 */
export function planView(plan: Plan, style: Style, isBrief = false): string {
  const nameWidth = Math.max(0, ...plan.hosts.map((host) => displayWidth(host.host)));
  const page = { plan, style, nameWidth, isBrief };
  const order = plan.isEmpty ? [] : activationBlock(plan.activation, style);
  const blocks = [...plan.hosts.map((host) => hostBlock(host, page)), order].filter(
    (block) => block.length > 0,
  );
  const headline = style.paint('bold', `konvoy-ha: ${escapeLine(plan.headline)}`);
  return [headline, '', ...spaced(blocks), footer(plan, style, isBrief), ''].join('\n');
}

/** The unified diff of a changed file, or undefined for every other change. */
export function changeDiff({ action, wanted, observed }: Change): FileDiff | undefined {
  const before = observed?.kind === 'file' ? observed : undefined;
  const after = wanted?.kind === 'file' ? wanted : undefined;
  const path = (after ?? before)?.path;
  if (action === 'none' || path === undefined) return undefined;
  return diffFile({
    path,
    before: action === 'create' ? undefined : before?.content,
    after: action === 'remove' ? undefined : after?.content,
  });
}

interface Page {
  readonly plan: Plan;
  readonly style: Style;
  /** Of the longest host name, so that all blocks are aligned alike. */
  readonly nameWidth: number;
  readonly isBrief: boolean;
}

/** An empty line after each block, but none between hosts that have one line each. */
function spaced(blocks: readonly (readonly string[])[]): readonly string[] {
  return blocks.flatMap((block, at) => {
    const next = blocks[at + 1];
    return block.length === 1 && next?.length === 1 ? block : [...block, ''];
  });
}

function hostBlock(host: HostPlan, { plan, style, nameWidth, isBrief }: Page): readonly string[] {
  const row = (mark: Mark, ...texts: readonly string[]): Row => {
    const color = MARK_COLORS[mark];
    // What a line is about keeps its own colour: it is what has to be read.
    const isLoud = texts.length === 1 || mark === '=';
    const last = texts.at(-1) ?? '';
    const head = { text: `${mark} ${padEnd(host.host, nameWidth)}`, color };
    return [head, ...texts.slice(0, -1), isLoud ? { text: last, color } : last];
  };
  const shown = host.changes.filter(
    (change) => change.action !== 'none' || change.cause !== undefined || style.verbosity > 0,
  );
  const unchanged = host.changes.length - shown.length;
  const unsaid = ROLES.filter((role) => actionOf(host, role) !== 'none' && !isServiceActionSaid(host, role));
  const rows = [
    ...(host.drifted ? [row('!', driftedWords(host, plan))] : []),
    ...shown.map((change) =>
      row(
        MARKS[change.action],
        resourceWords(change.key),
        [changeWords(change, actionFor(host, change)), ...causeWords(change, host, plan)].join('; '),
      ),
    ),
    ...unsaid.map((role) => row('~', serviceName(host, role), actionOf(host, role))),
    ...(unchanged > 0 ? [row('=', `${unchanged} unchanged`)] : []),
  ];
  const diffs = host.changes.filter((change) => !isBrief || change.action === 'update');
  return [...table(rows, style), ...diffs.flatMap((change) => diffBlock(change, style))];
}

function driftedWords({ changes, generation }: HostPlan, plan: Plan): string {
  const byHand = changes.filter((change) => change.cause === 'by-hand' || change.cause === 'both');
  const [first] = byHand.toSorted((a, b) => Number(isService(a)) - Number(isService(b)));
  const words = driftWords(first?.key ?? '', generation);
  return byHand.some((change) => change.action !== 'none')
    ? `${words}; this ${plan.command} overwrites that`
    : words;
}

function isService(change: Change): boolean {
  return change.key.startsWith('service:');
}

/** Told apart only where somebody changed the host by hand; elsewhere all that changes is what is asked for. */
function causeWords({ key, action, cause }: Change, host: HostPlan, plan: Plan): readonly string[] {
  if (!host.drifted || cause === undefined) return [];
  const asked = ASKED[plan.command];
  const drift = driftWords(key, host.generation);
  if (action === 'none') return [`${drift}, to what is asked for`];
  if (cause === 'by-hand') return [drift];
  return cause === 'both' ? [drift, asked] : [asked];
}

const ASKED: Readonly<Record<Plan['command'], string>> = {
  apply: 'the inventory asks for something else',
  rollback: 'that generation has something else',
  destroy: 'it goes',
};

function serviceName(host: HostPlan, role: ServiceRole): string {
  const service = host.changes.find(
    (change) => isService(change) && roleOf(change.wanted ?? change.observed) === role,
  );
  return service === undefined ? 'service' : resourceWords(service.key);
}

/** What the service does that a resource is, or that reads it. */
function actionFor(host: HostPlan, { wanted, observed }: Change): ServiceAction {
  return actionOf(host, roleOf(wanted ?? observed) ?? 'router');
}

const ROLES: readonly ServiceRole[] = ['router', 'balancer', 'masquerade'];

/** Indented by four: `patch -p1` takes an indented diff as it is. */
function diffBlock(change: Change, style: Style): readonly string[] {
  const diff = changeDiff(change);
  if (diff === undefined || diff.text === '') return [];
  const lines = diff.text.split('\n').slice(0, -1);
  const isHuge = lines.length > HUGE_DIFF && style.verbosity < 2;
  const shown = isHuge
    ? [style.paint('dim', summary(change, diff))]
    : lines.map((line, at) => paintDiffLine(line, at, diff, style));
  const isPartial = diff.kind === 'text' && diff.hidesChanges;
  const hidden = isPartial ? [style.paint('yellow', '(redacted values differ too)')] : [];
  return ['', ...[...shown, ...hidden].map((line) => `    ${line}`)];
}

function summary(change: Change, diff: FileDiff): string {
  const counts = `${counted(diff.added, 'line')} added, ${counted(diff.removed, 'line')} removed`;
  return `${escapeLine(resourceWords(change.key))}: ${counts}; -vv shows them`;
}

function paintDiffLine(line: string, at: number, diff: FileDiff, style: Style): string {
  const text = escapeContent(line);
  if (diff.kind !== 'text' || at < 2) return style.paint('bold', text);
  if (text.startsWith('+')) return style.paint('green', text);
  if (text.startsWith('-')) return style.paint('red', text);
  if (text.startsWith('@@')) return style.paint('cyan', text);
  return text;
}

function activationBlock(activation: Activation, style: Style): readonly string[] {
  if (activation.waves.length === 0) return [];
  const waves = activation.waves.map((wave, at): Row => ['', `wave ${at + 1}`, waveWords(wave)]);
  const reasons: readonly Row[] = [
    ['', 'why', activation.because],
    ['', 'expect', activation.prediction],
  ];
  return [
    style.paint('bold', 'order'),
    ...table([...waves, ...reasons.filter(([, , text]) => text !== '')], style),
  ];
}

const WAVE_NAMES = { balancer: 'haproxy', masquerade: 'the masquerade of ipvs' } as const;

function waveWords(wave: Wave): string {
  const names = wave.hosts.join(', ');
  const hosts = wave.role === undefined ? names : `${WAVE_NAMES[wave.role]} on ${names}`;
  switch (wave.gate) {
    case 'owns-vip':
      if (wave.owner !== undefined) return `${hosts}; then wait until ${wave.owner} owns the vip`;
      return `${hosts}; then wait until ${wave.hosts.length === 1 ? 'it owns' : 'one of them owns'} the vip`;
    case 'joined':
      return `${hosts}${wave.handsOver === true ? ', when a peer has the vip' : ''}; then wait until ${joinWords(wave)}`;
    case 'balances':
      return `${hosts}; then wait until ${wave.hosts.length === 1 ? 'it reaches' : 'all reach'} an API server`;
    case 'none':
      return hosts;
    default:
      return wave.gate satisfies never;
  }
}

function joinWords({ hosts, serving = [] }: Wave): string {
  const isOne = hosts.length === 1;
  if (serving.length === hosts.length) return isOne ? 'it serves again' : 'all serve again';
  const joined = isOne ? 'it has joined' : 'all have joined';
  return serving.length === 0 ? joined : `${joined}, and ${serving.join(', ')} again in service`;
}

function footer(plan: Plan, style: Style, isBrief: boolean): string {
  if (plan.isEmpty) {
    const records =
      plan.recordsBecause === undefined
        ? ''
        : `; an apply records a generation: ${escapeLine(plan.recordsBecause)}`;
    return style.paint('green', `konvoy-ha: no changes; ${NOTHING[plan.command]}${records}`);
  }
  const count = (action: ChangeAction): number =>
    plan.hosts.flatMap((host) => host.changes).filter((change) => change.action === action).length;
  const touched = plan.hosts.filter(isTouched).length;
  const hosts =
    touched === plan.hosts.length
      ? counted(touched, 'host')
      : `${touched} of ${counted(plan.hosts.length, 'host')}`;
  const counts = `${count('create')} to add, ${count('update')} to change, ${count('remove')} to remove`;
  const hint = isBrief && hasUnshownText(plan) ? '; --dry-run shows whole files' : '';
  return style.paint('bold', `konvoy-ha: ${counts} on ${hosts}${hint}`);
}

function hasUnshownText(plan: Plan): boolean {
  return plan.hosts.some((host) =>
    host.changes.some(({ action, wanted }) => action === 'create' && wanted?.kind === 'file'),
  );
}

function isTouched(host: HostPlan): boolean {
  return (
    ROLES.some((role) => actionOf(host, role) !== 'none') ||
    host.changes.some((change) => change.action !== 'none')
  );
}

const NOTHING: Readonly<Record<Plan['command'], string>> = {
  apply: 'the hosts are as the inventory asks',
  rollback: 'the hosts are as that generation left them',
  destroy: 'nothing of konvoy-ha is left on the hosts',
};

/** Lines of one diff that still help; more is for `-vv`. */
const HUGE_DIFF = 400;
