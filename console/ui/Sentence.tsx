/** The server's sentences mark code with backticks. */
export function Sentence({ text }: { text: string }) {
  return text.split('`').map((part, index) => {
    const key = `${index}-${part}`;
    return index % 2 === 1 ? <code key={key}>{part}</code> : <span key={key}>{part}</span>;
  });
}
