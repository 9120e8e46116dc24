/** The part of JSON Schema draft-07 that describes the files we read. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: string | number | boolean;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly if?: JsonSchema;
  readonly then?: JsonSchema;
  readonly else?: JsonSchema;
}

/** What every schema of ours begins with. */
export const DRAFT = 'http://json-schema.org/draft-07/schema#';

/** What means "not set" to us, as to Konvoy: null and the empty string. */
const BLANK: readonly JsonSchema[] = [{ type: 'null' }, { const: '' }];

/** Any of these, or blank. */
export function orBlank(...schemas: readonly JsonSchema[]): JsonSchema {
  return { anyOf: [...schemas, ...BLANK] };
}

/** A text of this form (a regular expression that both JavaScript and RE2 know), or blank. */
export function textSchema(pattern: string): JsonSchema {
  return orBlank({ type: 'string', pattern });
}

/** A whole number, quoted or not, or blank. Editors can check the range of the unquoted one only. */
export function integerSchema(minimum: number, maximum: number, multipleOf = 1): JsonSchema {
  const range = multipleOf === 1 ? { minimum, maximum } : { minimum, maximum, multipleOf };
  return orBlank({ type: 'integer', ...range }, { type: 'string', pattern: '^(0|[1-9][0-9]*)$' });
}

/** One of a few words, or blank. */
export function wordSchema(words: readonly string[]): JsonSchema {
  return orBlank({ enum: words });
}

/** A truth value in any spelling of YAML 1.1 and Ansible, or blank. */
export function truthSchema(): JsonSchema {
  return orBlank(
    { type: 'boolean' },
    { type: 'integer', minimum: 0, maximum: 1 },
    { type: 'string', pattern: TRUTH },
  );
}

const TRUTH =
  '^([yY]|[yY][eE][sS]|[oO][nN]|[tT]|[tT][rR][uU][eE]|1|[nN]|[nN][oO]|[oO][fF][fF]|[fF]|[fF][aA][lL][sS][eE]|0)$';
