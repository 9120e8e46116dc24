import type { Reporter } from '../domain/event.ts';
import type { Target } from '../domain/target.ts';
import type { SshClientsOptions } from '../transport/ssh-clients.ts';

/** Tells the operator about ways to hosts: notes are steps, seen with -v. */
export function wayNotes(report: Reporter): Pick<SshClientsOptions, 'note' | 'warn'> {
  return {
    note: (host, step) => report({ type: 'host-step', host, step }),
    warn: (message, hint) =>
      report({ type: 'diagnostic', diagnostic: { severity: 'warning', message, hints: [hint] } }),
  };
}

/** The target, and all hosts on the way to it, reached with the client that the command line names. */
export function withClient(target: Target, client: Target['client']): Target {
  const { jump } = target;
  return { ...target, client, ...(jump !== undefined && { jump: withClient(jump, client) }) };
}
