/** What a template may do with a field of its view. */
export interface Field<Kind extends FieldKind = FieldKind> {
  readonly kind: Kind;
  /** What it holds, in words, for docs/templates.md. */
  readonly means: string;
}

export type FieldKind = 'value' | 'list' | 'flag';

/** Every field of a view: the compiler refuses a table that lacks one, or has one of another kind. */
export type FieldTable<View> = { readonly [Name in keyof View]: Field<KindOf<View[Name]>> };

type KindOf<Value> = Value extends readonly string[] ? 'list' : Value extends boolean ? 'flag' : 'value';

/** Text or a number: `{{name}}`. */
export function value(means: string): Field<'value'> {
  return { kind: 'value', means };
}

/** Lines of text: `{{#each name}}`, and `{{this}}` in it. */
export function list(means: string): Field<'list'> {
  return { kind: 'list', means };
}

/** Whether something is so: `{{#if name}}`. */
export function flag(means: string): Field<'flag'> {
  return { kind: 'flag', means };
}
