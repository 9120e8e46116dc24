import type { Reporter } from '../domain/event.ts';
import type { Target } from '../domain/target.ts';
import type { RouteReport } from '../transport/ssh-clients.ts';

/** Tells the operator about ways to hosts: why the system's ssh is taken is a step, seen with -v. */
export function routeReport(report: Reporter): RouteReport {
  return {
    tookOpenssh: (host, why) =>
      report({ type: 'host-step', host, step: `reached with the system's ssh: ${why}` }),
    warn: (message, hint) =>
      report({ type: 'diagnostic', diagnostic: { severity: 'warning', message, hints: [hint] } }),
  };
}

/** The target, and all hosts on the way to it, reached with the client that the command line names. */
export function withClient(target: Target, client: Target['client']): Target {
  const { jump } = target;
  return { ...target, client, ...(jump !== undefined && { jump: withClient(jump, client) }) };
}
