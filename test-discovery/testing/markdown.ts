/** A fenced block of code. */
export interface CodeBlock {
  /** Of its first line of code, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks of a text, in their order. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((found) => ({
    line: markdown.slice(0, found.index).split('\n').length + 1,
    language: found[1] ?? '',
    code: found[2] ?? '',
  }));
}

/** The tables of a text, each by the heading of its first column, with the cells of its rows; code marks are left out. */
export function tables(
  markdown: string,
): readonly { readonly heading: string; readonly rows: readonly (readonly string[])[] }[] {
  return [...markdown.matchAll(/^\|.*\|\n\| ?-[-| ]*\|\n(?:\|.*\|\n)*/gm)].map(([text]) => {
    const [head, , ...rows] = text
      .trim()
      .split('\n')
      .map((row) =>
        row
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
      );
    return { heading: head?.[0] ?? '', rows };
  });
}

/** Where a text links to inside the repository, without the part behind `#`. */
export function relativeLinks(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\]\(([^)#]+)[^)]*\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Where a text links to in itself. */
export function ownAnchors(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor ?? '');
}

/** The anchors that the headings of a text have on GitHub and npm. */
export function headingAnchors(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    (title ?? '')
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
}
