import { MARK, PATHS } from '../backends/keepalived/layout.ts';
import { keyOf } from '../domain/resource.ts';
import type { HostSnapshot } from './snapshot.ts';

/** The keepalived.conf on a host, when it is ours; empty otherwise. */
export function ourConf({ observed }: HostSnapshot): string {
  const seen = observed.get(keyOf('file', PATHS.conf));
  if (seen?.status !== 'present' || seen.resource.kind !== 'file') return '';
  const text = new TextDecoder().decode(seen.resource.content);
  return text.includes(MARK) ? text : '';
}
