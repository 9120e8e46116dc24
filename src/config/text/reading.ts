import { err, ok, type Result } from '../../domain/result.ts';
import type { Complaint } from './complaint.ts';
import type { ScalarNode } from './tree.ts';

/** What a scalar says to somebody who consumes it. */
export interface Reading {
  readonly text: string;
  /** True for a text that came out of a vault: no message may quote it. */
  readonly isSecret: boolean;
}

/** How the value of a scalar is read: as it stands, or with the variables that it refers to. */
export type ReadScalar = (node: ScalarNode) => Result<Reading, Complaint>;

/** The text as it was written, `''` for null; an encrypted one is opened. */
export function readScalar(node: ScalarNode): Result<Reading, Complaint> {
  const { source } = node.place;
  if (node.isNull) return ok({ text: '', isSecret: false });
  if (node.tag !== 'vault') return ok({ text: node.text, isSecret: source.isSecret });
  const opened = source.vault.open(node.text);
  return opened.ok ? ok({ text: opened.value.reveal(), isSecret: true }) : err(opened.error);
}
