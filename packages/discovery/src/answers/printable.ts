/** A text from a stranger, made fit for a log line: printable ASCII only, and short. */
export function printable(text: string, maxLength: number): string {
  const head = text.slice(0, maxLength).replace(/[^\x20-\x7e]/g, '?');
  return text.length > maxLength ? `${head}...` : head;
}
