import { RouterError } from './router-error.ts';

/** A server as HAProxy runs it now. */
export interface ServerState {
  readonly backend: string;
  /** The name within its backend, such as `slot3`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Where health checks go; the server's own port unless it was set apart. */
  readonly checkPort: number;
  /** Takes no traffic and is not checked, because the configuration or a command says so. */
  readonly inMaintenance: boolean;
  /** `stopped` is what a failed check or maintenance leads to; only `running` and `starting` take new connections. */
  readonly operation: 'stopped' | 'starting' | 'running' | 'stopping';
}

const operations = ['stopped', 'starting', 'running', 'stopping'] as const;

/** SRV_ADMF_FMAINT, IMAINT and RMAINT of HAProxy's `server-t.h`; CMAINT only says that the configuration began that way. */
const maintenanceFlags = 0x01 | 0x02 | 0x20;

/**
 * Reads the answer to `show servers state`, format version 1. Columns are found by the names in its header line, as later
 * HAProxy versions append some.
 * @throws RouterError `protocol` when the text is something else.
 */
export function parseServerStates(text: string): readonly ServerState[] {
  const [version, header, ...rows] = text.split('\n').map((line) => line.trim());
  if (version !== '1' || header === undefined || !header.startsWith('# ')) {
    throw new RouterError('protocol', 'HAProxy did not answer with servers in state format 1');
  }
  const columns = header.slice(2).split(/\s+/);
  return rows.filter((row) => row !== '').map((row) => parseRow(columns, row.split(/\s+/)));
}

function parseRow(columns: readonly string[], cells: readonly string[]): ServerState {
  const cell = (column: string): string => {
    const text = cells[columns.indexOf(column)];
    if (text === undefined) throw new RouterError('protocol', `HAProxy lists a server without ${column}`);
    return text;
  };
  const number = (column: string): number => {
    const value = Number(cell(column));
    if (Number.isSafeInteger(value)) return value;
    throw new RouterError('protocol', `HAProxy lists a server with ${column} ${cell(column)}`);
  };
  const operation = operations[number('srv_op_state')];
  if (operation === undefined)
    throw new RouterError('protocol', 'HAProxy lists a server in an unknown state');
  return {
    backend: cell('be_name'),
    name: cell('srv_name'),
    address: cell('srv_addr'),
    port: number('srv_port'),
    checkPort: number('srv_check_port') || number('srv_port'),
    inMaintenance: (number('srv_admin_state') & maintenanceFlags) !== 0,
    operation,
  };
}
