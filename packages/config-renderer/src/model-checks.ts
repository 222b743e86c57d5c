import { isIP } from 'node:net';
import { RenderError } from './render-error.ts';

/** The error for a model that contradicts itself or its ranges. */
export function invalidModel(problem: string): RenderError {
  return new RenderError('invalid_model', problem);
}

/** @throws RenderError `invalid_model` unless every field is a TCP port. */
export function requirePorts(ports: Readonly<Record<string, number>>): void {
  for (const [field, port] of Object.entries(ports)) requireWholeNumber(field, port, 1, 65_535);
}

/** @throws RenderError `invalid_model` if two fields hold the same port. */
export function requireDistinctPorts(ports: Readonly<Record<string, number>>): void {
  const fieldOf = new Map<number, string>();
  for (const [field, port] of Object.entries(ports)) {
    const twin = fieldOf.get(port);
    if (twin !== undefined) throw invalidModel(`${field} and ${twin} are the same port`);
    fieldOf.set(port, field);
  }
}

/** @throws RenderError `invalid_model` unless the value is a whole number within the bounds, both included. */
export function requireWholeNumber(
  field: string,
  value: number,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw invalidModel(`${field} is not a whole number from ${min} to ${max}`);
  }
}

/** @throws RenderError `invalid_model` for empty text, and for a NUL, which no program can be handed in a text. */
export function requireTexts(texts: Readonly<Record<string, string>>): void {
  for (const [field, text] of Object.entries(texts)) {
    if (text === '' || text.includes('\0')) throw invalidModel(`${field} is empty or has a NUL`);
  }
}

/** @throws RenderError `invalid_model` for what is not an IP address, or one with a zone, which is valid here only. */
export function requireAddress(field: string, address: string): void {
  if (address.includes('%') || isIP(address) === 0) throw invalidModel(`${field} is not an IP address`);
}
