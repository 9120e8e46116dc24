/** What a test opened, closed in reverse order: `AsyncDisposableStack`, which Node 20 does not have. */
export class Resources implements AsyncDisposable {
  readonly #opened: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.#opened.push(resource);
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const resource of this.#opened.reverse()) await resource[Symbol.asyncDispose]();
  }
}
