import type { Diagnostic } from '../../domain/error.ts';
import { withoutValue } from './complaint.ts';
import { spanOf, type Place } from './source.ts';

/** Collects everything that is wrong with the user's files, so that one run names all of it. */
export class Problems {
  readonly #diagnostics = new Map<string, Diagnostic>();
  /** Files in the order in which they were first complained about. */
  readonly #files: string[] = [];

  get hasErrors(): boolean {
    return this.errorCount > 0;
  }

  get errorCount(): number {
    return [...this.#diagnostics.values()].filter(({ severity }) => severity === 'error').length;
  }

  /** In a file that was encrypted, only what `withoutValue` leaves of the message is said. */
  error(message: string, place?: Place, ...hints: readonly string[]): void {
    this.#addSafely('error', message, place, hints);
  }

  warn(message: string, place?: Place, ...hints: readonly string[]): void {
    this.#addSafely('warning', message, place, hints);
  }

  /** Says it as it is, wherever it stands: nothing in it may quote the file. */
  say(severity: Diagnostic['severity'], message: string, place: Place, hints: readonly string[]): void {
    this.#add(severity, message, place, hints);
  }

  /** Takes over what was said about a reading that turned out to be the right one. */
  adopt(trial: Problems): void {
    for (const [key, diagnostic] of trial.#diagnostics) {
      if (this.#diagnostics.has(key)) continue;
      this.#diagnostics.set(key, diagnostic);
      const file = diagnostic.span?.file;
      if (file !== undefined && !this.#files.includes(file)) this.#files.push(file);
    }
  }

  /** All diagnostics in reading order: those without a place first, then by file, line and column. */
  list(): readonly Diagnostic[] {
    return [...this.#diagnostics.values()].sort(
      (a, b) =>
        this.#fileOrder(a) - this.#fileOrder(b) ||
        (a.span?.line ?? 0) - (b.span?.line ?? 0) ||
        (a.span?.column ?? 0) - (b.span?.column ?? 0),
    );
  }

  #addSafely(
    severity: Diagnostic['severity'],
    message: string,
    place: Place | undefined,
    hints: readonly string[],
  ): void {
    // Any message may quote the text that it is about, and so may a suggestion.
    if (place?.source.isSecret === true) this.#add(severity, withoutValue(message), place, []);
    else this.#add(severity, message, place, hints);
  }

  #add(
    severity: Diagnostic['severity'],
    message: string,
    place: Place | undefined,
    hints: readonly string[],
  ): void {
    // A variable of a group is read once for every host of the group, and is still one mistake.
    const key = JSON.stringify([message, place?.source.name, place?.start]);
    if (this.#diagnostics.has(key)) return;
    if (place === undefined) {
      this.#diagnostics.set(key, { severity, message, hints });
      return;
    }
    if (!this.#files.includes(place.source.name)) this.#files.push(place.source.name);
    this.#diagnostics.set(key, { severity, message, span: spanOf(place), hints });
  }

  #fileOrder(diagnostic: Diagnostic): number {
    return diagnostic.span === undefined ? -1 : this.#files.indexOf(diagnostic.span.file);
  }
}
