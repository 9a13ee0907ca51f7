/** The server's sentences about tests mark code with backticks and names of groups with asterisks. */
export function TestSentence({ text }: { text: string }) {
  return text.split(/(`[^`]*`|\*[^*]+\*)/).map((part, index) => {
    const key = `${index}-${part}`;
    if (part.startsWith('`')) return <code key={key}>{part.slice(1, -1)}</code>;
    if (part.length > 2 && part.startsWith('*') && part.endsWith('*')) return <em key={key}>{part.slice(1, -1)}</em>;
    return <span key={key}>{part}</span>;
  });
}
