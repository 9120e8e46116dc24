import { KonvoyError } from '../../domain/error.ts';

/**
 * What ssh2 cannot do and OpenSSH's own client can, found before a login was refused: another way to connect may take
 * over. Without one it is the refusal that it says.
 */
export class NeedsOpenssh extends KonvoyError {
  /** Why, for people: `known_hosts has a certificate authority for lb1`. */
  readonly because: string;

  constructor(because: string, refusal: Pick<KonvoyError, 'message' | 'code' | 'host' | 'hints'>) {
    const { message, code, host, hints } = refusal;
    super(message, {
      code,
      ...(host === undefined ? {} : { host }),
      hints: ["connect with the system's own ssh: --transport openssh", ...hints],
      cause: refusal,
    });
    this.because = because;
  }
}
