import type { AnyAuthMethod, Prompt } from 'ssh2';
import type { KonvoyError } from '../../domain/error.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Target } from '../../domain/target.ts';
import type { Identity } from './identities.ts';
import { PASSWORD, passwordExpired, wantsMoreThanPassword } from './ssh-error.ts';

/** What was tried so far, in order, and what the server said of it. */
export class LoginMethods {
  /** The names of the keys, and `PASSWORD`. */
  readonly offered: string[] = [];
  /** The methods the server would still take; empty before it said so. */
  accepted: readonly string[] = [];
  /** Whether the server was content with something, and wants something else in addition (RFC 4252 §5.1). */
  isPartial = false;
  readonly #target: Target;
  readonly #waiting: Identity[];
  readonly #refuse: (error: KonvoyError) => void;
  #password: Secret | undefined;

  /** `refuse` ends the attempt, where a server asks for what we do not have. */
  constructor(target: Target, identities: readonly Identity[], refuse: (error: KonvoyError) => void) {
    this.#target = target;
    this.#password = target.password;
    // sshd hangs up at the sixth attempt (MaxAuthTries): the password would never be tried.
    this.#waiting = identities.slice(0, this.#password === undefined ? undefined : KEYS_BEFORE_PASSWORD);
    this.#refuse = refuse;
  }

  /** What to try next, given what the server still accepts: undefined before it has said anything. */
  next(accepted: readonly string[] | undefined, isPartial: boolean): AnyAuthMethod | false {
    this.accepted = accepted ?? [];
    this.isPartial ||= isPartial;
    const username = this.#target.user;
    // Asking costs nothing, and a password is not sent to a server that takes none.
    if (accepted === undefined && this.#waiting.length === 0) return { type: 'none', username };
    const identity = accepted?.includes('publickey') === false ? undefined : this.#waiting.shift();
    if (identity === undefined) return this.#passwordMethod();
    this.offered.push(identity.name);
    return identity.kind === 'file'
      ? { type: 'publickey', username, key: identity.key }
      : { type: 'agent', username, agent: identity.key.agent };
  }

  /** The server takes the password, but not for long: it wants another one now. */
  refuseToChangePassword(): void {
    this.#refuse(passwordExpired(this.#target));
  }

  // One attempt in all, whichever way: each wrong one brings the account nearer to being locked.
  #passwordMethod(): AnyAuthMethod | false {
    const { user: username, settings } = this.#target;
    const way = PASSWORD_WAYS.find(
      (method) => this.accepted.includes(method) && settings?.authentications?.includes(method) !== false,
    );
    const password = this.#password;
    if (way === undefined || password === undefined) return false;
    this.#password = undefined;
    this.offered.push(PASSWORD);
    return way === 'password'
      ? { type: 'password', username, password: password.reveal() }
      : { type: 'keyboard-interactive', username, prompt: this.#answerOnce(password) };
  }

  #answerOnce(password: Secret): KeyboardInteractive {
    let isAnswered = false;
    return (_name, instructions, _language, prompts, finish) => {
      const [prompt, ...more] = prompts;
      if (prompt !== undefined && prompt.echo !== true && more.length === 0 && !isAnswered) {
        isAnswered = true;
        finish([password.reveal()]);
        return;
      }
      const said = [instructions, ...prompts.map((one) => one.prompt)].join('\n');
      this.#refuse(
        isAnswered && CHANGE_PASSWORD.test(said)
          ? passwordExpired(this.#target)
          : wantsMoreThanPassword(
              this.#target,
              prompts.map((one) => one.prompt),
            ),
      );
    };
  }
}

type KeyboardInteractive = (
  name: string,
  instructions: string,
  language: string,
  prompts: readonly Prompt[],
  finish: (answers: string[]) => void,
) => void;

/** How PAM goes on when the password that it got was right and is too old (pam_unix, pam_sss). */
const CHANGE_PASSWORD = /expired|change your password|\b(current|old|new)\b[^:]*password/i;

const PASSWORD_WAYS = ['password', 'keyboard-interactive'] as const;

const KEYS_BEFORE_PASSWORD = 5;
