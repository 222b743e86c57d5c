import { XMLParser } from 'fast-xml-parser';
import { SupervisorError } from './supervisor-error.ts';

/** What a call may carry: supervisord needs no more. */
export type XmlRpcParameter = string | number | boolean;

/** A decoded XML-RPC value. */
export type XmlRpcValue =
  | string
  | number
  | boolean
  | readonly XmlRpcValue[]
  | { readonly [name: string]: XmlRpcValue };

/** A decoded answer: the one value, or the fault that came instead. */
export type XmlRpcAnswer =
  | { readonly kind: 'value'; readonly value: XmlRpcValue }
  | { readonly kind: 'fault'; readonly faultCode: number; readonly faultString: string };

const repeated = new Set(['param', 'value', 'member']);

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  // XML-RPC strings may begin or end with spaces; the empty text between elements is dropped all the same.
  trimValues: false,
  isArray: (name) => repeated.has(name),
});

/** The text of a method call. */
export function encodeCall(method: string, parameters: readonly XmlRpcParameter[]): string {
  const encoded = parameters.map(
    (parameter) => `<param><value>${encodeParameter(parameter)}</value></param>`,
  );
  return `<?xml version="1.0"?><methodCall><methodName>${escapeText(method)}</methodName><params>${encoded.join('')}</params></methodCall>`;
}

/**
 * Reads a method response.
 * @throws SupervisorError `protocol` when the text is not one.
 */
export function decodeAnswer(text: string): XmlRpcAnswer {
  const response = child(parse(text), 'methodResponse');
  const fault = property(response, 'fault');
  if (fault !== undefined) return decodeFault(firstValue(fault));
  const [parameter] = list(child(child(response, 'params'), 'param'));
  return { kind: 'value', value: decodeValue(firstValue(parameter)) };
}

function encodeParameter(parameter: XmlRpcParameter): string {
  if (typeof parameter === 'boolean') return `<boolean>${parameter ? 1 : 0}</boolean>`;
  if (typeof parameter === 'number') return `<int>${Math.trunc(parameter)}</int>`;
  return `<string>${escapeText(parameter)}</string>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function parse(text: string): unknown {
  try {
    return parser.parse(text, true);
  } catch (cause) {
    throw new SupervisorError('protocol', 'supervisord answered something that is not XML', { cause });
  }
}

function decodeFault(value: unknown): XmlRpcAnswer {
  const fault = decodeValue(value);
  if (typeof fault === 'object' && 'faultCode' in fault && 'faultString' in fault) {
    const { faultCode, faultString } = fault;
    if (typeof faultCode === 'number') return { kind: 'fault', faultCode, faultString: String(faultString) };
  }
  throw unexpected('a fault without a code');
}

function decodeValue(value: unknown): XmlRpcValue {
  // A value without a type element is a string by the XML-RPC specification.
  if (typeof value === 'string') return value;
  for (const type of ['int', 'i4'] as const) {
    const number = property(value, type);
    if (number !== undefined) return decodeInteger(number);
  }
  const flag = property(value, 'boolean');
  if (flag !== undefined) return flag === '1';
  const text = property(value, 'string');
  if (text !== undefined) return String(text);
  const array = property(value, 'array');
  if (array !== undefined) return list(property(child(array, 'data'), 'value') ?? []).map(decodeValue);
  const struct = property(value, 'struct');
  if (struct !== undefined) return decodeStruct(struct);
  throw unexpected('a value of an unknown type');
}

function decodeInteger(text: unknown): number {
  const number = typeof text === 'string' && /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw unexpected('an integer that is none');
  return number;
}

function decodeStruct(struct: unknown): XmlRpcValue {
  const members = list(property(struct, 'member') ?? []);
  return Object.fromEntries(
    members.map((member) => [String(child(member, 'name')), decodeValue(firstValue(member))]),
  );
}

function firstValue(node: unknown): unknown {
  return list(child(node, 'value'))[0];
}

function property(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, name)
    ? Reflect.get(node, name)
    : undefined;
}

function child(node: unknown, name: string): unknown {
  const found = property(node, name);
  if (found === undefined) throw unexpected(`no <${name}>`);
  return found;
}

function list(node: unknown): readonly unknown[] {
  return Array.isArray(node) ? node : [node];
}

function unexpected(what: string): SupervisorError {
  return new SupervisorError('protocol', `supervisord answered XML that is no method response: ${what}`);
}
