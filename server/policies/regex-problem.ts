/** Clients use Rust's regular expressions; what JavaScript writes differently is put into its words before it is tried. */
export function regexProblem(expression: string): string | null {
  if (/\(\?(<?[=!])/.test(expression)) return 'clients know no look-ahead and look-behind';
  const translated = expression
    .replaceAll(/\(\?[imsUux-]+\)/g, '')
    .replaceAll(/\(\?[imsUux-]+:/g, '(?:')
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\[\[:\^?\w+:\]/g, '[\\w')
    .replaceAll(/\\[zA]/g, '');
  try {
    new RegExp(translated);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
