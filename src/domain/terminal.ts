import type { Secret } from './secret.ts';

/** The person who runs the command, at a terminal: where there is none, there is nobody to ask. */
export interface Terminal {
  /**
   * Holds one conversation at a time, in the order of the calls; nothing else is printed while one lasts. Rejects with
   * the reason of the interrupt when the run is interrupted.
   */
  converse<T>(conversation: (person: Person) => Promise<T>): Promise<T>;
}

/** Who answers, for the length of a conversation. */
export interface Person {
  /** Asks for one line, which shows while it is typed; undefined when the input has ended. */
  ask(question: string): Promise<string | undefined>;
  /** The same with a line that never shows. */
  askSecret(question: string): Promise<Secret | undefined>;
}
