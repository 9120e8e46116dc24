/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/**
 * Hides the secrets of keepalived and HAProxy configurations and of PEM files, line by line. The number of lines never
 * changes, and a text is only changed where a secret stands.
 */
export function redactContent(text: string): string {
  let hmacDepth = 0;
  let isInKey = false;
  const redactLine = (line: string): string => {
    if (isInKey) {
      isInKey = !PRIVATE_KEY_END.test(line);
      return isInKey ? REDACTED : line;
    }
    isInKey = PRIVATE_KEY_BEGIN.test(line);
    const isHmac = hmacDepth > 0 || /\bauth_hmac\b/.test(line);
    if (!isHmac) return redactWords(line);
    const redacted = redactHmac(line);
    hmacDepth = Math.max(0, hmacDepth + count(line, '{') - count(line, '}'));
    return redacted;
  };
  return text.split('\n').map(redactLine).join('\n');
}

/** Hides the values of password-like settings in one line of an inventory or a YAML file. */
export function redactSource(line: string): string {
  return line
    .replace(/((?:pass|passwd|password|passphrase|secret|token)["']?\s*:\s+)\S.*$/i, `$1${REDACTED}`)
    .replace(
      /((?:pass|passwd|password|passphrase|secret|token)\s*=\s*)(?:"[^"]*"?|'[^']*'?|[^\s"']\S*)/gi,
      `$1${REDACTED}`,
    );
}

function redactWords(line: string): string {
  return line
    .replace(/(\bauth_pass\s+)\S.*?(\r?)$/, `$1${REDACTED}$2`)
    .replace(/(^\s*user\s+\S+\s.*?\b(?:insecure-)?password\s+)\S+/, `$1${REDACTED}`)
    .replace(/(\bstats\s+auth\s+[^\s:]+:)\S+/, `$1${REDACTED}`);
}

/** keepalived ≥ 2.4: `auth_hmac { key … }`, on one line or several. */
function redactHmac(line: string): string {
  return line
    .replace(/(\bauth_hmac\s+)[^\s{][^{}]*?(\s*[{}]?\s*)$/, `$1${REDACTED}$2`)
    .replace(
      /((?:^|[\s{])(?:\w*_)?(?:key|pass|password|secret)\w*\s+)[^\s{}][^{}]*?(\s*\}?\s*)$/,
      `$1${REDACTED}$2`,
    );
}

function count(line: string, character: string): number {
  return line.split(character).length - 1;
}

const PRIVATE_KEY_BEGIN = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const PRIVATE_KEY_END = /-----END [A-Z ]*PRIVATE KEY-----/;
