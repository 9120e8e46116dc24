import type { LimitFunction } from 'p-limit';
import type { Target } from '../domain/target.ts';

/** Holds back logins, so that no sshd sees more of them at a time than it takes, and no bastion opens all its streams at once. */
export class Handshakes {
  readonly #limits = new Map<string, LimitFunction>();

  /** Runs one login when its turn comes. */
  async run<T>(target: Target, login: () => Promise<T>): Promise<T> {
    const endpoint = await this.#limit(endpointOf(target), atOnePlace);
    if (target.jump === undefined) return endpoint(login);
    const bastion = await this.#limit(`through ${endpointOf(target.jump)}`, throughOneBastion);
    return bastion(() => endpoint(login));
  }

  async #limit(key: string, most: number): Promise<LimitFunction> {
    const { default: pLimit } = await import('p-limit');
    const limit = this.#limits.get(key) ?? pLimit(most);
    this.#limits.set(key, limit);
    return limit;
  }
}

/** What is knocked at: the same ProxyCommand most often logs in at the same bastion. */
function endpointOf({ address, port, proxyCommand }: Target): string {
  return proxyCommand === undefined ? `${address} ${port}` : `by ${proxyCommand}`;
}

// sshd's default MaxStartups begins to turn connections away at ten that are not logged in.
const atOnePlace = 8;

// sshd forwards any number of streams; its firewall and the hosts that do not answer are what would suffer.
const throughOneBastion = 16;
