import type { AuthContext, KeyboardAuthContext, PasswordAuthContext, Prompt } from 'ssh2';

export interface PasswordLoginOptions {
  readonly password: string;
  /** The ways in which it may be given; default both. */
  readonly methods?: readonly ('password' | 'keyboard-interactive')[];
  /** The questions of keyboard-interactive, round by round; default is one for the password. */
  readonly rounds?: readonly (readonly Prompt[])[];
  /** The password is right, and has to be changed. */
  readonly isExpired?: boolean;
}

/** How a test's server takes a password, and every one that it was told. */
export class PasswordLogin {
  /** Everything that a client answered, in order. */
  readonly told: string[] = [];
  readonly #options: PasswordLoginOptions;

  constructor(options: PasswordLoginOptions) {
    this.#options = options;
  }

  /** Answers a request to log in; false when it is none of these. */
  takes(context: AuthContext): boolean {
    const { methods } = this.#options;
    if (context.method !== 'password' && context.method !== 'keyboard-interactive') return false;
    if (methods?.includes(context.method) === false) {
      if (context.method === 'password') this.told.push(context.password);
      return false;
    }
    if (context.method === 'password') this.#byPassword(context);
    else this.#byKeyboard(context, this.#options.rounds ?? [[{ prompt: 'Password: ', echo: false }]]);
    return true;
  }

  #byPassword(context: PasswordAuthContext): void {
    this.told.push(context.password);
    if (context.password !== this.#options.password)
      context.reject(['publickey', 'password', 'keyboard-interactive']);
    else if (this.#options.isExpired === true)
      context.requestChange('Your password has expired.', () => undefined);
    else context.accept();
  }

  #byKeyboard(context: KeyboardAuthContext, [round, ...more]: readonly (readonly Prompt[])[]): void {
    if (round === undefined) {
      if (this.told.at(-1) === this.#options.password) context.accept();
      else context.reject(['publickey', 'keyboard-interactive']);
      return;
    }
    context.prompt([...round], (answers) => {
      this.told.push(...answers);
      this.#byKeyboard(context, more);
    });
  }
}
