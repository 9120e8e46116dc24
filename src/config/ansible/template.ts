import { err, ok, type Result } from '../../domain/result.ts';
import type { Complaint } from '../text/complaint.ts';
import { readScalar, type ReadScalar, type Reading } from '../text/reading.ts';
import { didYouMean } from '../text/suggest.ts';
import type { ScalarNode, TreeNode } from '../text/tree.ts';

/** The variables of one host, for what refers to them. */
export interface TemplateScope {
  /** The definition in force; a text for what Ansible itself sets, undefined for what is not there. */
  lookUp(name: string): TreeNode | string | undefined;
  /** What can be looked up, for suggestions. */
  names(): readonly string[];
}

/** Reads scalars in which `{{ name }}` stands for another variable of the same host. */
export function templateReader(scope: TemplateScope): ReadScalar {
  return (node) => new Expansion(scope).read(node, []);
}

/** One value with all that it refers to, which is bounded: variables can refer to each other a million times over. */
class Expansion {
  readonly #scope: TemplateScope;
  #references = 0;

  constructor(scope: TemplateScope) {
    this.#scope = scope;
  }

  /** Recursion ends: a name that is in `path` is not followed again. */
  read(node: ScalarNode, path: readonly string[]): Result<Reading, Complaint> {
    const reading = readScalar(node);
    if (!reading.ok) return err(onTheWay(reading.error, path));
    // Ansible takes what a vault says as it is, like what is marked !unsafe.
    if (node.tag !== undefined) return reading;
    let { isSecret } = reading.value;
    const parts = parseTemplate(reading.value.text);
    if (!parts.ok) return err(onTheWay(isSecret ? NOT_UNDERSTOOD : parts.error, path));
    let expanded = '';
    for (const part of parts.value) {
      const isAlone = parts.value.length === 1;
      const value = part.isName ? this.#refer(part, { path, isAlone }) : undefined;
      if (value?.ok === false) return isSecret ? err(onTheWay(NOT_UNDERSTOOD, path)) : value;
      expanded += value === undefined ? part.text : value.value.text;
      isSecret ||= value?.value.isSecret === true;
      if (expanded.length > LONGEST_TEXT) {
        const message = `with its templates filled in it is longer than ${LONGEST_TEXT} characters`;
        return err({ message, hints: [] });
      }
    }
    return ok({ text: expanded, isSecret });
  }

  #refer(
    { text: name, source }: Part,
    { path, isAlone }: { readonly path: readonly string[]; readonly isAlone: boolean },
  ): Result<Reading, Complaint> {
    const refuse = (message: string, ...hints: readonly string[]): Result<Reading, Complaint> =>
      err({ ...onTheWay({ message, hints }, path), fragment: source });
    const way = [...path, name];
    if (path.includes(name)) {
      return refuse(`a template cannot refer to itself: ${way.slice(path.indexOf(name)).join(' > ')}`);
    }
    if (++this.#references > MOST_REFERENCES) return refuse('its templates refer to too many variables');
    const found = this.#scope.lookUp(name);
    if (found === undefined) {
      const meant = didYouMean(name, this.#scope.names());
      return refuse(`the variable ${JSON.stringify(name)} is not defined on this host`, ...meant);
    }
    if (typeof found === 'string') return ok({ text: found, isSecret: false });
    if (found.kind !== 'scalar') {
      return refuse(`the variable ${JSON.stringify(name)} is a ${found.kind}, not a single value`);
    }
    if (!isAlone && !isWrittenAsSaid(found)) {
      return refuse(
        `the variable ${JSON.stringify(name)} is not a text, and would look different here`,
        'put its value in quotes',
      );
    }
    const reading = this.read(found, way);
    return reading.ok ? reading : err({ ...reading.error, fragment: source });
  }
}

/** A piece of a template: text that stands for itself, or the name of a variable and how that is written. */
interface Part {
  readonly isName: boolean;
  readonly text: string;
  readonly source: string;
}

function parseTemplate(text: string): Result<readonly Part[], Complaint> {
  const parts: Part[] = [];
  let at = 0;
  // A text without these is no template; with them it is one as a whole, as in Jinja.
  for (let start = nextTag(text, at); start !== -1; start = nextTag(text, at)) {
    const reference = REFERENCE.exec(text.slice(start));
    if (reference === null) return err(refusedExpression(text.slice(start)));
    const [source, before, name = '', after] = reference;
    const plain = text.slice(at, start);
    // `{{-` takes the white space before it away, `-}}` that behind it.
    parts.push(plainPart(before === '-' ? plain.trimEnd() : plain), { isName: true, text: name, source });
    at = start + source.length;
    if (after === '-') at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
  }
  parts.push(plainPart(text.slice(at)));
  return ok(parts.filter((part) => part.text !== ''));
}

function plainPart(text: string): Part {
  return { isName: false, text, source: text };
}

function nextTag(text: string, from: number): number {
  const found = /\{[{%#]/.exec(text.slice(from));
  return found === null ? -1 : from + found.index;
}

function refusedExpression(rest: string): Complaint {
  const expression = /^(?:\{\{[^]*?\}\}|\{%[^]*?%\}|\{#[^]*?#\})/.exec(rest)?.[0] ?? rest;
  return {
    message: `${JSON.stringify(expression)} is more than the name of a variable, which is all that is understood`,
    hints: ['write the value itself'],
    fragment: expression,
  };
}

/** A problem behind a reference is told with the way to it; its own place is not where the value is consumed. */
function onTheWay(complaint: Complaint, path: readonly string[]): Complaint {
  if (path.length === 0) return complaint;
  return { message: `by way of ${path.join(' > ')}: ${complaint.message}`, hints: complaint.hints };
}

/** False for what Python writes in another way than the file does, such as 0644, true and 1_000. */
function isWrittenAsSaid({ text, value, isNull }: ScalarNode): boolean {
  return isNull || (typeof value !== 'boolean' && String(value) === text);
}

const REFERENCE = /^\{\{(-?)\s*([A-Za-z_]\w*)\s*(-?)\}\}/;
const NOT_UNDERSTOOD: Complaint = {
  message: 'a template in what is encrypted cannot be filled in, and is not shown',
  hints: [],
};
const MOST_REFERENCES = 1000;
const LONGEST_TEXT = 65_536;
