import { isIP } from 'node:net';
import { RenderError } from './render-error.ts';

/**
 * A role or database name for `pg_hba.conf`. Quotes take the meaning from keywords (`all`, `replication`), from `+`
 * and `@`, and from commas and blanks.
 *
 * @throws RenderError `missing_value`, `unsupported_value`, or `unsafe_text`: for control characters, because a name
 * cannot span lines; for a leading `/`, which PostgreSQL 16 and later take for a regular expression even in quotes;
 * and for more than 63 bytes, which PostgreSQL cuts when it creates the role but not here.
 */
export function pgHbaName(value: unknown): string {
  const name = text(value);
  if (name === '' || Buffer.byteLength(name) > 63) {
    throw new RenderError('unsafe_text', 'a name has 1 to 63 bytes');
  }
  if (name.startsWith('/') || /[\p{Cc}\p{Cs}]/u.test(name)) {
    throw new RenderError('unsafe_text', 'a name cannot start with a slash or have control characters');
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * One address as the CIDR block that contains it alone.
 *
 * @throws RenderError `missing_value`, `unsupported_value`, or `unsafe_text` for what is not an IP address.
 */
export function pgHbaAddress(value: unknown): string {
  const address = text(value);
  const family = address.includes('%') ? 0 : isIP(address);
  if (family === 0) throw new RenderError('unsafe_text', 'this is not an IP address');
  return family === 4 ? `${address}/32` : `${address}/128`;
}

function text(value: unknown): string {
  if (value === undefined || value === null) throw new RenderError('missing_value', 'there is no value');
  if (typeof value !== 'string') {
    throw new RenderError('unsupported_value', `text is expected, not ${typeof value}`);
  }
  return value;
}
