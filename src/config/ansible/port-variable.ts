import { Cursor, type Field } from '../text/cursor.ts';
import type { Place } from '../text/source.ts';
import type { ScalarNode } from '../text/tree.ts';
import type { HostEntry } from './host-range.ts';

/** The variable that the port in `cp1:2222` makes; to Ansible, port 0 is none. */
export function portVariable(
  { port }: HostEntry,
  place: Place,
  { path, problems }: Pick<Cursor, 'path' | 'problems'>,
): Field | undefined {
  if (port === undefined || port === '0') return undefined;
  const node: ScalarNode = { kind: 'scalar', place, text: port, isNull: false, value: BigInt(port) };
  return { key: 'ansible_port', keyPlace: place, value: new Cursor(node, path, problems) };
}
