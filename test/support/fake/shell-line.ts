/** A line of a dead-man's script: a program with its arguments, and the saved file that it reads, if any. */
export interface UndoStep {
  readonly argv: readonly string[];
  /** The path below the directory of the run. */
  readonly saved?: string;
}

/** The words of what `shellLine` has written: plain ones and single-quoted ones, nothing else. */
export function wordsOf(line: string): readonly string[] {
  return statements(line)[0] ?? [];
}

/** What the script of a dead-man does in `undo_run`, in order. */
export function undoSteps(script: string): readonly UndoStep[] {
  const from = script.indexOf('undo_run() {\n');
  const to = script.indexOf('\n}\nstep() {\n', from);
  if (from < 0 || to < 0) throw new Error('this is no script of a dead-man');
  return statements(script.slice(from + 'undo_run() {\n'.length, to)).flatMap(
    (words): readonly UndoStep[] => {
      const [verb, , ...rest] = words;
      if (verb === ':') return [];
      const input = rest.at(-1);
      if (verb !== 'step' || input === undefined) throw new Error(`not a step: ${words.join(' ')}`);
      const argv = rest.slice(0, -1);
      if (input === '</dev/null') return [{ argv }];
      const saved = /^<"\$here\/(saved\/\d+)"$/.exec(input)?.[1];
      if (saved === undefined) throw new Error(`a step reads ${input}`);
      return [{ argv, saved }];
    },
  );
}

/** Lines of words; a quoted word may have any character in it, a line end too. */
function statements(text: string): readonly (readonly string[])[] {
  const lines: string[][] = [];
  let [words, word]: [string[], string | undefined] = [[], undefined];
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "'") {
      const end = text.indexOf("'", at + 1);
      word = (word ?? '') + text.slice(at + 1, end);
      at = end;
    } else if (character === '\\') {
      at += 1;
      word = (word ?? '') + text.charAt(at);
    } else if (character === ' ') endWord();
    else if (character === '\n') {
      endWord();
      if (words.length > 0) lines.push(words);
      words = [];
    } else word = (word ?? '') + character;
  }
  endWord();
  return words.length > 0 ? [...lines, words] : lines;
}
