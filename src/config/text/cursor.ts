import type { Diagnostic } from '../../domain/error.ts';
import type { Result } from '../../domain/result.ts';
import { withoutValue } from './complaint.ts';
import type { Problems } from './problems.ts';
import { readScalar, type ReadScalar } from './reading.ts';
import { within, type Place } from './source.ts';
import { didYouMean } from './suggest.ts';
import type { MapEntry, TreeNode } from './tree.ts';

/** One key of a map and a cursor at its value. */
export interface Field extends Omit<MapEntry, 'value'> {
  readonly value: Cursor;
}

/** A position in a file: knows its path and its place, reads its value, and complains where the value stands. */
export class Cursor {
  readonly node: TreeNode;
  /** As a person would say it: `spec.kubernetes.controlPlane`. */
  readonly path: string;
  readonly problems: Problems;
  readonly #read: ReadScalar;

  constructor(node: TreeNode, path: string, problems: Problems, read: ReadScalar = readScalar) {
    this.node = node;
    this.path = path;
    this.problems = problems;
    this.#read = read;
  }

  /** The same position, its value read in another way. */
  readBy(read: ReadScalar): Cursor {
    return new Cursor(this.node, this.path, this.problems, read);
  }

  get place(): Place {
    return this.node.place;
  }

  get isNull(): boolean {
    return this.node.kind === 'scalar' && this.node.isNull;
  }

  /** True for what means "not set": null and the empty string, which Konvoy's own skeletons are full of. */
  get isBlank(): boolean {
    return this.node.kind === 'scalar' && (this.node.isNull || this.node.text === '');
  }

  /** True for a value that must not be shown: it came out of a vault, or refers to one that did. */
  get isSecret(): boolean {
    if (this.node.place.source.isSecret) return true;
    if (this.node.kind !== 'scalar') return false;
    const reading = this.#read(this.node);
    return this.node.tag === 'vault' || (reading.ok && reading.value.isSecret);
  }

  fail(message: string, ...hints: readonly string[]): void {
    this.#complain('error', message, '', hints);
  }

  /** Complains about the part of the value where `fragment` stands. */
  failAt(fragment: string, message: string, ...hints: readonly string[]): void {
    this.#complain('error', message, fragment, hints);
  }

  warnAt(fragment: string, message: string, ...hints: readonly string[]): void {
    this.#complain('warning', message, fragment, hints);
  }

  /** Complains about the value whatever it says: nothing in the message may quote it. */
  refuse(message: string, ...hints: readonly string[]): void {
    this.problems.say('error', this.#about(message), this.place, hints);
  }

  /** The fields of a map in file order; null is an empty map, anything else is a problem and reads as one. */
  fields(): readonly Field[] {
    if (this.isNull) return [];
    if (this.node.kind !== 'map') {
      this.fail(`expected a map, got ${this.#describe()}`);
      return [];
    }
    return [...this.node.entries.values()].map((entry) => {
      return { ...entry, value: this.#child(entry.value, entry.key) };
    });
  }

  /** The field of a map by name; undefined when it is absent, or when this is no map. */
  field(key: string): Field | undefined {
    const entry = this.node.kind === 'map' ? this.node.entries.get(key) : undefined;
    if (entry === undefined) return undefined;
    return { ...entry, value: this.#child(entry.value, key) };
  }

  /** The value at a path of keys; undefined as soon as one is absent. */
  at(...keys: readonly string[]): Cursor | undefined {
    return keys.reduce<Cursor | undefined>((cursor, key) => cursor?.field(key)?.value, this);
  }

  /** The items of a list; null is an empty list, anything else is a problem and reads as one. */
  items(): readonly Cursor[] {
    if (this.isNull) return [];
    if (this.node.kind !== 'list') {
      this.fail(`expected a list, got ${this.#describe()}`);
      return [];
    }
    return this.node.items.map(
      (item, at) => new Cursor(item, `${this.path}[${at}]`, this.problems, this.#read),
    );
  }

  /** Complains about every key that is not among the known ones. */
  refuseUnknownKeys(known: readonly string[]): void {
    for (const field of this.fields()) {
      if (known.includes(field.key)) continue;
      const where = this.path === '' ? 'at the top level' : `in ${this.path}`;
      const message = `unknown key ${JSON.stringify(field.typedKey?.text ?? field.key)} ${where}`;
      this.problems.error(message, field.keyPlace, ...didYouMean(field.key, known));
    }
  }

  /** What a scalar says, `''` for null; undefined, with a problem, for lists, maps and what cannot be read. */
  text(): string | undefined {
    if (this.node.kind !== 'scalar') {
      this.fail(`expected a single value, got ${this.#describe()}`);
      return undefined;
    }
    const reading = this.#read(this.node);
    if (reading.ok) return reading.value.text;
    const { message, hints, fragment = '' } = reading.error;
    this.problems.say('error', this.#about(message), within(this.place, fragment), hints);
    return undefined;
  }

  /** Reads a text with a parser of the domain; a refusal becomes a problem at this place. */
  read<T>(parse: (input: string) => Result<T, string>): T | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    this.fail(parsed.error);
    return undefined;
  }

  #child(node: TreeNode, key: string): Cursor {
    return new Cursor(node, joinPath(this.path, key), this.problems, this.#read);
  }

  #complain(
    severity: Diagnostic['severity'],
    message: string,
    fragment: string,
    hints: readonly string[],
  ): void {
    if (!this.isSecret) {
      this.problems.say(severity, this.#about(message), within(this.place, fragment), hints);
      return;
    }
    // Where the fragment stands would tell something of it, and a suggestion is close to it.
    this.problems.say(severity, this.#about(withoutValue(message)), this.place, this.#hintsAtSecret());
  }

  #hintsAtSecret(): readonly string[] {
    const reading = this.node.kind === 'scalar' ? this.#read(this.node) : undefined;
    if (reading?.ok !== true) return [];
    const { text } = reading.value;
    // What every `echo … | ansible-vault encrypt_string` does.
    return /^\s|\s$/.test(text) ? ['it begins or ends with white space'] : [];
  }

  #about(message: string): string {
    return this.path === '' ? message : `${this.path}: ${message}`;
  }

  #describe(): string {
    switch (this.node.kind) {
      case 'scalar':
        return this.node.tag === 'vault' ? 'an encrypted value' : JSON.stringify(this.node.text);
      case 'list':
        return 'a list';
      case 'map':
        return 'a map';
      default:
        return this.node satisfies never;
    }
  }
}

/** The whole number that a text is, quoted or not; any other text stays what it is, for a parser to refuse. */
export function numberIn(text: string): number | string {
  return /^(0|-?[1-9][0-9]{0,14})$/.test(text) ? Number(text) : text;
}

function joinPath(path: string, key: string): string {
  const segment = /^[\w.:@*/-]+$/.test(key) ? key : JSON.stringify(key);
  return path === '' ? segment : `${path}.${segment}`;
}
