import type { Socket } from 'node:net';

/** Rows of one column, as a statement finds them. */
export interface FoundRows {
  readonly column: string;
  readonly type: 'text' | 'boolean';
  /** As PostgreSQL prints them: `t` and `f` for booleans. */
  readonly values: readonly string[];
}

/** For tests: what a modelled PostgreSQL hears, and the names that its catalogue knows. */
export interface Conversation {
  /** The user and database of each connection, then every statement. */
  readonly heard: string[];
  readonly known: ReadonlySet<string>;
  /** The rows that a statement finds in a database; null, and without it, `known` decides. */
  readonly find?: (statement: string, database: string) => FoundRows | null;
}

function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

const ready = message('Z', Buffer.from('I'));
const authenticated = message('R', Buffer.from([0, 0, 0, 0]));
const TYPE_OIDS = { text: 25, boolean: 16 } as const;
const oneRow: FoundRows = { column: 'x', type: 'text', values: ['1'] };

function columnOf({ column, type }: FoundRows): Buffer {
  const about = Buffer.alloc(18);
  about.writeInt32BE(TYPE_OIDS[type], 6);
  return message('T', Buffer.concat([Buffer.from([0, 1]), text(column), about]));
}

function rowsOf({ values }: FoundRows): Buffer {
  const rows = values.map((value) => {
    const head = Buffer.alloc(6);
    head.writeInt16BE(1);
    head.writeInt32BE(Buffer.byteLength(value), 2);
    return message('D', Buffer.concat([head, Buffer.from(value)]));
  });
  return Buffer.concat([...rows, message('C', text(`SELECT ${values.length}`))]);
}

function startup(body: Buffer): string {
  const words = body.subarray(4).toString().split('\0');
  const wordAfter = (name: string) => words[words.indexOf(name) + 1] ?? '';
  return `user=${wordAfter('user')} database=${wordAfter('database')}`;
}

/** The one parameter of a Bind message: after two names and a list of formats comes its length, then the text itself. */
function parameterOf(bind: Buffer): string {
  const afterNames = bind.indexOf(0, bind.indexOf(0) + 1) + 1;
  const formats = bind.readInt16BE(afterNames);
  const lengthAt = afterNames + 2 + 2 * formats + 2;
  return bind.subarray(lengthAt + 4, lengthAt + 4 + bind.readInt32BE(lengthAt)).toString();
}

/**
 * For tests: speaks as much of PostgreSQL's protocol as the agent's statements need. It trusts everybody, a `select`
 * finds what the test says, else a row when its parameter is a known name, and every other statement succeeds.
 */
export function speakPostgres(socket: Socket, { heard, known, find = () => null }: Conversation): void {
  let pending = Buffer.alloc(0);
  let started = false;
  let database = '';
  let statement = '';
  let found: FoundRows = { ...oneRow, values: [] };
  const answer = (type: string, body: Buffer): Buffer | null => {
    switch (type) {
      case 'Q': {
        const simple = body.subarray(0, -1).toString();
        heard.push(simple);
        const rows = find(simple, database);
        if (rows !== null) return Buffer.concat([columnOf(rows), rowsOf(rows), ready]);
        return Buffer.concat([message('C', text('DONE')), ready]);
      }
      case 'P': {
        statement = body.subarray(1, body.indexOf(0, 1)).toString();
        heard.push(statement);
        return message('1');
      }
      case 'B': {
        const values = known.has(parameterOf(body)) ? oneRow.values : [];
        found = find(statement, database) ?? { ...oneRow, values };
        return message('2');
      }
      case 'D':
        return columnOf(found);
      case 'E':
        return rowsOf(found);
      case 'S':
        return ready;
      default:
        return null;
    }
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const lengthAt = started ? 1 : 0;
      if (pending.length < lengthAt + 4) return;
      const end = lengthAt + pending.readInt32BE(lengthAt);
      if (pending.length < end) return;
      const body = pending.subarray(lengthAt + 4, end);
      if (started) {
        const reply = answer(pending.toString('latin1', 0, 1), body);
        if (reply !== null) socket.write(reply);
      } else {
        heard.push(startup(body));
        database = startup(body).split('database=')[1] ?? '';
        started = true;
        socket.write(Buffer.concat([authenticated, ready]));
      }
      pending = pending.subarray(end);
    }
  });
}
