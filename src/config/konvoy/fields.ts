import type { JsonSchema } from '../schema/json-schema.ts';
import type { Cursor } from '../text/cursor.ts';

/** What may stand at a key: the reader and the JSON Schema are made of the same rules, so neither knows more. */
export type FieldRule =
  /** Not our business, and as free as Konvoy leaves it. */
  | { readonly kind: 'anything' }
  /** Read, or at least understood, by us. */
  | { readonly kind: 'value'; readonly schema: JsonSchema }
  /** Understood, and never done. */
  | { readonly kind: 'refused'; readonly because: string; readonly hint: string }
  /** These keys and no others. */
  | { readonly kind: 'map'; readonly fields: FieldTable; readonly description?: string }
  | { readonly kind: 'list'; readonly item: FieldRule }
  /** What was one in old versions and is a list in new ones. */
  | { readonly kind: 'one-or-list'; readonly item: FieldRule };

export type FieldTable = Readonly<Record<string, FieldRule>>;

export const ANYTHING: FieldRule = { kind: 'anything' };

export function map(fields: FieldTable, description?: string): FieldRule {
  return description === undefined ? { kind: 'map', fields } : { kind: 'map', fields, description };
}

/** A map of keys whose values are all Konvoy's business. */
export function keys(...names: readonly string[]): FieldRule {
  return map(Object.fromEntries(names.map((name) => [name, ANYTHING])));
}

export function listOf(item: FieldRule): FieldRule {
  return { kind: 'list', item };
}

/** Complains about every key that a rule does not have, as deep as the rule goes; null is always nothing. */
export function refuseUnknownFields(cursor: Cursor, rule: FieldRule): void {
  if (cursor.isNull) return;
  switch (rule.kind) {
    case 'anything':
    case 'value':
    case 'refused':
      return;
    case 'map':
      cursor.refuseUnknownKeys(Object.keys(rule.fields));
      for (const { key, keyPlace, value } of cursor.fields()) {
        const below = Object.hasOwn(rule.fields, key) ? rule.fields[key] : undefined;
        if (below?.kind === 'refused')
          cursor.problems.error(`${value.path}: ${below.because}`, keyPlace, below.hint);
        else if (below !== undefined) refuseUnknownFields(value, below);
      }
      return;
    case 'list':
      for (const item of cursor.items()) refuseUnknownFields(item, rule.item);
      return;
    case 'one-or-list':
      for (const item of cursor.node.kind === 'list' ? cursor.items() : [cursor])
        refuseUnknownFields(item, rule.item);
      return;
    default:
      rule satisfies never;
  }
}

/** The same rule for editors and other programs. */
export function schemaOf(rule: FieldRule): JsonSchema {
  switch (rule.kind) {
    case 'anything':
      return {};
    case 'value':
      return rule.schema;
    case 'refused':
      return { not: {} };
    case 'map':
      return {
        ...(rule.description === undefined ? {} : { description: rule.description }),
        ...objectSchema(rule.fields),
        type: ['object', 'null'],
      };
    case 'list':
      return { type: ['array', 'null'], items: schemaOf(rule.item) };
    case 'one-or-list':
      return { anyOf: [{ type: 'array', items: schemaOf(rule.item) }, schemaOf(rule.item)] };
    default:
      return rule satisfies never;
  }
}

/** A map of exactly these fields. */
export function objectSchema(fields: FieldTable): JsonSchema {
  const taken = Object.entries(fields).filter(([, { kind }]) => kind !== 'refused');
  const properties = taken.map(([key, rule]) => [key, schemaOf(rule)] as const);
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}
