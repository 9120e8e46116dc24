import { noBase64Label } from './frame.ts';
import type { Frame } from './frame-reader.ts';

/** The answer of a root shell to the preamble; what stood before it was a login's noise. */
export class Greeting {
  #label = '';
  #openStreams = 2;

  get complete(): boolean {
    return this.#openStreams === 0;
  }

  get lacksBase64(): boolean {
    return this.#label === noBase64Label;
  }

  addStdout({ label }: Frame): Iterable<Buffer> {
    this.#label = label;
    this.#openStreams -= 1;
    return [];
  }

  addStderr(): void {
    this.#openStreams -= 1;
  }
}
