import type { Socket } from 'node:net';

/** For tests: what a modelled PostgreSQL hears, and the names that its catalogue knows. */
export interface Conversation {
  /** The user and database of each connection, then every statement. */
  readonly heard: string[];
  readonly known: ReadonlySet<string>;
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
const oneColumn = message('T', Buffer.concat([Buffer.from([0, 1]), text('x'), Buffer.alloc(18)]));
const oneRow = message('D', Buffer.from([0, 1, 0, 0, 0, 1, 49]));

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
 * finds a row when its parameter is a known name, and every other statement succeeds.
 */
export function speakPostgres(socket: Socket, { heard, known }: Conversation): void {
  let pending = Buffer.alloc(0);
  let started = false;
  let found = false;
  const answer = (type: string, body: Buffer): Buffer | null => {
    switch (type) {
      case 'Q': {
        heard.push(body.subarray(0, -1).toString());
        return Buffer.concat([message('C', text('DONE')), ready]);
      }
      case 'P': {
        heard.push(body.subarray(1, body.indexOf(0, 1)).toString());
        return message('1');
      }
      case 'B': {
        found = known.has(parameterOf(body));
        return message('2');
      }
      case 'D':
        return oneColumn;
      case 'E':
        return Buffer.concat([...(found ? [oneRow] : []), message('C', text(`SELECT ${found ? 1 : 0}`))]);
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
        started = true;
        socket.write(Buffer.concat([authenticated, ready]));
      }
      pending = pending.subarray(end);
    }
  });
}
