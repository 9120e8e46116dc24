/** A waiting loop that runs on the host, so that it notices at once and costs one round trip. */
export interface Gate {
  readonly script: string;
  readonly parameters: readonly string[];
}
