/**
 * Why the system could not read or write a file: words where there are some, else the code that it gave. Throws `error`
 * itself when it is none of the system's.
 */
export function fileTrouble(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return WORDS.get(error.code) ?? error.code;
  }
  throw error;
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['ENOTDIR', 'no such file'],
  ['EISDIR', 'is a folder'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'operation not permitted'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space left'],
  // The decoder's, for bytes that are no UTF-8.
  ['ERR_ENCODING_INVALID_ENCODED_DATA', 'not UTF-8 text'],
]);
