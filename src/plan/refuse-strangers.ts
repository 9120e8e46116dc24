import { lastOctet } from '../domain/address.ts';
import type { Diagnostic, SourceSpan } from '../domain/error.ts';
import type { KeepalivedEndpoint } from '../domain/intent.ts';
import type { Check } from '../domain/verdict.ts';
import type { Vrid } from '../domain/vrrp.ts';
import type { HostSnapshot } from './snapshot.ts';
import { freeVrids } from './vrid.ts';
import type { Stranger, Wire } from './wire.ts';

/** What cannot be right with the rest of the wire: a stranger with our VRID, with one of our VIPs, or with both. */
export function refuseStrangers(
  { vrid, strangers }: Wire,
  endpoint: KeepalivedEndpoint,
): readonly Diagnostic[] {
  const problems = strangers
    .filter(isHarmful)
    .flatMap((stranger) => problemsOf(stranger, strangers, endpoint));
  if (vrid !== undefined) return problems;
  return [
    ...problems,
    {
      severity: 'error',
      message: 'every VRID is in use on this link',
      hints: ['use an interface of another link'],
    },
  ];
}

/** True when a stranger and the cluster cannot both be right. */
export function isHarmful({ hasOurVrid, ourVips, mayBeOurs }: Stranger): boolean {
  return !mayBeOurs && (hasOurVrid || ourVips.length > 0);
}

/** What `check` says of the wire: for each host whether it could listen, and every stranger. */
export function describeWire({ strangers }: Wire, snapshots: readonly HostSnapshot[]): readonly Check[] {
  return [...snapshots.flatMap(listeningCheck), ...strangers.map(strangerCheck)];
}

function listeningCheck({ heard, intent }: HostSnapshot): readonly Check[] {
  if (heard === undefined) return [];
  const check = { name: 'vrrp-heard', host: intent.name };
  if (heard.kind === 'deaf')
    return [
      {
        ...check,
        status: 'skipped',
        evidence: `could not listen for other routers: ${heard.because}`,
        hint: 'a router that only this host can hear would not be noticed',
      },
    ];
  const senders = new Set(heard.adverts.map(({ source }) => source));
  const evidence = senders.size === 0 ? 'no router' : [...senders].join(', ');
  return [{ ...check, status: 'pass', evidence: `${evidence}, listening with ${heard.by}` }];
}

function strangerCheck(stranger: Stranger): Check {
  const check = { name: 'vrrp-stranger', evidence: strangerWords(stranger) };
  if (stranger.mayBeOurs)
    return { ...check, status: 'warn', hint: 'is it a host of this cluster that could not be asked?' };
  return { ...check, status: isHarmful(stranger) ? 'fail' : 'pass' };
}

function strangerWords(stranger: Stranger): string {
  const { vips, heardBy, advertIntervalMs, authentication } = stranger;
  const secured = authentication === 'none' ? '' : `, authentication ${authentication}`;
  const addresses = vips.length === 0 ? 'no VIP' : `VIP ${vips.join(', ')}`;
  return `${routerWords(stranger)} with ${addresses}, every ${advertIntervalMs} ms${secured}; heard by ${heardBy.join(', ')}`;
}

function routerWords({ source, mac, version, vrid, priority }: Stranger): string {
  return `${source} (${mac}): VRID ${vrid}, VRRP version ${version}, priority ${priority}`;
}

function problemsOf(
  stranger: Stranger,
  strangers: readonly Stranger[],
  endpoint: KeepalivedEndpoint,
): readonly Diagnostic[] {
  const who = strangerWords(stranger);
  const problems: Diagnostic[] = [];
  if (stranger.hasOurVrid) {
    const source = endpoint.settings.sources.vrid;
    problems.push({
      severity: 'error',
      message: `the VRID ${stranger.vrid} is taken by a router that is none of these hosts: ${who}`,
      hints: [`${vridHint(source?.name)}, for example ${examples(strangers, endpoint).join(', ')}`, OURS],
      ...spanned(source?.span ?? endpoint.span),
    });
  }
  for (const vip of stranger.ourVips) {
    const setting = vip === endpoint.vip ? 'control_plane_endpoint' : 'additionalVIPs';
    problems.push({
      severity: 'error',
      message: `the VIP ${vip} is taken by a router that is none of these hosts: ${who}`,
      hints: [`choose a free address for ${setting}, or take that router off the network`, OURS],
      ...spanned(endpoint.span),
    });
  }
  return problems;
}

function vridHint(name: string | undefined): string {
  return name === undefined
    ? 'set keepalived_vrid under all.vars to one that is free'
    : `set ${name} to one that is free`;
}

/** Three that nobody was heard with, the one of the VIP first. */
function examples(strangers: readonly Stranger[], { vip }: KeepalivedEndpoint): readonly Vrid[] {
  const free = freeVrids(new Set(strangers.map(({ vrid }) => vrid)));
  const octet = lastOctet(vip);
  return [...free.filter((vrid) => vrid >= octet), ...free].slice(0, 3);
}

function spanned(span: SourceSpan | undefined): { readonly span?: SourceSpan } {
  return span === undefined ? {} : { span };
}

const OURS = 'if it is a host of this cluster: add it to the inventory';
