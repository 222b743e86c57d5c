import { RenderError } from './render-error.ts';

/** Characters that mean themselves in an unquoted word. */
const plainWord = /^[A-Za-z0-9_./:@+=?&,-]+$/;

/** HAProxy's line buffer holds 2,048 bytes; a longer word could only be cut. */
const maxWordBytes = 1024;

/**
 * One word of an HAProxy configuration line. Whatever is not plain goes into single quotes, in which HAProxy expands
 * nothing: no variables, no escapes, no comments.
 *
 * @throws RenderError `missing_value`; `unsupported_value` for anything but text and whole numbers ≥ 0; `unsafe_text`
 * for empty or overlong text, and for control characters, which end the line or the file.
 */
export function haproxyWord(value: unknown): string {
  if (value === undefined || value === null) throw new RenderError('missing_value', 'there is no value');
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RenderError('unsupported_value', 'only whole numbers from 0 on are rendered');
    }
    return String(value);
  }
  if (typeof value !== 'string') {
    throw new RenderError('unsupported_value', `an HAProxy word cannot be made of type ${typeof value}`);
  }
  if (value === '' || Buffer.byteLength(value) > maxWordBytes) {
    throw new RenderError('unsafe_text', `the text is empty or longer than ${maxWordBytes} bytes`);
  }
  if (/[\p{Cc}\p{Cs}]/u.test(value)) {
    throw new RenderError('unsafe_text', 'the text has control characters or half a surrogate pair');
  }
  return plainWord.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
