import type { Fault } from './fault.ts';
import { type Document, errorDocument } from './respond.ts';

/** What goes over the wire. */
export type Delivery =
  | { readonly kind: 'send'; readonly status: number; readonly contentType: string; readonly body: string }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' };

const JSON_TYPE = 'application/json; charset=utf-8';
const HUGE_BYTES = 10_000_000;
const MANY_ENTRIES = 50_000;
const NESTING_DEPTH = 100_000;
const PAGE =
  '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>';

function send(status: number, contentType: string, body: string): Delivery {
  return { kind: 'send', status, contentType, body };
}

function json(document: unknown): Delivery {
  return send(200, JSON_TYPE, JSON.stringify(document));
}

/** The same document with every value of another type than documented. */
function mistyped(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? {} : value.map(mistyped);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mistyped(inner)]));
  }
  return typeof value === 'string' ? value.length : String(value);
}

function manyEntries(): readonly unknown[] {
  return Array.from({ length: MANY_ENTRIES }, (_, index) => ({
    name: 'myapp-postgres',
    hash: '',
    ip: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
  }));
}

function halved(data: unknown): unknown {
  return Array.isArray(data) ? data.slice(0, Math.floor(data.length / 2)) : data;
}

/** Turns a document into what the caller gets, given the fault that hits it. */
export function deliver(document: Document, fault: Fault | null): Delivery {
  switch (fault?.kind) {
    case undefined:
    case 'delay':
    case 'stale':
      return json(document);
    case 'http-status':
      return send(fault?.status ?? 503, 'text/html', PAGE);
    case 'error-envelope':
      return json(errorDocument('Database is not available'));
    case 'empty':
      return json({ status: 'success', data: [] });
    case 'halved':
      return json({ ...document, data: halved(document.data) });
    case 'html':
      return send(200, 'text/html', PAGE);
    case 'truncated': {
      const body = JSON.stringify(document);
      return send(200, JSON_TYPE, body.slice(0, Math.floor(body.length / 2)));
    }
    case 'data-null':
      return json({ status: 'success', data: null });
    case 'wrong-types':
      return json({ status: 'success', data: mistyped(document.data) });
    case 'huge':
      // Valid in every other respect, so that only a limit on the size can refuse it.
      return json({ ...document, padding: 'x'.repeat(HUGE_BYTES) });
    case 'many-entries':
      return json({ status: 'success', data: manyEntries() });
    case 'deep-nesting': {
      const nested = `${'['.repeat(NESTING_DEPTH)}${']'.repeat(NESTING_DEPTH)}`;
      return send(200, JSON_TYPE, `{"status":"success","data":${nested}}`);
    }
    case 'hang':
      return { kind: 'hang' };
    case 'reset':
      return { kind: 'reset' };
  }
}
