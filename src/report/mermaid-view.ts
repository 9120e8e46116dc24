import type { ClusterStatus, HostStatus } from '../domain/status.ts';

/** A status as a flowchart of Mermaid: the endpoint, the hosts, and who has the VIP. */
export function mermaidView({ endpoint, hosts }: ClusterStatus): string {
  const nodes = hosts.map((host, at) => `  h${at}["${hostText(host)}"]:::${classOf(host)}`);
  const links = hosts.map((host, at) => (host.holdsVip ? `  vip ==> h${at}` : `  vip -.- h${at}`));
  return [
    'flowchart TD',
    `  vip(["${textOf(endpoint)}"])`,
    ...nodes,
    ...links,
    '  classDef active fill:#d3f0d8,stroke:#1a7f37,color:#0b3d1a',
    '  classDef backup fill:#f3f4f6,stroke:#57606a,color:#24292f',
    '  classDef trouble fill:#ffdcd8,stroke:#cf222e,color:#5c0b12',
    '',
  ].join('\n');
}

function hostText({ host, reachable, state, priority, drained }: HostStatus): string {
  const words = reachable
    ? [state, ...(priority === undefined ? [] : [`priority ${priority}`])]
    : ['unreachable'];
  return [host, ...words, ...(drained === undefined ? [] : ['drained'])].map(textOf).join('<br/>');
}

function classOf({ holdsVip, reachable, state }: HostStatus): string {
  if (!reachable || (state !== 'active' && state !== 'backup')) return 'trouble';
  return holdsVip ? 'active' : 'backup';
}

/** Between quotes, Mermaid reads entities; a `#` begins one of its own. */
function textOf(text: string): string {
  return text.replace(/[^\w .:[\]-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}
