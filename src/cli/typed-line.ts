/** What has become of a line after some more of it was typed. */
export type Typed = 'more' | 'done' | 'left' | 'interrupt';

/**
 * One line as it is typed. A terminal that shows what is typed edits the line itself and hands it over as a whole; one
 * that does not (`isRaw`) hands over every key, and the keys that edit a line are ours to understand.
 */
export class TypedLine {
  readonly #isRaw: boolean;
  readonly #decoder = new TextDecoder();
  #characters: readonly string[] = [];

  constructor({ isRaw }: { readonly isRaw: boolean }) {
    this.#isRaw = isRaw;
  }

  get text(): string {
    return this.#characters.join('');
  }

  /** Takes what the terminal delivers. Whatever follows the end of the line is dropped, as ssh does with secrets. */
  take(chunk: Buffer | string): Typed {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true });
    for (const character of text) {
      const typed = this.#takeCharacter(character);
      if (typed !== 'more') return typed;
    }
    return 'more';
  }

  #takeCharacter(character: string): Typed {
    if (character === '\n' || character === '\r') return 'done';
    const key = this.#isRaw ? KEYS.get(character) : undefined;
    switch (key) {
      case undefined:
        this.#characters = [...this.#characters, character];
        return 'more';
      case 'erase':
        this.#characters = this.#characters.slice(0, -1);
        return 'more';
      case 'kill':
        this.#characters = [];
        return 'more';
      case 'end-of-file':
        return this.#characters.length === 0 ? 'left' : 'done';
      case 'interrupt':
        return 'interrupt';
    }
  }
}

/** The keys as termios(3) has them where nobody has changed them. */
const KEYS: ReadonlyMap<string, 'erase' | 'kill' | 'end-of-file' | 'interrupt'> = new Map([
  ['\u0003', 'interrupt'],
  ['\u0004', 'end-of-file'],
  ['\b', 'erase'],
  ['\u007f', 'erase'],
  ['\u0015', 'kill'],
]);
