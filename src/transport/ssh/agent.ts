import type ssh2 from 'ssh2';
import type { BaseAgent, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';

/** A key that an ssh-agent holds, with the agent that signs for it. */
export interface AgentKey {
  readonly key: ParsedKey;
  /** An agent that knows this key alone: ssh2 would offer every key, and a server gives up after six. */
  readonly agent: BaseAgent;
}

/** The keys of the agent behind `socket`; throws when there is no agent. */
export async function agentKeys(library: typeof ssh2, socket: string): Promise<readonly AgentKey[]> {
  const agent = new library.OpenSSHAgent(socket);
  const keys = await new Promise<readonly ParsedKey[]>((resolve, reject) => {
    agent.getIdentities((error, identities) => {
      if (error instanceof Error) reject(error);
      // Keys of kinds that ssh2 cannot use (FIDO, certificates) come without this method.
      else resolve((identities ?? []).filter((identity) => 'getPublicSSH' in identity));
    });
  });
  return keys.map((key) => ({ key, agent: agentOfOne(library, agent, key) }));
}

function agentOfOne(library: typeof ssh2, agent: ssh2.OpenSSHAgent, key: ParsedKey): BaseAgent {
  class AgentOfOne extends library.BaseAgent {
    override getIdentities(callback: ssh2.IdentityCallback): void {
      callback(null, [key]);
    }

    override sign(
      _key: unknown,
      data: Buffer,
      options: SigningRequestOptions | SignCallback,
      callback?: SignCallback,
    ): void {
      if (typeof options === 'function') agent.sign(key, data, options);
      else agent.sign(key, data, options, callback);
    }
  }
  return new AgentOfOne();
}
