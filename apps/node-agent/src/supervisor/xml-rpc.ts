import { parseXml, XmlElement } from '@rgrove/parse-xml';
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
  const response = parse(text);
  if (response?.name !== 'methodResponse') throw unexpected('no <methodResponse>');
  const fault = find(response, 'fault');
  if (fault !== undefined) return decodeFault(child(fault, 'value'));
  const parameter = child(child(response, 'params'), 'param');
  return { kind: 'value', value: decodeValue(child(parameter, 'value')) };
}

function encodeParameter(parameter: XmlRpcParameter): string {
  if (typeof parameter === 'boolean') return `<boolean>${parameter ? 1 : 0}</boolean>`;
  if (typeof parameter === 'number') return `<int>${Math.trunc(parameter)}</int>`;
  return `<string>${escapeText(parameter)}</string>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function parse(text: string): XmlElement | null {
  try {
    return parseXml(text).root;
  } catch (cause) {
    throw new SupervisorError('protocol', 'supervisord answered something that is not XML', { cause });
  }
}

function decodeFault(value: XmlElement): XmlRpcAnswer {
  const fault = decodeValue(value);
  if (typeof fault === 'object' && 'faultCode' in fault && 'faultString' in fault) {
    const { faultCode, faultString } = fault;
    if (typeof faultCode === 'number') return { kind: 'fault', faultCode, faultString: String(faultString) };
  }
  throw unexpected('a fault without a code');
}

function decodeValue(value: XmlElement): XmlRpcValue {
  const [typed] = elements(value);
  // A value without a type element is a string by the XML-RPC specification.
  if (typed === undefined) return value.text;
  switch (typed.name) {
    case 'int':
    case 'i4':
      return decodeInteger(typed.text);
    case 'boolean':
      return typed.text === '1';
    case 'string':
      return typed.text;
    case 'array':
      return elements(child(typed, 'data'), 'value').map(decodeValue);
    case 'struct':
      return decodeStruct(typed);
    default:
      throw unexpected('a value of an unknown type');
  }
}

function decodeInteger(text: string): number {
  const number = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw unexpected('an integer that is none');
  return number;
}

function decodeStruct(struct: XmlElement): XmlRpcValue {
  const members = elements(struct, 'member');
  return Object.fromEntries(
    members.map((member) => [child(member, 'name').text, decodeValue(child(member, 'value'))]),
  );
}

function elements({ children }: XmlElement, name?: string): readonly XmlElement[] {
  return children.filter(
    (node): node is XmlElement => node instanceof XmlElement && (name === undefined || node.name === name),
  );
}

function find(element: XmlElement, name: string): XmlElement | undefined {
  return elements(element, name)[0];
}

function child(element: XmlElement, name: string): XmlElement {
  const found = find(element, name);
  if (found === undefined) throw unexpected(`no <${name}>`);
  return found;
}

function unexpected(what: string): SupervisorError {
  return new SupervisorError('protocol', `supervisord answered XML that is no method response: ${what}`);
}
