import { Cursor, type Field } from '../text/cursor.ts';
import type { Problems } from '../text/problems.ts';
import type { Place, SourceFile } from '../text/source.ts';
import { didYouMean } from '../text/suggest.ts';
import { parseHostEntry, type HostEntry } from './host-range.ts';
import { iniLines, stripped, type PlacedText } from './ini-lines.ts';
import type { InventoryDraft } from './inventory-draft.ts';
import { PendingGroups } from './pending-groups.ts';
import { portVariable } from './port-variable.ts';
import { readPythonValue } from './python-literal.ts';
import { splitCommentedWords, type ShellWord } from './shell-words.ts';

/** Reads one inventory file in Ansible's INI form into the draft; everything wrong with it becomes a problem. */
export function readIniInventory(source: SourceFile, draft: InventoryDraft, problems: Problems): void {
  const reader = new IniReader(draft, problems);
  for (const line of iniLines(source)) reader.read(line);
  reader.finish();
}

interface Section {
  readonly group: string;
  readonly kind: 'hosts' | 'vars' | 'children';
}

class IniReader {
  readonly #draft: InventoryDraft;
  readonly #problems: Problems;
  readonly #pending: PendingGroups;
  /** Undefined after a header that is wrong: its lines could be anything. */
  #section: Section | undefined = { group: 'ungrouped', kind: 'hosts' };

  constructor(draft: InventoryDraft, problems: Problems) {
    this.#draft = draft;
    this.#problems = problems;
    this.#pending = new PendingGroups(draft);
  }

  read(line: PlacedText): void {
    const header = SECTION.exec(line.text)?.groups;
    if (header !== undefined) this.#open(header['group'] ?? '', header['kind'] ?? 'hosts', line.place);
    else if (/^\[.*\]$/s.test(line.text)) {
      this.#section = undefined;
      this.#problems.error('expected [group], [group:vars] or [group:children]', line.place);
    } else if (this.#section !== undefined) this.#readLine(line, this.#section);
  }

  /** Complains about groups that were named and are nowhere. */
  finish(): void {
    for (const { message, place, hint } of this.#pending.unresolved()) {
      this.#problems.error(message, place, hint);
    }
  }

  #open(group: string, kind: string, place: Place): void {
    if (kind !== 'hosts' && kind !== 'vars' && kind !== 'children') {
      const hints = didYouMean(kind, ['hosts', 'vars', 'children']);
      this.#problems.error(`[${group}:${kind}] is no section of an inventory`, place, ...hints);
      this.#section = undefined;
      return;
    }
    this.#section = { group, kind };
    this.#pending.open(group, kind, place);
  }

  #readLine(line: PlacedText, { group, kind }: Section): void {
    switch (kind) {
      case 'hosts':
        this.#readHosts(line, group);
        break;
      case 'vars':
        this.#readVariable(line, group);
        break;
      case 'children':
        this.#readChild(line, group);
        break;
      default:
        kind satisfies never;
    }
  }

  #readHosts(line: PlacedText, group: string): void {
    const words = splitCommentedWords(line.text);
    if (!words.ok) {
      this.#problems.error(`the line ${words.error}`, line.place);
      return;
    }
    const [first, ...rest] = words.value.map((word) => placed(word, line.place));
    const entry = first && this.#hostEntry(first, line.text);
    const isPair = ({ text }: PlacedText): boolean => text.includes('=');
    for (const { place } of rest.filter((word) => !isPair(word)).slice(0, MOST_REPORTED))
      this.#problems.error('expected key=value', place, SPACES_HINT);
    const variables = rest.filter(isPair).flatMap((word) => this.#hostVariable(word) ?? []);
    if (first === undefined || entry === undefined) return;
    const port = portVariable(entry, first.place, { path: 'ansible_port', problems: this.#problems });
    for (const name of entry.names) {
      this.#draft.addHost(group, name, first.place, port);
      for (const variable of variables) this.#draft.setHostVariable(name, variable);
    }
  }

  #hostEntry({ text, place }: PlacedText, line: string): HostEntry | undefined {
    const entry = parseHostEntry(text);
    const [wrong, ...hints] = entry.ok ? misplaced(text, entry.value) : [entry.error, ...hintsAbout(line)];
    if (wrong === undefined) return entry.ok ? entry.value : undefined;
    this.#problems.error(wrong, place, ...hints);
    return undefined;
  }

  #hostVariable({ text, place }: PlacedText): Field | undefined {
    const separator = text.indexOf('=');
    const { source, start, end } = place;
    // A quote before the "=" moves it.
    const written = source.text.indexOf('=', start) + 1;
    const value = { text: text.slice(separator + 1), place: { source, start: Math.min(written, end), end } };
    return this.#field({ text: text.slice(0, separator), place: { source, start, end: written - 1 } }, value);
  }

  #readVariable(line: PlacedText, group: string): void {
    const separator = line.text.indexOf('=');
    if (separator === -1) {
      this.#problems.error('expected key=value', line.place);
      return;
    }
    const { source, start, end } = line.place;
    const key = { text: line.text.slice(0, separator), place: { source, start, end: start + separator } };
    const value = {
      text: line.text.slice(separator + 1),
      place: { source, start: start + separator + 1, end },
    };
    this.#draft.setGroupVariable(group, this.#field(stripped(key), stripped(value)));
  }

  #field(key: PlacedText, { text, place }: PlacedText): Field {
    const value = readPythonValue(text, place);
    if (!value.ok) this.#problems.error(`${key.text}: ${value.error}`, place, LITERAL_HINT);
    const node = value.ok
      ? value.value
      : ({ kind: 'scalar', place, text, isNull: false, value: text } as const);
    return { key: key.text, keyPlace: key.place, value: new Cursor(node, key.text, this.#problems) };
  }

  #readChild({ text, place }: PlacedText, group: string): void {
    const child = CHILD.exec(text)?.groups?.['name'];
    if (child === undefined) {
      this.#problems.error('expected the name of a group', place);
    } else if (child === 'all') {
      this.#problems.error('"all" contains every group and cannot be in one', place);
    } else this.#pending.addChild(group, child, { ...place, end: place.start + child.length });
  }
}

function placed({ text, start, end }: ShellWord, { source, start: lineStart }: Place): PlacedText {
  return { text, place: { source, start: lineStart + start, end: lineStart + end } };
}

/** What Ansible refuses in an INI file because it looks like YAML. */
function misplaced(text: string, { names, port }: HostEntry): readonly string[] {
  if (text.trim().endsWith(':') && port === undefined) {
    return [`a host cannot be called ${JSON.stringify(text)}`, 'a port is missing, or this is YAML'];
  }
  return names.some((name) => name.trim() === '---') ? ['a host cannot be called "---"', 'this is YAML'] : [];
}

function hintsAbout(line: string): readonly string[] {
  return /^\[[^\]]*\]\s*;/.test(line) ? ['a comment behind a section begins with "#"'] : [];
}

/** Python's `\w` and `\s`, near enough; a comment may follow. */
const SECTION = /^\[(?<group>[^:\]\s]+)(?::(?<kind>[\p{L}\p{N}_]+))?\]\s*(?:#.*)?$/su;
const CHILD = /^(?<name>[^:\]\s]+)\s*(?:#.*)?$/s;

const SPACES_HINT = 'no spaces around "=", and quotes around a value with spaces';
const LITERAL_HINT = 'a text that looks like this needs two kinds of quotes: key="\'{{ … }}\'"';

/** Of the words of one line that are wrong. */
const MOST_REPORTED = 20;
