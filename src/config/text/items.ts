import { Cursor } from './cursor.ts';

/** The items of a list; null is an empty one, anything else is a problem and reads as one. */
export function itemsOf(list: Cursor): readonly Cursor[] {
  if (list.isNull) return [];
  if (list.node.kind !== 'list') {
    list.fail('expected a list');
    return [];
  }
  return list.node.items.map((item, index) => new Cursor(item, `${list.path}[${index}]`, list.problems));
}
