import { RenderError } from './render-error.ts';

/**
 * One YAML scalar that PyYAML (1.1), go-yaml (1.1) and YAML 1.2 parsers all read back as the same value of the same
 * type. Text is always double-quoted, so that `no`, `1:30` or `~` stay text, and everything outside printable ASCII
 * is escaped by code point: the surrogate pairs that JSON would write are two broken characters in YAML.
 *
 * @throws RenderError `missing_value`, `unsupported_value`, or `unsafe_text` for text with half a surrogate pair.
 */
export function yamlScalar(value: unknown): string {
  if (typeof value === 'string') return `"${escapeText(value)}"`;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return decimal(value);
  if (value === undefined || value === null) throw new RenderError('missing_value', 'there is no value');
  throw new RenderError('unsupported_value', `a YAML scalar cannot be made of type ${typeof value}`);
}

/** PyYAML reads `1e21` as text, so numbers that JavaScript writes with an exponent are refused. */
function decimal(value: number): string {
  const text = String(value);
  if (!/^-?\d+(\.\d+)?$/.test(text)) {
    throw new RenderError('unsupported_value', 'only finite numbers without an exponent are rendered');
  }
  return text;
}

function escapeText(text: string): string {
  if (/\p{Cs}/u.test(text)) {
    throw new RenderError('unsafe_text', 'the text has half a surrogate pair');
  }
  return text.replace(/[^ !#-[\]-~]/gu, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    const codePoint = character.codePointAt(0) ?? 0;
    const hex = codePoint.toString(16);
    if (codePoint <= 0xff) return `\\x${hex.padStart(2, '0')}`;
    return codePoint <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
  });
}
